/** The fields of a schedule, a row each, in the order in which the API shows them. */
import { CATCH_UPS, OVERLAP_POLICIES } from "../../schedules/tick_plan";
import type { ScheduleRow } from "../../storage/schedules";
import { type AnswerOf, BY_SERVICE, BY_USER, type CreateInput, type Field } from "../field_table";

/** Internal columns of the service: no answer shows them as they are. So far all schedules have the same `kind`. */
type InnerColumn = "kind" | "validation_failures" | "cursor_at" | "due_at" | "deleted_at";

/** A column of the table `schedules` that is not in InnerColumn needs a row here: without it this file does not compile. */
type Rows = { readonly [Column in Exclude<keyof ScheduleRow, InnerColumn>]: Field } & Readonly<Record<string, Field>>;

/** Unlike a trigger, a schedule that is sent back with its read-only fields is refused. */
const READ_ONLY = { ...BY_SERVICE, change: "refused" } as const;
const SETTING = { ...BY_USER, nullable: "never" } as const;

export const SCHEDULE_FIELDS = {
  id: { ...READ_ONLY, shape: { type: "text" }, about: "tsch_..." },
  trigger_id: { ...READ_ONLY, shape: { type: "text" }, about: "trg_..." },
  organization_id: { ...READ_ONLY, shape: { type: "text" }, about: "org_..." },
  is_main: { ...READ_ONLY, shape: { type: "flag" }, about: "The one behind /triggers/{trigger_id}/schedule." },
  cron_expression: {
    ...SETTING,
    shape: { type: "text", example: "0 6 * * 1-5" },
    create: "required",
    file: "setting",
    about: "Five fields, or six with seconds first, or a name such as @hourly.",
  },
  timezone: {
    ...SETTING,
    shape: { type: "text", example: "Europe/Berlin" },
    default: "UTC",
    file: "setting",
    about: "IANA name.",
  },
  description: {
    ...READ_ONLY,
    shape: { type: "text" },
    kept: "elsewhere",
    nullable: "in answers",
    about: "The pattern in words.",
  },
  is_enabled: {
    ...SETTING,
    shape: { type: "flag" },
    default: true,
    file: "setting",
    about: "A disabled schedule does not tick.",
  },
  disabled_reason: {
    ...READ_ONLY,
    shape: { type: "text" },
    nullable: "in answers",
    about: "Why the service itself turned it off.",
  },
  override_data: { ...BY_USER, shape: { type: "json" }, file: "setting", about: "What each tick fires with." },
  overlap_policy: {
    ...SETTING,
    shape: { type: "word", words: OVERLAP_POLICIES },
    default: "skip",
    file: "setting",
    about: "What a tick does while a run of the schedule is open.",
  },
  catch_up: {
    ...SETTING,
    shape: { type: "word", words: CATCH_UPS },
    default: "latest",
    file: "setting",
    about: "What becomes of ticks that were missed.",
  },
  catch_up_window_seconds: {
    ...SETTING,
    shape: { type: "integer", min: 0, max: 31_536_000 },
    default: 86_400,
    file: "setting",
    about: "Older ones are not made up for.",
  },
  jitter_seconds: {
    ...SETTING,
    shape: { type: "integer", min: 0, max: 86_400 },
    default: 0,
    file: "setting",
    about: "Longest delay of a tick.",
  },
  starts_at: { ...BY_USER, shape: { type: "instant" }, file: "setting", about: "No tick before." },
  ends_at: { ...BY_USER, shape: { type: "instant" }, file: "setting", about: "No tick after." },
  pause_until: { ...BY_USER, shape: { type: "instant" }, file: "setting", about: "No tick before, this time." },
  exclude_dates: {
    ...BY_USER,
    shape: { type: "texts", length_max: 40, count_max: 1000, example: "2026-12-25" },
    nullable: "in bodies",
    default: [],
    file: "setting",
    about: "Local dates without runs.",
  },
  consecutive_failures: {
    ...READ_ONLY,
    shape: { type: "integer", min: 0 },
    about: "Runs of it that failed since the last good one.",
  },
  last_run_at: {
    ...READ_ONLY,
    shape: { type: "instant" },
    nullable: "in answers",
    about: "The newest tick that made a run.",
  },
  next_run_at: {
    ...READ_ONLY,
    shape: { type: "instant" },
    nullable: "in answers",
    about: "The next tick that makes one; null when it does not tick.",
  },
  cursor_in_future: {
    ...READ_ONLY,
    shape: { type: "flag" },
    kept: "elsewhere",
    about: "It stays silent because it last fired while the clock was ahead; reset-cursor mends that.",
  },
  created_at: { ...READ_ONLY, shape: { type: "instant" }, about: "When it was made." },
  revision: {
    ...READ_ONLY,
    shape: { type: "text" },
    kept: "elsewhere",
    about: "Changes with every change of what people set; ETag of answers, and what If-Match is held to.",
  },
  updated_at: { ...READ_ONLY, shape: { type: "instant" }, about: "When it changed last." },
} as const satisfies Rows;

export type ScheduleObject = AnswerOf<typeof SCHEDULE_FIELDS>;
export type ScheduleInput = CreateInput<typeof SCHEDULE_FIELDS>;
