/**
 * A trigger's schedules. Edits and ticks meet in the writer: a change is made to the schedule as it stands in its transaction,
 * after every instant that had come by then was settled under the old settings, so no edit swallows or repeats one.
 */
import { Refusal } from "../../refusals";
import { sentenceOf } from "../../schedules/pattern_words";
import { nextTickOf } from "../../schedules/tick_plan";
import {
  countSchedulesOf,
  findMainSchedule,
  findSchedule,
  insertSchedule,
  listSchedulesOf,
  readSchedule,
  type ScheduleRow,
  updateSchedule as updateScheduleRow,
} from "../../storage/schedules";
import { findTriggerById } from "../../storage/triggers";
import type { Transaction } from "../../storage/writer";
import { type AuditAction, fieldsOf, recordChange } from "../access/audit";
import type { Context, Principal, ProcessParts, QueueParts, StorageParts } from "../context";
import { answerOf, newColumns } from "../field_table";
import { type ListingPage, listingPage } from "../listing_page";
import { type ExpectedRevisions, requireRevision, revisionOf } from "../revision";
import { requireTrigger } from "../runs/runs";
import { SCHEDULE_FIELDS, type ScheduleInput, type ScheduleObject } from "./schedule_fields";
import { requireGoodSettings, type ScheduleSettings, settingsOf } from "./schedule_input";
import { closeDue, settleDue, type TickEffects, tellEffects } from "./tick_settling";

type ScheduleContext = ProcessParts &
  StorageParts &
  QueueParts &
  Pick<Context, "delivery_lanes" | "running" | "signals">;

const SECOND_MS = 1000;
/** A change of one of these changes when the schedule fires. */
const TIMING_FIELDS = [
  "cron_expression",
  "timezone",
  "jitter_seconds",
  "starts_at",
  "ends_at",
  "pause_until",
  "exclude_dates",
] as const;

/** Names a schedule of a trigger: by id, or null for the main one. */
export type ScheduleChoice = string | null;

/** Creates a schedule; `is_main`: as the main one, of which a trigger has at most one. */
export async function createSchedule(
  context: ScheduleContext,
  principal: Principal,
  trigger_id: string,
  input: ScheduleInput,
  is_main: boolean,
): Promise<ScheduleObject> {
  const trigger = requireTrigger(context, principal, trigger_id);
  if (!trigger.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const settings: ScheduleSettings = {
    ...newColumns(SCHEDULE_FIELDS, { cron_expression: input.cron_expression }),
    ...settingsOf(input),
  };
  requireGoodSettings(context, trigger_id, settings, settings);
  const now = context.clock.now();
  const row: ScheduleRow = {
    id: context.ids.next("schedule"),
    organization_id: trigger.organization_id,
    trigger_id,
    is_main,
    kind: "cron",
    ...settings,
    disabled_reason: null,
    consecutive_failures: 0,
    validation_failures: 0,
    cursor_at: wholeSecond(now),
    next_run_at: null,
    due_at: null,
    last_run_at: null,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  const made = await context.writer.write((transaction) => {
    if (is_main && findMainSchedule(transaction.db, trigger_id) !== null) {
      throw new Refusal("schedule_exists", "Trigger already has a schedule");
    }
    const timed = { ...row, ...nextTimes(row, row.is_enabled && isTriggerEnabled(transaction, trigger_id)) };
    insertSchedule(transaction, timed);
    recordChange(context, transaction, principal, "schedule.create", row.id, `of ${trigger_id}`);
    return timed;
  });
  context.wake.ticker();
  return scheduleObject(context, made);
}

export function getSchedule(
  context: Pick<Context, "clock" | "db">,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
): ScheduleObject {
  return scheduleObject(context, requireSchedule(context, principal, trigger_id, choice));
}

/** One page of a trigger's schedules, the main one among them, oldest first. */
export function listSchedules(
  context: Pick<Context, "clock" | "db">,
  principal: Principal,
  trigger_id: string,
  { page, page_size }: { page: number; page_size: number },
): ListingPage<ScheduleObject> {
  requireTrigger(context, principal, trigger_id);
  const rows = listSchedulesOf(context.db, trigger_id, { offset: (page - 1) * page_size, limit: page_size });
  const items = rows.map((row) => scheduleObject(context, row));
  return listingPage(items, countSchedulesOf(context.db, trigger_id), page, page_size);
}

/**
 * Changes the given fields; refuses 412 when the schedule is not at an expected revision. Changes of its timing count
 * from now; turning it on again clears its failures.
 */
export async function updateSchedule(
  context: ScheduleContext,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
  input: Partial<ScheduleInput>,
  expected: ExpectedRevisions = null,
): Promise<ScheduleObject> {
  const { id, ...before } = requireSchedule(context, principal, trigger_id, choice);
  const change = settingsOf(input);
  requireGoodSettings(context, trigger_id, { ...before, ...change }, change);
  const told = `of ${trigger_id}: ${fieldsOf(input)}`;
  return edit(context, principal, id, "schedule.update", told, (transaction, row, now) => {
    requireRevision(expected, SCHEDULE_FIELDS, row);
    const is_timed = TIMING_FIELDS.some((field) => change[field] !== undefined && change[field] !== row[field]);
    const is_resumed = change.is_enabled === true && !row.is_enabled;
    const effects =
      is_timed || change.is_enabled === false ? settleFirst(context, transaction, row, change, now) : null;
    // Settling a tick may just have turned the schedule off. It stays off unless this change turns it on.
    const current = { ...requireRow(transaction, id), ...change };
    const cursor_at = is_timed || is_resumed ? Math.max(current.cursor_at, wholeSecond(now)) : current.cursor_at;
    const cleared = is_resumed ? { consecutive_failures: 0, validation_failures: 0, disabled_reason: null } : {};
    const is_ticking = current.is_enabled && isTriggerEnabled(transaction, trigger_id);
    const times = nextTimes({ ...current, cursor_at }, is_ticking);
    return { effects, change: { ...change, ...cleared, cursor_at, ...times, updated_at: now } };
  });
}

/** Restarts a schedule from now, after it fired while the clock was ahead. Ticks in the ledger do not fire again. */
export async function resetCursor(
  context: ScheduleContext,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
): Promise<ScheduleObject> {
  const { id } = requireSchedule(context, principal, trigger_id, choice);
  return edit(context, principal, id, "schedule.reset_cursor", `of ${trigger_id}`, (transaction, row, now) => {
    if (row.cursor_at <= now) return { effects: null, change: { updated_at: row.updated_at } };
    const cursor_at = wholeSecond(now);
    const is_ticking = row.is_enabled && isTriggerEnabled(transaction, trigger_id);
    const times = nextTimes({ ...row, cursor_at }, is_ticking);
    return { effects: null, change: { cursor_at, ...times, updated_at: now } };
  });
}

/** Deletes the schedule at once. Its runs go on, and its ledger is deleted in the background. */
export async function deleteSchedule(
  context: Pick<Context, "clock" | "db" | "writer">,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
  expected: ExpectedRevisions = null,
): Promise<void> {
  const { id } = requireSchedule(context, principal, trigger_id, choice);
  const gone = { deleted_at: context.clock.now(), next_run_at: null, due_at: null };
  await context.writer.write((transaction) => {
    requireRevision(expected, SCHEDULE_FIELDS, readSchedule(transaction, id));
    if (updateScheduleRow(transaction, id, gone) === null) throw scheduleNotFound();
    recordChange(context, transaction, principal, "schedule.delete", id, `of ${trigger_id}`);
  });
}

/** The schedule, when its trigger is this organization's. */
export function requireSchedule(
  context: Pick<Context, "db">,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
): ScheduleRow {
  requireTrigger(context, principal, trigger_id);
  const row = choice === null ? findMainSchedule(context.db, trigger_id) : findSchedule(context.db, trigger_id, choice);
  if (row === null) throw scheduleNotFound();
  return row;
}

/** Stops or starts all schedules of a trigger, in the transaction that disables or enables it. They go on from now, not from where they stopped. */
export function toggleSchedules(transaction: Transaction, trigger_id: string, is_enabled: boolean, now: number): void {
  for (const row of listSchedulesOf(transaction.db, trigger_id)) {
    if (!is_enabled) closeDue(transaction, row, now, "the trigger was disabled before it fired");
    const is_woken = is_enabled && row.due_at === null;
    const cursor_at = !is_enabled || is_woken ? Math.max(row.cursor_at, wholeSecond(now)) : row.cursor_at;
    const times = nextTimes({ ...row, cursor_at }, is_enabled && row.is_enabled);
    updateScheduleRow(transaction, row.id, { cursor_at, ...times });
  }
}

/** Deletes all schedules of a trigger, in the transaction that deletes it. */
export function deleteSchedules(transaction: Transaction, trigger_id: string, now: number): void {
  for (const { id } of listSchedulesOf(transaction.db, trigger_id)) {
    updateScheduleRow(transaction, id, { deleted_at: now, next_run_at: null, due_at: null });
  }
}

interface Edit {
  readonly effects: TickEffects | null;
  readonly change: Partial<ScheduleRow>;
}

async function edit(
  context: ScheduleContext,
  principal: Principal,
  id: string,
  action: AuditAction,
  told: string,
  operation: (transaction: Transaction, row: ScheduleRow, now: number) => Edit,
): Promise<ScheduleObject> {
  const { row, effects } = await context.writer.write((transaction) => {
    const { effects, change } = operation(transaction, requireRow(transaction, id), context.clock.now());
    recordChange(context, transaction, principal, action, id, told);
    return { row: updateScheduleRow(transaction, id, change), effects };
  });
  if (row === null) throw scheduleNotFound();
  const target = context.fire_targets.get(row.trigger_id);
  if (effects !== null && target !== null) tellEffects(context, target, id, effects);
  context.wake.ticker();
  return scheduleObject(context, row);
}

/** Settles the ticks that were due before the edit: they fire, or are recorded as missed when the edit stops the schedule. */
function settleFirst(
  context: ScheduleContext,
  transaction: Transaction,
  row: ScheduleRow,
  change: Partial<ScheduleSettings>,
  now: number,
): TickEffects | null {
  if (change.is_enabled === false) {
    closeDue(transaction, row, now, "the schedule was paused before it fired");
    return null;
  }
  const target = context.fire_targets.get(row.trigger_id);
  if (row.due_at === null || target === null) return null;
  return settleDue(context, transaction, row, target, now, true);
}

function requireRow(transaction: Transaction, id: string): ScheduleRow {
  const row = readSchedule(transaction, id);
  if (row === null) throw scheduleNotFound();
  return row;
}

function isTriggerEnabled(transaction: Transaction, trigger_id: string): boolean {
  return findTriggerById(transaction.db, trigger_id)?.is_enabled ?? false;
}

function nextTimes(row: ScheduleRow, is_ticking: boolean): Pick<ScheduleRow, "next_run_at" | "due_at"> {
  const next = is_ticking ? nextTickOf(row, row.cursor_at) : null;
  return { next_run_at: next?.run_at ?? null, due_at: next?.due_at ?? null };
}

function scheduleObject(context: Pick<Context, "clock">, row: ScheduleRow): ScheduleObject {
  return answerOf(SCHEDULE_FIELDS, row, {
    description: sentenceOf(row.cron_expression),
    revision: revisionOf(SCHEDULE_FIELDS, row),
    cursor_in_future: row.due_at !== null && row.cursor_at > context.clock.now() + SECOND_MS,
  });
}

function wholeSecond(instant: number): number {
  return Math.floor(instant / SECOND_MS) * SECOND_MS;
}

function scheduleNotFound(): Refusal {
  return new Refusal("schedule_not_found", "No schedule found for this trigger");
}
