/**
 * Makes large coefficients of integer columns (x <= 1e8 y) as small as the problem allows. HiGHS takes y to be 0 when it
 * is 1e-6, which lets x be 100; with x <= 40 y this cannot happen.
 *
 * In a row `rest + a y <= b` with y an integer, let e be the bound of y at which the row is strictest, and write the row as
 * `rest <= B + |a| z` with z = |y - e| a whole number and B = b - a e. Where the rest cannot exceed U within the box and
 * U <= B + |a|, the row matters only for z = 0, and the same holds with U - B in place of |a| (Savelsbergh 1994,
 * "Preprocessing and probing techniques for mixed integer programming problems", coefficient reduction, there for binaries). The new row is at least
 * as strict as the old one everywhere and loses no point of the box. As the box keeps an optimal solution (box.ts), so does the new row.
 */
import { isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";
import { Activity, type Box, boxOf, differenceUp, isSemi, propagate } from "./box";
import { boundDifferences } from "./difference_bounds";
import { boundFlows } from "./flow_bounds";
import { boundByNeed } from "./plan_bounds";

/** An integer column whose coefficient is far larger than another one of its row. */
export interface BigCoefficient {
  readonly row: number;
  readonly column: number;
  /** The coefficient as the user wrote it. */
  readonly coefficient: number;
  /** Its magnitude as a multiple of the smallest other one in its row. */
  readonly ratio: number;
  /** The magnitude that is enough: its own if it is needed or does not matter, null if nothing bounds the rest of the row. */
  readonly enough: number | null;
  /** True when the row bounds all its columns while the integer opens it, as a capacity does; a row between two starts does not. */
  readonly is_capacity: boolean;
  /** The remaining ratio; null where the row could not be read. */
  readonly ratio_left: number | null;
  /** The row's bound that goes with `enough`; null when it stays. */
  readonly bound: number | null;
  /** The first column of the row's rest without a bound, where `enough` is null. */
  readonly unbounded: number | null;
}

export interface Tightening {
  /** The given problem itself when nothing could be made smaller. */
  readonly problem: Problem;
  readonly coefficients: readonly BigCoefficient[];
}

/** A smaller gain is not worth a changed row. */
const GAIN_MIN = 2;
/** The smallest ratio of a tightened coefficient to the smallest other one: below it, the row would only become unbalanced. */
const REMAINDER_MIN = 1e-6;
/** How far rounding may move the strict side of a row, relative to max(1, |B|). */
const ROUNDING_MAX = 1e-12;
const ROUNDS = 2;
const HUGE_RATIO_MIN = 1e6;
/** A switch leaves little of its row at the strict side; a coefficient that shares a budget with others leaves much of it. */
const STRICT_PART_MAX = 1e-2;

/**
 * Makes coefficients of integer columns smaller that are at least `ratio_min` times the smallest other one of their row, and the bounds
 * of semi-continuous columns that are at least `ratio_min`. Only for linear objectives: a quadratic problem is returned unchanged.
 */
export function tightenBigM(problem: Problem, ratio_min: number): Tightening {
  const found = problem.hessian === null ? findBig(problem, ratio_min) : [];
  const semis = problem.hessian === null ? findLooseSemis(problem, ratio_min) : [];
  if (found.length === 0 && semis.length === 0) return { problem, coefficients: [] };
  const box = boxOf(problem);
  if (!shrink(problem, box, rowsOf(problem, found)))
    return { problem, coefficients: found.map((big) => asGiven(problem, big)) };
  const rewriting = new Rewriting(problem, box);
  const coefficients = found.map((big) => rewriting.tighten(big));
  return { problem: tightenSemis(rewriting.result(), box, semis), coefficients };
}

/**
 * Rows whose own big-M would pass for a bound that somebody set: from x <= 1e8 y alone nothing is known about x. Smaller
 * ones (a budget beside single costs) are read like any other row.
 */
function rowsOf({ matrix, rows }: Problem, found: readonly BigEntry[]): Uint8Array {
  const isHuge = new Uint8Array(rows.count);
  for (const { row, entry, smallest } of found) {
    if (Math.abs(matrix.values[entry]!) >= HUGE_RATIO_MIN * smallest) isHuge[row] = 1;
  }
  return isHuge;
}

/** False when the rows leave no point; the solver reports that. */
function shrink(problem: Problem, box: Box, isSkipped: Uint8Array): boolean {
  for (let round = 0; round < ROUNDS; round++) {
    if (!propagate(problem, box, isSkipped)) return false;
    const isBounded = [boundByNeed(problem, box), boundFlows(problem, box), boundDifferences(problem, box)];
    if (!isBounded.includes(true)) return true;
  }
  return propagate(problem, box, isSkipped);
}

interface BigEntry {
  readonly row: number;
  readonly entry: number;
  /** The smallest magnitude of the row's other coefficients. */
  readonly smallest: number;
}

function findBig(problem: Problem, ratio_min: number): BigEntry[] {
  const { rows, matrix, columns } = problem;
  const found: BigEntry[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (rows.lower[row] === rows.upper[row]) continue;
    const smallest = smallestOf(matrix, row);
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      if (Math.abs(matrix.values[entry]!) < ratio_min * smallest) continue;
      if (isIntegerKind(columns.kinds[matrix.indices[entry]!]!)) found.push({ row, entry, smallest });
    }
  }
  return found;
}

/** The smallest magnitude of a row's coefficients, zeros aside; Infinity for none. */
function smallestOf({ starts, values }: SparseRows, row: number): number {
  let smallest = Infinity;
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
    const magnitude = Math.abs(values[entry]!);
    if (magnitude > 0 && magnitude < smallest) smallest = magnitude;
  }
  return smallest;
}

/** The coefficient as it stands. */
function asGiven({ matrix }: Problem, { row, entry, smallest }: BigEntry): BigCoefficient {
  const coefficient = matrix.values[entry]!;
  const enough = Math.abs(coefficient);
  return {
    row,
    column: matrix.indices[entry]!,
    coefficient,
    ratio: enough / smallest,
    is_capacity: false,
    ratio_left: null,
    enough,
    bound: null,
    unbounded: null,
  };
}

interface Reduction {
  readonly coefficient: number;
  readonly bound: number;
  /** The row is satisfied whatever value the integer has. */
  readonly is_idle: boolean;
}

/** The matrix and the rows' bounds during rewriting; copied at the first change. */
class Rewriting {
  #values: Float64Array | null = null;
  #lower: Float64Array;
  #upper: Float64Array;

  readonly #problem: Problem;
  readonly #box: Box;

  constructor(problem: Problem, box: Box) {
    this.#problem = problem;
    this.#box = box;
    this.#lower = problem.rows.lower;
    this.#upper = problem.rows.upper;
  }

  tighten(big: BigEntry): BigCoefficient {
    const { row, entry } = big;
    const given = asGiven(this.#problem, big);
    const reduction = this.#reduce(big);
    if (reduction === "unread") return given;
    if (reduction === "needed") return { ...given, ratio_left: given.ratio };
    if (reduction === "unknown")
      return { ...given, enough: null, unbounded: this.#unboundedBeside(big), is_capacity: this.#isCapacity(big) };
    if (this.#values === null) {
      this.#values = Float64Array.from(this.#problem.matrix.values);
      this.#lower = Float64Array.from(this.#lower);
      this.#upper = Float64Array.from(this.#upper);
    }
    this.#values[entry] = reduction.coefficient;
    const bounds = this.#upper[row] === Infinity ? this.#lower : this.#upper;
    const bound = bounds[row] === reduction.bound ? null : reduction.bound;
    bounds[row] = reduction.bound;
    const size = Math.abs(reduction.coefficient);
    const read = { ...given, ratio_left: size / big.smallest };
    return reduction.is_idle ? read : { ...read, enough: size, bound };
  }

  result(): Problem {
    if (this.#values === null) return this.#problem;
    const { rows, matrix } = this.#problem;
    return {
      ...this.#problem,
      rows: { ...rows, lower: this.#lower, upper: this.#upper },
      matrix: { ...matrix, values: this.#values },
    };
  }

  #isCapacity({ row, entry }: BigEntry): boolean {
    const { matrix, rows } = this.#problem;
    const activity = new Activity(matrix, this.#box);
    activity.read(row);
    const [column, coefficient] = [matrix.indices[entry]!, matrix.values[entry]!];
    if (rows.upper[row]! < Infinity) return activity.leastWithout(column, coefficient) > -Infinity;
    return activity.greatestWithout(column, coefficient) < Infinity;
  }

  #unboundedBeside({ row, entry }: BigEntry): number | null {
    const { starts, indices } = this.#problem.matrix;
    const others = indices.subarray(starts[row]!, starts[row + 1]!);
    return others.find((column) => column !== indices[entry] && isOpen(this.#box, column)) ?? null;
  }

  /** The smaller coefficient and the row's bound that goes with it. */
  #reduce({ row, entry, smallest }: BigEntry): Reduction | "needed" | "unknown" | "unread" {
    const matrix = this.#values === null ? this.#problem.matrix : { ...this.#problem.matrix, values: this.#values };
    const isUpper = this.#upper[row]! < Infinity;
    if (isUpper === this.#lower[row]! > -Infinity) return "unread";
    const sign = isUpper ? 1 : -1;
    const column = matrix.indices[entry]!;
    const coefficient = sign * matrix.values[entry]!;
    const { columns } = this.#problem;
    if (isSemi(columns.kinds[column]!)) return "unread";
    const strictest = coefficient < 0 ? columns.lower[column]! : columns.upper[column]!;
    const bound = sign * (isUpper ? this.#upper[row]! : this.#lower[row]!);
    const strict = exactDifference(bound, coefficient * strictest);
    if (strict === null || !isExactProduct(coefficient, strictest)) return "unread";
    const activity = new Activity(matrix, this.#box);
    activity.read(row);
    const most = isUpper ? activity.greatestWithout(column, coefficient) : -activity.leastWithout(column, -coefficient);
    if (most === Infinity) return Math.abs(strict) <= STRICT_PART_MAX * Math.abs(coefficient) ? "unknown" : "unread";
    const needed = differenceUp(most, strict);
    const isIdle = needed <= REMAINDER_MIN * smallest;
    const size = isIdle ? smallest : needed;
    if (!(size * GAIN_MIN <= Math.abs(coefficient))) return "needed";
    const reduced = Math.sign(coefficient) * size;
    return { coefficient: sign * reduced, bound: sign * (strict + reduced * strictest) + 0, is_idle: isIdle };
  }
}

function isOpen(box: Box, column: number): boolean {
  return box.lower[column] === -Infinity || box.upper[column] === Infinity;
}

function isExactProduct(coefficient: number, integer: number): boolean {
  return Math.abs(integer) <= 1 || (Number.isInteger(coefficient) && Number.isSafeInteger(coefficient * integer));
}

/** a - b when floating point loses almost nothing of it (TwoSum, Knuth), otherwise null. */
function exactDifference(a: number, b: number): number | null {
  const difference = a - b;
  if (!Number.isFinite(difference)) return null;
  const part = a - difference;
  const lost = a - (difference + part) + (part - b);
  return Math.abs(lost) <= ROUNDING_MAX * Math.max(1, Math.abs(difference)) ? difference : null;
}

/** Semi-continuous columns that need a binary of their own, with a far bound that makes it a big-M. */
function findLooseSemis({ columns }: Problem, ratio_min: number): number[] {
  const found: number[] = [];
  for (let column = 0; column < columns.count; column++) {
    if (!isSemi(columns.kinds[column]!)) continue;
    const [lower, upper] = [columns.lower[column]!, columns.upper[column]!];
    if ((lower > 0 && upper >= ratio_min) || (upper < 0 && lower <= -ratio_min)) found.push(column);
  }
  return found;
}

function tightenSemis(problem: Problem, box: Box, semis: readonly number[]): Problem {
  const { columns } = problem;
  const lower = Float64Array.from(columns.lower);
  const upper = Float64Array.from(columns.upper);
  let hasMoved = false;
  for (const column of semis) {
    if (lower[column]! > 0 && box.upper[column]! * GAIN_MIN <= upper[column]!) {
      upper[column] = semiBound(box.upper[column]!, columns.kinds[column]!, 1);
      if (upper[column]! < lower[column]!) lower[column] = upper[column] = 0;
      hasMoved = true;
    } else if (upper[column]! < 0 && box.lower[column]! * GAIN_MIN >= lower[column]!) {
      lower[column] = semiBound(box.lower[column]!, columns.kinds[column]!, -1);
      if (upper[column]! < lower[column]!) lower[column] = upper[column] = 0;
      hasMoved = true;
    }
  }
  return hasMoved ? { ...problem, columns: { ...columns, lower, upper } } : problem;
}

/** A semi-integer column keeps whole bounds; rounded outward, the box being as good as exact. */
function semiBound(bound: number, kind: number, sign: number): number {
  return kind === KIND.semi_integer ? sign * Math.ceil(sign * bound) : bound;
}
