/** Alerts for schedules that need a person: its runs keep failing, or its data no longer fit and it was turned off. */
import { toTimestamp } from "../../clock";
import type { TerminalState } from "../../runs/run";
import type { NewDelivery } from "../../storage/deliveries";
import { noteScheduledRun, type ScheduleRow } from "../../storage/schedules";
import type { Transaction } from "../../storage/writer";
import type { Context } from "../context";
import type { FireTarget } from "../memory/fire_targets";
import { draftChosenEvent } from "./delivery_drafts";

/** Ticks in a row whose data did not fit. */
export const VALIDATION_FAILURES_MAX = 5;
/** Runs in a row that failed. */
const FAILURES_TOLD = 3;

/** The alert that the end of a scheduled run may raise. */
export interface ScheduleAlert {
  readonly consecutive_failures: number;
  readonly delivery: NewDelivery | null;
}

/**
 * Counts the end of a run on its schedule, in the transaction that ends the run. Returns an alert when this is the
 * failure that is reported, null otherwise. A cancelled run says nothing about the schedule.
 */
export function noteRunEnd(
  context: Pick<Context, "clock" | "ids">,
  transaction: Transaction,
  target: FireTarget | null,
  run: { readonly id: string; readonly schedule_id: string | null },
  end: { readonly status: TerminalState; readonly error_message: string | null },
): ScheduleAlert | null {
  const { schedule_id } = run;
  if (schedule_id === null || end.status === "cancelled") return null;
  const consecutive_failures = noteScheduledRun(transaction, schedule_id, end.status !== "completed");
  if (consecutive_failures !== FAILURES_TOLD) return null;
  const data = { schedule_id, consecutive_failures, last_run_id: run.id, last_error: end.error_message };
  const delivery = target === null ? null : draftChosenEvent(context, target, "trigger.schedule.failing", data);
  return { consecutive_failures, delivery };
}

/** The event of a schedule that was turned off because its data do not fit. */
export function draftAutoDisabled(
  context: Pick<Context, "clock" | "ids">,
  target: FireTarget,
  schedule: ScheduleRow,
  reason: string,
): NewDelivery | null {
  const { id, cron_expression, timezone } = schedule;
  const data = { schedule_id: id, cron_expression, timezone, reason, disabled_at: toTimestamp(context.clock.now()) };
  return draftChosenEvent(context, target, "trigger.schedule.auto_disabled", data);
}
