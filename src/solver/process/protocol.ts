/**
 * What passes between the pool and one of its solver processes. Everything is plain data: it is cloned on its way. Jobs are
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

/** The pool sends these in arrays: all that one turn of its event loop brought. */
export type ParentMessage = SolveMessage | AskMessage | ForgetMessage;

/** In arrays too: answers that were known at about the same time. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly solver_version: string }
  | { readonly kind: "outcome"; readonly job: number; readonly outcome: SolveOutcome }
  | { readonly kind: "answer"; readonly job: number; readonly answer: unknown }
  /** The model of that digest is no longer kept: send the job again, with its text. */
  | { readonly kind: "model_missing"; readonly job: number }
  | { readonly kind: "progress"; readonly job: number; readonly progress: Progress };
