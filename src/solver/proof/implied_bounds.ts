/** Bounds of columns that follow from the rows: if all other columns of a row are bounded, so is the last one. */
import type { Problem } from "../../problem/problem";

const INFINITE_BEYOND = 1e20;
/** Chains of more rows than this are rare, and each round is a pass over the matrix. */
const ROUNDS_MAX = 4;

export interface ImpliedBounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** The columns' own bounds; where there is none, the bound that some row implies; ±Infinity where no row implies one. */
export function implyBounds(problem: Problem): ImpliedBounds {
  const lower = problem.columns.lower.map((bound) => (bound > -INFINITE_BEYOND ? bound : -Infinity));
  const upper = problem.columns.upper.map((bound) => (bound < INFINITE_BEYOND ? bound : Infinity));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let found = 0;
    for (let row = 0; row < problem.rows.count; row++) {
      if (problem.rows.upper[row]! < INFINITE_BEYOND) found += implyFromRow(problem, row, 1, lower, upper);
      if (problem.rows.lower[row]! > -INFINITE_BEYOND) found += implyFromRow(problem, row, -1, lower, upper);
    }
    if (found === 0) break;
  }
  return { lower, upper };
}

/** Reads the row as `sign * activity <= sign * bound`; returns how many bounds are new. */
function implyFromRow(problem: Problem, row: number, sign: 1 | -1, lower: Float64Array, upper: Float64Array): number {
  const { starts, indices, values } = problem.matrix;
  let left = sign * (sign > 0 ? problem.rows.upper[row]! : problem.rows.lower[row]!);
  let unbounded = 0;
  let last = -1;
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
    const value = sign * values[entry]!;
    if (value === 0) continue;
    const smallest = value > 0 ? lower[indices[entry]!]! : upper[indices[entry]!]!;
    if (Math.abs(smallest) === Infinity) {
      unbounded += 1;
      last = entry;
    } else left -= value * smallest;
  }
  if (unbounded > 1) return 0;
  let found = 0;
  const from = unbounded === 1 ? last : starts[row]!;
  const until = unbounded === 1 ? last + 1 : starts[row + 1]!;
  for (let entry = from; entry < until; entry++) {
    const column = indices[entry]!;
    const value = sign * values[entry]!;
    if (value === 0) continue;
    const side = value > 0 ? upper : lower;
    if (Math.abs(side[column]!) !== Infinity) continue;
    const other = value > 0 ? lower[column]! : upper[column]!;
    side[column] = (unbounded === 1 ? left : left + value * other) / value;
    found += 1;
  }
  return found;
}
