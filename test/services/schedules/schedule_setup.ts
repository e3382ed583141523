/** A world for tests of schedules: a clock that only a test moves, a scheduler that takes a turn when it is told. */
import { expect } from "bun:test";
import { createTicker } from "../../../src/background/ticker";
import type { Clock } from "../../../src/clock";
import { type Answer, type Json, RESTOCK, startWorld, type World, type WorldOptions } from "../../world";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export type MovableClock = Clock & { move(by_ms: number): void };

export interface ScheduleWorld {
  readonly world: World;
  /** Moves the clock to an instant, then takes a turn. */
  reach(timestamp: string): Promise<void>;
  turn(): Promise<void>;
  /** A trigger with one schedule, which is not its main one. */
  schedule(body: Record<string, unknown>, trigger_fields?: Record<string, unknown>): Promise<OneSchedule>;
}

/** One schedule with its trigger, as a client sees them. */
export interface OneSchedule {
  readonly trigger: Json;
  readonly id: string;
  ask(method: string, path?: string, body?: unknown): Promise<Answer>;
  read(): Promise<Json>;
  /** Its runs, oldest first. */
  runs(): Promise<Json[]>;
  /** `instant outcome` of each line of the ledger, oldest first; a range as `first..last*count outcome`. */
  ledger(): Promise<string[]>;
  lines(): Promise<Json[]>;
}

export async function startScheduleWorld(clock: MovableClock, options: WorldOptions = {}): Promise<ScheduleWorld> {
  const world = await startWorld({ ...options, clock, flags: { workers: "0", ...options.flags } });
  const ticker = createTicker(world.app.context);
  const turn = async (): Promise<void> => {
    while ((await ticker.runOnce(clock.now())) === 0);
    // The service's own loop may have taken some of it: what it has begun is then written, too.
    await world.app.context.writer.write(() => undefined);
  };
  return {
    world,
    turn,
    reach: async (timestamp) => {
      clock.move(Date.parse(timestamp) - clock.now());
      await turn();
    },
    schedule: async (body, trigger_fields) => {
      const trigger = await world.makeTrigger(RESTOCK, trigger_fields);
      const made = await world.call("POST", `/api/v2/triggers/${trigger.id}/schedules`, body);
      expect([made.status, made.body.detail]).toEqual([201, undefined]);
      return oneSchedule(world, trigger, made.body.id);
    },
  };
}

/** Short names for instants of one day or more: `06:00` of the first day, `+1 06:00` of the next. */
function shortNames(first_day: string): (instant: string) => string {
  const start = Date.parse(`${first_day}T00:00:00Z`);
  return (instant) => {
    const days = Math.floor((Date.parse(instant) - start) / DAY_MS);
    const clock_time = instant.slice(11, instant.endsWith(":00.000Z") ? 16 : 19);
    return days === 0 ? clock_time : `${days > 0 ? "+" : ""}${days} ${clock_time}`;
  };
}

function oneSchedule(world: World, trigger: Json, id: string): OneSchedule {
  const path = `/api/v2/triggers/${trigger.id}`;
  const ask: OneSchedule["ask"] = (method, rest = "", body) =>
    world.call(method, `${path}/schedules/${id}${rest}`, body);
  const lines = async (): Promise<Json[]> => {
    const { body } = await ask("GET", "/ticks?page_size=100");
    return body.items.reverse();
  };
  return {
    trigger,
    id,
    ask,
    lines,
    read: async () => (await ask("GET")).body,
    runs: async () => (await world.call("GET", `${path}/runs?page_size=100`)).body.items.reverse(),
    ledger: async () => {
      const found = await lines();
      const name = shortNames(found[0]?.scheduled_for.slice(0, 10) ?? "2026-01-01");
      return found.map(({ scheduled_for, until, count, is_count_exact, outcome }) =>
        until === null
          ? `${name(scheduled_for)} ${outcome}`
          : `${name(scheduled_for)}..${name(until)}*${count}${is_count_exact ? "" : "+"} ${outcome}`,
      );
    },
  };
}

/** Cancels the runs of a schedule that are queued. */
export async function endRuns(world: World, schedule: OneSchedule): Promise<void> {
  for (const run of await schedule.runs()) {
    if (run.status !== "queued") continue;
    const path = `/api/v2/triggers/${schedule.trigger.id}/runs/${run.id}/cancel`;
    expect((await world.call("POST", path)).status).toBe(200);
  }
}
