/** What a webhook can be told of. */
import type { TerminalState } from "../runs/run";

/** Events that a trigger may choose. */
export const WEBHOOK_EVENTS = [
  "trigger.run.completed",
  "trigger.run.failed",
  "trigger.run.cancelled",
  "trigger.run.validation_failed",
  "trigger.run.skipped",
  "trigger.schedule.failing",
  "trigger.schedule.auto_disabled",
  "trigger.overdue",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** When each is sent, for people; a new event does not compile without its line. */
export const EVENT_MEANINGS: { readonly [Event in WebhookEvent]: string } = {
  "trigger.run.completed": "a run has an answer",
  "trigger.run.failed": "a run failed, or its time was over before any answer",
  "trigger.run.cancelled": "a run was stopped",
  "trigger.run.validation_failed": "data did not fit the model",
  "trigger.run.skipped": "a tick came while the run before it was under way",
  "trigger.schedule.failing": "runs of a schedule fail in a row",
  "trigger.schedule.auto_disabled": "a schedule was turned off because its data does not fit",
  "trigger.overdue": "no run has completed for longer than it should",
};

/** What is told when nothing was chosen. */
export const WEBHOOK_EVENTS_DEFAULT: readonly WebhookEvent[] = [
  "trigger.run.completed",
  "trigger.run.failed",
  "trigger.overdue",
];

/** Sent on request alone, whatever was chosen. */
export const PING_EVENT = "trigger.webhook.ping";

const EVENT_OF: { readonly [State in TerminalState]: WebhookEvent } = {
  completed: "trigger.run.completed",
  failed: "trigger.run.failed",
  timeout: "trigger.run.failed",
  cancelled: "trigger.run.cancelled",
  validation_failed: "trigger.run.validation_failed",
  skipped_overlap: "trigger.run.skipped",
};

/** The event that a run's end is. */
export function eventOf(status: TerminalState): WebhookEvent {
  return EVENT_OF[status];
}
