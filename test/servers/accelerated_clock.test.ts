/**
 * The compiled program under a clock that runs 7,200 times as fast, through the weekend of the next clock change in Madrid:
 * killed once with the change under way, stopped once. Every instant must have its run, in real time seconds.
 */
import { expect, test } from "bun:test";
import { type ServeOptions, type Service, until, useScratch } from "../binary/binary";
import { type PlainPattern, WallClock } from "../services/schedules/tick_oracle";
import type { Json } from "../world";
import { RESTOCK } from "../world";

const LIBRARY = [...new Bun.Glob("/usr/lib/*/faketime/libfaketimeMT.so.1").scanSync({ cwd: "/", onlyFiles: false })][0];
const SPEED = Number(process.env.CLOCK_SPEED ?? 7200);
const ZONE = "Europe/Madrid";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const scratch = useScratch();

/** Midnight of the Saturday before the next clock change, and the change. */
function nextWeekend(): { saturday: number; change: number } {
  const soon = Temporal.Now.zonedDateTimeISO(ZONE).add({ days: 8 });
  const change = soon.getTimeZoneTransition("next")!;
  const saturday = change.subtract({ hours: 12 }).startOfDay();
  return { saturday: saturday.epochMilliseconds, change: change.epochMilliseconds };
}

function under(start: number): ServeOptions {
  const FAKETIME = `@${new Date(start).toISOString().slice(0, 19).replace("T", " ")} x${SPEED}`;
  const environment = {
    LD_PRELOAD: `/${LIBRARY?.replace(/^\//, "")}`,
    FAKETIME,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    TZ: "UTC",
  };
  return { environment, words: ["--workers", "0"] };
}

const range = (from: number, until: number, by = 1): Set<number> => {
  const values = new Set<number>();
  for (let value = from; value <= until; value += by) values.add(value);
  return values;
};
const any = { seconds: [0], days_of_month: null, days_of_week: null };
const PATTERNS: readonly PlainPattern[] = [
  { ...any, text: "0 * * * *", is_interval: true, minutes: range(0, 0), hours: range(0, 23) },
  { ...any, text: "*/15 * * * *", is_interval: true, minutes: range(0, 59, 15), hours: range(0, 23) },
  { ...any, text: "30 2 * * *", is_interval: false, minutes: range(30, 30), hours: range(2, 2) },
  { ...any, text: "0 1-4 * * *", is_interval: false, minutes: range(0, 0), hours: range(1, 4) },
  { ...any, text: "20 */2 * * *", is_interval: true, minutes: range(20, 20), hours: range(0, 23, 2) },
];

async function hasReached(service: Service, path: string, instant: number): Promise<boolean> {
  const { body } = await service.call("GET", path);
  return body.last_run_at !== null && Date.parse(body.last_run_at) >= instant;
}

test.skipIf(LIBRARY === undefined)(
  "a weekend with a clock change, a kill -9 and a restart in it fires every instant once (needs the package faketime)",
  async () => {
    const { saturday, change } = nextWeekend();
    let service = await scratch.serve(under(saturday));
    const trigger = await service.makeTrigger(RESTOCK);
    const path = `/api/v2/triggers/${trigger.id}/schedules`;
    const policies = { timezone: ZONE, catch_up: "all", catch_up_window_seconds: 172_800, overlap_policy: "allow" };
    const made = await Promise.all(
      PATTERNS.map(({ text }) => service.call("POST", path, { ...policies, cron_expression: text })),
    );
    expect(made.map(({ status }) => status)).toEqual(PATTERNS.map(() => 201));
    const [, quarterly] = made.map(({ body }) => `${path}/${body.id}`) as [string, string];
    await until("the clock change", () => hasReached(service, quarterly, change - HOUR_MS));
    service.program.kill("SIGKILL");
    expect(await service.program.ended).toBe(137);
    service = await scratch.serve(under(change + HOUR_MS / 4));
    await until("noon of Sunday", () => hasReached(service, quarterly, change + 11 * HOUR_MS));
    expect(await service.stop()).toBe(0);
    service = await scratch.serve(under(change + 15 * HOUR_MS));
    const end = saturday + 2 * DAY_MS + HOUR_MS;
    await until("Monday", () => hasReached(service, quarterly, end));
    const { items } = await service.readRuns(trigger);
    const walls = new WallClock(ZONE, saturday - DAY_MS, end + DAY_MS);
    for (const [i, pattern] of PATTERNS.entries()) {
      const { id, created_at } = made[i]!.body;
      const fired = items
        .filter((run: Json) => run.schedule_id === id)
        .map((run: Json) => Date.parse(run.scheduled_for));
      const wanted = walls.scan(pattern).filter(({ at }) => at > Date.parse(created_at) && at <= fired[0]!);
      expect([pattern.text, fired.reverse()]).toEqual([pattern.text, wanted.map(({ at }) => at)]);
      expect(fired.at(-1)).toBeGreaterThan(end - DAY_MS);
    }
    expect(items.length).toBeGreaterThan(250);
    service.program.kill("SIGKILL");
  },
  120_000,
);
