/** What a run's solves came to: the answer that goes out, and how much of it was proven. */
import type { Problem } from "../../problem/problem";
import type { SolutionStatus } from "../../problem/solution";
import type { CleanAnswer, Mismatch } from "../certify";
import type { RawAnswer } from "../engine";

/** An optimum is called one when it is proven to lie this close to the best, relative to max(1, |objective|). */
export const DISTANCE_MAX = 1e-6;

export interface Verdict {
  readonly status: SolutionStatus;
  /** Message, counts and duals of the solve that decided, in the user's scale; `dual_bound` is what was proven. */
  readonly raw: RawAnswer;
  readonly clean: CleanAnswer | null;
  /** Why there is no clean solution although the solver claims one. */
  readonly mismatch: Mismatch | null;
  readonly warnings: readonly string[];
  /** How many solves it took. */
  readonly solves: number;
}

/** Relative distance, as every promise about objectives counts it. */
export function relativeTo(objective: number, distance: number): number {
  return distance / Math.max(1, Math.abs(objective));
}

/** The bound that a proven distance amounts to; rounding errors of the proof are left out. null when nothing was proven. */
export function boundAt(problem: Problem, objective: number, distance: number): number | null {
  if (!Number.isFinite(distance)) return null;
  if (relativeTo(objective, distance) <= 1e-9) return objective;
  return problem.sense === "maximize" ? objective + distance : objective - distance;
}

/** The advice that goes with every doubt. */
export const RESCALE = "choose units in which coefficients, bounds and values lie between 1e-3 and 1e6";
