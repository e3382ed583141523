/**
 * Messages between the pool and a solver process. Everything is plain data, because it is cloned on its way. Jobs are
 * numbered by the pool, from 1, and never reused.
 */
import type { Progress, SolveMessage, SolveOutcome } from "../messages";

export interface AskMessage {
  readonly kind: "ask";
  readonly job: number;
  readonly text: string;
  readonly question: unknown;
}

/** Jobs that the pool no longer wants, unless they have begun. */
interface ForgetMessage {
  readonly kind: "forget";
  readonly jobs: readonly number[];
}

/** The pool sends these in arrays with all messages of one turn of its event loop. */
export type ParentMessage = SolveMessage | AskMessage | ForgetMessage;

/** Sent in arrays too, with answers that were ready at about the same time. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly solver_version: string }
  /** Its warm-up is over. */
  | { readonly kind: "warm" }
  | { readonly kind: "outcome"; readonly job: number; readonly outcome: SolveOutcome }
  | { readonly kind: "answer"; readonly job: number; readonly answer: unknown }
  /** The model of that digest is no longer kept: send the job again with its text. */
  | { readonly kind: "model_missing"; readonly job: number }
  | { readonly kind: "progress"; readonly job: number; readonly progress: Progress };
