/** Ticks that are bounded, excluded or jittered: seen through the API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, movableClock } from "../../world";
import { endRuns, type ScheduleWorld, startScheduleWorld } from "./schedule_setup";

const START = "2026-02-19T05:30:00.000Z";
const clock = movableClock(START);
let here: ScheduleWorld;
beforeAll(async () => {
  here = await startScheduleWorld(clock);
});
afterAll(() => here.world.stop());

/** Begins the story at half past five of some day, so that each test reads alike. */
async function atHalfPastFive(): Promise<void> {
  clock.move(Date.parse(START) - clock.now());
}

describe("bounds", () => {
  test("starts_at, ends_at and pause_until leave nothing behind; both ends count", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({
      cron_expression: "0 * * * *",
      overlap_policy: "allow",
      starts_at: "2026-02-19T08:00:00+01:00",
      ends_at: "2026-02-19T09:00:00Z",
    });
    expect((await schedule.read()).next_run_at).toBe("2026-02-19T07:00:00.000Z");
    for (const hour of ["06", "07", "08", "09", "10"]) await here.reach(`2026-02-19T${hour}:00:00.000Z`);
    expect(await schedule.ledger()).toEqual(["07:00 fired", "08:00 fired", "09:00 fired"]);
    expect((await schedule.read()).next_run_at).toBeNull();
    const again = await schedule.ask("PATCH", "", { ends_at: null, pause_until: "2026-02-19T12:30:00Z" });
    expect(again.body).toMatchObject({ ends_at: null, next_run_at: "2026-02-19T13:00:00.000Z" });
    await here.reach("2026-02-19T13:00:00.000Z");
    expect(await schedule.ledger()).toHaveLength(4);
  });

  test("excluded local dates leave lines and no runs", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({
      cron_expression: "0 */6 * * *",
      timezone: "Europe/Madrid",
      exclude_dates: ["2026-02-20"],
    });
    expect((await schedule.read()).next_run_at).toBe("2026-02-19T11:00:00.000Z");
    const read = await schedule.ask("GET", "/preview?n=6");
    expect(read.body.items.map((item: Json) => [item.local_time.slice(8, 13), item.is_excluded])).toEqual([
      ["19T12", false],
      ["19T18", false],
      ["20T00", true],
      ["20T06", true],
      ["20T12", true],
      ["20T18", true],
    ]);
    await here.reach("2026-02-19T17:00:00.000Z");
    await endRuns(here.world, schedule);
    expect((await schedule.read()).next_run_at).toBe("2026-02-20T23:00:00.000Z");
    await here.reach("2026-02-19T23:00:00.000Z");
    await here.reach("2026-02-20T23:00:10.000Z");
    expect(await schedule.ledger()).toEqual([
      "11:00 coalesced",
      "17:00 fired",
      "23:00 excluded",
      "+1 05:00..+1 17:00*3 excluded",
      "+1 23:00 fired",
    ]);
    expect((await schedule.runs()).at(-1)).toMatchObject({ missed_count: 0, status: "queued" });
  });

  test("what cannot be is refused with its field", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    const refused: [Record<string, unknown>, string][] = [
      [{ starts_at: "2026-02-20T00:00:00Z", ends_at: "2026-02-19T00:00:00Z" }, "ends_at"],
      [{ starts_at: "tomorrow" }, "starts_at"],
      [{ starts_at: "2026-02-20T00:00:00" }, "starts_at"],
      [{ pause_until: "2026-02-30T00:00:00Z" }, "pause_until"],
      [{ exclude_dates: ["2026-02-30"] }, "exclude_dates"],
      [{ exclude_dates: "2026-02-20" }, "exclude_dates"],
      [{ overlap_policy: "queue" }, "overlap_policy"],
      [{ catch_up: true }, "catch_up"],
      [{ jitter_seconds: -1 }, "jitter_seconds"],
      [{ catch_up_window_seconds: 1.5 }, "catch_up_window_seconds"],
      [{ catchup: "none" }, "catchup"],
    ];
    for (const [body, field] of refused) {
      const answer = await schedule.ask("PATCH", "", body);
      expect([answer.status, answer.body.detail[0].loc]).toEqual([422, ["body", field]]);
    }
  });
});

describe("jitter", () => {
  test("delays a tick, the same each time, and not its key", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({
      cron_expression: "0 * * * *",
      jitter_seconds: 600,
      overlap_policy: "allow",
    });
    const { items } = (await schedule.ask("GET", "/preview?n=20")).body;
    const delays = items.map((item: Json) => (Date.parse(item.due_at) - Date.parse(item.instant)) / 1000);
    expect(delays.every((delay: number) => delay >= 0 && delay <= 600)).toBe(true);
    expect(new Set(delays).size).toBeGreaterThan(10);
    expect((await schedule.ask("GET", "/preview?n=20")).body.items).toEqual(items);
    const [first] = items;
    await here.reach(new Date(Date.parse(first.due_at) - 1).toISOString());
    expect(await schedule.runs()).toEqual([]);
    await here.reach(first.due_at);
    expect(await schedule.lines()).toMatchObject([
      { scheduled_for: first.instant, outcome: "fired", jitter_seconds: delays[0], missed_count: 0 },
    ]);
  });

  test("is never more than half the way to the next tick, so ticks keep their order", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "* * * * *", jitter_seconds: 86_400 });
    const { items } = (await schedule.ask("GET", "/preview?n=200")).body;
    const delays = items.map((item: Json) => Date.parse(item.due_at) - Date.parse(item.instant));
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
    expect(Math.max(...delays)).toBeGreaterThan(20_000);
  });

  test("does not hold back a tick when the schedule is edited", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *", jitter_seconds: 1800 });
    await here.reach("2026-02-19T06:00:00.000Z");
    await schedule.ask("PATCH", "", { cron_expression: "30 * * * *" });
    expect(await schedule.ledger()).toEqual(["06:00 fired"]);
    expect((await schedule.read()).next_run_at).toBe("2026-02-19T06:30:00.000Z");
  });
});
