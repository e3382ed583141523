/**
 * Measures from a problem's numbers, before the solve, how a solver with absolute tolerances will do: how small the prices are that its
 * dual tolerance has to distinguish from 0, and how much its integrality tolerance is worth in a row.
 */
import { isIntegerKind, type Problem } from "../../problem/problem";

/** Magnitude from which on an integer column's coefficient, relative to the other terms, makes a fractional value useful. */
const STEEP_RATIO = 1e5;
/** Below this magnitude of a price the solver's dual tolerance of 1e-7 is no longer small. */
const PRICE_MIN = 1e-3;
const EXPONENT_MAX = 40;
const FAR_BOUND = 1e9;
const MAGNITUDE = 1000;

/**
 * The exponent k of the power of two that brings the objective's smallest prices to a size that the dual tolerance can tell from 0; 0 when they are.
 * A row prices its columns at (cost / coefficient) of a column that has a cost, so `peak >= x / 1e9` with a cost of 1 on the peak
 * prices x at 1e-9.
 */
export function objectiveExponent(problem: Problem): number {
  const { columns, rows, matrix } = problem;
  const { starts, indices, values } = matrix;
  let smallest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < rows.count; row++) {
    let dual = Number.POSITIVE_INFINITY;
    let coefficient = Number.POSITIVE_INFINITY;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const magnitude = Math.abs(values[entry]!);
      const cost = Math.abs(columns.cost[indices[entry]!]!);
      if (magnitude === 0) continue;
      if (magnitude < coefficient) coefficient = magnitude;
      if (cost > 0 && cost < dual * magnitude) dual = cost / magnitude;
    }
    if (dual < Number.POSITIVE_INFINITY && dual * coefficient < smallest) smallest = dual * coefficient;
  }
  return exponentFor(smallest);
}

/** The exponent that brings a price of this magnitude to about 1; 0 when that is not needed. */
export function exponentFor(price: number): number {
  if (!(price > 0) || price >= PRICE_MIN) return 0;
  return Math.min(EXPONENT_MAX, -Math.floor(Math.log2(price)));
}

/** True when some row holds an integer column so steeply that the solver's integrality tolerance of 1e-6 moves the other columns in it. */
export function isSteep(problem: Problem): boolean {
  const { columns, rows, matrix } = problem;
  for (let row = 0; row < rows.count; row++) {
    let steepest = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      const magnitude = Math.abs(matrix.values[entry]!);
      if (magnitude === 0) continue;
      if (isIntegerKind(columns.kinds[column]!) && magnitude > steepest) steepest = magnitude;
      if (magnitude < smallest) smallest = magnitude;
    }
    if (steepest >= STEEP_RATIO * smallest) return true;
  }
  return false;
}

/** The exponent that brings the largest value to about 1000, where a tolerance of 1e-9 is small beside it; 0 when it is that large. */
export function magnitudeExponent(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0) || largest >= MAGNITUDE) return 0;
  return Math.min(EXPONENT_MAX, Math.round(Math.log2(MAGNITUDE / largest)));
}

/** All finite bounds. */
export function boundsOf({ columns, rows }: Problem): Float64Array {
  const bounds = [columns.lower, columns.upper, rows.lower, rows.upper];
  return Float64Array.from(bounds.flatMap((side) => [...side.filter(Number.isFinite)]));
}

/** A linear problem in the unit 2^-exponent: all bounds, all values and the objective are 2^exponent times as large. */
export function withMagnifiedBounds(problem: Problem, exponent: number): Problem {
  if (exponent === 0) return problem;
  const factor = 2 ** exponent;
  const { columns, rows } = problem;
  const scaled = (figures: Float64Array) => figures.map((figure) => figure * factor);
  return {
    ...problem,
    offset: problem.offset * factor,
    columns: { ...columns, lower: scaled(columns.lower), upper: scaled(columns.upper) },
    rows: { ...rows, lower: scaled(rows.lower), upper: scaled(rows.upper) },
  };
}

export function hasFarBounds({ columns }: Problem): boolean {
  return columns.lower.some(isFar) || columns.upper.some(isFar);
}

/** A relaxation: drops bounds that only mean "none", because a solver that starts from them loses digits. */
export function withoutFarBounds(problem: Problem): Problem {
  const lower = problem.columns.lower.map((bound) => (isFar(bound) ? -Infinity : bound));
  const upper = problem.columns.upper.map((bound) => (isFar(bound) ? Infinity : bound));
  return { ...problem, columns: { ...problem.columns, lower, upper } };
}

function isFar(bound: number): boolean {
  return Math.abs(bound) >= FAR_BOUND && Math.abs(bound) !== Infinity;
}

/** The same problem with its objective multiplied by 2^exponent, which changes no solution and rounds nothing. */
export function withScaledObjective(problem: Problem, exponent: number): Problem {
  if (exponent === 0) return problem;
  const factor = 2 ** exponent;
  const scaled = (figures: Float64Array) => figures.map((figure) => figure * factor);
  const { columns, hessian } = problem;
  return {
    ...problem,
    offset: problem.offset * factor,
    columns: { ...columns, cost: scaled(columns.cost) },
    hessian: hessian === null ? null : { ...hessian, values: scaled(hessian.values) },
  };
}
