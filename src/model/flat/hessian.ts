/** Builds the Hessian of an objective from its products of variables. */
import type { Hessian } from "../../problem/problem";
import type { QuadraticTermList } from "./linearize";

/**
 * Lower triangle of Q by columns, with 0.5 x'Qx equal to the sum of the terms: `c x y` gives Q[x,y] = c on each side of
 * the diagonal, `c x^2` gives 2c on it. Repeated pairs are added, zeros dropped; null when no entries are left.
 */
export function assembleHessian(terms: QuadraticTermList, column_count: number): Hessian | null {
  const order = orderByColumnThenRow(terms, column_count);
  const starts = new Int32Array(column_count + 1);
  const indices = new Int32Array(order.length);
  const values = new Float64Array(order.length);
  let count = 0;
  for (let at = 0; at < order.length; ) {
    const column = columnOf(terms, order[at]!);
    const row = rowOf(terms, order[at]!);
    let sum = 0;
    for (; at < order.length && columnOf(terms, order[at]!) === column && rowOf(terms, order[at]!) === row; at += 1) {
      sum += terms.coefficients[order[at]!]!;
    }
    if (sum === 0) continue;
    indices[count] = row;
    values[count] = row === column ? 2 * sum : sum;
    count += 1;
    starts[column + 1]! += 1;
  }
  for (let column = 0; column < column_count; column += 1) starts[column + 1]! += starts[column]!;
  return count === 0 ? null : { starts, indices: indices.slice(0, count), values: values.slice(0, count) };
}

function columnOf(terms: QuadraticTermList, term: number): number {
  return Math.min(terms.columns[term]!, terms.others[term]!);
}

function rowOf(terms: QuadraticTermList, term: number): number {
  return Math.max(terms.columns[term]!, terms.others[term]!);
}

/** Positions of the terms sorted by column, then row: two stable counting passes, linear in the number of terms. */
function orderByColumnThenRow(terms: QuadraticTermList, column_count: number): Int32Array {
  const unsorted = Int32Array.from({ length: terms.columns.length }, (_, term) => term);
  const by_row = countingSort(unsorted, column_count, (term) => rowOf(terms, term));
  return countingSort(by_row, column_count, (term) => columnOf(terms, term));
}

function countingSort(items: Int32Array, key_count: number, keyOf: (item: number) => number): Int32Array {
  const next = new Int32Array(key_count + 1);
  for (const item of items) next[keyOf(item) + 1]! += 1;
  for (let key = 0; key < key_count; key += 1) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(items.length);
  for (const item of items) {
    const key = keyOf(item);
    sorted[next[key]!] = item;
    next[key]! += 1;
  }
  return sorted;
}
