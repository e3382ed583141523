/** A trigger's main schedule: a stored pattern whose ticks fire the trigger. */
import { toTimestamp } from "../clock";
import { validateOverrideData } from "../model/overrides";
import { Refusal } from "../refusals";
import { nextTickAt, parsePattern } from "../runs/cadence";
import {
  deleteSchedule as deleteScheduleRow,
  findMainSchedule,
  insertSchedule,
  lastRunOf,
  type ScheduleRow,
  updateSchedule as updateScheduleRow,
} from "../storage/schedules";
import { fieldsOf, recordChange } from "./audit";
import type { Context, Principal } from "./context";
import { fromText, toText } from "./documents";
import { misfitMessage } from "./fire";
import { requireTrigger } from "./runs";

const UTC = "UTC";
const NEXT_RUNS_DEFAULT = 3;

export interface ScheduleObject {
  readonly id: string;
  readonly trigger_id: string;
  readonly organization_id: string;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly is_enabled: boolean;
  readonly override_data: unknown;
  readonly consecutive_failures: number;
  readonly last_run_at: string | null;
  readonly next_run_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ScheduleInput {
  readonly cron_expression: string;
  readonly timezone?: string | undefined;
  readonly override_data?: unknown;
  readonly is_enabled?: boolean | undefined;
}

export async function createSchedule(
  context: Context,
  principal: Principal,
  trigger_id: string,
  input: ScheduleInput,
): Promise<ScheduleObject> {
  const trigger = requireTrigger(context, principal, trigger_id);
  if (!trigger.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const timezone = input.timezone ?? UTC;
  requirePattern(context, input.cron_expression, timezone);
  requireFittingData(context, trigger_id, input.override_data);
  const now = context.clock.now();
  const is_enabled = input.is_enabled ?? true;
  const row: ScheduleRow = {
    id: context.ids.next("schedule"),
    organization_id: trigger.organization_id,
    trigger_id,
    is_main: true,
    cron_expression: input.cron_expression,
    timezone,
    is_enabled,
    override_data: toText(input.override_data),
    consecutive_failures: 0,
    last_tick_at: null,
    next_run_at: is_enabled ? nextTickAt(input.cron_expression, timezone, now) : null,
    created_at: now,
    updated_at: now,
  };
  await context.writer.write((transaction) => {
    if (findMainSchedule(transaction.db, trigger_id) !== null) {
      throw new Refusal("schedule_exists", "Trigger already has a schedule");
    }
    insertSchedule(transaction, row);
    recordChange(context, transaction, principal, "schedule.create", row.id, `of ${trigger_id}`);
  });
  context.wake.ticker();
  return scheduleObject(context, row);
}

export function getSchedule(context: Context, principal: Principal, trigger_id: string): ScheduleObject {
  return scheduleObject(context, requireSchedule(context, principal, trigger_id));
}

/** Changes what is given; the next run is counted from now. */
export async function updateSchedule(
  context: Context,
  principal: Principal,
  trigger_id: string,
  input: Partial<ScheduleInput>,
): Promise<ScheduleObject> {
  const before = requireSchedule(context, principal, trigger_id);
  const trigger = requireTrigger(context, principal, trigger_id);
  const cron_expression = input.cron_expression ?? before.cron_expression;
  const timezone = input.timezone ?? before.timezone;
  const is_enabled = input.is_enabled ?? before.is_enabled;
  requirePattern(context, cron_expression, timezone);
  if (input.override_data !== undefined) requireFittingData(context, trigger_id, input.override_data);
  const now = context.clock.now();
  const change = {
    cron_expression,
    timezone,
    is_enabled,
    ...(input.override_data === undefined ? {} : { override_data: toText(input.override_data) }),
    ...(is_enabled && !before.is_enabled ? { consecutive_failures: 0 } : {}),
    next_run_at: is_enabled && trigger.is_enabled ? nextTickAt(cron_expression, timezone, now) : null,
    updated_at: now,
  };
  const row = await context.writer.write((transaction) => {
    const changed = updateScheduleRow(transaction, before.id, change);
    if (changed !== null) {
      recordChange(
        context,
        transaction,
        principal,
        "schedule.update",
        before.id,
        `of ${trigger_id}: ${fieldsOf(input)}`,
      );
    }
    return changed;
  });
  if (row === null) throw scheduleNotFound();
  context.wake.ticker();
  return scheduleObject(context, row);
}

export async function deleteSchedule(context: Context, principal: Principal, trigger_id: string): Promise<void> {
  const row = requireSchedule(context, principal, trigger_id);
  await context.writer.write((transaction) => {
    deleteScheduleRow(transaction, row.id);
    recordChange(context, transaction, principal, "schedule.delete", row.id, `of ${trigger_id}`);
  });
}

/** Checks a pattern and tells its next instants. Refuses 400 with the reason and its position. */
export function validateCron(
  context: Context,
  input: { cron_expression: string; timezone?: string | undefined; count?: number | undefined },
): { valid: true; cron_expression: string; timezone: string; next_runs: string[] } {
  const timezone = input.timezone ?? UTC;
  requirePattern(context, input.cron_expression, timezone);
  const next_runs: string[] = [];
  let after = context.clock.now();
  for (let i = 0; i < (input.count ?? NEXT_RUNS_DEFAULT); i += 1) {
    const next = nextTickAt(input.cron_expression, timezone, after);
    if (next === null) break;
    next_runs.push(toTimestamp(next));
    after = next;
  }
  return { valid: true, cron_expression: input.cron_expression, timezone, next_runs };
}

function requireSchedule(context: Context, principal: Principal, trigger_id: string): ScheduleRow {
  requireTrigger(context, principal, trigger_id);
  const row = findMainSchedule(context.db, trigger_id);
  if (row === null) throw scheduleNotFound();
  return row;
}

function requirePattern(context: Context, cron_expression: string, timezone: string): void {
  const parsed = parsePattern(cron_expression, timezone, {
    spacing_min_seconds: context.config.min_schedule_spacing_seconds,
    now: context.clock.now(),
  });
  if (parsed.problem === null) return;
  const { message, position } = parsed.problem;
  throw new Refusal("invalid_cron", message, { fields: { position } });
}

function requireFittingData(context: Context, trigger_id: string, override_data: unknown): void {
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw new Refusal("trigger_not_found", "Trigger not found");
  const fields = validateOverrideData(target.bound, override_data);
  if (fields.length === 0) return;
  const error = misfitMessage(fields);
  throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields } });
}

function scheduleObject(context: Context, row: ScheduleRow): ScheduleObject {
  const last_run_at = lastRunOf(context.client, row.id);
  return {
    id: row.id,
    trigger_id: row.trigger_id,
    organization_id: row.organization_id,
    cron_expression: row.cron_expression,
    timezone: row.timezone,
    is_enabled: row.is_enabled,
    override_data: fromText(row.override_data),
    consecutive_failures: row.consecutive_failures,
    last_run_at: last_run_at === null ? null : toTimestamp(last_run_at),
    next_run_at: row.next_run_at === null ? null : toTimestamp(row.next_run_at),
    created_at: toTimestamp(row.created_at),
    updated_at: toTimestamp(row.updated_at),
  };
}

function scheduleNotFound(): Refusal {
  return new Refusal("schedule_not_found", "No schedule found for this trigger");
}
