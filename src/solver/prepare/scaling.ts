/**
 * Brings coefficients that HiGHS would drop (magnitude <= 1e-9) or refuse (>= 1e15) into its range by powers of two over rows and, where rows
 * are not enough, over continuous columns. Powers of two change no digit, so the answer is scaled back exactly. Rows and columns
 * that need nothing keep their figures: in a row that is scaled up HiGHS only becomes stricter, but one that is scaled down, or a column
 * in a larger unit, gives its tolerances more room in the user's scale, so both are done as little as possible.
 */
import { KIND, type Problem, type SparseRows } from "../../problem/problem";

/** HiGHS drops 1e-9 and less (small_matrix_value). The margin keeps coefficients above it after presolve. */
const KEPT_MIN = 1e-8;
/** HiGHS refuses 1e15 (large_matrix_value). */
const KEPT_MAX = 1e15;
/** A row whose largest coefficient is below this would be satisfied by the tolerance of 1e-6 alone. */
const ROW_LARGEST_MIN = 1e-4;
/** Scaling moves a coefficient that is out of range to here, unless it has to move further. */
const LARGEST_EXPONENT = 46;
const SMALLEST_EXPONENT = -26;
/** Largest value of a dropped term: a ten-thousandth of the tolerance of a row. */
const NEGLIGIBLE = 1e-10;
/** Each pass takes a quarter of what is left, in powers of two. */
const BALANCE_PASSES = 10;
/** HiGHS refuses a cost of 1e20; the objective becomes meaningless well before that. */
const COST_MAX = 1e15;
const EXPONENT_MAX = 500;

export interface Scaling {
  /** The given problem itself when everything is in range. */
  readonly problem: Problem;
  /** Powers of two: a row of `problem` is the user's times this; null when no row was scaled. */
  readonly row_factors: Float64Array | null;
  /** Powers of two: a column of the user's is that of `problem` times this; null when no column was scaled. */
  readonly column_factors: Float64Array | null;
  /** A sentence with names when no scale works. */
  readonly refused: string | null;
}

/**
 * Brings all coefficients into the range of HiGHS.
 * @param is_balanced also brings rows and continuous columns to about 1, for gates whose large coefficients are needed: with power
 *     in watts and 1e9 beside a gate, the tolerances of watts and of gates cannot both be right in one unit.
 */
export function scaleCoefficients(problem: Problem, is_balanced: boolean): Scaling {
  const unchanged = { problem, row_factors: null, column_factors: null, refused: null };
  if (isInRange(problem.matrix)) {
    if (!is_balanced) return unchanged;
    const exponents = new Exponents(problem);
    exponents.balance();
    return exponents.scaled();
  }
  const stripped = withoutNegligible(problem);
  const exponents = new Exponents(stripped);
  if (!exponents.fit()) return { ...unchanged, refused: refusalOf(stripped, exponents) };
  return exponents.scaled();
}

function isInRange({ starts, values }: SparseRows): boolean {
  for (let row = 0; row + 1 < starts.length; row++) {
    let largest = 0;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const magnitude = Math.abs(values[entry]!);
      if (!(magnitude > KEPT_MIN && magnitude < KEPT_MAX)) return false;
      if (magnitude > largest) largest = magnitude;
    }
    if (largest < ROW_LARGEST_MIN && starts[row + 1]! > starts[row]!) return false;
  }
  return true;
}

/** Drops zeros, and small coefficients of bounded columns that can never make a difference. */
function withoutNegligible(problem: Problem): Problem {
  const { matrix, rows } = problem;
  const isKept = (entry: number, isRowSmall: boolean) => {
    const magnitude = Math.abs(matrix.values[entry]!);
    if (magnitude > KEPT_MIN || (isRowSmall && magnitude > 0)) return true;
    const column = matrix.indices[entry]!;
    const reach = Math.max(Math.abs(problem.columns.lower[column]!), Math.abs(problem.columns.upper[column]!));
    return magnitude > 0 && !(magnitude * reach <= NEGLIGIBLE);
  };
  const kept: number[] = [];
  const starts = new Int32Array(rows.count + 1);
  for (let row = 0; row < rows.count; row++) {
    const isRowSmall = rangeOf(matrix, row).largest < ROW_LARGEST_MIN;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      if (isKept(entry, isRowSmall)) kept.push(entry);
    }
    starts[row + 1] = kept.length;
  }
  if (kept.length === matrix.values.length) return problem;
  const indices = Int32Array.from(kept, (entry) => matrix.indices[entry]!);
  const values = Float64Array.from(kept, (entry) => matrix.values[entry]!);
  return { ...problem, matrix: { starts, indices, values } };
}

interface Range {
  /** Infinity and 0 without entries. */
  smallest: number;
  largest: number;
}

function rangeOf({ starts, values }: SparseRows, row: number): Range {
  const range = { smallest: Infinity, largest: 0 };
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) widen(range, Math.abs(values[entry]!));
  return range;
}

function widen(range: Range, magnitude: number): void {
  range.smallest = Math.min(range.smallest, magnitude);
  range.largest = Math.max(range.largest, magnitude);
}

/** The powers of two of all rows and columns during the search. */
class Exponents {
  readonly #row_factors: Float64Array;
  /** The column's unit: the matrix is multiplied by it. */
  readonly #column_factors: Float64Array;

  readonly #problem: Problem;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#row_factors = new Float64Array(problem.rows.count).fill(1);
    this.#column_factors = new Float64Array(problem.columns.count).fill(1);
  }

  /** True when all coefficients are in range: by rows alone, or with larger units for columns that are small as a whole. */
  fit(): boolean {
    this.#fitRows();
    if (this.misfit() === null) return true;
    if (this.#problem.hessian !== null) return false;
    this.#row_factors.fill(1);
    this.#scaleSmallColumns();
    this.#fitRows();
    return this.misfit() === null;
  }

  /** Geometric means of rows and continuous columns in turn, until both are about 1. */
  balance(): void {
    for (let pass = 0; pass < BALANCE_PASSES; pass++) {
      this.#balanceRows();
      this.#balanceColumns();
    }
    this.#balanceRows();
  }

  /** The first coefficient that is still out of range, with its place. */
  misfit(): { row: number; entry: number } | null {
    const { starts } = this.#problem.matrix;
    for (let row = 0; row < this.#problem.rows.count; row++) {
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        const magnitude = this.#magnitudeOf(row, entry);
        if (!(magnitude > KEPT_MIN / 8 && magnitude < KEPT_MAX)) return { row, entry };
      }
    }
    return null;
  }

  scaled(): Scaling {
    const problem = this.#problem;
    const row_factors = this.#row_factors;
    const column_factors = this.#column_factors;
    const { matrix, rows, columns } = problem;
    const values = Float64Array.from(matrix.values);
    for (let row = 0; row < rows.count; row++) {
      for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
        values[entry]! *= row_factors[row]! * column_factors[matrix.indices[entry]!]!;
      }
    }
    const hasColumns = column_factors.some((factor) => factor !== 1);
    const scaledRows = { ...rows, lower: times(rows.lower, row_factors), upper: times(rows.upper, row_factors) };
    const units = column_factors.map((factor) => 1 / factor);
    const scaledColumns = {
      ...columns,
      cost: times(columns.cost, column_factors),
      lower: times(columns.lower, units),
      upper: times(columns.upper, units),
    };
    return {
      problem: {
        ...problem,
        columns: hasColumns ? scaledColumns : columns,
        rows: scaledRows,
        matrix: { ...matrix, values },
      },
      row_factors,
      column_factors: hasColumns ? column_factors : null,
      refused: null,
    };
  }

  #magnitudeOf(row: number, entry: number): number {
    const { values, indices } = this.#problem.matrix;
    return Math.abs(values[entry]!) * this.#row_factors[row]! * this.#column_factors[indices[entry]!]!;
  }

  #rowRange(row: number): Range {
    const { starts } = this.#problem.matrix;
    const range = { smallest: Infinity, largest: 0 };
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) widen(range, this.#magnitudeOf(row, entry));
    return range;
  }

  /** Moves the rows that are out of range, none further than to the middle. */
  #fitRows(): void {
    for (let row = 0; row < this.#problem.rows.count; row++) {
      const range = this.#rowRange(row);
      if (range.largest === 0) continue;
      const middle = -Math.round((Math.log2(range.smallest) + Math.log2(range.largest)) / 2);
      let exponent = 0;
      if (range.smallest <= KEPT_MIN || range.largest < ROW_LARGEST_MIN) {
        exponent = Math.max(middle, SMALLEST_EXPONENT - Math.floor(Math.log2(range.smallest)));
      } else if (range.largest >= KEPT_MAX) {
        exponent = LARGEST_EXPONENT - Math.ceil(Math.log2(range.largest));
      }
      this.#row_factors[row]! *= powerOfTwo(exponent);
    }
  }

  #balanceRows(): void {
    for (let row = 0; row < this.#problem.rows.count; row++) {
      const range = this.#rowRange(row);
      if (range.largest > 0) this.#row_factors[row]! *= towardsOne(range);
    }
  }

  #balanceColumns(): void {
    const { kinds } = this.#problem.columns;
    this.#columnRanges().forEach((range, column) => {
      if (kinds[column] === KIND.continuous && range.largest > 0) this.#column_factors[column]! *= towardsOne(range);
    });
  }

  /** Brings small continuous columns to about 1, unless their cost would grow beyond what solvers read. */
  #scaleSmallColumns(): void {
    const { columns } = this.#problem;
    this.#columnRanges().forEach((range, column) => {
      const { largest } = range;
      if (columns.kinds[column] !== KIND.continuous || largest === 0 || largest >= ROW_LARGEST_MIN) return;
      const factor = towardsOne(range);
      if (Math.abs(columns.cost[column]!) * factor < COST_MAX) this.#column_factors[column] = factor;
    });
  }

  #columnRanges(): Range[] {
    const { starts, indices } = this.#problem.matrix;
    const { columns, rows } = this.#problem;
    const ranges = Array.from({ length: columns.count }, () => ({ smallest: Infinity, largest: 0 }));
    for (let row = 0; row < rows.count; row++) {
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        widen(ranges[indices[entry]!]!, this.#magnitudeOf(row, entry));
      }
    }
    return ranges;
  }
}

/** The factor that brings the geometric mean of both ends to about 1. */
function towardsOne({ smallest, largest }: Range): number {
  return powerOfTwo(-Math.round((Math.log2(smallest) + Math.log2(largest)) / 2));
}

function powerOfTwo(exponent: number): number {
  return 2 ** Math.min(EXPONENT_MAX, Math.max(-EXPONENT_MAX, exponent));
}

function times(figures: Float64Array, factors: Float64Array): Float64Array {
  return figures.map((figure, position) => figure * factors[position]!);
}

/** Names the coefficient that is furthest from 1 in the first row that does not fit. */
function refusalOf({ matrix, columns, rows }: Problem, exponents: Exponents): string {
  const { row } = exponents.misfit()!;
  const { smallest, largest } = rangeOf(matrix, row);
  const extreme = largest * smallest < 1 ? smallest : largest;
  const entries = matrix.values.subarray(matrix.starts[row]!, matrix.starts[row + 1]!);
  const entry = matrix.starts[row]! + entries.findIndex((value) => Math.abs(value) === extreme);
  const name = columns.names[matrix.indices[entry]!];
  return `the coefficient ${matrix.values[entry]} of ${name} in ${rows.names[row]} is out of the solver's range: the row's magnitudes go from ${smallest} to ${largest}; state ${name} in another unit, or remove the term`;
}
