/**
 * The bounds known for each column while a problem is prepared: a box that may only shrink. Two ways of shrinking it are
 * allowed, and both keep the optimal value: no feasible point is lost (propagation), or from every feasible point of the box there is a
 * way to one in the smaller box that is no worse (the arguments of plan_bounds, flow_bounds and difference_bounds). As each step
 * starts from the box of the previous one, they can be applied in any order.
 *
 * Figures are rounded outward by the possible rounding error, so that a bound is never too tight.
 */
import { isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";
import { roundedDown, roundedUp } from "./integer_bounds";

/** Bounds of every column; the box of a semi-continuous column holds 0 as well. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const EPSILON = 2 ** -52;
/** Whole numbers up to here, and their sums and differences, are exact. */
const WHOLE_MAX = 2 ** 52;
/** A finite bound must move by this part of its distance to the other bound, or of its size, to be worth another sweep. */
const PROGRESS_MIN = 1e-3;
/** A bound beyond this counts as none. */
const USEFUL_MAX = 1e15;
const SWEEPS_MAX = 5;

export function boxOf(problem: Problem): Box {
  const { columns } = problem;
  const box = { lower: Float64Array.from(columns.lower), upper: Float64Array.from(columns.upper) };
  for (let column = 0; column < columns.count; column++) {
    if (!isSemi(columns.kinds[column]!)) continue;
    box.lower[column] = Math.min(0, box.lower[column]!);
    box.upper[column] = Math.max(0, box.upper[column]!);
  }
  return box;
}

export function isSemi(kind: number): boolean {
  return kind === KIND.semicontinuous || kind === KIND.semi_integer;
}

/** The least and the greatest value that a row's activity can take over a box, also with one entry left out. */
export class Activity {
  #min = 0;
  #max = 0;
  #min_infinite = 0;
  #max_infinite = 0;
  #min_margin = 0;
  #max_margin = 0;

  readonly #matrix: SparseRows;
  readonly #box: Box;

  constructor(matrix: SparseRows, box: Box) {
    this.#matrix = matrix;
    this.#box = box;
  }

  /** Reads a row; entries for which `isLeftOut` says so do not count. */
  read(row: number, isLeftOut: ((column: number) => boolean) | null = null): void {
    const { starts, indices, values } = this.#matrix;
    this.#min = this.#max = this.#min_infinite = this.#max_infinite = 0;
    let [min_magnitude, max_magnitude] = [0, 0];
    let isWhole = true;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      if (isLeftOut?.(indices[entry]!)) continue;
      const low = this.#lowTerm(indices[entry]!, values[entry]!);
      const high = this.#highTerm(indices[entry]!, values[entry]!);
      isWhole &&= isExact(low) && isExact(high);
      if (low === -Infinity) this.#min_infinite += 1;
      else {
        this.#min += low;
        min_magnitude += Math.abs(low);
      }
      if (high === Infinity) this.#max_infinite += 1;
      else {
        this.#max += high;
        max_magnitude += Math.abs(high);
      }
    }
    // Sums of whole numbers that a double holds lose nothing.
    isWhole &&= min_magnitude < WHOLE_MAX && max_magnitude < WHOLE_MAX;
    const length = isWhole ? 0 : starts[row + 1]! - starts[row]! + 2;
    this.#min_margin = length * EPSILON * min_magnitude;
    this.#max_margin = length * EPSILON * max_magnitude;
  }

  /** A lower limit of the row's activity. */
  get least(): number {
    return this.#min_infinite > 0 ? -Infinity : this.#min - this.#min_margin;
  }

  get greatest(): number {
    return this.#max_infinite > 0 ? Infinity : this.#max + this.#max_margin;
  }

  /** The same, without the entry `coefficient * column` of the row. */
  leastWithout(column: number, coefficient: number): number {
    const low = this.#lowTerm(column, coefficient);
    if (low === -Infinity) return this.#min_infinite > 1 ? -Infinity : this.#min - this.#min_margin;
    return this.#min_infinite > 0 ? -Infinity : this.#min - low - this.#min_margin;
  }

  greatestWithout(column: number, coefficient: number): number {
    const high = this.#highTerm(column, coefficient);
    if (high === Infinity) return this.#max_infinite > 1 ? Infinity : this.#max + this.#max_margin;
    return this.#max_infinite > 0 ? Infinity : this.#max - high + this.#max_margin;
  }

  #lowTerm(column: number, coefficient: number): number {
    if (coefficient === 0) return 0;
    return coefficient * (coefficient > 0 ? this.#box.lower[column]! : this.#box.upper[column]!);
  }

  #highTerm(column: number, coefficient: number): number {
    if (coefficient === 0) return 0;
    return coefficient * (coefficient > 0 ? this.#box.upper[column]! : this.#box.lower[column]!);
  }
}

function isExact(term: number): boolean {
  return Number.isInteger(term) || !Number.isFinite(term);
}

/** The quotient, moved up by more than the rounding errors of its numerator and its own. */
export function quotientUp(numerator: number, denominator: number): number {
  const quotient = numerator / denominator;
  if (Number.isSafeInteger(numerator) && quotient * denominator === numerator && Number.isInteger(quotient))
    return quotient;
  return quotient + 2 * EPSILON * Math.abs(quotient);
}

/** The difference, moved up by more than its rounding error. */
export function differenceUp(a: number, b: number): number {
  const difference = a - b;
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return difference;
  return difference + EPSILON * (Math.abs(a) + Math.abs(b));
}

export function quotientDown(numerator: number, denominator: number): number {
  return -quotientUp(-numerator, denominator);
}

/**
 * Shrinks the box to what the rows allow: in each row a column can be at most the row's bound minus the least of all
 * other terms. Makes a few sweeps, each linear in the nonzeros. False when the box is empty, that is, the problem infeasible.
 * @param isSkipped by row: 1 for rows that are not read
 */
export function propagate(problem: Problem, box: Box, isSkipped: Uint8Array): boolean {
  const activity = new Activity(problem.matrix, box);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let hasMoved = false;
    for (let row = 0; row < problem.rows.count; row++) {
      if (isSkipped[row] === 0 && propagateRow(problem, box, activity, row)) hasMoved = true;
    }
    if (box.lower.some((lower, column) => lower > box.upper[column]!)) return false;
    if (!hasMoved) break;
  }
  return true;
}

function propagateRow(problem: Problem, box: Box, activity: Activity, row: number): boolean {
  const { rows, matrix, columns } = problem;
  const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
  activity.read(row);
  if (activity.least >= lower && activity.greatest <= upper) return false;
  let hasMoved = false;
  for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
    const coefficient = matrix.values[entry]!;
    if (coefficient === 0) continue;
    const column = matrix.indices[entry]!;
    // coefficient * column lies between these two.
    const low = lower - activity.greatestWithout(column, coefficient);
    const high = upper - activity.leastWithout(column, coefficient);
    const floor = coefficient > 0 ? quotientDown(low, coefficient) : quotientDown(high, coefficient);
    const ceiling = coefficient > 0 ? quotientUp(high, coefficient) : quotientUp(low, coefficient);
    const isInteger = isIntegerKind(columns.kinds[column]!);
    const isRaised = raiseLower(box, column, isInteger ? roundedUp(floor) : floor);
    const isLowered = lowerUpper(box, column, isInteger ? roundedDown(ceiling) : ceiling);
    if (!isRaised && !isLowered) continue;
    hasMoved = true;
    activity.read(row);
  }
  return hasMoved;
}

/** True when the bound moved enough to matter. */
export function lowerUpper(box: Box, column: number, upper: number): boolean {
  if (!isWorth(box.upper[column]!, upper, box.lower[column]!)) return false;
  box.upper[column] = upper;
  return true;
}

export function raiseLower(box: Box, column: number, lower: number): boolean {
  if (!isWorth(-box.lower[column]!, -lower, -box.upper[column]!)) return false;
  box.lower[column] = lower;
  return true;
}

function isWorth(upper: number, candidate: number, lower: number): boolean {
  if (!(candidate < upper) || Math.abs(candidate) > USEFUL_MAX) return false;
  if (upper === Infinity) return true;
  const scale = lower === -Infinity ? Math.abs(upper) : upper - lower;
  return upper - candidate > PROGRESS_MIN * scale;
}
