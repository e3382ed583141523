/**
 * Puts a problem into its own units, by powers of two, so that nothing is rounded. The solver of quadratic problems scales nothing, and a plan in W
 * or in 1e-9 of something fails in it: columns get a curvature of about 1, rows coefficients of about 1 and the objective a slope of
 * about 1. In a mixed problem the integer columns keep their units, and the units of the others follow from shared rows.
 */
import { type Hessian, isIntegerKind, type Problem } from "../../problem/problem";
import type { PreparedProblem } from "../prepare/prepare";

export interface Equilibration {
  readonly prepared: PreparedProblem;
  /** The objective should also be multiplied by 2 to this power. */
  readonly exponent: number;
}

/** Ordinary problems are not scaled: their curvatures are within this factor of 1. */
const CURVATURE_RANGE = 2 ** 12;
const ROUNDS = 4;

/** True when the curvature of some column is far from 1. */
export function isOddlyScaled(problem: Problem): boolean {
  const odd = (curvature: number) => curvature > CURVATURE_RANGE || curvature < 1 / CURVATURE_RANGE;
  return curvatures(problem).some((curvature) => curvature > 0 && odd(curvature));
}

/**
 * Scales a prepared problem with a quadratic objective; its `restore` leads back to the user's scale.
 * @param value_magnitude about how large the values become, a power of two: where the solver starts it takes those up to 1e-4 for 0
 * (qpsolver/feasibility_highs.hpp)
 */
export function equilibrate(prepared: PreparedProblem, value_magnitude: number): Equilibration {
  const { problem } = prepared;
  const columns = curvatures(problem).map((curvature) => (curvature > 0 ? powerNear(1 / Math.sqrt(curvature)) : 0));
  const rows = new Float64Array(problem.rows.count);
  balance(problem, columns, rows);
  const slope = problem.columns.cost.reduce((most, cost, at) => Math.max(most, Math.abs(cost) * columns[at]!), 0);
  const unit = slope > 0 ? powerNear(slope) / value_magnitude : 1;
  for (let column = 0; column < columns.length; column++) columns[column]! *= unit;
  for (let row = 0; row < rows.length; row++) rows[row]! /= unit;
  return { prepared: inUnits(prepared, columns, rows), exponent: -2 * Math.log2(unit) };
}

/** Scales a prepared problem with integer columns. */
export function equilibrateMixed(prepared: PreparedProblem): PreparedProblem {
  const { problem } = prepared;
  const columns = Float64Array.from(problem.columns.kinds, (kind) => (isIntegerKind(kind) ? 1 : 0));
  const rows = new Float64Array(problem.rows.count);
  balance(problem, columns, rows);
  return inUnits(prepared, columns, rows);
}

/**
 * Finds factors of rows from the columns that have one, then of the columns that have none (0) from those rows, and so on outward; what
 * no factor reaches keeps its unit.
 */
function balance(problem: Problem, columns: Float64Array, rows: Float64Array): void {
  const open = columns.map((factor) => (factor === 0 ? 1 : 0));
  for (let round = 0; round < ROUNDS; round++) {
    scaleRows(problem, columns, rows);
    scaleOpenColumns(problem, open, columns, rows);
  }
  for (let column = 0; column < columns.length; column++) if (columns[column] === 0) columns[column] = 1;
  scaleRows(problem, columns, rows);
  for (let row = 0; row < rows.length; row++) if (rows[row] === 0) rows[row] = 1;
}

function inUnits(prepared: PreparedProblem, columns: Float64Array, rows: Float64Array): PreparedProblem {
  const restore: PreparedProblem["restore"] = (values, row_duals, reduced_costs) =>
    prepared.restore(
      values.map((value, column) => value * columns[column]!),
      row_duals?.map((dual, row) => dual * rows[row]!) ?? null,
      reduced_costs?.map((cost, column) => cost / columns[column]!) ?? null,
    );
  return { ...prepared, problem: scaled(prepared.problem, columns, rows), restore };
}

function curvatures({ hessian, columns }: Problem): Float64Array {
  const diagonal = new Float64Array(columns.count);
  for (let column = 0; hessian !== null && column < columns.count; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      if (hessian.indices[entry] === column) diagonal[column]! += Math.abs(hessian.values[entry]!);
    }
  }
  return diagonal;
}

/** The largest coefficient of each row becomes about 1, of the columns that have a factor; a row without such a column has none itself. */
function scaleRows({ matrix }: Problem, columns: Float64Array, rows: Float64Array): void {
  for (let row = 0; row < rows.length; row++) {
    let largest = 0;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      largest = Math.max(largest, Math.abs(matrix.values[entry]!) * columns[matrix.indices[entry]!]!);
    }
    rows[row] = largest > 0 ? powerNear(1 / largest) : 0;
  }
}

/** The unit of an open column follows from its rows. */
function scaleOpenColumns(problem: Problem, open: Float64Array, columns: Float64Array, rows: Float64Array): void {
  const { matrix } = problem;
  const largest = new Float64Array(columns.length);
  for (let row = 0; row < rows.length; row++) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      largest[column] = Math.max(largest[column]!, Math.abs(matrix.values[entry]!) * rows[row]!);
    }
  }
  for (let column = 0; column < columns.length; column++) {
    if (open[column] === 1) columns[column] = largest[column]! > 0 ? powerNear(1 / largest[column]!) : 0;
  }
}

function scaled(problem: Problem, columns: Float64Array, rows: Float64Array): Problem {
  const { matrix, hessian } = problem;
  const values = new Float64Array(matrix.values.length);
  for (let row = 0; row < rows.length; row++) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      values[entry] = matrix.values[entry]! * rows[row]! * columns[matrix.indices[entry]!]!;
    }
  }
  return {
    ...problem,
    columns: {
      ...problem.columns,
      cost: problem.columns.cost.map((cost, column) => cost * columns[column]!),
      lower: problem.columns.lower.map((bound, column) => bound / columns[column]!),
      upper: problem.columns.upper.map((bound, column) => bound / columns[column]!),
    },
    rows: {
      ...problem.rows,
      lower: problem.rows.lower.map((bound, row) => bound * rows[row]!),
      upper: problem.rows.upper.map((bound, row) => bound * rows[row]!),
    },
    matrix: { ...matrix, values },
    hessian: hessian === null ? null : scaledHessian(hessian, columns),
  };
}

function scaledHessian(hessian: Hessian, columns: Float64Array): Hessian {
  const values = hessian.values.slice();
  for (let column = 0; column < columns.length; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      values[entry] = values[entry]! * columns[column]! * columns[hessian.indices[entry]!]!;
    }
  }
  return { ...hessian, values };
}

function powerNear(figure: number): number {
  return 2 ** Math.round(Math.log2(figure));
}
