/**
 * Starts the runs of schedules. One loop, at least once a second and after every edit, looks for schedules that are due and for
 * ticks that waited for a run to end; schedules have no timers. Each is settled in one transaction (services/schedules/tick_settling.ts).
 *
 * The clock is not trusted blindly. If it shows a time before this program was built, it has not been set, and nothing fires.
 * Every turn compares wall time with monotonic time and logs a jump. Ticks that a jump makes late follow the rules for missed
 * ticks like any others; ticks that it repeats are in the ledger already.
 */
import { toTimestamp } from "../clock";
import { ClockWatch } from "../schedules/clock_watch";
import { nextTickOf } from "../schedules/tick_plan";
import type { Context, QueueParts, StorageParts } from "../services/context";
import { releaseWaiting, settleDue, type TickEffects, tellEffects } from "../services/schedules/tick_settling";
import {
  advanceSchedule,
  countCursorsAfter,
  listDueSchedules,
  listTickingSchedules,
  noteZones,
  readSchedule,
  type ScheduleRow,
  zonesOf,
} from "../storage/schedules";
import { hasWaitingTick, listReleasableSchedules } from "../storage/ticks";
import { BUILT_AT_MS, FIRST_BUILD_MS, PROGRAM_VERSION } from "../version";
import type { Work } from "./loop";

type TickerContext = StorageParts &
  QueueParts &
  Pick<Context, "clock" | "delivery_lanes" | "ids" | "log" | "running" | "scheduler" | "signals">;

/**
 * Schedules that one turn takes. The writer goes on committing while it syncs, so a turn of 1,024 waits for the disk only a few
 * times: with 10,000 ticks due at once, the last one was 0.9 s late; with turns of 256 it was 2.6 s late.
 */
const TURN_SCHEDULES = 1024;
const BATCH_SCHEDULES = 256;
/** The size that a tick counts for in the writer: 128 of them fill a transaction, which takes about 10 ms. */
const TICK_BYTES = 8192;
const TURN_MS = 1000;
/** How far ahead of the clock a schedule may be before it is reported: it does not fire until the clock gets there. */
const CURSOR_AHEAD_MS = 3_600_000;
const CURSORS_LOOK_MS = 60_000;

export function createTicker(context: TickerContext): Work {
  const watch = new ClockWatch();
  let cursors_looked_at = -Infinity;
  let waiting_looked_at = -Infinity;
  return {
    name: "ticker",
    async runOnce(now) {
      const monotonic = context.clock.monotonic();
      const jump_ms = watch.look(now, monotonic);
      if (jump_ms !== null) context.log.warn("clock_jump", { by_ms: jump_ms });
      await followClock(context, now);
      if (!context.scheduler.is_clock_set) return TURN_MS;
      if (jump_ms !== null || monotonic - cursors_looked_at >= CURSORS_LOOK_MS) {
        cursors_looked_at = monotonic;
        lookForCursorsAhead(context, now);
      }
      // Ticks that become due in the meantime are handled like those of any other pause.
      if (context.disk.is_low) return TURN_MS;
      const due = listDueSchedules(context.client, now, TURN_SCHEDULES);
      await Promise.all(due.map((id) => settle(context, id, now)));
      const releasable = takeEnded(context);
      if (monotonic - waiting_looked_at >= TURN_MS) {
        waiting_looked_at = monotonic;
        for (const id of listReleasableSchedules(context.client, BATCH_SCHEDULES)) releasable.add(id);
      }
      const released = await Promise.all([...releasable].map((id) => release(context, id, now)));
      const is_more = due.length === TURN_SCHEDULES || released.some((count) => count > 0);
      return is_more ? 0 : TURN_MS - (now % TURN_MS);
    },
  };
}

/**
 * Computes the next instants again when another version of the program computed the stored ones: its time zones may have had
 * other rules. Each is computed from the schedule's cursor, so that no due tick gets lost. Call once, before any loop starts.
 */
export async function refreshSchedules(context: Pick<Context, "client" | "clock" | "writer">): Promise<number> {
  const now = context.clock.now();
  if (now >= BUILT_AT_MS) await forgetUnsetTime(context, now);
  const zones = `${PROGRAM_VERSION} ${BUILT_AT_MS} icu ${process.versions.icu ?? "unknown"}`;
  if (zonesOf(context.client) === zones) return 0;
  const count = await eachTicking(context, Infinity, ({ cursor_at }) => cursor_at);
  await context.writer.write((transaction) => noteZones(transaction, zones));
  return count;
}

/** Schedules whose run has just ended and that have a tick waiting. A query over all waiting ticks finds the others within a second. */
function takeEnded(context: Pick<Context, "client" | "scheduler">): Set<string> {
  const { ended_schedules } = context.scheduler;
  const found = new Set([...ended_schedules].filter((id) => hasWaitingTick(context.client, id)));
  ended_schedules.clear();
  return found;
}

async function settle(context: TickerContext, id: string, now: number): Promise<void> {
  const settled = await context.writer.write((transaction) => {
    const schedule = readSchedule(transaction, id);
    if (schedule === null || schedule.due_at === null || schedule.due_at > now) return null;
    const target = context.fire_targets.get(schedule.trigger_id);
    return target === null ? null : { target, effects: settleDue(context, transaction, schedule, target, now) };
  }, TICK_BYTES);
  if (settled === null) return;
  tellEffects(context, settled.target, id, settled.effects);
}

/** Returns how many waiting ticks were released. */
async function release(context: TickerContext, id: string, now: number): Promise<number> {
  const settled = await context.writer.write((transaction) => {
    const schedule = readSchedule(transaction, id);
    if (schedule === null || !schedule.is_enabled) return null;
    const target = context.fire_targets.get(schedule.trigger_id);
    if (target === null || !target.is_enabled) return null;
    return { target, effects: releaseWaiting(context, transaction, schedule, target, now) };
  });
  if (settled === null) return 0;
  tellEffects(context, settled.target, id, settled.effects);
  return hasMoved(settled.effects) ? 1 : 0;
}

function hasMoved(effects: TickEffects): boolean {
  return effects.queued > 0 || effects.cancelled.length > 0;
}

/** Records, and logs once, when the clock gets set or shows a time before this program was built. */
async function followClock(context: TickerContext, now: number): Promise<void> {
  const { scheduler, log } = context;
  const is_set = now >= BUILT_AT_MS;
  if (is_set && !scheduler.is_clock_set) {
    log.info("clock_set", { next: "schedules fire again" });
    await forgetUnsetTime(context, now);
  }
  if (!is_set && scheduler.is_clock_set) {
    log.warn("clock_not_set", {
      clock: toTimestamp(now),
      built_at: toTimestamp(BUILT_AT_MS),
      next: "set the system clock; schedules wait until then",
    });
  }
  scheduler.is_clock_set = is_set;
}

/** Schedules made while the clock was not set begin now; no tick of theirs counts as missed. */
async function forgetUnsetTime(context: Pick<Context, "client" | "writer">, now: number): Promise<void> {
  await eachTicking(context, FIRST_BUILD_MS, () => Math.floor(now / 1000) * 1000);
}

async function eachTicking(
  context: Pick<Context, "client" | "writer">,
  before: number,
  cursorOf: (schedule: ScheduleRow) => number,
): Promise<number> {
  let count = 0;
  for (let last = ""; ; ) {
    const rows = listTickingSchedules(context.client, last, before, BATCH_SCHEDULES);
    if (rows.length === 0) return count;
    await context.writer.write((transaction) => {
      for (const { id } of rows) {
        const row = readSchedule(transaction, id);
        if (row === null || !row.is_enabled) continue;
        const cursor_at = cursorOf(row);
        const next = nextTickOf(row, cursor_at);
        const times = { next_run_at: next?.run_at ?? null, due_at: next?.due_at ?? null };
        advanceSchedule(transaction, id, { ...row, cursor_at, ...times });
      }
    });
    count += rows.length;
    last = rows.at(-1)!.id;
  }
}

function lookForCursorsAhead(context: Pick<Context, "client" | "log" | "scheduler">, now: number): void {
  const count = countCursorsAfter(context.client, now + CURSOR_AHEAD_MS);
  if (count > 0 && count !== context.scheduler.cursors_in_future) {
    context.log.warn("cursor_in_future", {
      schedules: count,
      next: "these stay silent until the clock gets there; POST .../schedules/{id}/reset-cursor begins from now",
    });
  }
  context.scheduler.cursors_in_future = count;
}
