/**
 * Decides whether a Hessian is positive semidefinite (times a sign), by a sparse LDL' factorization of the matrix scaled
 * to a unit diagonal and shifted slightly, so that semidefinite matrices pass in spite of rounding. The shift limits
 * what is wrongly accepted: the smallest eigenvalue of the scaled matrix is above -1e-9.
 * Method: up-looking LDL' along the elimination tree (T. A. Davis, ACM TOMS Algorithm 849), columns ordered by
 * ascending degree to keep the fill small. All loops are over flat arrays.
 */
import type { Hessian } from "../../problem/problem";
import type { Budget } from "../budget";

const SHIFT = 1e-9;

export type ConvexityFault =
  /** The square of this column has the wrong sign. */
  | { readonly kind: "wrong_square"; readonly column: number }
  /** A product of these two columns outweighs their squares. */
  | { readonly kind: "wrong_product"; readonly column: number; readonly other: number }
  /** A combination that ends with this column curves the wrong way. */
  | { readonly kind: "wrong_combination"; readonly column: number };

/** null when `sign` * Q is positive semidefinite, else the place of the fault. `sign` is 1 to minimize, -1 to maximize. */
export function findConvexityFault(hessian: Hessian, sign: 1 | -1, budget: Budget): ConvexityFault | null {
  const diagonal = readDiagonal(hessian, sign);
  const fault = findPairFault(hessian, sign, diagonal);
  if (fault !== null) return fault;
  const matrix = orderAndScale(hessian, sign, diagonal);
  const failed = factorize(matrix, budget);
  return failed === -1 ? null : { kind: "wrong_combination", column: matrix.column_of[failed]! };
}

function readDiagonal(hessian: Hessian, sign: number): Float64Array {
  const diagonal = new Float64Array(hessian.starts.length - 1);
  forEachEntry(hessian, (row, column, value) => {
    if (row === column) diagonal[column] = sign * value;
  });
  return diagonal;
}

/** Checks every 1x1 and 2x2 block, which also gives the clearest messages. */
function findPairFault(hessian: Hessian, sign: number, diagonal: Float64Array): ConvexityFault | null {
  const negative = diagonal.findIndex((value) => value < 0);
  if (negative !== -1) return { kind: "wrong_square", column: negative };
  let fault: ConvexityFault | null = null;
  forEachEntry(hessian, (row, column, value) => {
    if (fault !== null || row === column) return;
    const scaled = (sign * value) / Math.sqrt(diagonal[row]!) / Math.sqrt(diagonal[column]!);
    if (!(Math.abs(scaled) <= 1 + SHIFT)) fault = { kind: "wrong_product", column, other: row };
  });
  return fault;
}

function forEachEntry(hessian: Hessian, visit: (row: number, column: number, value: number) => void): void {
  for (let column = 0; column + 1 < hessian.starts.length; column += 1) {
    for (let at = hessian.starts[column]!; at < hessian.starts[column + 1]!; at += 1) {
      visit(hessian.indices[at]!, column, hessian.values[at]!);
    }
  }
}

/** Strict upper triangle by columns of the scaled matrix over the columns in use, unit diagonal implied. */
interface ScaledMatrix {
  readonly size: number;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
  /** Column of the problem at each position of the order. */
  readonly column_of: Int32Array;
}

function orderAndScale(hessian: Hessian, sign: number, diagonal: Float64Array): ScaledMatrix {
  const degree = new Int32Array(diagonal.length);
  forEachEntry(hessian, (row, column) => {
    degree[row]! += 1;
    degree[column]! += 1;
  });
  const used: number[] = [];
  for (let column = 0; column < degree.length; column += 1) if (degree[column]! > 0) used.push(column);
  const column_of = Int32Array.from(used.sort((left, right) => degree[left]! - degree[right]! || left - right));
  const position_of = new Int32Array(degree.length);
  for (const [position, column] of column_of.entries()) position_of[column] = position;

  const starts = new Int32Array(column_of.length + 1);
  forEachEntry(hessian, (row, column) => {
    if (row !== column) starts[Math.max(position_of[row]!, position_of[column]!) + 1]! += 1;
  });
  for (let position = 0; position < column_of.length; position += 1) starts[position + 1]! += starts[position]!;
  const rows = new Int32Array(starts[column_of.length]!);
  const values = new Float64Array(rows.length);
  const next = starts.slice();
  forEachEntry(hessian, (row, column, value) => {
    if (row === column) return;
    const [left, right] = [position_of[row]!, position_of[column]!];
    const slot = next[Math.max(left, right)]!;
    next[Math.max(left, right)]! += 1;
    rows[slot] = Math.min(left, right);
    values[slot] = (sign * value) / Math.sqrt(diagonal[row]!) / Math.sqrt(diagonal[column]!);
  });
  return { size: column_of.length, starts, rows, values, column_of };
}

/** Elimination tree and the number of entries in each column of L. */
function analyze(matrix: ScaledMatrix, budget: Budget): { readonly parent: Int32Array; readonly lengths: Int32Array } {
  const parent = new Int32Array(matrix.size).fill(-1);
  const lengths = new Int32Array(matrix.size);
  const seen = new Int32Array(matrix.size).fill(-1);
  for (let row = 0; row < matrix.size; row += 1) {
    seen[row] = row;
    for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at += 1) {
      for (let node = matrix.rows[at]!; seen[node] !== row; node = parent[node]!) {
        if (parent[node] === -1) parent[node] = row;
        lengths[node]! += 1;
        seen[node] = row;
        budget.step();
      }
    }
  }
  return { parent, lengths };
}

/** -1 when all pivots of the shifted matrix are positive, else the position of the first that is not. */
function factorize(matrix: ScaledMatrix, budget: Budget): number {
  const { size } = matrix;
  const { parent, lengths } = analyze(matrix, budget);
  const starts = new Int32Array(size + 1);
  let total = 0;
  for (let position = 0; position < size; position += 1) {
    starts[position] = total;
    total += lengths[position]!;
  }
  budget.takeNonzeros(total);
  const rows = new Int32Array(total);
  const values = new Float64Array(total);
  const ends = starts.slice();
  const pivots = new Float64Array(size);
  const work = new Float64Array(size);
  const pattern = new Int32Array(size);
  const seen = new Int32Array(size).fill(-1);
  for (let row = 0; row < size; row += 1) {
    let top = scatterRow(matrix, row, parent, seen, work, pattern);
    let pivot = 1 + SHIFT;
    for (; top < size; top += 1) {
      const column = pattern[top]!;
      const value = work[column]!;
      work[column] = 0;
      const end = ends[column]!;
      budget.steps(1 + end - starts[column]!);
      for (let at = starts[column]!; at < end; at += 1) work[rows[at]!]! -= values[at]! * value;
      const factor = value / pivots[column]!;
      pivot -= factor * value;
      rows[end] = row;
      values[end] = factor;
      ends[column] = end + 1;
    }
    if (!(pivot > 0)) return row;
    pivots[row] = pivot;
  }
  return -1;
}

/** Spreads a row into `work`; from the returned index on, `pattern` lists its columns of L in elimination order. */
function scatterRow(
  matrix: ScaledMatrix,
  row: number,
  parent: Int32Array,
  seen: Int32Array,
  work: Float64Array,
  pattern: Int32Array,
): number {
  let top = matrix.size;
  seen[row] = row;
  for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at += 1) {
    let node = matrix.rows[at]!;
    work[node]! += matrix.values[at]!;
    let length = 0;
    for (; seen[node] !== row; node = parent[node]!) {
      pattern[length] = node;
      seen[node] = row;
      length += 1;
    }
    while (length > 0) {
      length -= 1;
      top -= 1;
      pattern[top] = pattern[length]!;
    }
  }
  return top;
}
