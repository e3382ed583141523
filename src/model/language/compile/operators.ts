/** Arithmetic, comparison and logic. */
import { EvaluationFault } from "../run/faults";
import { Form } from "../run/form";
import type { Expression, Relation } from "../syntax/ast";
import {
  type Code,
  constantOf,
  INVALID,
  type LinearCode,
  type LogicalCode,
  type NumericCode,
  type SymbolicCode,
} from "./codes";
import { compileMembership, compileSetOperator } from "./set_operators";
import type { TypedCompiler } from "./typed_compiler";

type Binary = Extract<Expression, { kind: "binary" }>;

export function compileBinary(compiler: TypedCompiler, node: Binary): Code {
  switch (node.operator) {
    case "and":
    case "or":
      return compileLogic(compiler, node);
    case "<":
    case "<=":
    case "=":
    case "<>":
    case ">=":
    case ">":
      return compileComparison(compiler, node, node.operator);
    case "in":
    case "!in":
    case "within":
    case "!within":
      return compileMembership(compiler, node, node.operator);
    case "cross":
    case "inter":
    case "union":
    case "diff":
    case "symdiff":
      return compileSetOperator(compiler, node, node.operator);
    case "&":
      return compileConcatenation(compiler, node);
    case "*":
      return compileProduct(compiler, node);
    case "/":
      return compileQuotient(compiler, node);
    case "**":
      return compilePower(compiler, node);
    case "div":
    case "mod":
    case "less":
      return compileArithmetic(compiler, node, node.operator);
  }
}

export function compileSum(compiler: TypedCompiler, node: Extract<Expression, { kind: "sum" }>): Code {
  const codes = node.terms.map(({ expression }) => compiler.compile(expression));
  if (codes.some(({ type }) => type === "invalid")) return INVALID;
  if (codes.some(({ type }) => type === "linear")) {
    const parts = codes.map((code, term) => {
      const linear = compiler.asLinear(code, node.terms[term]!.expression);
      return linear === null ? null : { linear, sign: node.terms[term]!.sign };
    });
    const sound = parts.filter((part) => part !== null);
    return sound.length < parts.length ? INVALID : sumLinear(sound);
  }
  const numbers: { readonly run: () => number; readonly sign: number }[] = [];
  for (const [term, { expression, sign }] of node.terms.entries()) {
    const number = compiler.asNumeric(codes[term]!, expression);
    if (number === null) return compiler.mismatch(codes[term]!, "a number", expression) ?? INVALID;
    numbers.push({ run: number.run, sign });
  }
  return { type: "numeric", run: sumNumbers(numbers) };
}

function sumNumbers(numbers: readonly { readonly run: () => number; readonly sign: number }[]): () => number {
  const [first, second] = [numbers[0]!.run, numbers[1]!.run];
  if (numbers.length === 2) return numbers[1]!.sign === 1 ? () => first() + second() : () => first() - second();
  return () => {
    let total = 0;
    for (const { run, sign } of numbers) total += sign * run();
    return total;
  };
}

function sumLinear(parts: readonly { readonly linear: LinearCode; readonly sign: 1 | -1 }[]): LinearCode {
  const is_quadratic = parts.some(({ linear }) => linear.is_quadratic);
  const add = (coefficient: number) => {
    for (const { linear, sign } of parts) linear.add(sign * coefficient);
  };
  return { type: "linear", is_quadratic, add };
}

export function negate(code: LinearCode): LinearCode {
  const { add, is_quadratic } = code;
  return { type: "linear", is_quadratic, add: (coefficient) => add(-coefficient) };
}

function compileLogic(compiler: TypedCompiler, node: Binary): Code {
  const left = compiler.logical(node.left);
  const right = compiler.logical(node.right);
  if (left === null || right === null) return INVALID;
  const [first, second] = [left.run, right.run];
  return { type: "logical", run: node.operator === "and" ? () => first() && second() : () => first() || second() };
}

function compileComparison(compiler: TypedCompiler, node: Binary, relation: Relation): Code {
  const left = compiler.compared(node.left);
  const right = compiler.compared(node.right);
  if (left.type === "invalid" || right.type === "invalid") return INVALID;
  if (left.type === "numeric" && right.type === "numeric") return compareNumbers(relation, left.run, right.run);
  const first = compiler.asSymbolic(left, node.left);
  const second = compiler.asSymbolic(right, node.right);
  if (first === null) return compiler.mismatch(left, "a number or member to compare", node.left) ?? INVALID;
  if (second === null) return compiler.mismatch(right, "a number or member to compare", node.right) ?? INVALID;
  return compareSymbols(compiler, relation, first, second);
}

export function compareNumbers(relation: Relation, left: () => number, right: () => number): LogicalCode {
  switch (relation) {
    case "<":
      return { type: "logical", run: () => left() < right() };
    case "<=":
      return { type: "logical", run: () => left() <= right() };
    case ">=":
      return { type: "logical", run: () => left() >= right() };
    case ">":
      return { type: "logical", run: () => left() > right() };
    case "<>":
      return { type: "logical", run: () => left() !== right() };
    default:
      return { type: "logical", run: () => left() === right() };
  }
}

/** Numbers come before strings, and strings are compared by characters. */
export function compareSymbols(
  compiler: TypedCompiler,
  relation: Relation,
  left: SymbolicCode,
  right: SymbolicCode,
): LogicalCode {
  const [first, second] = [left.run, right.run];
  if (relation === "=") return { type: "logical", run: () => first() === second() };
  if (relation === "<>") return { type: "logical", run: () => first() !== second() };
  const { symbols } = compiler.scope.machine;
  const order = (): number => {
    const a = symbols.valueOf(first());
    const b = symbols.valueOf(second());
    if (a === b) return 0;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : 1;
  };
  return compareNumbers(relation, order, () => 0);
}

function compileConcatenation(compiler: TypedCompiler, node: Binary): Code {
  const left = compiler.symbolic(node.left);
  const right = compiler.symbolic(node.right);
  if (left === null || right === null) return INVALID;
  const { machine } = compiler.scope;
  const [first, second] = [left.run, right.run];
  const { symbols } = machine;
  return {
    type: "symbolic",
    run: () => machine.internText(symbols.textOf(first()) + symbols.textOf(second()), node),
  };
}

/** Both operands as numbers, or null after a report. */
function numbersOf(compiler: TypedCompiler, node: Binary): readonly [() => number, () => number] | null {
  const left = compiler.numeric(node.left);
  const right = compiler.numeric(node.right);
  return left === null || right === null ? null : [left.run, right.run];
}

function compileArithmetic(compiler: TypedCompiler, node: Binary, operator: "div" | "mod" | "less"): Code {
  const operands = numbersOf(compiler, node);
  if (operands === null) return INVALID;
  const [left, right] = operands;
  if (operator === "less") return { type: "numeric", run: () => Math.max(0, left() - right()) };
  const divisor = () => nonzero(right(), node);
  if (operator === "div") return { type: "numeric", run: () => Math.trunc(left() / divisor()) + 0 };
  return {
    type: "numeric",
    run: () => {
      const value = left();
      const by = right();
      // As in GLPK, a divisor of 0 leaves the value unchanged.
      if (by === 0) return value;
      const rest = value % by;
      return rest !== 0 && rest < 0 !== by < 0 ? rest + by : rest + 0;
    },
  };
}

function nonzero(value: number, node: Expression): number {
  if (value !== 0) return value;
  throw new EvaluationFault("division_by_zero", "the divisor is 0 here", node);
}

function compileProduct(compiler: TypedCompiler, node: Binary): Code {
  const left = compiler.compile(node.left);
  const right = compiler.compile(node.right);
  if (left.type === "invalid" || right.type === "invalid") return INVALID;
  if (left.type === "linear" && right.type === "linear") return compileForms(compiler, node, left, right);
  if (left.type === "linear" || right.type === "linear") {
    const [linear, other, other_node] =
      left.type === "linear" ? [left, right, node.right] : [right as LinearCode, left, node.left];
    const factor = compiler.asNumeric(other, other_node);
    if (factor === null) return compiler.mismatch(other, "a number", other_node) ?? INVALID;
    return scale(linear, factor);
  }
  const first = compiler.asNumeric(left, node.left);
  const second = compiler.asNumeric(right, node.right);
  if (first === null) return compiler.mismatch(left, "a number", node.left) ?? INVALID;
  if (second === null) return compiler.mismatch(right, "a number", node.right) ?? INVALID;
  const [a, b] = [first.run, second.run];
  return { type: "numeric", run: () => a() * b() };
}

function scale(linear: LinearCode, factor: NumericCode): LinearCode {
  const { add, is_quadratic } = linear;
  const { run } = factor;
  return { type: "linear", is_quadratic, add: (coefficient) => add(coefficient * run()) };
}

/** The product of two forms, only for the objective. */
function compileForms(compiler: TypedCompiler, node: Binary, left: LinearCode, right: LinearCode): Code {
  if (left.is_quadratic || right.is_quadratic)
    return compiler.refuse("degree_too_high", "products of variables go up to degree 2", node);
  const { machine } = compiler.scope;
  const add = (coefficient: number): void => {
    const target = machine.form;
    const first = collect(machine, left);
    const second = collect(machine, right);
    machine.form = target;
    target.constant += coefficient * first.constant * second.constant;
    addScaled(target, first, coefficient * second.constant);
    addScaled(target, second, coefficient * first.constant);
    const { quadratic } = machine;
    if (first.count === 0 || second.count === 0) return;
    if (quadratic === null) {
      const message = "this is a product of variables, which only the objective may contain";
      throw new EvaluationFault("not_linear", message, node);
    }
    for (let a = 0; a < first.count; a += 1) {
      machine.budget.takeNonzeros(second.count);
      machine.budget.steps(second.count);
      for (let b = 0; b < second.count; b += 1) {
        quadratic.columns.push(first.columns[a]!);
        quadratic.others.push(second.columns[b]!);
        quadratic.coefficients.push(coefficient * first.coefficients[a]! * second.coefficients[b]!);
      }
    }
  };
  return { type: "linear", is_quadratic: true, add };
}

function collect(machine: { form: Form }, code: LinearCode): Form {
  const form = new Form();
  machine.form = form;
  code.add(1);
  return form;
}

function addScaled(target: Form, form: Form, factor: number): void {
  if (factor === 0) return;
  for (let at = 0; at < form.count; at += 1) target.add(form.columns[at]!, factor * form.coefficients[at]!);
}

function compileQuotient(compiler: TypedCompiler, node: Binary): Code {
  const left = compiler.compile(node.left);
  const right = compiler.numeric(node.right);
  if (left.type === "invalid" || right === null) return INVALID;
  const divisor = right.run;
  if (left.type === "linear") {
    return scale(left, { type: "numeric", run: () => 1 / nonzero(divisor(), node) });
  }
  const dividend = compiler.asNumeric(left, node.left);
  if (dividend === null) return compiler.mismatch(left, "a number", node.left) ?? INVALID;
  const { run } = dividend;
  return { type: "numeric", run: () => run() / nonzero(divisor(), node) };
}

function compilePower(compiler: TypedCompiler, node: Binary): Code {
  const base = compiler.compile(node.left);
  const exponent = compiler.numeric(node.right);
  if (base.type === "invalid" || exponent === null) return INVALID;
  if (base.type === "linear") {
    if (exponent.constant === 1) return base;
    if (exponent.constant === 2) return compileForms(compiler, node, base, base);
    return compiler.refuse("degree_too_high", "a power of variables has the exponent 1 or 2", node);
  }
  const number = compiler.asNumeric(base, node.left);
  if (number === null) return compiler.mismatch(base, "a number", node.left) ?? INVALID;
  const [value, power] = [number.run, exponent.run];
  if (number.constant !== undefined && exponent.constant !== undefined) {
    const result = number.constant ** exponent.constant;
    if (Number.isFinite(result) && number.constant !== 0) return constantOf(result);
  }
  return {
    type: "numeric",
    run: () => {
      const [raised, exponent] = [value(), power()];
      const result = raised ** exponent;
      if (Number.isFinite(result) && !(raised === 0 && exponent === 0)) return result;
      throw new EvaluationFault("not_a_number", "this power has no finite value", node);
    },
  };
}
