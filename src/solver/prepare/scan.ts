/** A quick check that separates ordinary problems, which are solved unchanged, from those that need a closer look. */
import { KIND, type Problem } from "../../problem/problem";

/**
 * Coefficients within these magnitudes are ordinary: their ratios stay below 1e5, whose products with the solver's integrality tolerance of
 * 1e-6 are small against what is counted in. A factor of 1000 is not: three in a row lead from J to GJ.
 */
const ORDINARY_MIN = 1e-2;
const ORDINARY_MAX = 999;
/** From here on solvers treat a bound as infinite. */
const INFINITE_FROM = 1e20;

/** False when some coefficient or bound deserves a closer look. Reads each nonzero once and allocates nothing. */
export function isOrdinary({ matrix, columns, rows }: Problem): boolean {
  const { values } = matrix;
  for (let entry = 0; entry < values.length; entry++) {
    const magnitude = Math.abs(values[entry]!);
    if (!(magnitude >= ORDINARY_MIN && magnitude <= ORDINARY_MAX)) return false;
  }
  const { kinds, lower, upper } = columns;
  for (let column = 0; column < columns.count; column++) {
    const kind = kinds[column]!;
    if (isTooFar(lower[column]!, upper[column]!)) return false;
    if (kind === KIND.semicontinuous || kind === KIND.semi_integer) {
      if (!(lower[column]! >= -ORDINARY_MAX && upper[column]! <= ORDINARY_MAX)) return false;
    }
  }
  for (let row = 0; row < rows.count; row++) {
    if (isTooFar(rows.lower[row]!, rows.upper[row]!)) return false;
  }
  return true;
}

/** A lower bound that solvers read as infinity, or an upper one as minus infinity. */
function isTooFar(lower: number, upper: number): boolean {
  return lower >= INFINITE_FROM || upper <= -INFINITE_FROM;
}

/** A sentence about the first bound that solvers would read as infinite on the wrong side; null without one. */
export function farBound({ columns, rows }: Problem): string | null {
  for (const [part, { count, names, lower, upper }] of [
    ["variable", columns],
    ["constraint", rows],
  ] as const) {
    for (let at = 0; at < count; at++) {
      if (!isTooFar(lower[at]!, upper[at]!)) continue;
      const [side, bound] = lower[at]! >= INFINITE_FROM ? ["lower", lower[at]] : ["upper", upper[at]];
      return `the ${side} bound ${bound} of the ${part} ${names[at]} is beyond 1e20, which solvers read as infinite; use a larger unit`;
    }
  }
  return null;
}
