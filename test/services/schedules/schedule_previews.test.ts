/** Several schedules to a trigger, and ticks before they come: validate, preview, upcoming. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, movableClock, RESTOCK } from "../../world";
import { type ScheduleWorld, startScheduleWorld } from "./schedule_setup";

const START = "2026-03-28T12:00:00.000Z";
const clock = movableClock(START);
let here: ScheduleWorld;
beforeAll(async () => {
  here = await startScheduleWorld(clock);
});
afterAll(() => here.world.stop());

const call = (method: string, path: string, body?: unknown) => here.world.call(method, `/api/v2${path}`, body);

describe("schedules of one trigger", () => {
  test("are as many as are made, each by its id, one of them the main one", async () => {
    const trigger = await here.world.makeTrigger(RESTOCK);
    const path = `/triggers/${trigger.id}`;
    const main = await call("POST", `${path}/schedule`, { cron_expression: "0 6 * * *" });
    clock.move(1);
    const second = await call("POST", `${path}/schedules`, { cron_expression: "0 7 * * *", timezone: "Asia/Tokyo" });
    clock.move(1);
    const third = await call("POST", `${path}/schedules`, { cron_expression: "0 6 * * *" });
    expect([main, second, third].map(({ status, body }) => [status, body.is_main])).toEqual([
      [201, true],
      [201, false],
      [201, false],
    ]);
    const { body: page } = await call("GET", `${path}/schedules?page_size=2`);
    expect(page).toMatchObject({ total: 3, total_pages: 2, has_next: true, items: [main.body, second.body] });
    expect((await call("GET", `${path}/schedules/${main.body.id}`)).body).toEqual(main.body);
    await call("PATCH", `${path}/schedules/${third.body.id}`, { is_enabled: false });
    await call("DELETE", `${path}/schedule`);
    expect((await call("GET", `${path}/schedule`)).status).toBe(404);
    expect((await call("GET", `${path}/schedules/${second.body.id}`)).body).toEqual(second.body);
    await call("DELETE", `${path}/schedules/${second.body.id}`);
    expect((await call("GET", path)).body.has_active_schedule).toBe(false);
    expect((await call("GET", `${path}/schedules`)).body.total).toBe(1);
    expect((await call("POST", `${path}/schedule`, { cron_expression: "0 6 * * *" })).status).toBe(201);
  });

  test("are out of sight through another trigger", async () => {
    const schedule = await here.schedule({ cron_expression: "0 6 * * *" });
    const other = await here.world.makeTrigger(RESTOCK);
    for (const [method, rest] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["GET", "/preview"],
      ["GET", "/ticks"],
      ["POST", "/reset-cursor"],
      ["POST", "/ticks/2026-03-28T06:00:00Z/run"],
    ] as const) {
      const path = `/triggers/${other.id}/schedules/${schedule.id}${rest}`;
      const answer = await call(method, path, method === "PATCH" ? {} : undefined);
      expect([answer.status, answer.body.detail]).toEqual([404, "No schedule found for this trigger"]);
    }
  });

  test("go with their trigger, ledgers and all", async () => {
    const schedule = await here.schedule({ cron_expression: "*/10 * * * *" });
    clock.move(3_600_000);
    await here.turn();
    await call("DELETE", `/triggers/${schedule.trigger.id}`);
    expect((await schedule.ask("GET")).status).toBe(404);
    clock.move(3_600_000);
    await here.turn();
    const { client } = here.world.app.context;
    const left = client.query("SELECT count(*) AS n FROM runs WHERE schedule_id = ?1").get(schedule.id) as {
      n: number;
    };
    expect(left.n).toBe(1);
    clock.move(-7_200_000);
  });
});

describe("a pattern in words", () => {
  test.each([
    ["0 6 * * 1-5", "At 06:00, Monday through Friday"],
    ["*/15 * * * *", "Every 15 minutes"],
    ["30 0 6 L * *", "At 06:00:30, on the last day of the month"],
    ["0 0 * * FRI#2", "At 00:00, on the second Friday of the month"],
    ["@daily", "At 00:00"],
  ])("%s: %s", async (cron_expression, sentence) => {
    const { body } = await call("POST", "/schedules/validate", { cron_expression });
    expect(body.description).toBe(sentence);
    expect((await (await here.schedule({ cron_expression })).read()).description).toBe(sentence);
  });

  const notes = async (cron_expression: string, timezone = "Europe/Madrid"): Promise<string[]> => {
    const { body } = await call("POST", "/schedules/validate", { cron_expression, timezone });
    return body.notes.map((note: Json) => `${note.code}: ${note.message}`);
  };

  test("comes with what clock changes do to it", async () => {
    expect(await notes("30 2 * * *")).toEqual([
      "clock_forward: On 2026-03-29 the clock goes from 02:00 to 03:00 (+01:00 to +02:00): the tick whose time does not exist comes at 03:30, once",
      "clock_back: On 2026-10-25 the clock goes from 03:00 to 02:00 (+02:00 to +01:00), and the time between comes twice: a tick comes in the first only",
    ]);
    expect(await notes("*/30 2 * * *")).toEqual([
      expect.stringContaining("no tick falls into the skipped time"),
      expect.stringContaining("ticks come in both"),
    ]);
    expect([await notes("0 6 * * *"), await notes("30 2 * * *", "UTC")]).toEqual([[], []]);
  });

  test("comes with what its days mean", async () => {
    expect((await notes("0 6 13 * FRI"))[0]).toStartWith("either_day: ");
    expect((await notes("0 6 31 * *"))[0]).toStartWith("not_every_month: ");
  });
});

describe("a preview", () => {
  test("tells each tick with its local time, its offset and the clock change", async () => {
    const schedule = await here.schedule({ cron_expression: "30 2 * * *", timezone: "Europe/Madrid" });
    const { body } = await schedule.ask("GET", "/preview?n=2");
    const plain = { is_excluded: false };
    expect(body).toEqual({
      schedule_id: schedule.id,
      timezone: "Europe/Madrid",
      items: [
        {
          ...{ instant: "2026-03-29T01:30:00.000Z", local_time: "2026-03-29T03:30:00", offset: "+02:00" },
          ...{ note: "dst_shifted", due_at: "2026-03-29T01:30:00.000Z", ...plain },
        },
        {
          ...{ instant: "2026-03-30T00:30:00.000Z", local_time: "2026-03-30T02:30:00", offset: "+02:00" },
          ...{ note: null, due_at: "2026-03-30T00:30:00.000Z", ...plain },
        },
      ],
    });
    const autumn = await schedule.ask("GET", "/preview?n=1&from=2026-10-24T14:00:00%2B02:00");
    expect(autumn.body.items).toMatchObject([{ instant: "2026-10-25T00:30:00.000Z", note: "dst_first" }]);
    for (const query of ["n=0", "n=501", "from=now", "from=2026-13-01T00:00:00Z"]) {
      expect((await schedule.ask("GET", `/preview?${query}`)).status).toBe(422);
    }
  });

  test("of everything that comes is in order, over all triggers, and bounded", async () => {
    const own_clock = movableClock(START);
    const fresh = await startScheduleWorld(own_clock);
    const upcoming = async (hours: number) =>
      (await fresh.world.call("GET", `/api/v2/schedules/upcoming?hours=${hours}`)).body;
    expect(await upcoming(24)).toEqual({ hours: 24, items: [], is_truncated: false });
    const daily = await fresh.schedule({ cron_expression: "0 6 * * *" });
    const often = await fresh.schedule({ cron_expression: "0 */5 * * *" });
    const off = await fresh.schedule({ cron_expression: "0 * * * *" });
    await off.ask("PATCH", "", { is_enabled: false });
    const { items } = await upcoming(24);
    expect(items.map((item: Json) => [item.instant.slice(8, 13), item.schedule_id])).toEqual([
      ["28T15", often.id],
      ["28T20", often.id],
      ["29T00", often.id],
      ["29T05", often.id],
      ["29T06", daily.id],
      ["29T10", often.id],
    ]);
    await fresh.schedule({ cron_expression: "* * * * * *" });
    const many = await upcoming(744);
    expect([many.items.length, many.is_truncated, many.items[999].instant]).toEqual([
      1000,
      true,
      "2026-03-28T12:16:40.000Z",
    ]);
    await fresh.world.stop();
  });
});
