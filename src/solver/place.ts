/**
 * Where solves run. A place takes jobs, does them one after the other in each of its slots, and tells what came of each.
 * The pool of child processes (process/pool.ts) is one; others are folders of their own that implement this interface and pass
 * the suite in test/solver/place_suite.ts.
 *
 * A job is waiting -> in hand -> settled. Its outcome comes once and never rejects, whatever happens to the solver that
 * has it: what was lost is told as `failed` (retryable) or `returned`.
 */
import type { Progress, SolveOutcome } from "./messages";
import type { SolveOptions } from "./options";

/**
 * Jobs of normal priority start in the order in which they came. One of low priority starts when none of these waits,
 * and gives way when one comes and finds no slot: it is interrupted, killed when it does not stop at once, and comes
 * back as `returned`. So it delays no other job by more than its own interruption.
 */
export type Priority = "normal" | "low";

export interface SolveRequest {
  /** `readText` is called only when the solver that gets the job does not have the model yet. */
  readonly model: { readonly digest: string; readonly readText: () => string };
  /** Passed to the compiler as they are: plain data. */
  readonly bound: unknown;
  readonly override_data: unknown;
  readonly options: SolveOptions;
  /** A solve of a few milliseconds: may be sent behind others of its kind, and comes back as `returned` when they are not. */
  readonly quick: boolean;
  /** Normal when left out. */
  readonly priority?: Priority;
}

export interface JobHooks {
  readonly onProgress?: (progress: Progress) => void;
  /** A solver has the job in hand. */
  readonly onStarted?: () => void;
}

export interface SubmittedJob {
  readonly job: number;
  /** Never rejects. */
  readonly outcome: Promise<SolveOutcome>;
  /** Stops the job wherever it is; the outcome tells what came of it. */
  cancel(): void;
}

export interface SolverStats {
  readonly state: "starting" | "idle" | "busy";
  /** Memory at the last look, in bytes; 0 where it is not known. */
  readonly memory_bytes: number;
  readonly solves: number;
  /** Jobs that were sent to it, the one in hand included. */
  readonly jobs: number;
}

export interface PlaceStats<Solver extends SolverStats = SolverStats> {
  readonly solvers: readonly Solver[];
  /** Solvers that may run at one time. */
  readonly solvers_max: number;
  /** Jobs of normal priority, questions included, that no solver has been given. */
  readonly waiting: number;
  readonly waiting_low: number;
  /** null until a solver has been ready. */
  readonly solver_version: string | null;
}

export interface SolverPlace {
  submit(request: SolveRequest, hooks?: JobHooks): SubmittedJob;
  /**
   * What the compiler answers to a question about a model; the question and the answer's type are the compiler's affair.
   * Goes before every solve of low priority.
   * @throws Refusal solver_unavailable when no solver could tell, model_invalid when its memory is not enough for the model.
   */
  ask<Answer>(text: string, question: unknown): Promise<Answer>;
  /** How many further jobs of normal priority would be sent to a solver at once; a slot that a job of low priority has counts as free. */
  freeSlots(quick?: boolean): number;
  stats(): PlaceStats;
  /** Takes no further jobs, gives those in hand `drain_ms`, returns the rest, and ends every solver. */
  stop(options: { readonly drain_ms: number }): Promise<void>;
}
