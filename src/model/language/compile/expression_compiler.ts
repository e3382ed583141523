/**
 * Turns expressions into closures over the machine, resolving names and checking types on the way (gmpl manual, chapter
 * 3). Faults are reported and give an invalid code, so that one pass finds as many as it can.
 */
import type { DomainCode } from "../run/domains";
import { readNumber } from "../run/symbols";
import type { Expression, Span } from "../syntax/ast";
import { compileCall } from "./builtins";
import {
  type Code,
  constantOf,
  INVALID,
  type LinearCode,
  type LogicalCode,
  linearOf,
  type NumericCode,
  numericOf,
  type SetCode,
  type SymbolicCode,
  symbolicOf,
} from "./codes";
import { compileDomain } from "./domain_compiler";
import { compileIterated } from "./iterated";
import { compileBinary, compileSum, negate } from "./operators";
import { compileName } from "./references";
import type { Scope } from "./scope";
import { compileBraces, compileRange } from "./set_operators";

const TYPE_WORDS: Readonly<Record<Code["type"], string>> = {
  numeric: "a number",
  symbolic: "a member",
  logical: "a condition",
  set: "a set",
  linear: "an expression with variables",
  invalid: "something faulty",
};

export class ExpressionCompiler {
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  compile(node: Expression): Code {
    switch (node.kind) {
      case "number":
        return constantOf(node.value);
      case "text":
        return this.text(node.value);
      case "name":
        return compileName(this, node);
      case "call":
        return compileCall(this, node);
      case "unary":
        return this.unary(node);
      case "binary":
        return compileBinary(this, node);
      case "sum":
        return compileSum(this, node);
      case "range":
        return compileRange(this, node);
      case "tuple":
        return this.refuse("tuple_misplaced", "a tuple can stand only before in, or as a member of a set", node);
      case "braces":
        return compileBraces(this, node);
      case "iterated":
        return compileIterated(this, node);
      case "if":
        return this.branch(node);
    }
  }

  domain(domain: import("../syntax/ast").Domain): DomainCode | null {
    return compileDomain(this, domain);
  }

  numeric(node: Expression): NumericCode | null {
    const code = this.compile(node);
    if (code.type === "numeric") return code;
    if (code.type === "symbolic") return numericOf(this.scope.machine, code, node);
    return this.mismatch(code, "a number", node);
  }

  symbolic(node: Expression): SymbolicCode | null {
    const code = this.compile(node);
    if (code.type === "symbolic") return code;
    if (code.type === "numeric") return symbolicOf(this.scope.machine, code, node);
    return this.mismatch(code, "a number or member", node);
  }

  /** A subscript or a member of a literal set: in JModel a name that nothing declares is a member. */
  member(node: Expression): SymbolicCode | null {
    return this.memberLiteral(node) ?? this.symbolic(node);
  }

  /** A side of a comparison, where a name that nothing declares is a member too. */
  compared(node: Expression): Code {
    return this.memberLiteral(node) ?? this.compile(node);
  }

  private memberLiteral(node: Expression): SymbolicCode | null {
    const { scope } = this;
    if (scope.dialect !== "jmodel" || node.kind !== "name" || node.subscripts !== null || node.suffix !== null)
      return null;
    const { name } = node;
    const is_known = scope.dummySlot(name) !== null || scope.declared.has(name) || scope.broken.has(name);
    return is_known ? null : this.text(name);
  }

  logical(node: Expression): LogicalCode | null {
    const code = this.compile(node);
    if (code.type === "logical") return code;
    if (code.type === "numeric" || code.type === "symbolic") {
      const number = code.type === "numeric" ? code : numericOf(this.scope.machine, code, node);
      const { run } = number;
      return { type: "logical", run: () => run() !== 0 };
    }
    return this.mismatch(code, "a condition", node);
  }

  set(node: Expression): SetCode | null {
    const code = this.compile(node);
    return code.type === "set" ? code : this.mismatch(code, "a set", node);
  }

  /** A linear form, a constant one included. */
  linear(node: Expression): LinearCode | null {
    const code = this.compile(node);
    return this.asLinear(code, node);
  }

  asLinear(code: Code, node: Expression): LinearCode | null {
    const { machine } = this.scope;
    if (code.type === "linear") return code;
    if (code.type === "numeric") return linearOf(machine, code);
    if (code.type === "symbolic") return linearOf(machine, numericOf(machine, code, node));
    return this.mismatch(code, "a number or an expression with variables", node);
  }

  asNumeric(code: Code, node: Expression): NumericCode | null {
    if (code.type === "numeric") return code;
    return code.type === "symbolic" ? numericOf(this.scope.machine, code, node) : null;
  }

  asSymbolic(code: Code, node: Expression): SymbolicCode | null {
    if (code.type === "symbolic") return code;
    return code.type === "numeric" ? symbolicOf(this.scope.machine, code, node) : null;
  }

  /** Reports a type that does not fit, unless it was faulty before. */
  mismatch(code: Code, expected: string, node: Span): null {
    if (code.type !== "invalid") {
      const message = `${this.scope.spell(node)} is ${TYPE_WORDS[code.type]}, expected ${expected}`;
      this.scope.error("wrong_type", message, node);
    }
    return null;
  }

  refuse(code: string, message: string, span: Span, hint?: string): Code {
    this.scope.error(code, message, span, hint);
    return INVALID;
  }

  private text(value: string): SymbolicCode {
    const { symbols } = this.scope.machine;
    const number = this.scope.dialect === "jmodel" ? readNumber(value) : Number.NaN;
    const id = symbols.intern(Number.isNaN(number) ? value : number);
    return { type: "symbolic", run: () => id, constant: id };
  }

  private unary(node: Extract<Expression, { kind: "unary" }>): Code {
    if (node.operator === "not") {
      const operand = this.logical(node.operand);
      if (operand === null) return INVALID;
      const { run } = operand;
      return { type: "logical", run: () => !run() };
    }
    const code = this.compile(node.operand);
    if (code.type === "linear") return node.operator === "+" ? code : negate(code);
    const number = this.asNumeric(code, node.operand);
    if (number === null) return this.mismatch(code, "a number", node.operand) ?? INVALID;
    if (node.operator === "+") return number;
    if (number.constant !== undefined) return constantOf(-number.constant);
    const { run } = number;
    return { type: "numeric", run: () => -run() };
  }

  private branch(node: Extract<Expression, { kind: "if" }>): Code {
    const condition = this.logical(node.condition);
    const then = this.compile(node.then);
    const otherwise: Code = node.otherwise === null ? constantOf(0) : this.compile(node.otherwise);
    if (condition === null || then.type === "invalid" || otherwise.type === "invalid") return INVALID;
    const test = condition.run;
    const else_node = node.otherwise ?? node.then;
    if (then.type === "set" && otherwise.type === "set") {
      if (then.arity !== otherwise.arity && then.arity * otherwise.arity !== 0)
        return this.refuse("wrong_arity", "the sets behind then and else have tuples of different lengths", node);
      return {
        type: "set",
        arity: Math.max(then.arity, otherwise.arity),
        run: () => (test() ? then.run() : otherwise.run()),
        contains: (from) => (test() ? then.contains(from) : otherwise.contains(from)),
      };
    }
    if (then.type === "linear" || otherwise.type === "linear") {
      const first = this.asLinear(then, node.then);
      const second = this.asLinear(otherwise, else_node);
      if (first === null || second === null) return INVALID;
      const add = (coefficient: number) => (test() ? first.add(coefficient) : second.add(coefficient));
      return { type: "linear", is_quadratic: first.is_quadratic || second.is_quadratic, add };
    }
    if (then.type === "numeric" && otherwise.type === "numeric") {
      return { type: "numeric", run: () => (test() ? then.run() : otherwise.run()) };
    }
    const first = this.asSymbolic(then, node.then);
    const second = this.asSymbolic(otherwise, else_node);
    if (first === null || second === null) {
      return this.mismatch(first === null ? then : otherwise, "a number, member, set or linear form", node) ?? INVALID;
    }
    return { type: "symbolic", run: () => (test() ? first.run() : second.run()) };
  }
}
