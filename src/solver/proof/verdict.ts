/** The result of a run's solves: the answer to return, and how much of it was proven. */
import type { Problem } from "../../problem/problem";
import type { SolutionStatus } from "../../problem/solution";
import type { CleanAnswer, Mismatch } from "../certify";
import type { RawAnswer } from "../engine";

/** A solution is called optimal when it is proven to be this close to the best, relative to max(1, |objective|). */
export const DISTANCE_MAX = 1e-6;

export interface Verdict {
  readonly status: SolutionStatus;
  /** Message, counts and duals of the deciding solve, in the user's scale; `dual_bound` is the proven bound. */
  readonly raw: RawAnswer;
  readonly clean: CleanAnswer | null;
  /** Why there is no valid solution although the solver claims one. */
  readonly mismatch: Mismatch | null;
  readonly warnings: readonly string[];
  /** Number of solves. */
  readonly solves: number;
}

/** Relative distance, as in all promises about objectives. */
export function relativeTo(objective: number, distance: number): number {
  return distance / Math.max(1, Math.abs(objective));
}

/** The bound that follows from a proven distance, without rounding errors of the proof; null when nothing was proven. */
export function boundAt(problem: Problem, objective: number, distance: number): number | null {
  if (!Number.isFinite(distance)) return null;
  if (relativeTo(objective, distance) <= 1e-9) return objective;
  return problem.sense === "maximize" ? objective + distance : objective - distance;
}

/** The advice that goes with every doubt. */
export const RESCALE = "choose units in which coefficients, bounds and values lie between 1e-3 and 1e6";
