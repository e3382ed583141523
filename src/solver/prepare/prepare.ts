/**
 * Puts the user's problem into a form that HiGHS solves correctly: the same columns and rows in the same order, but with bounds and coefficients that
 * its tolerances can handle. It only works on arrays, before the solve; the answer is put back into the user's scale and checked
 * against the user's own problem, never against the prepared one.
 */
import type { Problem } from "../../problem/problem";
import { type BigCoefficient, tightenBigM } from "./big_m";
import { substituteDefinitions } from "./definitions";
import { roundIntegerBounds } from "./integer_bounds";
import { doubtOf, rangeWarnings } from "./range_warnings";
import { type Scaling, scaleCoefficients } from "./scaling";
import { farBound, isOrdinary } from "./scan";

/** One solution in the user's scale; a part that was not given is null. */
export interface RestoredAnswer {
  /** One value a column. */
  readonly values: Float64Array;
  /** Change of the objective per unit of each row's bound. */
  readonly row_duals: Float64Array | null;
  /** Change of the objective per unit of each column. */
  readonly reduced_costs: Float64Array | null;
}

export interface PreparedProblem {
  /** The problem to solve; the given object itself when there is nothing to do. */
  readonly problem: Problem;
  /** A sentence that shows why the problem is infeasible, with names; null when the solver has to decide. */
  readonly infeasible: string | null;
  /** Why no solver with these tolerances can handle the problem, with the row and what to change; null when one can. */
  readonly refused: string | null;
  /** Why a claimed optimum cannot be relied on, as part of a sentence; null when it can. */
  readonly optimum_doubt: string | null;
  /** The same about a claim that there is no solution. */
  readonly infeasibility_doubt: string | null;
  /** Sentences for the user about the problem, most important first. */
  readonly warnings: readonly string[];
  /** Puts a solution of `problem` into the user's scale. The objective is the same in both. */
  restore(values: Float64Array, row_duals: Float64Array | null, reduced_costs: Float64Array | null): RestoredAnswer;
}

const NO_WARNINGS: readonly string[] = [];
const NO_DOUBT = { optimum_doubt: null, infeasibility_doubt: null } as const;
/**
 * Gates that nothing bounds, one machine's jobs in either order, tolerances of 1e-9 and 1e-10: of 150 models a size, a claimed optimum was wrong for 1 at 1e7
 * and 1 at 1e8, for 4 at 1e9; "infeasible" for one at 1e9 only.
 */
const OPTIMUM_DOUBT_RATIO_MIN = 1e6;
const INFEASIBILITY_DOUBT_RATIO_MIN = 1e8;

/**
 * Integer coefficients from this multiple of the smallest one in their row are made smaller where that can be done. HiGHS went wrong
 * on the fixed-charge models of the families from 1e7 on, and not at 1e6; what binaries may miss (1e-6) times 1e4 is a hundredth.
 */
const BIG_RATIO_MIN = 1e4;

/** From this ratio on the tolerance of a gate is worth a tenth of the other columns' unit. */
const UNBALANCED_RATIO_MIN = 1e5;

/** Prepares a problem for HiGHS. Costs 4 to 5 ns a nonzero (measured, a million of them) and allocates one small object when there is nothing to do. */
export function prepareProblem(problem: Problem): PreparedProblem {
  const rounding = roundIntegerBounds(problem);
  const { infeasible } = rounding;
  if (infeasible !== null || isOrdinary(rounding.problem)) {
    return {
      problem: rounding.problem,
      infeasible,
      refused: null,
      ...NO_DOUBT,
      warnings: NO_WARNINGS,
      restore: asFound,
    };
  }
  const tightening = tightenBigM(substituteDefinitions(rounding.problem), BIG_RATIO_MIN);
  const { coefficients } = tightening;
  const written = coefficients.filter(({ row, column }) => stands(rounding.problem, row, column));
  const scaling = scaleCoefficients(tightening.problem, isUnbalanced(coefficients));
  return {
    problem: scaling.problem,
    infeasible,
    refused: farBound(problem) ?? scaling.refused,
    optimum_doubt: doubtOf(rounding.problem, coefficients, OPTIMUM_DOUBT_RATIO_MIN),
    infeasibility_doubt: doubtOf(rounding.problem, coefficients, INFEASIBILITY_DOUBT_RATIO_MIN),
    warnings: rangeWarnings(rounding.problem, written),
    restore: restorerOf(scaling),
  };
}

/** True when the user wrote the column into the row: a definition may have brought it there. */
function stands({ matrix }: Problem, row: number, column: number): boolean {
  return matrix.indices.subarray(matrix.starts[row]!, matrix.starts[row + 1]!).includes(column);
}

/** True when the large coefficients of all gates are needed as far as is known; otherwise a larger unit might hide small values. */
function isUnbalanced(coefficients: readonly BigCoefficient[]): boolean {
  if (coefficients.some(({ ratio_left }) => ratio_left === null)) return false;
  return coefficients.some(({ ratio_left }) => ratio_left! >= UNBALANCED_RATIO_MIN);
}

/**
 * With x = s x' for columns and r times each row, the objective stays the same function, so a row's price per unit of the user's bound is r
 * times that of the scaled bound, and a reduced cost per unit of the user's column is that of the scaled column over s.
 */
function restorerOf({ problem, row_factors, column_factors }: Scaling): PreparedProblem["restore"] {
  if (row_factors === null) return asFound;
  const { lower, upper } = problem.columns;
  // A tiny violation in a large unit is a big one in the user's.
  const inUserScale = (value: number, column: number, factor: number) =>
    factor === 1 ? value : factor * Math.min(Math.max(value, lower[column]!), upper[column]!);
  return (values, row_duals, reduced_costs) => ({
    values:
      column_factors === null
        ? values
        : values.map((value, column) => inUserScale(value, column, column_factors[column]!)),
    row_duals: row_duals?.map((dual, row) => dual * row_factors[row]!) ?? null,
    reduced_costs:
      reduced_costs === null || column_factors === null
        ? reduced_costs
        : reduced_costs.map((cost, column) => cost / column_factors[column]!),
  });
}

function asFound(
  values: Float64Array,
  row_duals: Float64Array | null,
  reduced_costs: Float64Array | null,
): RestoredAnswer {
  return { values, row_duals, reduced_costs };
}
