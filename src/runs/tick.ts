/**
 * The outcomes of a tick, which is one instant of a schedule. The guarded statement of storage/ticks.ts is built from this table.
 *
 *   (its instant came) -> fired | shifted | skipped_overlap | coalesced | missed | excluded
 *   (its instant came, a run of the schedule is open) -> waiting -> fired | shifted | skipped_overlap | coalesced | missed
 *   missed | coalesced | excluded -> fired, by hand
 */
import { type FromOf, StateMachine } from "./state_machine";

const TICK_TRANSITIONS = {
  /** Has its run. */
  fired: [],
  /** A newer tick took its place; a person may run it after all. */
  coalesced: ["fired"],
  /** Has a run that was skipped because the previous one had not ended. */
  skipped_overlap: [],
  /** Its date is excluded; a person may run it after all. */
  excluded: ["fired"],
  /** The service was down or its schedule off; a person may run it after all. */
  missed: ["fired"],
  /** Has its run, later by the length of a skipped hour. */
  shifted: [],
  /** The ticker settles it when the previous run has ended; a newer tick may take its place. */
  waiting: ["fired", "shifted", "skipped_overlap", "coalesced", "missed"],
} as const satisfies Record<string, readonly ("fired" | "shifted" | "skipped_overlap" | "coalesced" | "missed")[]>;

export type TickOutcome = keyof typeof TICK_TRANSITIONS;
export const TICK_OUTCOMES = Object.keys(TICK_TRANSITIONS) as readonly TickOutcome[];

/** Outcomes that no longer change by themselves. */
export const TICK_OUTCOMES_FINAL = TICK_OUTCOMES.filter((outcome) => outcome !== "waiting");

/** The outcomes that may still become `To`. */
export type TickOutcomeBefore<To extends TickOutcome> = FromOf<typeof TICK_TRANSITIONS, To>;

/** SQL of the outcomes and their moves. */
export const TICK_MACHINE = new StateMachine<TickOutcome, typeof TICK_TRANSITIONS>(
  "outcome",
  TICK_TRANSITIONS,
  (outcome) => `'${outcome}'`,
);

/** True for a tick that made no run and is not waiting for one: a person may run it. */
export function isRunnableByHand(outcome: TickOutcome): outcome is "missed" | "coalesced" | "excluded" {
  return outcome !== "waiting" && (TICK_TRANSITIONS[outcome] as readonly TickOutcome[]).includes("fired");
}
