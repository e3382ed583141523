/** Relaxes problems: removes the property of integer or semi-continuous columns. */
import { isIntegerKind, KIND, type Problem } from "../problem/problem";

/** True for a semi-continuous column whose bounds leave 0 out; one that may already be 0 within its bounds is an ordinary column. */
export function leavesOutZero(problem: Problem, column: number): boolean {
  const kind = problem.columns.kinds[column]!;
  if (kind !== KIND.semicontinuous && kind !== KIND.semi_integer) return false;
  return problem.columns.lower[column]! > 0 || problem.columns.upper[column]! < 0;
}

/** The same problem with each integer column fixed at its rounded value, and each semi-continuous one at 0 or kept within its bounds. */
export function withIntegersFixed(problem: Problem, values: Float64Array): Problem {
  const { columns } = problem;
  const lower = Float64Array.from(columns.lower);
  const upper = Float64Array.from(columns.upper);
  for (let column = 0; column < columns.count; column++) {
    const value = values[column]!;
    if (isIntegerKind(columns.kinds[column]!)) lower[column] = upper[column] = Math.round(value);
    else if (leavesOutZero(problem, column) && Math.abs(value) * 2 < nearestToZero(lower[column]!, upper[column]!)) {
      lower[column] = upper[column] = 0;
    }
  }
  return { ...problem, columns: { ...columns, kinds: new Uint8Array(columns.count), lower, upper } };
}

/** The relaxation: integers may be any number, semi-continuous columns anything between 0 and their bounds. */
export function withoutIntegers(problem: Problem): Problem {
  const { columns } = problem;
  const isSemi = (column: number) => leavesOutZero(problem, column);
  const lower = columns.lower.map((bound, column) => (isSemi(column) ? Math.min(0, bound) : bound));
  const upper = columns.upper.map((bound, column) => (isSemi(column) ? Math.max(0, bound) : bound));
  return { ...problem, columns: { ...columns, kinds: new Uint8Array(columns.count), lower, upper } };
}

/** The same constraints with nothing to optimize. */
export function withoutObjective(problem: Problem): Problem {
  const cost = new Float64Array(problem.columns.count);
  return { ...problem, offset: 0, columns: { ...problem.columns, cost }, hessian: null };
}

function nearestToZero(lower: number, upper: number): number {
  return Math.min(Math.abs(lower), Math.abs(upper));
}
