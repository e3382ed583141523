/**
 * Whether a solution of a problem with integers stands on what rows may miss. A row may be missed by 1e-6, and in a chain z1 <= 1e4 z0,
 * z2 <= 1e4 z1 that is worth 100 two rows on. With the integers whole, the bounds that follow from row to row, exactly, are what is left
 * of each column; a value beyond them by more than a row may be missed is none.
 */
import type { Problem } from "../../problem/problem";
import { type Mismatch, toleranceAt } from "../certify";
import { type Box, boxOf, propagate } from "../prepare/box";
import { isOrdinary } from "../prepare/scan";
import { withIntegersFixed } from "../relaxation";

/** What the rows leave of each column when the integers are those of `values`; it may be empty. */
function boxAround(problem: Problem, values: Float64Array): Box {
  const fixed = withIntegersFixed(problem, values);
  const box = boxOf(fixed);
  propagate(fixed, box, new Uint8Array(problem.rows.count));
  return box;
}

/** The first column whose value lies beyond what its integers leave it; problems of ordinary figures are not looked at. */
export function findStray(problem: Problem, values: Float64Array): Mismatch | null {
  if (isOrdinary(problem)) return null;
  const { lower, upper } = boxAround(problem, values);
  for (let column = 0; column < values.length; column++) {
    const value = values[column]!;
    const bound = value < lower[column]! ? lower[column]! : upper[column]!;
    if ((value >= lower[column]! && value <= bound) || Math.abs(value - bound) <= toleranceAt(bound)) continue;
    const name = problem.columns.names[column]!;
    const message = `variable ${name}: the solver's ${value} rests on what other constraints may miss; expected ${bound}`;
    return { part: "column", name, found: value, allowed: bound, message };
  }
  return null;
}
