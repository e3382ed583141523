/**
 * HiGHS adds 1e-7 to the diagonal of a quadratic objective, so an unbounded problem comes back as "optimal" with
 * values around 1e7. Whether it is unbounded is a question about directions alone, and a linear one: a feasible convex
 * problem is unbounded exactly if some direction of recession d (Qd = 0, d stays within rows and bounds) improves c'd.
 */
import type { ModelData } from "highs";
import type { Hessian, Problem } from "../../problem/problem";
import { senseCode } from "./formulation";

/** Values from here on make a quadratic optimum worth the question. */
export const SUSPECT_VALUE = 1e5;
const INFINITE_BEYOND = 1e20;

/** The linear program over directions in [-1, 1]; an optimum better than 0 proves that the problem is unbounded. */
export function recessionModel(problem: Problem, hessian: Hessian): ModelData {
  const { columns, rows, matrix } = problem;
  const curvature = symmetricRows(hessian, columns.count);
  const starts = [...matrix.starts];
  const indices = [...matrix.indices];
  const values = [...matrix.values];
  for (const row of curvature) {
    for (const [column, value] of row) {
      indices.push(column);
      values.push(value);
    }
    starts.push(indices.length);
  }
  const flat = new Array<number>(columns.count).fill(0);
  return {
    numCols: columns.count,
    numRows: rows.count + columns.count,
    sense: senseCode(problem),
    offset: 0,
    colCost: columns.cost,
    colLower: columns.lower.map((bound) => (bound > -INFINITE_BEYOND ? 0 : -1)),
    colUpper: columns.upper.map((bound) => (bound < INFINITE_BEYOND ? 0 : 1)),
    rowLower: [...rows.lower.map((bound) => (bound > -INFINITE_BEYOND ? 0 : -Infinity)), ...flat],
    rowUpper: [...rows.upper.map((bound) => (bound < INFINITE_BEYOND ? 0 : Infinity)), ...flat],
    matrix: { format: "csr", numRows: rows.count + columns.count, numCols: columns.count, starts, indices, values },
  };
}

/** Row i of Q as [column, value] pairs, both triangles. */
function symmetricRows(hessian: Hessian, count: number): [number, number][][] {
  const rows: [number, number][][] = Array.from({ length: count }, () => []);
  for (let column = 0; column < count; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      const row = hessian.indices[entry]!;
      const value = hessian.values[entry]!;
      rows[row]!.push([column, value]);
      if (row !== column) rows[column]!.push([row, value]);
    }
  }
  return rows;
}
