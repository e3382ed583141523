/**
 * What passes between the pool and a solver process, and what the pool answers. Everything is plain data: it is
 * cloned on its way. Jobs are numbered by the pool, from 1, and never reused.
 */
import type { Problem } from "../problem/problem";
import type { Solution, SolutionStatus } from "../problem/solution";
import type { SolveOptions } from "./options";

/** How a solver process turns text into problems; handed in, because models are not the solver's business. */
export interface ModelCompiler {
  /** Reads a model once; the result is kept by digest and never sent anywhere. Must not throw on any text. */
  prepare(text: string): unknown;
  /** Makes a problem of a prepared model with overrides in place; `bound` and `override_data` are the request's. */
  compile(prepared: unknown, bound: unknown, override_data: unknown): Compilation;
  /** Answers a question about a model without solving it; question and answer are plain data, passed on unread. */
  inspect(text: string, question: unknown): unknown;
}

export interface Compilation {
  /** null when the diagnostics say why there is none. */
  readonly problem: Problem | null;
  /** Plain data, passed on unread. */
  readonly diagnostics: readonly unknown[];
  /** Go into the solution. */
  readonly warnings: readonly string[];
  /** Text that the model makes of its solution; `values` has one entry a column, auxiliary ones included. */
  readonly report: ((values: Float64Array, solution: Solution) => string | null) | null;
}

/** JSON of a `Solution`, UTF-8; compressed with zstd above 4 KiB. */
export interface StoredAnswer {
  readonly is_compressed: boolean;
  readonly data: Uint8Array;
}

/** What a solve came to, in the pieces that a run records. */
export interface SolveReport {
  readonly status: SolutionStatus;
  readonly objective_value: number | null;
  /** A sentence where there is no solution. */
  readonly error_message: string | null;
  readonly model_digest: string;
  readonly solution_digest: string | null;
  /** Relative gap of objective and bound; null without both. */
  readonly gap: number | null;
  readonly result: StoredAnswer;
  /** The result without variables, solution, constraints and sensitivity, as JSON; null when the result is small. */
  readonly result_summary: string | null;
  readonly compile_ms: number;
  readonly solve_ms: number;
  readonly solver_version: string;
}

export type FailureCode = "solver_crashed" | "solver_out_of_memory" | "certificate_mismatch" | "internal_error";

export type SolveOutcome =
  | ({ readonly kind: "solved" } & SolveReport)
  | { readonly kind: "model_error"; readonly diagnostics: readonly unknown[] }
  /** `retryable`: the same job may do better in another process. */
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly retryable: boolean }
  /** The limit came before any solution. */
  | { readonly kind: "timeout"; readonly message: string; readonly report: SolveReport | null }
  /** With the best solution so far, if there was one. */
  | { readonly kind: "cancelled"; readonly report: SolveReport | null }
  /** Waited behind another job in a solver process and was taken back: submit it again. */
  | { readonly kind: "returned" };

/** At most four a second for each job. */
export interface Progress {
  readonly incumbent: number | null;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
  readonly elapsed_ms: number;
}

export interface SolveMessage {
  readonly kind: "solve";
  readonly job: number;
  readonly digest: string;
  /** null when this process was given the text of this digest before. */
  readonly text: string | null;
  readonly bound: unknown;
  readonly override_data: unknown;
  readonly options: SolveOptions;
}

export interface InspectMessage {
  readonly kind: "inspect";
  readonly job: number;
  readonly text: string;
  readonly question: unknown;
}

/** Jobs that the pool no longer wants, unless they have begun. */
export interface ForgetMessage {
  readonly kind: "forget";
  readonly jobs: readonly number[];
}

/** The pool sends these in arrays: all that one turn of its event loop brought. */
export type ParentMessage = SolveMessage | InspectMessage | ForgetMessage;

/** In arrays too: answers that were known at about the same time. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly solver_version: string }
  | { readonly kind: "answer"; readonly job: number; readonly outcome: SolveOutcome }
  | { readonly kind: "inspected"; readonly job: number; readonly inspection: unknown }
  /** The model of that digest is no longer kept: send the job again, with its text. */
  | { readonly kind: "model_missing"; readonly job: number }
  | { readonly kind: "progress"; readonly job: number; readonly progress: Progress };
