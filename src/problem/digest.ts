/**
 * Digests that say whether two problems, or two solutions, are the same to the last bit. The layout is fixed: a tag,
 * then each part as its length and its bytes, little-endian; -0 counts as 0, and the entries of a row in order of columns.
 */
import { createHash, type Hash } from "node:crypto";
import type { Hessian, Problem, SparseRows } from "./problem";

const PROBLEM_TAG = "jaot-problem-1";
const SOLUTION_TAG = "jaot-solution-1";

/** SHA-256, hexadecimal, of what a solver sees and of the names, without the model's name and the families. */
export function problemDigest(problem: Problem): string {
  const hash = createHash("sha256").update(PROBLEM_TAG);
  const { columns, rows } = problem;
  addText(hash, problem.sense);
  addNumbers(hash, [problem.offset]);
  addText(hash, JSON.stringify(columns.names));
  addBytes(hash, columns.kinds);
  addNumbers(hash, columns.cost);
  addNumbers(hash, columns.lower);
  addNumbers(hash, columns.upper);
  addIntegers(hash, [columns.auxiliary_count, rows.auxiliary_count]);
  addText(hash, JSON.stringify(rows.names));
  addNumbers(hash, rows.lower);
  addNumbers(hash, rows.upper);
  addSparse(hash, problem.matrix);
  addIntegers(hash, [problem.hessian === null ? 0 : 1]);
  if (problem.hessian !== null) addSparse(hash, problem.hessian);
  return hash.digest("hex");
}

/** SHA-256, hexadecimal, of the values of the columns and of the objective. */
export function solutionDigest(values: Float64Array, objective: number): string {
  const hash = createHash("sha256").update(SOLUTION_TAG);
  addNumbers(hash, values);
  addNumbers(hash, [objective]);
  return hash.digest("hex");
}

function addSparse(hash: Hash, matrix: SparseRows | Hessian): void {
  const sorted = sortEntries(matrix);
  addIntegers(hash, sorted.starts);
  addIntegers(hash, sorted.indices);
  addNumbers(hash, sorted.values);
}

/** The same matrix with the entries of each row or column in ascending order and without zeros; the same object when it already is like that. */
function sortEntries(matrix: SparseRows | Hessian): SparseRows {
  if (isSorted(matrix)) return matrix;
  const { starts, indices, values } = matrix;
  const order: number[] = [];
  const sorted_starts = new Int32Array(starts.length);
  for (let line = 0; line + 1 < starts.length; line += 1) {
    const entries: number[] = [];
    for (let at = starts[line]!; at < starts[line + 1]!; at += 1) if (values[at] !== 0) entries.push(at);
    entries.sort((left, right) => indices[left]! - indices[right]!);
    for (const entry of entries) order.push(entry);
    sorted_starts[line + 1] = order.length;
  }
  return {
    starts: sorted_starts,
    indices: Int32Array.from(order, (at) => indices[at]!),
    values: Float64Array.from(order, (at) => values[at]!),
  };
}

function isSorted({ starts, indices, values }: SparseRows | Hessian): boolean {
  for (let line = 0; line + 1 < starts.length; line += 1) {
    for (let at = starts[line]!; at < starts[line + 1]!; at += 1) {
      if (values[at] === 0) return false;
      if (at > starts[line]! && indices[at - 1]! > indices[at]!) return false;
    }
  }
  return true;
}

function addNumbers(hash: Hash, numbers: ArrayLike<number>): void {
  const bytes = new DataView(new ArrayBuffer(numbers.length * 8));
  for (let at = 0; at < numbers.length; at += 1) bytes.setFloat64(at * 8, numbers[at]! + 0, true);
  addBytes(hash, bytes);
}

function addIntegers(hash: Hash, integers: ArrayLike<number>): void {
  const bytes = new DataView(new ArrayBuffer(integers.length * 4));
  for (let at = 0; at < integers.length; at += 1) bytes.setInt32(at * 4, integers[at]!, true);
  addBytes(hash, bytes);
}

function addText(hash: Hash, text: string): void {
  addBytes(hash, new TextEncoder().encode(text));
}

function addBytes(hash: Hash, bytes: Uint8Array | DataView): void {
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(bytes.byteLength), true);
  hash.update(length).update(bytes);
}
