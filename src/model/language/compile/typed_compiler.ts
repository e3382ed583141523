/**
 * Compiles an expression of an expected type: a number, a member, a condition, a set, a linear form. The compilers of
 * single constructs use this class; its one abstract method compiles any expression, which is the recursion.
 */
import type { DomainCode } from "../run/domains";
import { readNumber } from "../run/symbols";
import type { Domain, Expression, Span } from "../syntax/ast";
import {
  type Code,
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
import type { Scope } from "./scope";

const TYPE_WORDS: Readonly<Record<Code["type"], string>> = {
  numeric: "a number",
  symbolic: "a member",
  logical: "a condition",
  set: "a set",
  linear: "an expression with variables",
  invalid: "something faulty",
};

export abstract class TypedCompiler {
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /** Code of an expression of any type; faults are reported and give INVALID. */
  abstract compile(node: Expression): Code;

  /** Code that loops over an indexing expression; null when it has errors. */
  abstract domain(domain: Domain): DomainCode | null;

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

  /** A subscript or a member of a literal set: in JModel an undeclared name is a member. */
  member(node: Expression): SymbolicCode | null {
    return this.#memberLiteral(node) ?? this.symbolic(node);
  }

  /** A side of a comparison, where an undeclared name is also a member. */
  compared(node: Expression): Code {
    return this.#memberLiteral(node) ?? this.compile(node);
  }

  #memberLiteral(node: Expression): SymbolicCode | null {
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

  /** A linear form, which may be constant. */
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

  /** Reports a wrong type, unless an error was reported before. */
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

  /** A literal text: in JModel one that spells a number is that number. */
  text(value: string): SymbolicCode {
    const { symbols } = this.scope.machine;
    const number = this.scope.dialect === "jmodel" ? readNumber(value) : Number.NaN;
    const id = symbols.intern(Number.isNaN(number) ? value : number);
    return { type: "symbolic", run: () => id, constant: id };
  }
}
