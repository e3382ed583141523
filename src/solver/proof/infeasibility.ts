/**
 * Checks whether row multipliers prove that no point satisfies a problem's linear constraints (Farkas): the combination y'A x must reach at
 * least what the rows' bounds add up to, and the columns' bounds do not let it.
 */
import type { Problem } from "../../problem/problem";
import { implyBounds } from "./implied_bounds";

const ROUNDING_PART = 1e-13;
const INFINITE_BEYOND = 1e20;
/** Relative to the sum of magnitudes: the gap must be larger than a rounding error. */
const MARGIN_PART = 1e-11;

/** `ray` has one multiplier a row, of either sign convention; it is checked against the problem's own arrays. */
export function provesInfeasible(problem: Problem, ray: Float64Array): boolean {
  return provesWithSign(problem, ray, 1) || provesWithSign(problem, ray, -1);
}

function provesWithSign(problem: Problem, ray: Float64Array, sign: 1 | -1): boolean {
  const { rows, columns, matrix } = problem;
  const combined = new Float64Array(columns.count);
  const magnitudes = new Float64Array(columns.count);
  let needed = 0;
  let magnitude = 0;
  for (let row = 0; row < rows.count; row++) {
    const weight = sign * ray[row]!;
    const bound = weight > 0 ? rows.lower[row]! : rows.upper[row]!;
    // Without a bound on that side the multiplier is noise, and leaving the row out is sound.
    if (weight === 0 || Math.abs(bound) >= INFINITE_BEYOND) continue;
    needed += weight * bound;
    magnitude += Math.abs(weight * bound);
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      combined[matrix.indices[entry]!]! += weight * matrix.values[entry]!;
      magnitudes[matrix.indices[entry]!]! += Math.abs(weight * matrix.values[entry]!);
    }
  }
  let bounds: { readonly lower: Float64Array; readonly upper: Float64Array } = columns;
  for (let column = 0; column < columns.count; column++) {
    const weight = combined[column]!;
    if (Math.abs(weight) <= ROUNDING_PART * magnitudes[column]!) continue;
    let bound = weight > 0 ? bounds.upper[column]! : bounds.lower[column]!;
    if (Math.abs(bound) >= INFINITE_BEYOND && bounds === columns) {
      bounds = implyBounds(problem);
      bound = weight > 0 ? bounds.upper[column]! : bounds.lower[column]!;
    }
    if (Math.abs(bound) >= INFINITE_BEYOND) return false;
    needed -= weight * bound;
    magnitude += Math.abs(weight * bound);
  }
  return needed > MARGIN_PART * magnitude;
}
