/**
 * Writes a Problem in the form that HiGHS reads. Semi-continuous columns are written with a binary of their own
 * (`lower * y <= x <= upper * y`), as HiGHS does internally, because its own form refuses negative bounds and
 * bounds above 1e5, and because its incumbents would then have columns that the problem does not have.
 */
import type { ModelData, ObjectiveSense } from "highs";
import { isIntegerKind, type Problem } from "../../problem/problem";
import { leavesOutZero } from "../relaxation";

/** From these magnitudes on HiGHS refuses a coefficient or treats a figure as infinite. */
const COEFFICIENT_MAX = 1e15;
/** Up to this magnitude HiGHS treats a coefficient as 0. */
const COEFFICIENT_MIN = 1e-9;
const INFINITE_BEYOND = 1e20;
const INTEGER = 1;

export interface Formulation {
  readonly model: ModelData;
  /** True when some column, including auxiliary ones, must be an integer; then duals have no meaning. */
  readonly is_integer: boolean;
}

/** Why HiGHS cannot solve the problem, as a sentence with the next step; null when it can. */
export function unsupportedPart(problem: Problem): string | null {
  const { columns, rows, matrix } = problem;
  for (let column = 0; column < columns.count; column++) {
    if (!(Math.abs(columns.cost[column]!) < INFINITE_BEYOND)) {
      return `the objective coefficient ${columns.cost[column]} of ${columns.names[column]} is not below 1e20; rescale the objective`;
    }
    if (isOutOfReach(columns.lower[column]!, columns.upper[column]!)) {
      return `the variable ${columns.names[column]} needs a value beyond 1e20, found ${columns.lower[column]} to ${columns.upper[column]}; give it another unit`;
    }
    if (leavesOutZero(problem, column) && !isBounded(columns.lower[column]!, columns.upper[column]!)) {
      return `the semi-continuous variable ${columns.names[column]} needs finite bounds, found ${columns.lower[column]} to ${columns.upper[column]}; give it a bound`;
    }
  }
  for (let row = 0; row < rows.count; row++) {
    if (isOutOfReach(rows.lower[row]!, rows.upper[row]!)) {
      return `the constraint ${rows.names[row]} needs an activity beyond 1e20, found ${rows.lower[row]} to ${rows.upper[row]}; rescale it`;
    }
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      if (Math.abs(matrix.values[entry]!) < COEFFICIENT_MAX) continue;
      return `the coefficient ${matrix.values[entry]} of ${columns.names[matrix.indices[entry]!]} in ${rows.names[row]} is not below 1e15; rescale the constraint`;
    }
  }
  return null;
}

/** Why HiGHS changed a model that it was given: it treats coefficients of up to 1e-9 as 0. */
export function changedPart(problem: Problem): string {
  const { columns, rows, matrix } = problem;
  for (let row = 0; row < rows.count; row++) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const value = matrix.values[entry]!;
      if (value === 0 || Math.abs(value) > COEFFICIENT_MIN) continue;
      return `the coefficient ${value} of ${columns.names[matrix.indices[entry]!]} in ${rows.names[row]} is not above 1e-9, so the solver would treat it as 0; rescale the constraint`;
    }
  }
  return "the solver would change the problem before it solves it; look for coefficients or bounds of extreme size";
}

export function hasCrossedBounds({ colLower, colUpper, rowLower, rowUpper }: ModelData): boolean {
  const isCrossed = (lower: ArrayLike<number>, upper: ArrayLike<number>) =>
    Array.prototype.some.call(lower, (bound: number, position: number) => bound > upper[position]!);
  return isCrossed(colLower, colUpper) || isCrossed(rowLower, rowUpper);
}

/** The arrays of HiGHS: the problem's own where no column is semi-continuous, else extended copies. */
export function formulate(problem: Problem): Formulation {
  const { columns } = problem;
  const integrality = new Int32Array(columns.count);
  const split: number[] = [];
  let isInteger = false;
  for (let column = 0; column < columns.count; column++) {
    if (isIntegerKind(columns.kinds[column]!)) {
      integrality[column] = INTEGER;
      isInteger = true;
    }
    if (leavesOutZero(problem, column)) split.push(column);
  }
  const plain =
    problem.hessian !== null && problem.rows.count === 0 ? withFreeRow(plainModel(problem)) : plainModel(problem);
  if (split.length > 0) return { model: splitModel(problem, plain, integrality, split), is_integer: true };
  return { model: isInteger ? { ...plain, integrality } : plain, is_integer: isInteger };
}

/** HiGHS's code of the sense, whose type is a branded number. */
function senseCode(problem: Problem): ObjectiveSense {
  return (problem.sense === "maximize" ? -1 : 1) as ObjectiveSense;
}

/** A lower bound that HiGHS reads as +infinity, or an upper one as -infinity. */
function isOutOfReach(lower: number, upper: number): boolean {
  return lower >= INFINITE_BEYOND || upper <= -INFINITE_BEYOND;
}

function isBounded(lower: number, upper: number): boolean {
  return Math.abs(lower) < INFINITE_BEYOND && Math.abs(upper) < INFINITE_BEYOND;
}

function plainModel(problem: Problem): ModelData {
  const { columns, rows, matrix, hessian } = problem;
  return {
    numCols: columns.count,
    numRows: rows.count,
    sense: senseCode(problem),
    offset: problem.offset,
    colCost: columns.cost,
    colLower: columns.lower,
    colUpper: columns.upper,
    rowLower: rows.lower,
    rowUpper: rows.upper,
    matrix: { format: "csr", numRows: rows.count, numCols: columns.count, ...matrix },
    ...(hessian === null ? {} : { hessian: { format: "triangular" as const, dimension: columns.count, ...hessian } }),
  };
}

/**
 * A row that allows everything. Without rows HiGHS starts a quadratic solve in another way, which fails where the objective is flat
 * in some direction and treats values up to 1e-4 as 0 (qpsolver/feasibility_bounded.hpp).
 */
function withFreeRow(model: ModelData): ModelData {
  const matrix = {
    format: "csr",
    numRows: 1,
    numCols: model.numCols,
    starts: [0, 1],
    indices: [0],
    values: [1],
  } as const;
  return { ...model, numRows: 1, rowLower: [-Infinity], rowUpper: [Infinity], matrix };
}

/** For each split column a binary after all columns, and two rows after all rows: x - upper*y <= 0 <= x - lower*y. */
function splitModel(problem: Problem, plain: ModelData, integrality: Int32Array, split: readonly number[]): ModelData {
  const { columns, rows, matrix } = problem;
  const count = columns.count + split.length;
  const starts = [...matrix.starts];
  const indices = [...matrix.indices];
  const values = [...matrix.values];
  const lower = Float64Array.from({ length: count }, (_, column) => columns.lower[column] ?? 0);
  const upper = Float64Array.from({ length: count }, (_, column) => columns.upper[column] ?? 1);
  split.forEach((column, position) => {
    for (const bound of [columns.upper[column]!, columns.lower[column]!]) {
      indices.push(column, columns.count + position);
      values.push(1, -bound);
      starts.push(indices.length);
    }
    lower[column] = Math.min(0, columns.lower[column]!);
    upper[column] = Math.max(0, columns.upper[column]!);
  });
  const splitRows = split.flatMap(() => [
    { lower: -Infinity, upper: 0 },
    { lower: 0, upper: Infinity },
  ]);
  return {
    ...plain,
    numCols: count,
    numRows: rows.count + splitRows.length,
    colCost: Float64Array.from({ length: count }, (_, column) => columns.cost[column] ?? 0),
    colLower: lower,
    colUpper: upper,
    rowLower: [...rows.lower, ...splitRows.map((row) => row.lower)],
    rowUpper: [...rows.upper, ...splitRows.map((row) => row.upper)],
    matrix: { format: "csr", numRows: rows.count + splitRows.length, numCols: count, starts, indices, values },
    integrality: Int32Array.from({ length: count }, (_, column) => integrality[column] ?? INTEGER),
  };
}

/** The same model with a zero objective, which asks only whether it is feasible. */
export function withoutObjective(model: ModelData): ModelData {
  const { hessian: _, ...linear } = model;
  return { ...linear, offset: 0, colCost: new Float64Array(model.numCols) };
}
