/**
 * The life of a run. States live here and in the guarded statements of storage/runs.ts, which are built from this table.
 *
 *   (accepted) -> queued -> running -> completed | failed | timeout | cancelled
 *                   ^          |
 *                   +----------+  the solver, the process or the machine went away: attempt is kept, the next claim adds one
 *   queued -> cancelled
 *   (data does not fit) -> validation_failed,  (tick overlapped) -> skipped_overlap
 *
 * On a crash everything `running` under another boot id goes back to `queued`; a run that has used up its
 * attempts is failed instead, so that a model which kills its solver cannot do so forever.
 */
import { StateMachine } from "./state_machine";

/**
 * The number each state is stored as; these never change. A run is open up to 1 and has ended from 2 on. The database has room for more
 * on both sides (storage/migrations/0002_room.sql names what is planned).
 */
const RUN_STATE_CODES = {
  queued: 0,
  running: 1,
  completed: 2,
  failed: 3,
  timeout: 4,
  cancelled: 5,
  validation_failed: 6,
  skipped_overlap: 7,
} as const;

export type RunState = keyof typeof RUN_STATE_CODES;
export const RUN_STATES = Object.keys(RUN_STATE_CODES) as readonly RunState[];

/** The number each source is stored as; these never change. */
const RUN_SOURCE_CODES = { api: 0, rerun: 1, cron: 2 } as const;
export type RunSource = keyof typeof RUN_SOURCE_CODES;
export const RUN_SOURCES = Object.keys(RUN_SOURCE_CODES) as readonly RunSource[];

/** Where each state may go next, and who moves it on. */
const RUN_TRANSITIONS = {
  /** The executor claims it; its owner may cancel it. */
  queued: ["running", "cancelled"],
  /** The executor ends it with what the solver said; recovery and drain put it back. */
  running: ["completed", "failed", "timeout", "cancelled", "queued"],
  /** Terminal: there is a solution. */
  completed: [],
  /** Terminal: infeasible, unbounded, a model or solver error. */
  failed: [],
  /** Terminal: the time limit was reached before any solution. */
  timeout: [],
  /** Terminal: its owner stopped it. */
  cancelled: [],
  /** Terminal from the start: the overrides did not fit the model. */
  validation_failed: [],
  /** Terminal from the start: the schedule's previous run had not ended. */
  skipped_overlap: [],
} as const satisfies { readonly [State in RunState]: readonly RunState[] };

/** The states in which a run is inserted: accepted, or refused. */
export type BirthState = "queued" | "validation_failed" | "skipped_overlap";

/** The states that a run never leaves. */
export type TerminalState = {
  [State in RunState]: (typeof RUN_TRANSITIONS)[State] extends readonly [] ? State : never;
}[RunState];

/** The states that a solve may end in. */
export type EndState = Extract<(typeof RUN_TRANSITIONS)["running"][number], TerminalState>;

/** SQL of the states and their moves. */
export const RUN_MACHINE = new StateMachine<RunState, typeof RUN_TRANSITIONS>("status", RUN_TRANSITIONS, runStateCode);

/** True when a run never leaves this state. */
export function isTerminal(state: RunState): state is TerminalState {
  return RUN_TRANSITIONS[state].length === 0;
}

export function runStateCode(state: RunState): number {
  return RUN_STATE_CODES[state];
}

export function runSourceCode(source: RunSource): number {
  return RUN_SOURCE_CODES[source];
}

const STATE_OF_CODE = new Map<number, RunState>(RUN_STATES.map((state) => [RUN_STATE_CODES[state], state]));
const SOURCE_OF_CODE = new Map<number, RunSource>(RUN_SOURCES.map((source) => [RUN_SOURCE_CODES[source], source]));

/** The state that a row holds. Throws for a number that no state has: then the file was written by another program. */
export function runStateOf(code: number): RunState {
  return known(STATE_OF_CODE.get(code), "status", code);
}

export function runSourceOf(code: number): RunSource {
  return known(SOURCE_OF_CODE.get(code), "source", code);
}

function known<Word>(word: Word | undefined, column: string, code: number): Word {
  if (word === undefined) throw new Error(`a run has ${column} ${code}, which this program does not know`);
  return word;
}
