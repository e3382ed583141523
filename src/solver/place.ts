/**
 * Where solves run. A place accepts jobs, does them one after the other in each of its slots, and returns an outcome for each.
 * The pool of child processes (process/pool.ts) is one; others are folders of their own that implement this interface and pass
 * the suite in test/solver/place_suite.ts.
 *
 * A job is waiting -> in hand -> settled. Its outcome settles once and never rejects, whatever happens to the solver that
 * has it: a lost job ends as `failed` (retryable) or `returned`.
 */
import type { Progress, SolveOutcome } from "./messages";
import type { SolveOptions } from "./options";

/**
 * Jobs of normal priority start in the order of their arrival. A job of low priority starts when none of these waits
 * and gives way when one arrives and finds no slot: it is interrupted, killed when it does not stop at once, and ends
 * as `returned`. So it delays other jobs only by the time of its interruption.
 */
export type Priority = "normal" | "low";

export interface SolveRequest {
  /** `readText` is called only when the solver that gets the job does not have the model yet. */
  readonly model: { readonly digest: string; readonly readText: () => string };
  /** Plain data, passed to the compiler unchanged. */
  readonly bound: unknown;
  readonly override_data: unknown;
  readonly options: SolveOptions;
  /** A solve of a few milliseconds. It may be queued behind other quick ones, and ends as `returned` when one of them turns out to be long. */
  readonly quick: boolean;
  /** Normal when left out. */
  readonly priority?: Priority;
}

export interface JobHooks {
  readonly onProgress?: (progress: Progress) => void;
  /** A solver has the job in hand. */
  readonly onStarted?: () => void;
}

export interface AskHooks {
  /** Whoever asked is gone when it is aborted: the question is dropped, or the process that has it in hand is ended. */
  readonly signal?: AbortSignal | null;
  /** Time that the answer may take, from when a process has it in hand. */
  readonly limit_ms?: number;
}

export interface SubmittedJob {
  readonly job: number;
  /** Never rejects. */
  readonly outcome: Promise<SolveOutcome>;
  /** Stops the job wherever it is; the outcome says how it ended. */
  cancel(): void;
}

export interface SolverStats {
  readonly state: "starting" | "idle" | "busy";
  /** Memory at the last measurement, in bytes; 0 when unknown. */
  readonly memory_bytes: number;
  readonly solves: number;
  /** Jobs that were sent to it, including the one in hand. */
  readonly jobs: number;
}

export interface PlaceStats<Solver extends SolverStats = SolverStats> {
  readonly solvers: readonly Solver[];
  /** Solvers that may run at one time. */
  readonly solvers_max: number;
  /** Jobs of normal priority, including questions, that no solver has yet. */
  readonly waiting: number;
  readonly waiting_low: number;
  /** null until a solver has been ready. */
  readonly solver_version: string | null;
}

export interface SolverPlace {
  submit(request: SolveRequest, hooks?: JobHooks): SubmittedJob;
  /**
   * The compiler's answer to a question about a model; only the compiler knows the types of both.
   * Goes before every solve of low priority.
   * @throws Refusal solver_unavailable when no solver could answer, model_invalid when a solver has too little memory for the model.
   */
  ask<Answer>(text: string, question: unknown, hooks?: AskHooks): Promise<Answer>;
  /** How many further jobs of normal priority would be sent to a solver at once; a slot with a job of low priority counts as free. */
  freeSlots(quick?: boolean): number;
  stats(): PlaceStats;
  /** Accepts no further jobs, gives those in hand `drain_ms`, returns the rest, and ends every solver. */
  stop(options: { readonly drain_ms: number }): Promise<void>;
}
