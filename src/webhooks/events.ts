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
