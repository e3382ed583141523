/** What a client may say of a schedule, checked field by field and turned into columns. */
import { fromTimestamp, isDate } from "../../clock";
import { misfitMessage, validateOverrideData } from "../../model/overrides";
import { Refusal } from "../../refusals";
import { parsePattern } from "../../schedules/cadence";
import type { CatchUp, OverlapPolicy } from "../../schedules/tick_plan";
import type { ScheduleRow } from "../../storage/schedules";
import type { Context } from "../context";
import { fromText, toText } from "../documents/documents";

export interface ScheduleInput {
  readonly cron_expression: string;
  readonly timezone?: string | undefined;
  readonly override_data?: unknown;
  readonly is_enabled?: boolean | undefined;
  readonly overlap_policy?: OverlapPolicy | undefined;
  readonly catch_up?: CatchUp | undefined;
  readonly catch_up_window_seconds?: number | undefined;
  readonly jitter_seconds?: number | undefined;
  /** RFC 3339; null: none. */
  readonly starts_at?: string | null | undefined;
  readonly ends_at?: string | null | undefined;
  readonly pause_until?: string | null | undefined;
  /** Local dates, `2026-12-25`; null: none. */
  readonly exclude_dates?: readonly string[] | null | undefined;
}

/** The columns that a client sets. */
export type ScheduleSettings = Pick<
  ScheduleRow,
  | "cron_expression"
  | "timezone"
  | "override_data"
  | "is_enabled"
  | "overlap_policy"
  | "catch_up"
  | "catch_up_window_seconds"
  | "jitter_seconds"
  | "starts_at"
  | "ends_at"
  | "pause_until"
  | "exclude_dates"
>;

export const SETTINGS_DEFAULT: Omit<ScheduleSettings, "cron_expression"> = {
  timezone: "UTC",
  override_data: null,
  is_enabled: true,
  overlap_policy: "skip",
  catch_up: "latest",
  catch_up_window_seconds: 86_400,
  jitter_seconds: 0,
  starts_at: null,
  ends_at: null,
  pause_until: null,
  exclude_dates: null,
};

/** The columns behind the fields that were given; fields left out are left out. Refuses what is no date or timestamp. */
export function settingsOf(input: Partial<ScheduleInput>): Partial<ScheduleSettings> {
  const { override_data, starts_at, ends_at, pause_until, exclude_dates, ...plain } = input;
  const settings: Partial<ScheduleSettings> = Object.fromEntries(
    Object.entries(plain).filter(([, value]) => value !== undefined),
  );
  if (override_data !== undefined) settings.override_data = toText(override_data);
  for (const [field, text] of Object.entries({ starts_at, ends_at, pause_until })) {
    if (text !== undefined) settings[field as "starts_at"] = text === null ? null : instantOf(field, text);
  }
  if (exclude_dates !== undefined) settings.exclude_dates = datesText(exclude_dates);
  return settings;
}

/**
 * Refuses settings that do not go together, or that the pattern, the zone or the trigger cannot serve. Of a change only
 * what is `given` is looked at, so that a schedule whose data no longer fit can still be paused; turning it on asks for them.
 */
export function requireGoodSettings(
  context: Context,
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
export function requirePattern(context: Context, cron_expression: string, timezone: string): void {
  const parsed = parsePattern(cron_expression, timezone, {
    spacing_min_seconds: context.config.min_schedule_spacing_seconds,
    now: context.clock.now(),
  });
  if (parsed.problem === null) return;
  const { message, position } = parsed.problem;
  throw new Refusal("invalid_cron", message, { fields: { position } });
}

/** A refusal of one field of the body, in the contract's 422 list. */
function invalidField(field: string, msg: string): Refusal {
  return new Refusal("validation_failed", msg, { detail: [{ loc: ["body", field], msg, type: "invalid_value" }] });
}

function requireFittingData(context: Context, trigger_id: string, override_data: unknown): void {
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw new Refusal("trigger_not_found", "Trigger not found");
  const fields = validateOverrideData(target.bound, override_data);
  if (fields.length === 0) return;
  const error = misfitMessage(fields);
  throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields } });
}

function instantOf(field: string, text: string): number {
  const at = fromTimestamp(text);
  if (at !== null) return at;
  throw invalidField(field, `${field} is no timestamp; expected one with its offset, such as 2026-03-29T06:00:00Z`);
}

function datesText(dates: readonly string[] | null): string | null {
  if (dates === null || dates.length === 0) return null;
  const wrong = dates.find((date) => !isDate(date));
  if (wrong === undefined) return JSON.stringify([...new Set(dates)].sort());
  throw invalidField(
    "exclude_dates",
    `${JSON.stringify(wrong.slice(0, 40))} is no date; expected local dates such as 2026-12-25`,
  );
}
