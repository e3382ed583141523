/** What the scheduler believes of the clock, of another program's zones, and of a second process. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTicker } from "../../src/background/ticker";
import { DAY_MS, HOUR_MS, type ScheduleWorld, startScheduleWorld } from "../services/schedules/schedule_setup";
import { movableClock, startWorld } from "../world";

const START = "2026-02-19T05:30:00.000Z";
const clock = movableClock(START);
let here: ScheduleWorld;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "jaot-ticker-"));
  here = await startScheduleWorld(clock, { directory });
});
afterAll(async () => {
  await here.world.stop();
  rmSync(directory, { recursive: true });
});

const set = (timestamp: string): void => clock.move(Date.parse(timestamp) - clock.now());
const health = async () => (await here.world.call("GET", "/health")).body;

describe("a clock that is not set", () => {
  test("fires nothing, says so, and leaves nothing to make up for what was made under it", async () => {
    set(START);
    const before = await here.schedule({ cron_expression: "0 * * * *" });
    set("1970-01-01T00:00:30.000Z");
    const during = await here.schedule({ cron_expression: "* * * * *" });
    await here.reach("1970-01-01T05:00:00.000Z");
    expect(await health()).toMatchObject({
      status: "clock_not_set",
      problems: [{ code: "clock_not_set", detail: expect.stringContaining("schedules wait") }],
    });
    expect([await before.runs(), await during.runs()]).toEqual([[], []]);
    await here.world.logged(/"clock_not_set"/);
    await here.reach("2026-02-19T06:00:10.000Z");
    expect(await health()).toMatchObject({ status: "ok", problems: [] });
    expect(await during.lines()).toEqual([]);
    expect(await during.read()).toMatchObject({ next_run_at: "2026-02-19T06:01:00.000Z" });
    expect(await before.ledger()).toEqual(["06:00 fired"]);
  });
});

describe("a clock that jumps", () => {
  test("is told of in the log", async () => {
    set("2026-02-20T00:00:00.000Z");
    await here.turn();
    await here.reach("2026-02-20T07:00:00.000Z");
    expect(JSON.parse(await here.world.logged(/"clock_jump".*"by_ms":25(19|20)\d{4}\b/))).toMatchObject({
      level: "warn",
    });
    await here.reach("2026-02-20T06:00:00.000Z");
    await here.world.logged(/"clock_jump".*"by_ms":-36\d{5}\b/);
  });

  test("ahead and back leaves a schedule silent, which is told and can be mended; nothing fires twice", async () => {
    set("2026-03-01T05:30:00.000Z");
    const schedule = await here.schedule({ cron_expression: "0 * * * *", overlap_policy: "allow" });
    await here.reach("2026-03-01T06:00:00.000Z");
    await here.reach("2026-03-02T06:00:00.000Z");
    await here.reach("2026-03-01T06:30:00.000Z");
    expect(await schedule.read()).toMatchObject({ cursor_in_future: true, next_run_at: "2026-03-02T07:00:00.000Z" });
    expect((await health()).problems).toMatchObject([{ code: "cursor_in_future" }]);
    await here.world.logged(/"cursor_in_future"/);
    await here.reach("2026-03-01T09:00:00.000Z");
    expect(await schedule.ledger()).toEqual(["06:00 fired", "07:00..+1 05:00*23 coalesced", "+1 06:00 fired"]);
    const reset = await schedule.ask("POST", "/reset-cursor");
    expect(reset.body).toMatchObject({ cursor_in_future: false, next_run_at: "2026-03-01T10:00:00.000Z" });
    await here.reach("2026-03-01T10:00:00.000Z");
    await here.reach("2026-03-02T05:59:00.000Z");
    await here.reach("2026-03-02T06:00:00.000Z");
    await here.reach("2026-03-02T07:00:00.000Z");
    const fired = (await schedule.runs()).map((run) => run.scheduled_for.slice(8, 13));
    // 06:00 of the second day came while the clock was ahead; it does not come again.
    expect(fired).toEqual(["01T06", "02T06", "01T10", "02T05", "02T07"]);
  });

  test("a reset without need changes nothing", async () => {
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    const before = await schedule.read();
    expect((await schedule.ask("POST", "/reset-cursor")).body).toEqual(before);
  });
});

test("a program with other zones computes the next runs anew, and loses none that are due", async () => {
  const own = mkdtempSync(join(tmpdir(), "jaot-zones-"));
  const own_clock = movableClock(START);
  const first = await startScheduleWorld(own_clock, { directory: own });
  const schedule = await first.schedule({ cron_expression: "0 6 * * *", timezone: "Europe/Madrid" });
  // As a program would have left it whose zones put Madrid an hour further west.
  await first.world.app.context.writer.write(({ client }) => {
    client.run("UPDATE schedules SET next_run_at = next_run_at + 3600000, due_at = due_at + 3600000");
    client.run("UPDATE instance SET zones = 'another program'");
  });
  await first.world.stop();
  own_clock.move(DAY_MS);
  const second = await startScheduleWorld(own_clock, { directory: own });
  await second.world.logged(/"schedules_recomputed".*"schedules":1/);
  await second.turn();
  const { body } = await second.world.call("GET", `/api/v2/triggers/${schedule.trigger.id}/schedules/${schedule.id}`);
  expect(body).toMatchObject({ last_run_at: "2026-02-20T05:00:00.000Z", next_run_at: "2026-02-21T05:00:00.000Z" });
  await second.world.stop();
  rmSync(own, { recursive: true });
});

test("a backup put back makes up for what it does not know with one run", async () => {
  const own = mkdtempSync(join(tmpdir(), "jaot-backup-"));
  const own_clock = movableClock(START);
  const database = join(own, "data", "jaot.db");
  const first = await startScheduleWorld(own_clock, { directory: own });
  const { id, trigger } = await first.schedule({ cron_expression: "0 * * * *", overlap_policy: "allow" });
  await first.world.stop();
  copyFileSync(database, join(own, "backup.db"));
  const second = await startScheduleWorld(own_clock, { directory: own });
  for (let i = 0; i < 3; i += 1) {
    own_clock.move(HOUR_MS);
    await second.turn();
  }
  await second.world.stop();
  copyFileSync(join(own, "backup.db"), database);
  own_clock.move(HOUR_MS);
  const third = await startScheduleWorld(own_clock, { directory: own });
  await third.turn();
  const { body } = await third.world.call("GET", `/api/v2/triggers/${trigger.id}/schedules/${id}/ticks`);
  expect(body.items).toMatchObject([
    { outcome: "fired", scheduled_for: "2026-02-19T09:00:00.000Z", missed_count: 4 },
    { outcome: "coalesced", count: 3 },
  ]);
  await third.world.stop();
  rmSync(own, { recursive: true });
});

describe("a second process", () => {
  test("cannot insert a tick that the first has inserted, on whichever connection", async () => {
    set("2026-04-01T05:30:00.000Z");
    const schedule = await here.schedule({ cron_expression: "0 * * * *" });
    await here.reach("2026-04-01T06:00:00.000Z");
    const other = new Database(join(directory, "data", "jaot.db"));
    const insert = () =>
      other.run("INSERT INTO ticks (schedule_id, scheduled_for, outcome, created_at) VALUES (?1, ?2, 'fired', 0)", [
        schedule.id,
        Date.parse("2026-04-01T06:00:00.000Z"),
      ]);
    expect(insert).toThrow(/UNIQUE constraint failed/);
    other.close();
  });

  test("that races the first for the same instants makes no run of its own", async () => {
    set("2026-05-01T05:30:00.000Z");
    const schedules = await Promise.all(
      Array.from({ length: 20 }, () =>
        here.schedule({ cron_expression: "*/10 * * * *", catch_up: "all", overlap_policy: "allow" }),
      ),
    );
    const racers = Array.from({ length: 4 }, () => createTicker(here.world.app.context));
    clock.move(2 * HOUR_MS);
    await Promise.all(racers.map((racer) => racer.runOnce(clock.now())));
    for (const schedule of schedules) {
      const instants = (await schedule.runs()).map((run) => run.scheduled_for);
      expect([instants.length, new Set(instants).size]).toEqual([12, 12]);
    }
  });

  test("on a copy of the directory, merged back, has fired the same keys and no others", async () => {
    const own = mkdtempSync(join(tmpdir(), "jaot-copy-"));
    const copy = mkdtempSync(join(tmpdir(), "jaot-copy-"));
    const own_clock = movableClock(START);
    const first = await startScheduleWorld(own_clock, { directory: own });
    await first.schedule({ cron_expression: "*/5 * * * *", overlap_policy: "allow" });
    await first.world.stop();
    mkdirSync(join(copy, "data"));
    for (const name of ["jaot.db", "instance", "seal.key"]) {
      copyFileSync(join(own, "data", name), join(copy, "data", name));
    }
    const start = (where: string) => startWorld({ directory: where, clock: own_clock, flags: { workers: "0" } });
    const worlds = [await start(own), await start(copy)];
    own_clock.move(HOUR_MS);
    await Promise.all(worlds.map((world) => createTicker(world.app.context).runOnce(own_clock.now())));
    for (const world of worlds) await world.stop();
    const merged = new Database(join(own, "data", "jaot.db"));
    merged.run("ATTACH ?1 AS other", [join(copy, "data", "jaot.db")]);
    const keys = "SELECT schedule_id, scheduled_for FROM";
    const count = (sql: string) => (merged.query(`SELECT count(*) AS n FROM (${sql})`).get() as { n: number }).n;
    expect(count(`${keys} ticks`)).toBe(1);
    expect(count(`${keys} ticks EXCEPT ${keys} other.ticks`)).toBe(0);
    expect(() => merged.run("INSERT INTO ticks SELECT * FROM other.ticks")).toThrow(/UNIQUE constraint failed/);
    merged.close();
    for (const where of [own, copy]) rmSync(where, { recursive: true });
  });
});
