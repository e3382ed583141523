/** The settings of a schedule that a client sends, checked field by field and turned into columns. */
import { fromTimestamp, isDate } from "../../clock";
import { misfitMessage, validateOverrideData } from "../../model/override_data";
import { Refusal } from "../../refusals";
import { parsePattern } from "../../schedules/cadence";
import type { ScheduleRow } from "../../storage/schedules";
import type { Context } from "../context";
import { fromText } from "../documents/documents";
import { changedColumns, type FieldsWith } from "../field_table";
import { SCHEDULE_FIELDS, type ScheduleInput } from "./schedule_fields";

/** The columns that a client sets. */
export type ScheduleSettings = Pick<ScheduleRow, FieldsWith<typeof SCHEDULE_FIELDS, { change: "set" }>>;

/** The columns behind the fields that were given; fields left out are left out. Refuses a value that is not a date or timestamp. */
export function settingsOf(input: Partial<ScheduleInput>): Partial<ScheduleSettings> {
  for (const field of ["starts_at", "ends_at", "pause_until"] as const) requireInstant(field, input[field]);
  const { exclude_dates } = input;
  const dates = exclude_dates === undefined ? {} : { exclude_dates: sortedDates(exclude_dates) };
  return changedColumns(SCHEDULE_FIELDS, { ...input, ...dates });
}

/**
 * Refuses settings that do not go together, or that do not suit the pattern, the zone or the trigger. In a change
 * only the `given` fields are checked, so that a schedule whose data no longer fit can still be paused; turning it on checks them.
 */
export function requireGoodSettings(
  context: Pick<Context, "clock" | "config" | "fire_targets">,
  trigger_id: string,
  settings: ScheduleSettings,
  given: Partial<ScheduleSettings>,
): void {
  const { cron_expression, timezone, starts_at, ends_at } = settings;
  if (given.cron_expression !== undefined || given.timezone !== undefined) {
    requirePattern(context, cron_expression, timezone);
  }
  if (starts_at !== null && ends_at !== null && ends_at < starts_at) {
    throw invalidField("ends_at", "ends_at lies before starts_at; give a later one, or null for no end");
  }
  if (given.override_data !== undefined || given.is_enabled === true) {
    requireFittingData(context, trigger_id, fromText(settings.override_data));
  }
}

/** Refuses a pattern or a zone with the reason and its place. */
export function requirePattern(
  context: Pick<Context, "clock" | "config">,
  cron_expression: string,
  timezone: string,
): void {
  const parsed = parsePattern(cron_expression, timezone, {
    spacing_min_seconds: context.config.min_schedule_spacing_seconds,
    now: context.clock.now(),
  });
  if (parsed.fault === null) return;
  const { message, position } = parsed.fault;
  throw new Refusal("invalid_cron", message, { fields: { position } });
}

/** A refusal of one field of the body, in the contract's 422 list. */
function invalidField(field: string, msg: string): Refusal {
  return new Refusal("validation_failed", msg, { detail: [{ loc: ["body", field], msg, type: "invalid_value" }] });
}

function requireFittingData(context: Pick<Context, "fire_targets">, trigger_id: string, override_data: unknown): void {
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw new Refusal("trigger_not_found", "Trigger not found");
  const fields = validateOverrideData(target.bound, override_data);
  if (fields.length === 0) return;
  const error = misfitMessage(fields);
  throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields } });
}

function requireInstant(field: string, text: string | null | undefined): void {
  if (text === null || text === undefined || fromTimestamp(text) !== null) return;
  throw invalidField(field, `${field} is no timestamp; expected one with its offset, such as 2026-03-29T06:00:00Z`);
}

/** Each date once, in order; null for none. */
function sortedDates(dates: readonly string[] | null): readonly string[] | null {
  if (dates === null || dates.length === 0) return null;
  const wrong = dates.find((date) => !isDate(date));
  if (wrong === undefined) return [...new Set(dates)].sort();
  throw invalidField(
    "exclude_dates",
    `${JSON.stringify(wrong.slice(0, 40))} is no date; expected local dates such as 2026-12-25`,
  );
}
