/**
 * Decides whether a quadratic form is convex: the solver checks only the diagonal and calls a saddle of x*y an optimum.
 * Each block of connected columns is scaled to a diagonal of ones and factored by Cholesky with the largest pivot first.
 */
import type { Hessian } from "../../problem/problem";

/** Blocks of more columns are not factored: 600 take 70 ms, and the work grows with the cube. */
const BLOCK_COLUMNS_MAX = 600;
/** Relative to the unit diagonal: a smaller pivot is a rounding error of a form that is flat in some direction. */
const PIVOT_TOLERANCE = 1e-9;

/** `strict`: convex, and flat in no direction. `unknown`: too large to tell. */
export type Curvature = "strict" | "convex" | "not_convex" | "unknown";

/** Convexity of 0.5 x'Qx when `sign` is 1, of its negative when it is -1. */
export function curvatureOf(hessian: Hessian, sign: 1 | -1): Curvature {
  const count = hessian.starts.length - 1;
  const diagonal = new Float64Array(count);
  const block = Int32Array.from({ length: count }, (_, column) => column);
  for (let column = 0; column < count; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      const row = hessian.indices[entry]!;
      if (row === column) diagonal[column]! += sign * hessian.values[entry]!;
      else if (hessian.values[entry] !== 0) join(block, row, column);
    }
  }
  if (diagonal.some((value) => value < 0)) return "not_convex";
  let curvature: Curvature = diagonal.includes(0) ? "convex" : "strict";
  for (const columns of blocksOf(block)) {
    const found = columns.length > BLOCK_COLUMNS_MAX ? "unknown" : blockCurvature(hessian, sign, columns, diagonal);
    if (found === "not_convex") return found;
    if (found === "unknown" || curvature === "strict") curvature = found;
  }
  return curvature;
}

function blockCurvature(hessian: Hessian, sign: number, columns: readonly number[], diagonal: Float64Array): Curvature {
  const size = columns.length;
  const position = new Map(columns.map((column, at) => [column, at]));
  const scaled = new Float64Array(size * size);
  for (const column of columns) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      const row = hessian.indices[entry]!;
      const value = sign * hessian.values[entry]!;
      const scale = Math.sqrt(diagonal[row]!) * Math.sqrt(diagonal[column]!);
      if (value === 0) continue;
      // A product of two columns, one of which has no square, is a saddle.
      if (scale === 0) return "not_convex";
      const [i, j] = [position.get(row)!, position.get(column)!];
      scaled[i * size + j]! += value / scale;
      if (i !== j) scaled[j * size + i]! += value / scale;
    }
  }
  return scaledCurvature(scaled, size);
}

/** Overwrites the symmetric matrix, whose diagonal is at most 1. */
function scaledCurvature(matrix: Float64Array, size: number): Curvature {
  const left = Array.from({ length: size }, (_, at) => at);
  while (left.length > 0) {
    let best = 0;
    for (let at = 1; at < left.length; at++) {
      if (matrix[left[at]! * size + left[at]!]! > matrix[left[best]! * size + left[best]!]!) best = at;
    }
    const pivot = left[best]!;
    left[best] = left[left.length - 1]!;
    left.pop();
    const value = matrix[pivot * size + pivot]!;
    if (value <= PIVOT_TOLERANCE) return isNearlyZero(matrix, size, [...left, pivot]) ? "convex" : "not_convex";
    for (const row of left) {
      const factor = matrix[row * size + pivot]! / value;
      if (factor === 0) continue;
      for (const column of left) matrix[row * size + column]! -= factor * matrix[pivot * size + column]!;
    }
  }
  return "strict";
}

/** Checks the remainder when no pivot is left: all of it must be rounding errors. */
function isNearlyZero(matrix: Float64Array, size: number, left: readonly number[]): boolean {
  return left.every((row) => left.every((column) => Math.abs(matrix[row * size + column]!) <= PIVOT_TOLERANCE));
}

function join(block: Int32Array, one: number, other: number): void {
  block[rootOf(block, one)] = rootOf(block, other);
}

function rootOf(block: Int32Array, column: number): number {
  let root = column;
  while (block[root] !== root) {
    block[root] = block[block[root]!]!;
    root = block[root]!;
  }
  return root;
}

/** Blocks of two columns or more. */
function blocksOf(block: Int32Array): number[][] {
  const blocks = new Map<number, number[]>();
  for (let column = 0; column < block.length; column++) {
    const root = rootOf(block, column);
    const columns = blocks.get(root);
    if (columns === undefined) blocks.set(root, [column]);
    else columns.push(column);
  }
  return [...blocks.values()].filter((columns) => columns.length > 1);
}
