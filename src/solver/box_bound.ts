/** The bound of a problem before anything is solved: each column at the better of its bounds. */
import type { Problem } from "../problem/problem";
import { leavesOutZero } from "./relaxation";

const INFINITE_BEYOND = 1e20;

/** No solution is better than this. Null when a column with a cost has no bound on that side, and for quadratic objectives. Takes one pass over the columns. */
export function boxBound(problem: Problem): number | null {
  if (problem.hessian !== null) return null;
  const { columns, sense, offset } = problem;
  const sign = sense === "maximize" ? -1 : 1;
  let bound = offset;
  for (let column = 0; column < columns.count; column++) {
    const cost = columns.cost[column]!;
    if (cost === 0) continue;
    const value = sign * cost > 0 ? lowest(problem, column) : highest(problem, column);
    if (!(Math.abs(value) < INFINITE_BEYOND)) return null;
    bound += cost * value;
  }
  return Number.isFinite(bound) ? bound : null;
}

function lowest(problem: Problem, column: number): number {
  const lower = problem.columns.lower[column]!;
  return leavesOutZero(problem, column) ? Math.min(0, lower) : lower;
}

function highest(problem: Problem, column: number): number {
  const upper = problem.columns.upper[column]!;
  return leavesOutZero(problem, column) ? Math.max(0, upper) : upper;
}
