/** When a schedule needs a person: failing runs are told, data that no longer fit turn it off. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hardModel, type Json, movableClock } from "../../world";
import { HOUR_MS, type OneSchedule, type ScheduleWorld, startScheduleWorld } from "../schedules/schedule_setup";

const clock = movableClock("2026-02-19T05:30:00.000Z");
let here: ScheduleWorld;
let receiver: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  here = await startScheduleWorld(clock, { flags: { workers: "1" } });
  receiver = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("thanks") });
});
afterAll(async () => {
  await here.world.stop();
  await receiver.stop(true);
});

const events = ["trigger.schedule.failing", "trigger.schedule.auto_disabled"];
const webhook = () => ({ webhook_url: receiver.url.href, webhook_events: events });

/** One hour on, and the run of its tick ended. */
async function passHour(schedule: OneSchedule): Promise<Json> {
  clock.move(HOUR_MS);
  await here.turn();
  const run = (await schedule.runs()).at(-1);
  return here.world.ended(schedule.trigger, run.id);
}

async function deliveries(schedule: OneSchedule): Promise<Json[]> {
  const path = `/api/v2/triggers/${schedule.trigger.id}/deliveries`;
  const { body } = await here.world.call("GET", path);
  return Promise.all(body.items.map(async (item: Json) => (await here.world.call("GET", `${path}/${item.id}`)).body));
}

const DATA = { stock: [5, 5] };
/** Below what x may be: infeasible. */
const DEBT = { cron_expression: "0 * * * *", override_data: { order_limit: -1 } };

describe("data that no longer fit", () => {
  test("turn a schedule off after five ticks in a row, with an event; turning it on clears that", async () => {
    const schedule = await here.schedule({ cron_expression: "0 * * * *", override_data: DATA }, webhook());
    const trigger = `/api/v2/triggers/${schedule.trigger.id}`;
    await here.world.call("PATCH", trigger, { override_schema: [] });
    for (let i = 0; i < 4; i += 1) expect((await passHour(schedule)).status).toBe("validation_failed");
    await here.world.call("PATCH", trigger, { override_schema: null });
    expect((await passHour(schedule)).status).toBe("completed");
    await here.world.call("PATCH", trigger, { override_schema: [] });
    for (let i = 0; i < 4; i += 1) await passHour(schedule);
    expect(await schedule.read()).toMatchObject({ is_enabled: true, disabled_reason: null });
    await passHour(schedule);
    const off = await schedule.read();
    expect(off).toMatchObject({ is_enabled: false, next_run_at: null });
    expect(off.disabled_reason).toContain("stock");
    expect((await deliveries(schedule)).map(({ payload }) => payload)).toEqual([
      {
        event: "trigger.schedule.auto_disabled",
        trigger_id: schedule.trigger.id,
        run_id: null,
        timestamp: expect.any(String),
        data: {
          schedule_id: schedule.id,
          cron_expression: "0 * * * *",
          timezone: "UTC",
          reason: off.disabled_reason,
          disabled_at: expect.any(String),
        },
      },
    ]);
    await here.world.logged(new RegExp(`schedule_disabled.*${schedule.id}`));
    const runs = (await schedule.runs()).length;
    clock.move(3 * HOUR_MS);
    await here.turn();
    expect(await schedule.runs()).toHaveLength(runs);
    expect((await schedule.ask("PATCH", "", { is_enabled: true })).status).toBe(422);
    const on = await schedule.ask("PATCH", "", { is_enabled: true, override_data: null });
    expect(on.body).toMatchObject({ is_enabled: true, disabled_reason: null, consecutive_failures: 0 });
    expect((await passHour(schedule)).status).toBe("completed");
  });

  test("turn it off in the middle of what is caught up, and the rest is missed", async () => {
    const schedule = await here.schedule({
      cron_expression: "0 * * * *",
      override_data: DATA,
      catch_up: "all",
      overlap_policy: "allow",
    });
    await here.world.call("PATCH", `/api/v2/triggers/${schedule.trigger.id}`, { override_schema: [] });
    clock.move(7 * HOUR_MS);
    await here.turn();
    const outcomes = (await schedule.lines()).map(({ outcome, run_id }) => [outcome, run_id !== null]);
    expect(outcomes).toEqual([...Array(5).fill(["fired", true]), ...Array(2).fill(["missed", false])]);
    expect((await schedule.read()).is_enabled).toBe(false);
  });
});

describe("runs that fail", () => {
  const model = {
    parameters: { order_limit: 3 },
    variables: [{ name: "x", type: "integer" }],
    objective: { sense: "minimize", expression: "x" },
    constraints: [{ expression: "x <= order_limit" }],
  };

  test("are counted, told at the third in a row, and do not stop the clock", async () => {
    const trigger = await here.world.makeTrigger(model, webhook());
    const path = `/api/v2/triggers/${trigger.id}/schedules`;
    const { body } = await here.world.call("POST", path, DEBT);
    const schedule = { ...(await here.schedule({ cron_expression: "@yearly" })), trigger, id: body.id };
    const failures = async () => (await here.world.call("GET", `${path}/${body.id}`)).body.consecutive_failures;
    const pass = async (): Promise<void> => {
      clock.move(HOUR_MS);
      await here.turn();
      const { items } = (await here.world.call("GET", `/api/v2/triggers/${trigger.id}/runs`)).body;
      await here.world.ended(trigger, items[0].id);
    };
    for (let i = 1; i <= 4; i += 1) {
      await pass();
      expect(await failures()).toBe(i);
    }
    const [told, ...others] = await deliveries(schedule);
    expect([told.payload.event, told.payload.data, others]).toEqual([
      "trigger.schedule.failing",
      {
        schedule_id: body.id,
        consecutive_failures: 3,
        last_run_id: expect.stringMatching(/^run_/),
        last_error: expect.stringContaining("infeasible"),
      },
      [],
    ]);
    await here.world.call("PATCH", `${path}/${body.id}`, { override_data: { order_limit: 1 } });
    await pass();
    expect(await failures()).toBe(0);
  });
});

describe("a solver that is busy", () => {
  test("cancel_previous stops a run in the solver, and the tick goes on after it", async () => {
    const trigger = await here.world.makeTrigger(hardModel("missed", 60));
    const path = `/api/v2/triggers/${trigger.id}`;
    const body = { cron_expression: "0 * * * *", overlap_policy: "cancel_previous" };
    const { id } = (await here.world.call("POST", `${path}/schedules`, body)).body;
    const runs = async () => (await here.world.call("GET", `${path}/runs`)).body.items.reverse();
    clock.move(HOUR_MS);
    await here.turn();
    const [first] = await runs();
    await here.world.app.context.signals.wait(first.id, 30_000, () => here.world.app.context.running.has(first.id));
    clock.move(HOUR_MS);
    await here.turn();
    const { items } = (await here.world.call("GET", `${path}/schedules/${id}/ticks`)).body;
    expect(items[0].outcome).toBe("waiting");
    expect((await here.world.ended(trigger, first.id)).status).toBe("cancelled");
    await here.turn();
    const [, second] = await runs();
    expect(second).toMatchObject({ source: "cron", missed_count: 1 });
    await here.world.call("PATCH", `${path}/schedules/${id}`, { is_enabled: false });
    await here.world.call("POST", `${path}/runs/${second.id}/cancel`);
    await here.world.ended(trigger, second.id);
  });
});
