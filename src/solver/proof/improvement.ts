/**
 * The best single step from a solution: one column moves and all others stay. A claimed optimum that one step improves is wrong,
 * whatever bound the solver claims. Takes one pass over the matrix.
 */
import { isIntegerKind, KIND, type Problem } from "../../problem/problem";
import type { CleanAnswer } from "../certify";

/** A whole step may miss a row's bound by rounding errors of its activity: this much, and this part of the bound. */
const ROW_TOLERANCE = 1e-9;
const ROUNDING_PART = 1e-15;

export interface Improvement {
  /** How much better the objective becomes, in its own unit. */
  readonly gain: number;
  readonly column: number;
}

/** The best step, or null when no step of a linear objective is better by more than `gain_min`. */
export function findImprovement(problem: Problem, clean: CleanAnswer, gain_min: number): Improvement | null {
  const { columns } = problem;
  const steps = largestSteps(problem, clean);
  let best: Improvement | null = null;
  for (let column = 0; column < columns.count; column++) {
    const price = Math.abs(columns.cost[column]!);
    const kind = columns.kinds[column]!;
    if (price === 0 || kind === KIND.semicontinuous || kind === KIND.semi_integer) continue;
    const step = isIntegerKind(kind) ? Math.floor(steps[column]!) : steps[column]!;
    const gain = price * step;
    if (gain > gain_min && gain > (best?.gain ?? 0)) best = { gain, column };
  }
  return best;
}

/** For each column how far it can move towards a better objective; 0 for one without a cost. */
function largestSteps(problem: Problem, { values, activities }: CleanAnswer): Float64Array {
  const { columns, rows, matrix, sense } = problem;
  const sign = sense === "maximize" ? 1 : -1;
  const steps = new Float64Array(columns.count);
  for (let column = 0; column < columns.count; column++) {
    const direction = sign * columns.cost[column]!;
    if (direction === 0) continue;
    const room = direction > 0 ? columns.upper[column]! - values[column]! : values[column]! - columns.lower[column]!;
    steps[column] = Math.max(0, room);
  }
  for (let row = 0; row < rows.count; row++) {
    const up = Math.max(0, rows.upper[row]! - activities[row]!);
    const down = Math.max(0, activities[row]! - rows.lower[row]!);
    const tolerance = ROW_TOLERANCE + ROUNDING_PART * Math.abs(activities[row]!);
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      const slope = sign * columns.cost[column]! * matrix.values[entry]!;
      if (slope === 0) continue;
      const slack = (slope > 0 ? up : down) + (isIntegerKind(columns.kinds[column]!) ? tolerance : 0);
      const step = slack / Math.abs(matrix.values[entry]!);
      if (step < steps[column]!) steps[column] = step;
    }
  }
  return steps;
}
