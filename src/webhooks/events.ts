/** The events that webhooks are sent for. */
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
  "trigger.run.failed": "a run failed, or reached its time limit before any answer",
  "trigger.run.cancelled": "a run was stopped",
  "trigger.run.validation_failed": "data did not fit the model",
  "trigger.run.skipped": "a tick came while the previous run was still open",
  "trigger.schedule.failing": "several runs of a schedule failed in a row",
  "trigger.schedule.auto_disabled": "a schedule was turned off because its data does not fit",
  "trigger.overdue": "no run has completed for longer than it should",
};

/** The events that are sent when none were chosen. */
export const WEBHOOK_EVENTS_DEFAULT: readonly WebhookEvent[] = [
  "trigger.run.completed",
  "trigger.run.failed",
  "trigger.overdue",
];

/** Sent only on request, whatever was chosen. */
export const PING_EVENT = "trigger.webhook.ping";

const EVENT_OF: { readonly [State in TerminalState]: WebhookEvent } = {
  completed: "trigger.run.completed",
  failed: "trigger.run.failed",
  timeout: "trigger.run.failed",
  cancelled: "trigger.run.cancelled",
  validation_failed: "trigger.run.validation_failed",
  skipped_overlap: "trigger.run.skipped",
};

/** The event for a run's end. */
export function eventOf(status: TerminalState): WebhookEvent {
  return EVENT_OF[status];
}
