/** Previews of ticks: of a pattern that is only being tried out, of one schedule, of all schedules of an organization. Nothing is stored. */
import { toTimestamp } from "../../clock";
import { described, findPattern, nextTicks, type TickNote } from "../../schedules/cadence";
import { notesOf, type PatternNote } from "../../schedules/pattern_notes";
import { sentenceOf } from "../../schedules/pattern_words";
import { type ForeseenTick, foreseeTicks } from "../../schedules/tick_plan";
import { listUpcomingSchedules, type ScheduleRow } from "../../storage/schedules";
import type { Context, Principal } from "../context";
import { requirePattern } from "./schedule_input";
import { requireSchedule, type ScheduleChoice } from "./schedules";

const UTC = "UTC";
const NEXT_RUNS_DEFAULT = 3;
/** Most ticks that one answer of `upcoming` holds. */
const UPCOMING_MAX = 1000;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

export interface PatternPreview {
  readonly valid: true;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly next_runs: readonly string[];
  readonly description: string | null;
  readonly notes: readonly PatternNote[];
}

/** Checks a pattern, and describes it in words with its next instants. Refuses 400 with the reason and its position. */
export function validateCron(
  context: Pick<Context, "clock" | "config">,
  input: { cron_expression: string; timezone?: string | undefined; count?: number | undefined },
): PatternPreview {
  const { cron_expression, timezone = UTC, count = NEXT_RUNS_DEFAULT } = input;
  requirePattern(context, cron_expression, timezone);
  const now = context.clock.now();
  const pattern = findPattern(cron_expression, timezone)!;
  return {
    valid: true,
    cron_expression,
    timezone,
    next_runs: nextTicks(pattern, now, count).map(({ at }) => toTimestamp(at)),
    description: sentenceOf(cron_expression),
    notes: notesOf(pattern, cron_expression, now),
  };
}

/** One future tick. */
export interface TickPreview {
  readonly instant: string;
  /** Wall time in the schedule's zone, and its offset from UTC then. */
  readonly local_time: string;
  readonly offset: string;
  readonly note: TickNote | null;
  /** True when its local date is in `exclude_dates`, so that it makes no run. */
  readonly is_excluded: boolean;
  /** The time at which it fires: the instant and its jitter. */
  readonly due_at: string;
}

/** The next ticks of a schedule after `from`, whether it is enabled or not. */
export function previewSchedule(
  context: Pick<Context, "clock" | "db">,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
  query: { n: number; from: number | null },
): { schedule_id: string; timezone: string; items: TickPreview[] } {
  const row = requireSchedule(context, principal, trigger_id, choice);
  const from = query.from ?? context.clock.now();
  const items = foreseeTicks(row, from, query.n).map(tickPreview);
  return { schedule_id: row.id, timezone: row.timezone, items };
}

export interface UpcomingTick extends TickPreview {
  readonly schedule_id: string;
  readonly trigger_id: string;
  readonly cron_expression: string;
  readonly timezone: string;
}

/** The ticks that will fire in the coming hours, over all triggers, the soonest first. */
export function listUpcoming(
  context: Pick<Context, "client" | "clock">,
  principal: Principal,
  hours: number,
): { hours: number; items: UpcomingTick[]; is_truncated: boolean } {
  const until = context.clock.now() + hours * HOUR_MS;
  // A schedule whose next tick is not in the answer has none in it, so no more schedules are read than the answer holds ticks.
  const rows = listUpcomingSchedules(context.client, principal, until, UPCOMING_MAX + 1);
  const items = firstTicks(rows, until, UPCOMING_MAX + 1);
  return { hours, items: items.slice(0, UPCOMING_MAX), is_truncated: items.length > UPCOMING_MAX };
}

/** The first ticks of all schedules together, by taking the soonest again and again. */
function firstTicks(rows: readonly ScheduleRow[], until: number, max: number): UpcomingTick[] {
  const heads = rows.map((row) => ({ row, head: firstRun(row, row.next_run_at! - SECOND_MS, until) }));
  const found: UpcomingTick[] = [];
  while (found.length < max) {
    let soonest = null;
    for (const one of heads) {
      if (one.head !== null && (soonest === null || one.head.tick.at < soonest.head!.tick.at)) soonest = one;
    }
    if (soonest === null) break;
    const { row, head } = soonest;
    const { id: schedule_id, trigger_id, cron_expression, timezone } = row;
    found.push({ schedule_id, trigger_id, cron_expression, timezone, ...tickPreview(head!) });
    soonest.head = firstRun(row, head!.tick.at, until);
  }
  return found;
}

function firstRun(row: ScheduleRow, after: number, until: number): ForeseenTick | null {
  return foreseeTicks(row, after, 1, until)[0] ?? null;
}

function tickPreview({ tick, is_excluded, jitter_seconds }: ForeseenTick): TickPreview {
  const { at, local_time, offset, note } = described(tick);
  const due_at = toTimestamp(at + jitter_seconds * SECOND_MS);
  return { instant: toTimestamp(at), local_time, offset, note, is_excluded, due_at };
}
