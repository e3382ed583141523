/**
 * The compiled problem: every model form compiles to it, and solvers get it.
 * Columns are variables, rows are constraints, one sparse matrix by rows (CSR).
 * Nothing here holds an expression or a user's text other than names for the answer.
 */

/** Kind of a column. HiGHS has no binary kind: a binary is an integer between 0 and 1, marked as such for the answer. */
export const COLUMN_KINDS = ["continuous", "integer", "binary", "semicontinuous", "semi_integer"] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];
/** Position of a kind in COLUMN_KINDS: the code stored in `Columns.kinds`. */
export const KIND = { continuous: 0, integer: 1, binary: 2, semicontinuous: 3, semi_integer: 4 } as const;

export type ObjectiveSense = "minimize" | "maximize";

/** One index of a family member: a number stays a number, a symbol a string. */
export type IndexTuple = readonly (string | number)[];

/** Where a column or row comes from in an indexed model; flat models have none of this. */
export interface Families {
  readonly names: readonly string[];
  readonly index_tuples: readonly (IndexTuple | null)[];
}

/** `count` columns; every array has that length. Infinite bounds are ±Infinity. */
export interface Columns {
  readonly count: number;
  readonly names: readonly string[];
  readonly kinds: Uint8Array;
  readonly cost: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly families: Families | null;
  /**
   * So many columns at the end were added by the compiler (their names begin with `_`) and are not shown in results.
   * Each stands for a max, min or abs and is fixed to it by auxiliary rows; see `tightenAuxiliaries`.
   */
  readonly auxiliary_count: number;
}

/** `count` rows with `lower <= activity <= upper`; infinite bounds are ±Infinity. */
export interface Rows {
  readonly count: number;
  readonly names: readonly string[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly families: Families | null;
  /** So many rows at the end define auxiliary columns and are not shown in results. */
  readonly auxiliary_count: number;
}

/** Compressed sparse rows: entries of row r are at starts[r] .. starts[r + 1] - 1; starts has rows + 1 entries, no duplicates within a row. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Lower triangle of Q by columns, objective part is 0.5 x'Qx; starts has columns + 1 entries. */
export interface Hessian {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

export interface Problem {
  readonly name: string;
  readonly sense: ObjectiveSense;
  /** Constant of the objective. */
  readonly offset: number;
  readonly columns: Columns;
  readonly rows: Rows;
  readonly matrix: SparseRows;
  readonly hessian: Hessian | null;
}

/** True when a column of this kind code must take integer values. */
export function isIntegerKind(kind: number): boolean {
  return kind === KIND.integer || kind === KIND.binary || kind === KIND.semi_integer;
}
