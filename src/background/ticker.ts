/**
 * Turns the clock into runs. One loop asks for schedules that are due; no timer per schedule. The tick, its run and the
 * cursor are one transaction, and the tick's key is unique, so a crash or a second process cannot fire it twice.
 */

import { validateOverrideData } from "../model/overrides";
import { nextTickAt } from "../runs/cadence";
import type { Context } from "../services/context";
import { announceDelivery, draftBornDelivery } from "../services/delivery_drafts";
import { fromText } from "../services/documents";
import { announce, draftRun, misfitMessage } from "../services/fire";
import type { FireTarget } from "../services/fire_targets";
import { insertDelivery } from "../storage/deliveries";
import { insertRun, type NewRun, scheduleHasOpenRun } from "../storage/runs";
import { advanceSchedule, insertTick, listDueSchedules, type ScheduleRow } from "../storage/schedules";
import type { Work } from "./loop";

const BATCH_SCHEDULES = 200;
const TURN_MS = 1000;

export function createTicker(context: Context): Work {
  return {
    name: "ticker",
    async runOnce(now) {
      const due = listDueSchedules(context.db, now, BATCH_SCHEDULES);
      await Promise.all(due.map((schedule) => tick(context, schedule, now)));
      return due.length === BATCH_SCHEDULES ? 0 : TURN_MS - (now % TURN_MS);
    },
  };
}

async function tick(context: Context, schedule: ScheduleRow, now: number): Promise<void> {
  const scheduled_for = schedule.next_run_at;
  const target = context.fire_targets.get(schedule.trigger_id);
  if (scheduled_for === null || target === null) return;
  const next_run_at = nextTickAt(schedule.cron_expression, schedule.timezone, Math.max(scheduled_for, now));
  const draft = draftTick(context, target, schedule, scheduled_for);
  const { is_queued, delivery } = await context.writer.write((transaction) => {
    const overlaps = scheduleHasOpenRun(transaction.client, target.seq, schedule.id);
    const run: NewRun = overlaps && draft.status === "queued" ? { ...draft, status: "skipped_overlap" } : draft;
    const is_new = insertTick(transaction, {
      schedule_id: schedule.id,
      scheduled_for,
      outcome: run.status === "skipped_overlap" ? "skipped_overlap" : "fired",
      reason: run.error_message,
      run_id: run.id,
      created_at: now,
    });
    if (is_new) insertRun(transaction, run);
    const delivery = is_new ? draftBornDelivery(context, target, run) : null;
    if (delivery !== null) insertDelivery(transaction, delivery);
    advanceSchedule(transaction, schedule.id, { last_tick_at: scheduled_for, next_run_at, updated_at: now });
    return { is_queued: is_new && run.status === "queued", delivery };
  });
  announceDelivery(context, delivery);
  if (is_queued) announce(context, target);
}

function draftTick(context: Context, target: FireTarget, schedule: ScheduleRow, scheduled_for: number): NewRun {
  const override_data = fromText(schedule.override_data);
  const draft = { ...draftRun(context, target, override_data, "cron"), schedule_id: schedule.id, scheduled_for };
  const fields = validateOverrideData(target.bound, override_data);
  if (fields.length === 0) return draft;
  return { ...draft, status: "validation_failed", error_message: misfitMessage(fields) };
}
