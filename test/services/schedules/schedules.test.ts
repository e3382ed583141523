import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTicker } from "../../../src/background/ticker";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const START = "2026-02-19T05:30:00.000Z";
const NOT_FOUND = "No schedule found for this trigger";
const OBJECT_KEYS = [
  ..."id trigger_id cron_expression timezone is_enabled override_data consecutive_failures".split(" "),
  ..."last_run_at next_run_at created_at updated_at".split(" "),
];
const DATA = { stock: [5, 5] };

const clock = movableClock(START);
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { workers: "0", min_schedule_spacing_seconds: "10" } });
});
afterAll(() => world.stop());

function ask(trigger: Json, method: string, body?: unknown) {
  return world.call(method, `/api/v2/triggers/${trigger.id}/schedule`, body);
}

/** A trigger with a schedule. */
async function scheduled(body: Record<string, unknown>, where = world): Promise<Json> {
  const trigger = await where.makeTrigger(RESTOCK);
  const answer = await where.call("POST", `/api/v2/triggers/${trigger.id}/schedule`, body);
  expect(answer.status).toBe(201);
  return trigger;
}

async function nextRun(trigger: Json): Promise<string | null> {
  return (await ask(trigger, "GET")).body.next_run_at;
}

async function runsOf(trigger: Json, where = world): Promise<Json[]> {
  return (await where.call("GET", `/api/v2/triggers/${trigger.id}/runs?page_size=100`)).body.items;
}

/** One turn of the ticker, beside the loop that is running: what both find due must still be fired once. */
async function turn(where: World, at = clock): Promise<void> {
  await createTicker(where.app.context).runOnce(at.now());
}

/** Moves the clock to an instant, then takes a turn. */
async function reach(timestamp: string): Promise<void> {
  clock.move(Date.parse(timestamp) - clock.now());
  await turn(world);
}

/** An instant that many minutes from now. */
function inMinutes(minutes: number): string {
  return new Date(clock.now() + minutes * MINUTE_MS).toISOString();
}

describe("a schedule", () => {
  test("is made, read and taken away, one to a trigger", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const answer = await ask(trigger, method, method === "PATCH" ? {} : undefined);
      expect([answer.status, answer.body.detail]).toEqual([404, NOT_FOUND]);
    }
    const body = { cron_expression: "0 6 * * *", timezone: "Europe/Berlin", override_data: DATA };
    const made = await ask(trigger, "POST", body);
    expect(made.status).toBe(201);
    expect(Object.keys(made.body)).toEqual(expect.arrayContaining(OBJECT_KEYS));
    expect(made.body.id).toMatch(/^tsch_[0-9a-z]{26}$/);
    // 06:00 in Berlin was half an hour ago.
    expect(made.body).toMatchObject({
      ...{ ...body, trigger_id: trigger.id, is_enabled: true, consecutive_failures: 0 },
      ...{ last_run_at: null, next_run_at: "2026-02-20T05:00:00.000Z", created_at: START, updated_at: START },
    });
    expect((await ask(trigger, "GET")).body).toEqual(made.body);
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.has_active_schedule).toBe(true);
    const second = await ask(trigger, "POST", body);
    expect([second.status, second.body.detail]).toEqual([409, "Trigger already has a schedule"]);
    expect(await ask(trigger, "DELETE")).toMatchObject({ status: 204, body: null });
    expect((await ask(trigger, "DELETE")).body.detail).toBe(NOT_FOUND);
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.has_active_schedule).toBe(false);
    expect((await ask(trigger, "POST", body)).status).toBe(201);
  });

  test("is one even when two are asked for at once", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const asked = Array.from({ length: 5 }, () => ask(trigger, "POST", { cron_expression: "0 6 * * *" }));
    expect((await Promise.all(asked)).map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test("needs a trigger that is there and enabled", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false });
    const disabled = await ask(trigger, "POST", { cron_expression: "0 6 * * *" });
    expect([disabled.status, disabled.body.detail]).toEqual([409, "Trigger is disabled"]);
    const nowhere = await ask({ id: "trg_nope" }, "POST", { cron_expression: "0 6 * * *" });
    expect([nowhere.status, nowhere.body.detail]).toEqual([404, "Trigger not found"]);
  });

  test("takes data that a fire would take, and no other", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    for (const override_data of [{ stok: [1, 1] }, { stock: [1] }, { stock: "1" }, []]) {
      const answer = await ask(trigger, "POST", { cron_expression: "0 6 * * *", override_data });
      expect([answer.status, answer.body.code]).toEqual([422, "override_invalid"]);
    }
    expect((await ask(trigger, "GET")).status).toBe(404);
    await ask(trigger, "POST", { cron_expression: "0 6 * * *", override_data: DATA });
    expect((await ask(trigger, "PATCH", { override_data: { stock: [1] } })).status).toBe(422);
    expect((await ask(trigger, "PATCH", { timezone: "UTC" })).body.override_data).toEqual(DATA);
    expect((await ask(trigger, "PATCH", { override_data: null })).body.override_data).toBeNull();
  });

  test("changes in parts, its next run counted from now", async () => {
    const trigger = await scheduled({ cron_expression: "0 6 * * *" });
    expect(await nextRun(trigger)).toBe("2026-02-19T06:00:00.000Z");
    const zoned = await ask(trigger, "PATCH", { timezone: "Asia/Tokyo" });
    expect(zoned.body).toMatchObject({ cron_expression: "0 6 * * *", next_run_at: "2026-02-19T21:00:00.000Z" });
    const moved = await ask(trigger, "PATCH", { cron_expression: "*/10 * * * *" });
    expect(moved.body).toMatchObject({ timezone: "Asia/Tokyo", next_run_at: "2026-02-19T05:40:00.000Z" });
    for (const body of [{ cron_expression: "61 * * * *" }, { timezone: "Mars/Olympus" }]) {
      expect(await ask(trigger, "PATCH", body)).toMatchObject({ status: 400, body: { code: "invalid_cron" } });
    }
    expect((await ask(trigger, "GET")).body).toEqual(moved.body);
  });

  test("that is paused has no next run, by itself or with its trigger", async () => {
    const trigger = await scheduled({ cron_expression: "0 * * * *", is_enabled: false });
    const isActive = async () => (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.has_active_schedule;
    const toggle = (enabled: boolean) => world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled });
    expect([await nextRun(trigger), await isActive()]).toEqual([null, false]);
    await ask(trigger, "PATCH", { is_enabled: true });
    expect([await nextRun(trigger), await isActive()]).toEqual(["2026-02-19T06:00:00.000Z", true]);
    await toggle(false);
    expect([await nextRun(trigger), await isActive()]).toEqual([null, false]);
    expect((await ask(trigger, "PATCH", { timezone: "Asia/Tokyo" })).body.next_run_at).toBeNull();
    await toggle(true);
    expect([await nextRun(trigger), await isActive()]).toEqual(["2026-02-19T06:00:00.000Z", true]);
    await ask(trigger, "PATCH", { is_enabled: false });
    await toggle(true);
    expect(await nextRun(trigger)).toBeNull();
  });
});

describe("a pattern", () => {
  const validate = (body: unknown) => world.call("POST", "/api/v2/schedules/validate", body);

  test("is told its next instants, three unless asked", async () => {
    const daily = await validate({ cron_expression: "0 2 * * MON", timezone: "America/New_York" });
    expect(daily.status).toBe(200);
    expect(daily.body).toMatchObject({
      valid: true,
      next_runs: ["2026-02-23T07:00:00.000Z", "2026-03-02T07:00:00.000Z", "2026-03-09T06:00:00.000Z"],
    });
    expect((await validate({ cron_expression: "@hourly" })).body.next_runs[0]).toBe("2026-02-19T06:00:00.000Z");
    const many = (await validate({ cron_expression: "*/10 * * * * *", count: 7 })).body.next_runs;
    expect(many.map((run: string) => Date.parse(run) - clock.now())).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => n * 10_000),
    );
    for (const count of [0, 101, 1.5, "3"]) {
      expect((await validate({ cron_expression: "@daily", count })).status).toBe(422);
    }
  });

  test.each([
    ["0 24 * * *", 2],
    ["61 * * * *", 0],
    ["0 6 * * * * 2026", 12],
    ["0 6 * *", expect.any(Number)],
    ["0 6 * FOO *", 6],
    ["", expect.any(Number)],
    ["@fortnightly", 0],
    [`0 6 * * ${"1,".repeat(200)}1`, expect.any(Number)],
    ["0 0 30 2 *", null],
    ["*/5 * * * * *", null],
  ])("that no schedule may have is 400 with the reason and its place: %s", async (cron_expression, position) => {
    const trigger = await world.makeTrigger(RESTOCK);
    for (const answer of [await validate({ cron_expression }), await ask(trigger, "POST", { cron_expression })]) {
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_cron"]);
      expect(answer.body.detail.length).toBeGreaterThan(20);
      expect(answer.body.position).toEqual(position as Json);
    }
    expect((await ask(trigger, "GET")).status).toBe(404);
  });

  test("in a zone that is not one is 400, with the one that was meant", async () => {
    const answer = await validate({ cron_expression: "@daily", timezone: "Europe/Berln" });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain("Europe/Berlin");
  });
});

describe("a tick", () => {
  test("fires at its instant, once, with the schedule's data", async () => {
    const due = inMinutes(30);
    const minute = new Date(due).getUTCMinutes();
    const trigger = await scheduled({ cron_expression: `${minute} * * * *`, override_data: DATA });
    const { id } = (await ask(trigger, "GET")).body;
    await reach(new Date(Date.parse(due) - 1).toISOString());
    expect(await runsOf(trigger)).toEqual([]);
    clock.move(1);
    await Promise.all([turn(world), turn(world), turn(world)]);
    const [run, ...others] = await runsOf(trigger);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      ...{ source: "cron", status: "queued", scheduled_for: due, schedule_id: id, override_data: DATA },
      ...{ created_at: due, rerun_of: null },
    });
    const next_run_at = new Date(Date.parse(due) + HOUR_MS).toISOString();
    expect((await ask(trigger, "GET")).body).toMatchObject({ id, last_run_at: due, next_run_at });
    const { body } = await world.call("GET", `/api/v2/triggers/${trigger.id}`);
    expect(body).toMatchObject({ total_runs: 1, last_fired_at: due });
  });

  test("that comes a little late is fired for its own instant", async () => {
    const trigger = await scheduled({ cron_expression: "0 * * * *" });
    const due = (await nextRun(trigger))!;
    await reach(new Date(Date.parse(due) + 40 * SECOND_MS).toISOString());
    expect(await runsOf(trigger)).toMatchObject([{ scheduled_for: due }]);
  });

  test("is not repeated when the clock goes back", async () => {
    const trigger = await scheduled({ cron_expression: "*/10 * * * *" });
    await reach((await nextRun(trigger))!);
    const after = await nextRun(trigger);
    for (const minutes of [-5, -60, 30, 34]) {
      clock.move(minutes * MINUTE_MS);
      await turn(world);
    }
    expect([await runsOf(trigger), await nextRun(trigger)]).toMatchObject([[{ source: "cron" }], after]);
  });

  test.each([
    ["the schedule is off", (trigger: Json) => ask(trigger, "PATCH", { is_enabled: false })],
    ["the schedule is gone", (trigger: Json) => ask(trigger, "DELETE")],
    [
      "the trigger is off",
      (trigger: Json) => world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false }),
    ],
  ])("does not come when %s", async (_, stop) => {
    const trigger = await scheduled({ cron_expression: "*/10 * * * *" });
    expect((await stop(trigger)).status).toBeLessThan(300);
    await reach(inMinutes(65));
    expect(await runsOf(trigger)).toEqual([]);
  });

  test("that a pause swallowed is not made up for", async () => {
    const trigger = await scheduled({ cron_expression: "*/10 * * * *" });
    await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false });
    await reach(inMinutes(65));
    await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: true });
    await turn(world);
    expect(await runsOf(trigger)).toEqual([]);
    await reach((await nextRun(trigger))!);
    expect(await runsOf(trigger)).toHaveLength(1);
  });

  test("that finds the run before it still open is skipped, and says so", async () => {
    const trigger = await scheduled({ cron_expression: "*/10 * * * *" });
    const seen: string[][] = [];
    for (let i = 0; i < 2; i += 1) {
      await reach((await nextRun(trigger))!);
      seen.push((await runsOf(trigger)).map((run) => run.status));
    }
    expect(seen).toEqual([["queued"], ["skipped_overlap", "queued"]]);
    const [skipped, open] = await runsOf(trigger);
    expect(skipped).toMatchObject({ source: "cron", started_at: null, attempt: 0 });
    expect(skipped.completed_at).not.toBeNull();
    await world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${open.id}/cancel`);
    await reach((await nextRun(trigger))!);
    expect((await runsOf(trigger))[0].status).toBe("queued");
  });

  test("takes the local clock's changes as documented", async () => {
    clock.move(Date.parse("2026-03-28T12:00:00Z") - clock.now());
    const trigger = await scheduled({ cron_expression: "30 2 * * *", timezone: "Europe/Berlin" });
    // 02:30 on 29 March 2026 does not exist in Berlin: the clock goes from 02:00 to 03:00, so it is 03:30 that day.
    expect(await nextRun(trigger)).toBe("2026-03-29T01:30:00.000Z");
    await reach("2026-03-29T01:30:00.000Z");
    expect(await runsOf(trigger)).toMatchObject([{ scheduled_for: "2026-03-29T01:30:00.000Z" }]);
    expect(await nextRun(trigger)).toBe("2026-03-30T00:30:00.000Z");
  });

  test("whose data no longer fit is kept as a run that says so", async () => {
    const trigger = await scheduled({ cron_expression: "*/10 * * * *", override_data: DATA });
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { override_schema: [] });
    await reach((await nextRun(trigger))!);
    const [run] = await runsOf(trigger);
    expect(run).toMatchObject({ source: "cron", status: "validation_failed", override_data: DATA });
    expect(run.error_message).toContain("stock");
  });
});

describe("a service with solvers", () => {
  const solving_clock = movableClock(START);
  let solving: World;
  beforeAll(async () => {
    solving = await startWorld({ clock: solving_clock });
  });
  afterAll(() => solving.stop());

  /** Goes on by an hour and waits for the runs of the tick to end. */
  async function passHour(trigger: Json): Promise<void> {
    solving_clock.move(HOUR_MS);
    await turn(solving, solving_clock);
    for (const run of await runsOf(trigger, solving)) await solving.ended(trigger, run.id);
  }

  test("solves what the clock fires", async () => {
    const trigger = await scheduled({ cron_expression: "0 * * * *", override_data: DATA }, solving);
    await passHour(trigger);
    const [{ id }] = (await runsOf(trigger, solving)) as [Json];
    const run = await solving.ended(trigger, id);
    // 95 of a and 75 of b are wanted, the dock takes 150: 20 of b are short at 40.
    expect(run).toMatchObject({ status: "completed", source: "cron", result_data: { status: "optimal" } });
    expect(run.result_data.objective_value).toBe(2 * 95 + 3 * 55 + 40 * 20);
  });
});

test("a restart fires neither twice nor never", async () => {
  const directory = mkdtempSync(join(tmpdir(), "jaot-schedule-"));
  const own_clock = movableClock(START);
  const options = { directory, clock: own_clock, flags: { workers: "0" } };
  try {
    const first = await startWorld(options);
    const trigger = await scheduled({ cron_expression: "0 * * * *" }, first);
    own_clock.move(30 * MINUTE_MS);
    await turn(first, own_clock);
    expect(await runsOf(trigger, first)).toHaveLength(1);
    await first.stop();
    const second = await startWorld(options);
    await turn(second, own_clock);
    expect(await runsOf(trigger, second)).toHaveLength(1);
    await second.stop();
    own_clock.move(HOUR_MS);
    const third = await startWorld(options);
    await turn(third, own_clock);
    expect((await runsOf(trigger, third)).map((run) => run.scheduled_for)).toEqual([
      "2026-02-19T07:00:00.000Z",
      "2026-02-19T06:00:00.000Z",
    ]);
    await third.stop();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
