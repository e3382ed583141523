/** What becomes of ticks that were missed, that overlap, or that are due at an edit: seen through the API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, movableClock } from "../../world";
import {
  DAY_MS,
  endRuns,
  HOUR_MS,
  MINUTE_MS,
  type OneSchedule,
  type ScheduleWorld,
  startScheduleWorld,
} from "./schedule_setup";

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

const told = (runs: readonly Json[]): string[] =>
  runs.map((run) => `${run.scheduled_for.slice(11, 16)} ${run.status} ${run.missed_count}`);

describe("missed ticks", () => {
  test("latest: one run, the newest, that counts the others", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    await here.reach("2026-02-19T11:31:00.000Z");
    expect(told(await schedule.runs())).toEqual(["11:00 queued 6"]);
    expect(await schedule.ledger()).toEqual(["06:00..10:00*5 coalesced", "11:00 fired"]);
    const [coalesced, fired] = await schedule.lines();
    expect(coalesced.reason).toContain("2026-02-19T11:00:00.000Z");
    expect(fired).toMatchObject({ missed_count: 6, run_id: (await schedule.runs())[0].id });
    expect(await schedule.read()).toMatchObject({
      last_run_at: "2026-02-19T11:00:00.000Z",
      next_run_at: "2026-02-19T12:00:00.000Z",
    });
  });

  test("latest: a tick that is on time stands for those that are not", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    await here.reach("2026-02-19T08:00:20.000Z");
    expect(told(await schedule.runs())).toEqual(["08:00 queued 3"]);
  });

  test("up to a minute late is on time", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *", catch_up: "none" });
    await here.reach("2026-02-19T06:01:00.000Z");
    expect(told(await schedule.runs())).toEqual(["06:00 queued 0"]);
    await here.reach("2026-02-19T07:01:00.001Z");
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 missed"]);
  });

  test("none: no run, and a line that says so", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *", catch_up: "none" });
    await here.reach("2026-02-19T09:00:30.000Z");
    expect(told(await schedule.runs())).toEqual(["09:00 queued 0"]);
    expect(await schedule.ledger()).toEqual(["06:00..08:00*3 missed", "09:00 fired"]);
  });

  test("all: each has its run, the oldest first, one after the other unless overlap is allowed", async () => {
    await atHalfPastFive();
    const in_turn = await here.schedule({ cron_expression: "0 * * * *", catch_up: "all" });
    const at_once = await here.schedule({ cron_expression: "0 * * * *", catch_up: "all", overlap_policy: "allow" });
    await here.reach("2026-02-19T08:30:00.000Z");
    expect(told(await at_once.runs())).toEqual(["06:00 queued 1", "07:00 queued 1", "08:00 queued 1"]);
    expect(await in_turn.ledger()).toEqual(["06:00 fired", "07:00 waiting", "08:00 waiting"]);
    for (const open of ["06:00", "07:00", "08:00"]) {
      const runs = await in_turn.runs();
      expect(told(runs.filter((run) => run.status === "queued"))).toEqual([`${open} queued 1`]);
      await endRuns(here.world, in_turn);
      await here.turn();
    }
    expect(await in_turn.ledger()).toEqual(["06:00 fired", "07:00 fired", "08:00 fired"]);
  });

  test("all: a hundred at most; the rest is one line", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "* * * * *", catch_up: "all", overlap_policy: "allow" });
    await here.reach("2026-02-19T08:30:30.000Z");
    const { body } = await schedule.ask("GET", "/ticks?outcome=fired&page_size=1");
    // 5:31 to 7:10 are caught up; 8:30 is on time.
    expect(body.total).toBe(101);
    const [rest] = (await schedule.ask("GET", "/ticks?outcome=missed")).body.items;
    expect(rest).toMatchObject({
      scheduled_for: "2026-02-19T07:11:00.000Z",
      until: "2026-02-19T08:29:00.000Z",
      count: 79,
      is_count_exact: true,
    });
  });

  test("before the window they are only counted, exactly up to a bound", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *", catch_up_window_seconds: 7200 });
    const old = await here.schedule({ cron_expression: "0 6 * * *", catch_up_window_seconds: 7200 });
    const each_second = await here.schedule({ cron_expression: "* * * * * *" });
    await here.reach("2026-02-21T05:30:00.000Z");
    expect(await schedule.ledger()).toEqual(["06:00..+2 03:00*46 missed", "+2 04:00 coalesced", "+2 05:00 fired"]);
    expect(told(await schedule.runs())).toEqual(["05:00 queued 2"]);
    expect([await old.ledger(), await old.runs()]).toEqual([["06:00..+1 06:00*2 missed"], []]);
    expect((await each_second.lines())[0]).toMatchObject({ count: 86_399, is_count_exact: true });
    await endRuns(here.world, each_second);
    await here.reach("2027-02-21T05:30:00.000Z");
    const [, , , too_many] = await each_second.lines();
    expect(too_many).toMatchObject({ outcome: "missed", count: 100_000, is_count_exact: false });
  });

  test("can be run by hand, once", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({
      cron_expression: "0 * * * *",
      catch_up: "none",
      override_data: { stock: [1, 2] },
    });
    await here.reach("2026-02-19T10:30:00.000Z");
    const run = (instant: string) => schedule.ask("POST", `/ticks/${instant}/run`);
    const inside = "2026-02-19T07:00:00.000Z";
    const answers = await Promise.all([run(inside), run(inside), run(inside)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const made = answers.find(({ status }) => status === 202)!.body.run_id;
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({ code: "tick_has_run", run_id: made });
    const [found] = await schedule.runs();
    expect(found).toMatchObject({ id: made, source: "cron", scheduled_for: inside, override_data: { stock: [1, 2] } });
    expect((await run("2026-02-19T06:00:00.000Z")).status).toBe(202);
    for (const instant of ["2026-02-19T07:30:00.000Z", "2026-02-19T11:00:00.000Z", "2026-02-18T07:00:00.000Z"]) {
      expect((await run(instant)).body.code).toBe("tick_not_found");
    }
    expect((await run("yesterday")).status).toBe(422);
  });
});

describe("overlap", () => {
  /** A schedule of every hour at its second tick, with the run of the first still open. */
  async function overlapping(overlap_policy: string): Promise<OneSchedule> {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *", overlap_policy });
    await here.reach("2026-02-19T06:00:00.000Z");
    await here.reach("2026-02-19T07:00:00.000Z");
    return schedule;
  }

  test("skip: the tick has a run that says so", async () => {
    const schedule = await overlapping("skip");
    expect(told(await schedule.runs())).toEqual(["06:00 queued 0", "07:00 skipped_overlap 0"]);
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 skipped_overlap"]);
  });

  test("allow: both are open", async () => {
    const schedule = await overlapping("allow");
    expect(told(await schedule.runs())).toEqual(["06:00 queued 0", "07:00 queued 0"]);
  });

  test("buffer_one: the newest waits, and goes on when the run has ended", async () => {
    const schedule = await overlapping("buffer_one");
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 waiting"]);
    await here.reach("2026-02-19T08:00:00.000Z");
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 coalesced", "08:00 waiting"]);
    expect((await schedule.ask("POST", "/ticks/2026-02-19T08:00:00.000Z/run")).status).toBe(409);
    await endRuns(here.world, schedule);
    await here.turn();
    expect(told(await schedule.runs())).toEqual(["06:00 cancelled 0", "08:00 queued 0"]);
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 coalesced", "08:00 fired"]);
  });

  test("cancel_previous: the run before it makes way", async () => {
    const schedule = await overlapping("cancel_previous");
    expect(told(await schedule.runs())).toEqual(["06:00 cancelled 0", "07:00 queued 0"]);
    expect((await schedule.runs())[0].error_message).toContain("cancel_previous");
    const { body } = await here.world.call("GET", "/health");
    expect(body.queue_depth).toBe(here.world.app.context.queue.total);
  });

  test("a run that was fired by hand is no overlap", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    const { trigger } = schedule;
    await here.world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
    await here.reach("2026-02-19T06:00:00.000Z");
    expect((await schedule.runs()).map((run) => [run.source, run.status])).toEqual([
      ["api", "queued"],
      ["cron", "queued"],
    ]);
  });

  test("a tick that waits is missed when its schedule or its trigger stops", async () => {
    const paused = await overlapping("buffer_one");
    const other = await overlapping("buffer_one");
    await paused.ask("PATCH", "", { is_enabled: false });
    await here.world.call("POST", `/api/v2/triggers/${other.trigger.id}/toggle`, { enabled: false });
    for (const schedule of [paused, other]) {
      expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00 missed"]);
      await endRuns(here.world, schedule);
      await here.turn();
      expect(await schedule.runs()).toHaveLength(1);
    }
  });
});

describe("edits while a tick is due", () => {
  test("a tick that its jitter still held back is not late, and fires at the edit", async () => {
    await atHalfPastFive();
    const jittered = { cron_expression: "0 * * * *", jitter_seconds: 1800, catch_up: "none", overlap_policy: "allow" };
    const schedule = await here.schedule(jittered);
    const { items } = (await schedule.ask("GET", "/preview?n=50")).body;
    const held = items.find((item: Json) => Date.parse(item.due_at) - Date.parse(item.instant) > 120_000);
    clock.move(Date.parse(held.due_at) - 1000 - clock.now());
    await schedule.ask("PATCH", "", { timezone: "Europe/Madrid" });
    expect((await schedule.runs()).at(-1)).toMatchObject({ scheduled_for: held.instant, missed_count: 0 });
  });

  test("a changed pattern neither swallows nor repeats the instant that has come", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 6 * * *" });
    clock.move(30 * MINUTE_MS);
    await Promise.all([
      schedule.ask("PATCH", "", { cron_expression: "0 6,7 * * *" }),
      here.turn(),
      schedule.ask("PATCH", "", { timezone: "Etc/GMT" }),
      here.turn(),
    ]);
    expect(await schedule.ledger()).toEqual(["06:00 fired"]);
    expect((await schedule.read()).next_run_at).toBe("2026-02-19T07:00:00.000Z");
  });

  test("new data alone leave the time as it was", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    clock.move(2 * HOUR_MS);
    await schedule.ask("PATCH", "", { override_data: { stock: [7, 7] } });
    await here.turn();
    expect(await schedule.runs()).toMatchObject([{ override_data: { stock: [7, 7] }, missed_count: 2 }]);
  });

  test("a pause at that moment is written down", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    clock.move(HOUR_MS);
    await schedule.ask("PATCH", "", { is_enabled: false });
    const off = await here.schedule({ cron_expression: "0 * * * *" });
    clock.move(HOUR_MS);
    await here.world.call("POST", `/api/v2/triggers/${off.trigger.id}/toggle`, { enabled: false });
    const [paused] = await schedule.lines();
    const [disabled] = await off.lines();
    expect(paused).toMatchObject({ outcome: "missed", reason: expect.stringContaining("paused") });
    expect(disabled).toMatchObject({ outcome: "missed", reason: expect.stringContaining("trigger was disabled") });
    await schedule.ask("PATCH", "", { is_enabled: true });
    expect((await schedule.read()).next_run_at).toBe("2026-02-19T08:00:00.000Z");
  });

  test("one that is taken away and made anew begins from now", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    await here.reach("2026-02-19T06:00:00.000Z");
    await schedule.ask("DELETE");
    expect((await schedule.ask("GET", "/ticks")).status).toBe(404);
    const path = `/api/v2/triggers/${schedule.trigger.id}/schedules`;
    const { body } = await here.world.call("POST", path, { cron_expression: "0 * * * *" });
    await here.turn();
    expect(body.next_run_at).toBe("2026-02-19T07:00:00.000Z");
    expect(await schedule.runs()).toHaveLength(1);
  });

  test("a trigger that is enabled twice loses no instant", async () => {
    await atHalfPastFive();
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    clock.move(HOUR_MS);
    await here.world.call("POST", `/api/v2/triggers/${schedule.trigger.id}/toggle`, { enabled: true });
    await here.turn();
    expect(await schedule.ledger()).toEqual(["06:00 fired"]);
  });
});

test("a year away is caught up with one run", async () => {
  await atHalfPastFive();
  const schedule = await here.schedule({ cron_expression: "* * * * *" });
  clock.move(366 * DAY_MS);
  await here.turn();
  // Of every minute of the last 24 hours, both ends counted.
  expect(await schedule.runs()).toMatchObject([{ missed_count: 1441 }]);
});
