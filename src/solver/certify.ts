/**
 * Checks an answer independently of the solver: bounds, rows, integrality and the objective, from the
 * problem's own arrays. A solution that fails the check makes the run fail and is never returned.
 *
 * Tolerances. HiGHS holds rows and bounds to 1e-7 of the model it scaled, which is more in the caller's units, and a sum
 * of large terms has rounding errors in proportion to them. So a bound b allows 1e-6 * max(1, |b|), and a
 * row or the objective also allows 1e-9 of the sum of its terms' magnitudes. A large coefficient by itself
 * allows nothing: in x <= 1e6 * y with y = 0 an x of 0.5 is wrong.
 */
import { tightenAuxiliaries } from "../problem/auxiliary";
import { isIntegerKind, KIND, type Problem } from "../problem/problem";

const FEASIBILITY_TOLERANCE = 1e-6;
const TERM_TOLERANCE = 1e-9;
const INTEGRALITY_TOLERANCE = 1e-6;
/** A solver's integer of a billion may be off by a thousandth; half a unit is never accepted. */
const INTEGRALITY_TOLERANCE_MAX = 1e-2;

export interface CleanAnswer {
  /** One value a column: integers exact, values slightly outside a bound set to it, -0 as 0. */
  readonly values: Float64Array;
  readonly activities: Float64Array;
  /** Of `values`, with the constant and the quadratic part. */
  readonly objective: number;
  /** The largest violation of a row's bound b, relative to max(1, |b|). It is within the tolerance, and smaller is better. */
  readonly violation: number;
  /** True when some row misses its bound by a large part of its own terms: within the tolerance, but not a solution of a problem with small figures. */
  readonly is_coarse: boolean;
}

export interface Mismatch {
  readonly part: "column" | "row" | "objective";
  /** Name of the column or row; null for the objective. */
  readonly name: string | null;
  readonly found: number;
  /** The bound for `found`. */
  readonly allowed: number;
  readonly message: string;
}

export type Certificate =
  | { readonly clean: CleanAnswer; readonly mismatch: null }
  | { readonly clean: null; readonly mismatch: Mismatch };

/** How far beyond its bound a figure may be and still count as on it. */
export function toleranceAt(bound: number): number {
  return FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(bound));
}

/** Checks `values` (one a column) and the objective claimed for them; the clean answer is feasible by itself. */
export function certify(problem: Problem, values: Float64Array, claimedObjective: number): Certificate {
  const wrongColumn = columnMismatch(problem, values);
  if (wrongColumn !== null) return { clean: null, mismatch: wrongColumn };
  const wrongObjective = objectiveMismatch(problem, values, claimedObjective);
  if (wrongObjective !== null) return { clean: null, mismatch: wrongObjective };
  const snapped = finish(problem, cleanValues(problem, values, true));
  if (snapped.mismatch === null) return snapped;
  // A step of 1e-7 onto a bound can change a row with large coefficients; then the solver's own point is better.
  return finish(problem, cleanValues(problem, values, false));
}

function finish(problem: Problem, values: Float64Array): Certificate {
  if (problem.columns.auxiliary_count > 0) tightenAuxiliaries(problem, values);
  const activities = new Float64Array(problem.rows.count);
  const mismatch = rowMismatch(problem, values, activities);
  if (mismatch !== null) return { clean: null, mismatch };
  const objective = objectiveOf(problem, values).value;
  const violation = largestViolation(problem, activities);
  const is_coarse = violation > 0 && isCoarse(problem, values, activities);
  return { clean: { values, activities, objective, violation, is_coarse }, mismatch: null };
}

function columnMismatch(problem: Problem, values: Float64Array): Mismatch | null {
  const { columns } = problem;
  for (let column = 0; column < columns.count; column++) {
    const value = values[column];
    if (value === undefined || !Number.isFinite(value)) {
      return mismatchOf("column", columns.names[column]!, value ?? Number.NaN, 0, "is not a number");
    }
    const kind = columns.kinds[column]!;
    const isSemi = kind === KIND.semicontinuous || kind === KIND.semi_integer;
    if (isIntegerKind(kind) && Math.abs(value - Math.round(value)) > integralityTolerance(value)) {
      return mismatchOf("column", columns.names[column]!, value, Math.round(value), "is not an integer");
    }
    const bound = violatedBound(value, columns.lower[column]!, columns.upper[column]!, 0);
    if (bound === null || (isSemi && Math.abs(value) <= FEASIBILITY_TOLERANCE)) continue;
    return mismatchOf("column", columns.names[column]!, value, bound, "is outside its bound");
  }
  return null;
}

function integralityTolerance(value: number): number {
  return Math.min(INTEGRALITY_TOLERANCE_MAX, INTEGRALITY_TOLERANCE * Math.max(1, Math.abs(value) / 1000));
}

/** Fills `activities` and returns the first row that is violated. */
function rowMismatch(problem: Problem, values: Float64Array, activities: Float64Array): Mismatch | null {
  const { rows, matrix } = problem;
  for (let row = 0; row < rows.count; row++) {
    let activity = 0;
    let magnitude = 0;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const term = matrix.values[entry]! * values[matrix.indices[entry]!]!;
      activity += term;
      magnitude += Math.abs(term);
    }
    activities[row] = activity + 0;
    const bound = violatedBound(activity, rows.lower[row]!, rows.upper[row]!, TERM_TOLERANCE * magnitude);
    if (bound !== null) return mismatchOf("row", rows.names[row]!, activity, bound, "is outside its bound");
  }
  return null;
}

function largestViolation(problem: Problem, activities: Float64Array): number {
  const { rows } = problem;
  let largest = 0;
  for (let row = 0; row < rows.count; row++) {
    const activity = activities[row]!;
    const bound = activity < rows.lower[row]! ? rows.lower[row]! : rows.upper[row]!;
    if (activity >= rows.lower[row]! && activity <= bound) continue;
    largest = Math.max(largest, Math.abs(activity - bound) / Math.max(1, Math.abs(bound)));
  }
  return largest;
}

function isCoarse(problem: Problem, values: Float64Array, activities: Float64Array): boolean {
  const { rows, matrix } = problem;
  const noise = TERM_TOLERANCE * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let row = 0; row < rows.count; row++) {
    const missed = Math.max(rows.lower[row]! - activities[row]!, activities[row]! - rows.upper[row]!);
    if (missed <= noise) continue;
    let magnitude = 0;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      magnitude += Math.abs(matrix.values[entry]! * values[matrix.indices[entry]!]!);
    }
    if (missed > FEASIBILITY_TOLERANCE * magnitude) return true;
  }
  return false;
}

function violatedBound(value: number, lower: number, upper: number, slack: number): number | null {
  if (value < lower && lower - value > toleranceAt(lower) + slack) return lower;
  if (value > upper && value - upper > toleranceAt(upper) + slack) return upper;
  return null;
}

function objectiveMismatch(problem: Problem, values: Float64Array, claimed: number): Mismatch | null {
  const { value, magnitude } = objectiveOf(problem, values);
  if (Math.abs(value - claimed) <= toleranceAt(value) + TERM_TOLERANCE * magnitude) return null;
  return mismatchOf("objective", null, claimed, value, "is not the objective of the solution");
}

function mismatchOf(
  part: Mismatch["part"],
  name: string | null,
  found: number,
  allowed: number,
  text: string,
): Mismatch {
  const where = name === null ? "the objective" : `${part === "row" ? "constraint" : "variable"} ${name}`;
  return { part, name, found, allowed, message: `${where}: the solver's ${found} ${text}; expected ${allowed}` };
}

function cleanValues(problem: Problem, values: Float64Array, snap: boolean): Float64Array {
  const { columns } = problem;
  const clean = new Float64Array(columns.count);
  for (let column = 0; column < columns.count; column++) {
    const kind = columns.kinds[column]!;
    let value = values[column]!;
    const isSemi = kind === KIND.semicontinuous || kind === KIND.semi_integer;
    if (isIntegerKind(kind)) value = Math.round(value);
    else if (snap && isSemi && Math.abs(value) <= FEASIBILITY_TOLERANCE) value = 0;
    else if (snap) value = Math.min(Math.max(value, columns.lower[column]!), columns.upper[column]!);
    clean[column] = value + 0;
  }
  return clean;
}

/** c'x + 0.5 x'Qx + offset, and the sum of the terms' magnitudes. */
export function objectiveOf(problem: Problem, values: Float64Array): { value: number; magnitude: number } {
  const { columns, hessian } = problem;
  let value = problem.offset;
  let magnitude = Math.abs(problem.offset);
  for (let column = 0; column < columns.count; column++) {
    const term = columns.cost[column]! * values[column]!;
    value += term;
    magnitude += Math.abs(term);
  }
  for (let column = 0; hessian !== null && column < columns.count; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      const row = hessian.indices[entry]!;
      // Only the lower triangle is stored, so an entry off the diagonal counts twice.
      const term = (row === column ? 0.5 : 1) * hessian.values[entry]! * values[row]! * values[column]!;
      value += term;
      magnitude += Math.abs(term);
    }
  }
  return { value: value + 0, magnitude };
}
