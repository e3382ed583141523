/**
 * The input and the outcome of a solve. Everything but the compiler is plain data, because it is cloned on its way out of
 * the process that solves.
 */
import type { Problem } from "../problem/problem";
import type { Solution, SolutionStatus } from "../problem/solution";
import type { SolveOptions } from "./options";

/** How a solver process turns text into problems; passed in, because the solver knows nothing about models. */
export interface ModelCompiler {
  /** Reads a model once; the result is kept by digest and never sent anywhere. Must not throw on any text. */
  prepare(text: string): unknown;
  /** Makes a problem of a prepared model with overrides in place; `bound` and `override_data` are the request's. */
  compile(prepared: unknown, bound: unknown, override_data: unknown): Compilation;
  /** Answers a question about a model without solving it; question and answer are plain data, passed on unread. */
  answer(text: string, question: unknown): unknown;
}

export interface Compilation {
  /** null when the diagnostics say why there is none. */
  readonly problem: Problem | null;
  /** Plain data, passed on unread. */
  readonly diagnostics: readonly unknown[];
  /** Warnings that go into the solution. */
  readonly warnings: readonly string[];
  /** Makes the model's text about its solution; `values` has one entry a column, auxiliary ones included. */
  readonly report: ((values: Float64Array, solution: Solution) => string | null) | null;
}

/** JSON of a `Solution`, UTF-8; compressed with zstd above 4 KiB. */
export interface StoredAnswer {
  readonly is_compressed: boolean;
  readonly data: Uint8Array;
}

/** The outcome of a solve, in the parts that a run stores. */
export interface SolveRecord {
  readonly status: SolutionStatus;
  readonly objective_value: number | null;
  /** A sentence, when there is no solution. */
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
  | ({ readonly kind: "solved" } & SolveRecord)
  | { readonly kind: "model_error"; readonly diagnostics: readonly unknown[] }
  /** `retryable`: the same job may succeed in another process. */
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly retryable: boolean }
  /** The time limit was reached; `record` has a solution if there was one. */
  | { readonly kind: "timeout"; readonly message: string; readonly record: SolveRecord | null }
  /** With the best solution so far, if there was one. */
  | { readonly kind: "cancelled"; readonly record: SolveRecord | null }
  /** Returned unfinished: it waited behind a long job, gave way to others, or the place is stopping. Submit it again. */
  | { readonly kind: "returned" };

/** At most four a second for each job. */
export interface Progress {
  readonly incumbent: number | null;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
  readonly elapsed_ms: number;
}

/** One solve, as it is sent to a solver. */
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
