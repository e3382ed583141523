/**
 * The user's problem in a form that HiGHS answers rightly: same columns, same rows, same order, but bounds and coefficients that
 * its tolerances can hold. Pure work over arrays, before the solve; what comes back is put into the user's scale again and checked
 * against the user's own problem, never against the prepared one.
 */
import type { Problem } from "../../problem/problem";
import { tightenBigM } from "./big_m";
import { roundIntegerBounds } from "./integer_bounds";
import { isOrdinary } from "./scan";

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
  /** What to solve. The very object that was given when there is nothing to do. */
  readonly problem: Problem;
  /** A sentence that proves the problem infeasible, by name; null when the solver must say. */
  readonly infeasible: string | null;
  /** Why no solver with these tolerances can hold the problem, with the row and what to change; null when it can. */
  readonly refused: string | null;
  /** Sentences for the user about the problem, most important first. */
  readonly warnings: readonly string[];
  /** Puts what was found for `problem` into the user's scale. The objective is the same in both. */
  restore(values: Float64Array, row_duals: Float64Array | null, reduced_costs: Float64Array | null): RestoredAnswer;
}

const NO_WARNINGS: readonly string[] = [];

/**
 * Integer coefficients from this multiple of the smallest one in their row are made smaller where that can be done. HiGHS went wrong
 * on the fixed-charge models of the families from 1e7 on, and not at 1e6; what binaries may miss (1e-6) times 1e4 is a hundredth.
 */
const BIG_RATIO_MIN = 1e4;

/** Prepares a problem for HiGHS. Costs about a nanosecond a nonzero and allocates one small object when there is nothing to do. */
export function prepareProblem(problem: Problem): PreparedProblem {
  const rounding = roundIntegerBounds(problem);
  const { infeasible } = rounding;
  if (infeasible !== null || isOrdinary(rounding.problem)) {
    return { problem: rounding.problem, infeasible, refused: null, warnings: NO_WARNINGS, restore: asFound };
  }
  const tightening = tightenBigM(rounding.problem, BIG_RATIO_MIN);
  return { problem: tightening.problem, infeasible, refused: null, warnings: NO_WARNINGS, restore: asFound };
}

function asFound(
  values: Float64Array,
  row_duals: Float64Array | null,
  reduced_costs: Float64Array | null,
): RestoredAnswer {
  return { values, row_duals, reduced_costs };
}
