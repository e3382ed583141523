/**
 * The life of a run. States live here and in the guarded statements of storage/runs.ts, nowhere else.
 *
 *   (accepted) -> queued -> running -> completed | failed | timeout | cancelled
 *                   ^          |
 *                   +----------+  the solver, the process or the machine went away: attempt is kept, the next claim adds one
 *   queued -> cancelled
 *   (refused at birth) -> validation_failed,  (tick overlapped) -> skipped_overlap
 *
 * On a crash everything `running` under another boot id goes back to `queued`; a run that has used up its
 * attempts is failed instead, so that a model which kills its solver cannot do so for ever.
 */

export const RUN_STATES = [
  "queued",
  "running",
  "completed",
  "failed",
  "timeout",
  "cancelled",
  "validation_failed",
  "skipped_overlap",
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_SOURCES = ["api", "rerun", "cron"] as const;
export type RunSource = (typeof RUN_SOURCES)[number];

/** Where each state may go next, and who moves it on. */
const RUN_TRANSITIONS: { readonly [State in RunState]: readonly RunState[] } = {
  /** The executor claims it; its owner may cancel it. */
  queued: ["running", "cancelled"],
  /** The executor ends it with what the solver said; recovery and drain put it back. */
  running: ["completed", "failed", "timeout", "cancelled", "queued"],
  /** Terminal: there is a solution. */
  completed: [],
  /** Terminal: infeasible, unbounded, a model or solver error. */
  failed: [],
  /** Terminal: the limit came before any solution. */
  timeout: [],
  /** Terminal: its owner stopped it. */
  cancelled: [],
  /** Terminal at birth: the overrides did not fit the model. */
  validation_failed: [],
  /** Terminal at birth: the schedule's previous run had not ended. */
  skipped_overlap: [],
};

/** The states in which a run stays for ever. */
export type TerminalState = Exclude<RunState, "queued" | "running">;

/** True when nothing moves a run out of this state. */
export function isTerminal(state: RunState): state is TerminalState {
  return RUN_TRANSITIONS[state].length === 0;
}
