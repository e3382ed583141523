/** Compiled expressions: closures by type, and conversions between the types. */
import { EvaluationFault } from "../run/faults";
import type { Machine } from "../run/machine";
import type { SetValue } from "../run/sets";
import type { Span } from "../syntax/ast";

export type NumericCode = {
  readonly type: "numeric";
  readonly run: () => number;
  /** The value, when it is constant. */
  readonly constant?: number;
};
/** Returns a member's integer. */
export type SymbolicCode = { readonly type: "symbolic"; readonly run: () => number; readonly constant?: number };
export type LogicalCode = { readonly type: "logical"; readonly run: () => boolean };
export type SetCode = {
  readonly type: "set";
  readonly run: () => SetValue;
  /** 0 for the empty literal, which matches any arity. */
  readonly arity: number;
  /** Whether the tuple at `from` of the machine's stack is a member; may be cheaper than making the set. */
  readonly contains: (from: number) => boolean;
};
/** Adds itself times a coefficient to the machine's form. */
export type LinearCode = {
  readonly type: "linear";
  readonly add: (coefficient: number) => void;
  readonly is_quadratic: boolean;
};
/** An expression whose error was already reported. */
type InvalidCode = { readonly type: "invalid" };

export type Code = NumericCode | SymbolicCode | LogicalCode | SetCode | LinearCode | InvalidCode;

export const INVALID: InvalidCode = { type: "invalid" };

export function constantOf(value: number): NumericCode {
  return { type: "numeric", run: () => value, constant: value };
}

/** A member as a number; a string that spells one counts. */
export function numericOf(machine: Machine, code: SymbolicCode, span: Span): NumericCode {
  const { symbols } = machine;
  const { run } = code;
  return {
    type: "numeric",
    run: () => {
      const id = run();
      if (id < 2 ** 30) return id;
      const value = symbols.numberOf(id);
      if (!Number.isNaN(value)) return value;
      const found = machine.spellMember(id);
      throw new EvaluationFault("not_a_number", `found the member ${found}, expected a number`, span);
    },
  };
}

export function symbolicOf(machine: Machine, code: NumericCode, span: Span): SymbolicCode {
  const { symbols } = machine;
  const { run } = code;
  const intern = (value: number): number => {
    if (Number.isFinite(value)) return symbols.intern(value);
    throw new EvaluationFault("not_a_number", `found ${value}, expected a finite number`, span);
  };
  if (code.constant !== undefined) {
    const id = intern(code.constant);
    return { type: "symbolic", run: () => id, constant: id };
  }
  return {
    type: "symbolic",
    run: () => {
      const value = run();
      return value === (value | 0) && value < 2 ** 30 && value > -(2 ** 30) ? value | 0 : intern(value);
    },
  };
}

export function linearOf(machine: Machine, code: NumericCode): LinearCode {
  const { run } = code;
  return {
    type: "linear",
    is_quadratic: false,
    add: (coefficient) => {
      machine.form.constant += coefficient * run();
    },
  };
}
