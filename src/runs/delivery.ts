/**
 * The life of a delivery. The guarded statements of storage/deliveries.ts are built from this table.
 *
 *   (with the run's end) -> pending -> sending -> delivered | exhausted
 *                             ^           |
 *                             +-----------+  the attempt failed and another follows, or the process went away
 */
import { StateMachine } from "./state_machine";

const DELIVERY_TRANSITIONS = {
  /** The deliverer claims it; disabling the webhook gives it up; a redelivery makes it due at once. */
  pending: ["sending", "exhausted", "pending"],
  /** The attempt ends it or postpones it; recovery puts it back. */
  sending: ["delivered", "pending", "exhausted"],
  /** The receiver confirmed it; a person may have it sent again. */
  delivered: ["pending"],
  /** Given up after the last attempt; a person may have it sent again. */
  exhausted: ["pending"],
} as const satisfies Record<string, readonly ("pending" | "sending" | "delivered" | "exhausted")[]>;

export type DeliveryState = keyof typeof DELIVERY_TRANSITIONS;
export const DELIVERY_STATES = Object.keys(DELIVERY_TRANSITIONS) as readonly DeliveryState[];

/** The states that an attempt can lead to. */
export type AttemptEnd = (typeof DELIVERY_TRANSITIONS)["sending"][number];

/** SQL of the states and their moves. */
export const DELIVERY_MACHINE = new StateMachine<DeliveryState, typeof DELIVERY_TRANSITIONS>(
  "state",
  DELIVERY_TRANSITIONS,
  (state) => `'${state}'`,
);
