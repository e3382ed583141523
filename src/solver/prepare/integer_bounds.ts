/**
 * Rounds bounds of integer columns inward. In HiGHS a fractional bound on an integer column loses optima
 * (`x <= 1.3` and `x <= 1` are the same problem, but not to HiGHS).
 */
import { isIntegerKind, KIND, type Problem } from "../../problem/problem";

/**
 * A bound this close to a whole number stands for it: 2.9999999999 comes from arithmetic on data (0.1 * 30 - ...), whose noise is
 * below 1e-12 of the figure, while a fraction that somebody wrote is much larger. It stays below the 1e-6 that the
 * certificate allows on a bound, so that the whole number passes the check against the bound as it was given.
 */
const NOISE_RELATIVE = 1e-9;
const NOISE_MAX = 1e-6;

export interface Rounding {
  /** The given problem itself when all bounds are whole. */
  readonly problem: Problem;
  /** A sentence when an integer column has no whole number within its bounds. */
  readonly infeasible: string | null;
}

/** Rounds the bounds of integer, binary and semi-integer columns inward. */
export function roundIntegerBounds(problem: Problem): Rounding {
  const { columns } = problem;
  const { kinds } = columns;
  let lower: Float64Array | null = null;
  let upper: Float64Array | null = null;
  for (let column = 0; column < columns.count; column++) {
    const kind = kinds[column]!;
    if (!isIntegerKind(kind)) continue;
    const [low, high] = [columns.lower[column]!, columns.upper[column]!];
    const isWhole = Math.ceil(low) === low && Math.floor(high) === high;
    if (isWhole && low <= high) continue;
    lower ??= Float64Array.from(columns.lower);
    upper ??= Float64Array.from(columns.upper);
    lower[column] = roundedUp(low);
    upper[column] = roundedDown(high);
    if (lower[column]! <= upper[column]!) continue;
    if (kind !== KIND.semi_integer) return { problem, infeasible: emptyInterval(columns.names[column]!, low, high) };
    // A semi-integer column without a whole number in its interval can still be 0.
    lower[column] = upper[column] = 0;
  }
  if (lower === null || upper === null) return { problem, infeasible: null };
  return { problem: { ...problem, columns: { ...columns, lower, upper } }, infeasible: null };
}

/** The smallest whole number that a lower bound allows. */
export function roundedUp(lower: number): number {
  return Math.ceil(lower - noiseOf(lower)) + 0;
}

/** The largest whole number that an upper bound allows. */
export function roundedDown(upper: number): number {
  return Math.floor(upper + noiseOf(upper)) + 0;
}

function noiseOf(bound: number): number {
  if (!Number.isFinite(bound)) return 0;
  return Math.min(NOISE_MAX, NOISE_RELATIVE * Math.max(1, Math.abs(bound)));
}

function emptyInterval(name: string, lower: number, upper: number): string {
  return `the integer variable ${name} has no whole number between its bounds ${lower} and ${upper}; widen its bounds, or make it continuous`;
}
