/**
 * Evaluates the constant subtrees of an expression: numbers, parameters, indices and functions of them, in one pass
 * over the postfix range. A part that cannot be evaluated is reported once and becomes NaN, which propagates silently,
 * so that the rest of the expression is still checked.
 */
import { nearestHint } from "../../nearest";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { describeValue, isRecord, quote } from "../json";
import { type ExpressionCode, FUNCTION, FUNCTION_NAMES, OP } from "./code";
import { expressionPath, type ParsedExpression } from "./expression_reader";

export class ConstantEvaluator {
  readonly #code: ExpressionCode;
  /** Value of each parameter by its position. */
  readonly #values: readonly unknown[];
  readonly #list: DiagnosticList;
  readonly #budget: Budget;
  #expression: ParsedExpression | null = null;
  readonly #stack: unknown[] = [];

  constructor(code: ExpressionCode, values: readonly unknown[], list: DiagnosticList, budget: Budget) {
    this.#code = code;
    this.#values = values;
    this.#list = list;
    this.#budget = budget;
  }

  /** Sets the expression whose nodes follow, for diagnostics. */
  enter(expression: ParsedExpression): void {
    this.#expression = expression;
  }

  /** Value of a constant subtree as a number; NaN, after a report, when it has none. */
  number(node: number): number {
    const code = this.#code;
    if (code.op[node] === OP.number) return code.numbers[code.operand[node]!]!;
    const errors_before = this.#list.error_count;
    const value = this.#scalar(this.#value(node), node);
    return this.#finite(value, node, errors_before);
  }

  /** The numbers that a constant argument of sum, min or max stands for: the elements of an array, or itself. */
  numbers(node: number): number[] {
    const errors_before = this.#list.error_count;
    return this.#flatten(this.#value(node), node).map((value) => this.#finite(value, node, errors_before));
  }

  /** Reports an error on the span of `node`. */
  addError(code: string, message: string, node: number, hint?: string): void {
    const { text, position } = this.#expression!;
    const start = this.#code.start[node]!;
    this.#list.error(
      code,
      message,
      { path: expressionPath(position), text, start, end: this.#code.end[node]! },
      { hint },
    );
  }

  /** The text of a node for a message, quoted and shortened. */
  quoteNode(node: number): string {
    const start = this.#code.start[node]!;
    return quote(this.#expression!.text.slice(start, Math.min(this.#code.end[node]!, start + 64)));
  }

  #value(root: number): unknown {
    const code = this.#code;
    const stack = this.#stack;
    stack.length = 0;
    for (let node = code.first[root]!; node <= root; node += 1) {
      this.#budget.step();
      const operand = code.operand[node]!;
      const op = code.op[node]!;
      if (op === OP.number) stack.push(code.numbers[operand]!);
      else if (op === OP.parameter) stack.push(this.#values[operand]);
      else if (op === OP.text) stack.push(code.texts[operand]!);
      else if (op === OP.negate) stack.push(-this.#scalar(stack.pop(), node - 1));
      else if (op === OP.call) stack.push(this.#call(node));
      else if (op === OP.index) this.#index(node);
      else this.#binary(op, node);
    }
    return stack.pop();
  }

  #binary(op: number, node: number): void {
    const stack = this.#stack;
    const right = this.#scalar(stack.pop(), node - 1);
    const left = this.#scalar(stack.pop(), this.#code.left(node));
    if (op === OP.add) stack.push(left + right);
    else if (op === OP.subtract) stack.push(left - right);
    else if (op === OP.multiply) stack.push(left * right);
    else if (op === OP.divide) stack.push(left / this.divisor(right, node - 1));
    else stack.push(this.#power(left, right, node));
  }

  /** The divisor, or NaN, after a report, when it is zero. */
  divisor(value: number, node: number): number {
    if (value !== 0) return value;
    this.addError("division_by_zero", `division by zero: ${this.quoteNode(node)} is 0`, node);
    return Number.NaN;
  }

  #power(base: number, exponent: number, node: number): number {
    const result = base ** exponent;
    if (Number.isNaN(result) && !Number.isNaN(base) && !Number.isNaN(exponent)) {
      this.addError("not_a_number", `${base} to the power ${exponent} is not a real number`, node);
    }
    return result;
  }

  #index(node: number): void {
    const stack = this.#stack;
    const key = stack.pop();
    const base = stack.pop();
    stack.push(this.#element(base, key, node));
  }

  #element(base: unknown, key: unknown, node: number): unknown {
    const index_node = node - 1;
    const base_node = this.#code.left(node);
    if (isPoisoned(base) || isPoisoned(key)) return Number.NaN;
    const name = this.quoteNode(base_node);
    if (Array.isArray(base)) {
      if (typeof key === "number" && Number.isInteger(key) && key >= 0 && key < base.length) return base[key];
      const found = describeValue(key);
      const message = `${name} has ${base.length} ${base.length === 1 ? "value" : "values"}, counted from 0; there is none at ${found}`;
      this.addError("index_out_of_range", message, index_node);
    } else if (isRecord(base)) {
      const word = String(this.#textKey(key, index_node));
      if (Object.hasOwn(base, word)) return base[word];
      const hint = this.#list.hint(() => nearestHint(word, Object.keys(base)));
      this.addError("unknown_key", `${name} has no key ${quote(word)}`, index_node, hint);
    } else {
      this.addError("not_indexable", `${name} is ${describeValue(base)}; only an array or object takes [ ]`, base_node);
    }
    return Number.NaN;
  }

  /** A key of an object: a text, or the spelling of a number. */
  #textKey(key: unknown, node: number): string | number {
    if (typeof key === "string") return key;
    return this.#scalar(key, node);
  }

  #call(node: number): number {
    const stack = this.#stack;
    const code = this.#code;
    const name = code.operand[node]! & 7;
    const roots = code.callArguments(node);
    const values = stack.splice(stack.length - roots.length);
    if (name === FUNCTION.abs) return Math.abs(this.#scalar(values[0], roots[0]!));
    if (name === FUNCTION.pow) {
      return this.#power(this.#scalar(values[0], roots[0]!), this.#scalar(values[1], roots[1]!), node);
    }
    let result = name === FUNCTION.sum ? 0 : Number.NaN;
    let count = 0;
    for (const [position, value] of values.entries()) {
      for (const element of this.#flatten(value, roots[position]!)) {
        result = count === 0 ? element : combine(name, result, element);
        count += 1;
      }
    }
    if (count === 0 && name !== FUNCTION.sum) {
      this.addError("no_values", `${FUNCTION_NAMES[name]!} of no values at all has no result`, node);
    }
    return result;
  }

  /** All numbers inside a value, in order. */
  #flatten(value: unknown, node: number): number[] {
    if (typeof value === "number") return [value];
    const numbers: number[] = [];
    const open: unknown[] = [value];
    while (open.length > 0) {
      this.#budget.step();
      const next = open.pop();
      if (typeof next === "number") numbers.push(next);
      else if (Array.isArray(next) || isRecord(next))
        pushReversed(open, Array.isArray(next) ? next : Object.values(next));
      else numbers.push(this.#scalar(next, node));
    }
    return numbers;
  }

  #scalar(value: unknown, node: number): number {
    if (typeof value === "number") return value;
    const found = this.quoteNode(node);
    if (Array.isArray(value)) {
      const message = `${found} is an array of ${value.length}, expected a number; take one element, such as [0], or its sum`;
      this.addError("not_a_scalar", message, node);
    } else if (isRecord(value)) {
      const key = quote(Object.keys(value)[0] ?? "key");
      const message = `${found} is an object, expected a number; take one element, such as [${key}], or its sum`;
      this.addError("not_a_scalar", message, node);
    } else {
      this.addError("not_a_number", `${found} is ${describeValue(value)}, expected a number`, node);
    }
    return Number.NaN;
  }

  /** Infinity, or a NaN that comes from infinities, means that some step overflowed; any other NaN was reported already. */
  #finite(value: number, node: number, errors_before: number): number {
    if (Number.isFinite(value)) return value;
    if (this.#list.error_count === errors_before) {
      this.addError("number_too_large", `the value of ${this.quoteNode(node)} is too large for a number`, node);
    }
    return Number.NaN;
  }
}

/** NaN stands for a value whose error has been reported. */
function isPoisoned(value: unknown): boolean {
  return typeof value === "number" && Number.isNaN(value);
}

function combine(name: number, result: number, element: number): number {
  if (name === FUNCTION.sum) return result + element;
  return name === FUNCTION.min ? Math.min(result, element) : Math.max(result, element);
}

function pushReversed(stack: unknown[], elements: readonly unknown[]): void {
  for (let at = elements.length - 1; at >= 0; at -= 1) stack.push(elements[at]);
}
