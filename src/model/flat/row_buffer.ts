/** Collects rows of a sparse matrix: entries of a row are merged by column, sorted, and dropped when they cancel. */
import type { SparseRows } from "../../problem/problem";
import type { TermList } from "./linearize";

export class RowBuffer {
  #starts: number[] = [0];
  #count = 0;
  #indices: Int32Array;
  #values: Float64Array;
  /** Sum of each column in the current row, and the last row that touched it. */
  #sums: Float64Array;
  #touched_by: Int32Array;
  #touched: Int32Array;

  /** Columns from 0; there may be more than `column_count`. `entry_count` is an estimate of the number of entries. */
  constructor(column_count: number, entry_count: number) {
    const capacity = Math.max(8, Math.min(entry_count, 1 << 20));
    this.#indices = new Int32Array(capacity);
    this.#values = new Float64Array(capacity);
    this.#sums = new Float64Array(column_count);
    this.#touched_by = new Int32Array(column_count);
    this.#touched = new Int32Array(column_count);
  }

  /** Appends one row; says how many entries it has and whether all are finite. */
  append(terms: TermList): { readonly entries: number; readonly is_finite: boolean } {
    const touched_count = this.#accumulate(terms);
    if (!isAscending(this.#touched, touched_count)) this.#touched.subarray(0, touched_count).sort();
    const first = this.#count;
    let is_finite = true;
    this.#reserve(touched_count);
    for (let at = 0; at < touched_count; at += 1) {
      const column = this.#touched[at]!;
      const value = this.#sums[column]!;
      if (value === 0) continue;
      if (!Number.isFinite(value)) is_finite = false;
      this.#indices[this.#count] = column;
      this.#values[this.#count] = value;
      this.#count += 1;
    }
    this.#starts.push(this.#count);
    return { entries: this.#count - first, is_finite };
  }

  finish(): SparseRows {
    return {
      starts: Int32Array.from(this.#starts),
      indices: this.#indices.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }

  /** Sums the terms by column; returns how many columns they touch. */
  #accumulate(terms: TermList): number {
    const row = this.#starts.length;
    const { columns, coefficients } = terms;
    let touched_count = 0;
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at]!;
      if (column >= this.#sums.length) this.#growColumns(column);
      if (this.#touched_by[column] === row) {
        this.#sums[column]! += coefficients[at]!;
      } else {
        this.#touched_by[column] = row;
        this.#sums[column] = coefficients[at]!;
        this.#touched[touched_count] = column;
        touched_count += 1;
      }
    }
    return touched_count;
  }

  #growColumns(column: number): void {
    const capacity = Math.max(column + 1, this.#sums.length * 2);
    this.#sums = enlarge(this.#sums, new Float64Array(capacity));
    this.#touched_by = enlarge(this.#touched_by, new Int32Array(capacity));
    this.#touched = enlarge(this.#touched, new Int32Array(capacity));
  }

  #reserve(entries: number): void {
    const needed = this.#count + entries;
    if (needed <= this.#indices.length) return;
    const capacity = Math.max(needed, this.#indices.length * 2);
    this.#indices = enlarge(this.#indices, new Int32Array(capacity));
    this.#values = enlarge(this.#values, new Float64Array(capacity));
  }
}

function isAscending(columns: Int32Array, count: number): boolean {
  for (let at = 1; at < count; at += 1) if (columns[at - 1]! > columns[at]!) return false;
  return true;
}

function enlarge<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
