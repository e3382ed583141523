/** The alarm "no good result for X": raised once, by the clock, in every place that tells of it, and over with a good result. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";
import { readSamples, sampleValue } from "../operations/metrics_text";

const START = "2026-03-01T06:00:00.000Z";
const HOUR = 3600;
const INFEASIBLE = {
  variables: [{ name: "x", upper_bound: 1 }],
  objective: { sense: "minimize", expression: "x" },
  parameters: { least: 2 },
  constraints: [{ expression: "x >= least" }],
};
const clock = movableClock(START);
const told: Json[] = [];
let world: World;
let receiver: ReturnType<typeof Bun.serve>;
let heard: PromiseWithResolvers<void>;

beforeAll(async () => {
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      told.push(await request.json());
      heard.resolve();
      return new Response("");
    },
  });
  world = await startWorld({ clock });
});
afterAll(async () => {
  await world.stop();
  await receiver.stop(true);
});
beforeEach(() => {
  told.length = 0;
  heard = Promise.withResolvers();
});

async function makeWatched(fields: Json = {}, model: Json = RESTOCK): Promise<Json> {
  return world.makeTrigger(model, { expect_within_seconds: HOUR, webhook_url: receiver.url.href, ...fields });
}

/** The trigger as it is, and the alarm lines of it in the log. */
async function look(trigger: Json): Promise<{ overdue_since: string | null; alarms: number }> {
  const { body } = await world.call("GET", `/api/v2/triggers/${trigger.id}`);
  const alarms = world.log.filter((line) => line.includes('"trigger_overdue"') && line.includes(trigger.id));
  return { overdue_since: body.overdue_since, alarms: alarms.length };
}

/** Settles when the watcher has looked at the clock as it is now: a trigger made for that is overdue by then. */
async function watched(): Promise<void> {
  const seen = world.log.length;
  const marker = await world.makeTrigger(RESTOCK, { expect_within_seconds: 1 });
  clock.move(1000);
  world.app.context.wake.watcher();
  await world.logged(new RegExp(`"trigger_overdue".*${marker.id}`));
  await world.call("DELETE", `/api/v2/triggers/${marker.id}`);
  expect(world.log.length).toBeGreaterThan(seen);
}

describe("a trigger that expects a result", () => {
  test("is overdue after that time, and says so once in every place", async () => {
    const trigger = await makeWatched();
    expect(trigger).toMatchObject({ expect_within_seconds: HOUR, overdue_since: null });
    const made_at = clock.now();
    clock.move(HOUR * 1000 - 2000);
    await watched();
    expect(await look(trigger)).toEqual({ overdue_since: null, alarms: 0 });
    clock.move(2000);
    world.app.context.wake.watcher();
    await heard.promise;
    await watched();
    const overdue_since = new Date(made_at + HOUR * 1000).toISOString();
    expect(await look(trigger)).toEqual({ overdue_since, alarms: 1 });
    expect(told).toEqual([
      {
        event: "trigger.overdue",
        trigger_id: trigger.id,
        run_id: null,
        timestamp: expect.any(String) as never,
        data: {
          expect_within_seconds: HOUR,
          no_good_result_since: new Date(made_at).toISOString(),
          overdue_since,
        },
      },
    ]);
    const { body: health } = await world.call("GET", "/health", undefined, { token: null });
    expect(health.problems.map(({ code }: Json) => code)).toEqual(["triggers_overdue"]);
    expect(JSON.stringify(health)).not.toContain(trigger.id);
    expect(sampleValue(readSamples((await world.call("GET", "/metrics")).body), "jaot_triggers_overdue")).toBe(1);
    const { body: overview } = await world.call("GET", "/api/v2/overview");
    expect(overview.attention).toContainEqual(
      expect.objectContaining({ kind: "trigger_overdue", trigger_id: trigger.id, since: overdue_since }),
    );
    clock.move(HOUR * 10_000);
    await watched();
    expect((await look(trigger)).alarms).toBe(1);

    expect((await world.fire(trigger)).body.status).toBe("completed");
    expect((await look(trigger)).overdue_since).toBeNull();
    expect((await world.call("GET", "/health")).body.problems).toEqual([]);
    clock.move(HOUR * 1000 + 1000);
    await watched();
    expect((await look(trigger)).alarms).toBe(2);
    await world.call("DELETE", `/api/v2/triggers/${trigger.id}`);
    expect((await world.call("GET", "/health")).body.problems).toEqual([]);
  });

  test("is satisfied by completed runs alone", async () => {
    const trigger = await makeWatched({ webhook_url: null }, INFEASIBLE);
    clock.move((HOUR - 10) * 1000);
    expect((await world.fire(trigger)).body.status).toBe("failed");
    clock.move(20_000);
    await watched();
    expect((await look(trigger)).alarms).toBe(1);
    expect((await world.fire(trigger, { least: 1 })).body.status).toBe("completed");
    expect((await look(trigger)).overdue_since).toBeNull();
    await world.call("DELETE", `/api/v2/triggers/${trigger.id}`);
  });

  test("expects nothing while it is disabled, and begins anew when it is enabled or asked for another time", async () => {
    const trigger = await makeWatched({ webhook_url: null });
    const path = `/api/v2/triggers/${trigger.id}`;
    await world.call("POST", `${path}/toggle`, { enabled: false });
    clock.move(HOUR * 2000);
    await watched();
    expect((await look(trigger)).alarms).toBe(0);
    await world.call("POST", `${path}/toggle`, { enabled: true });
    await watched();
    expect((await look(trigger)).alarms).toBe(0);
    clock.move(HOUR * 1000);
    await watched();
    expect((await look(trigger)).alarms).toBe(1);
    await world.call("PATCH", path, { expect_within_seconds: 2 * HOUR });
    expect((await look(trigger)).overdue_since).toBeNull();
    clock.move((2 * HOUR - 60) * 1000);
    await watched();
    expect((await look(trigger)).alarms).toBe(1);
    await world.call("PATCH", path, { name: "Renamed", expect_within_seconds: 2 * HOUR });
    clock.move(61_000);
    await watched();
    expect((await look(trigger)).alarms).toBe(2);
    await world.call("PATCH", path, { expect_within_seconds: null });
    expect(await look(trigger)).toEqual({ overdue_since: null, alarms: 2 });
    await world.call("DELETE", path);
  });

  test("is not told to a receiver that chose other events", async () => {
    const trigger = await makeWatched({ webhook_events: ["trigger.run.completed"] });
    clock.move(HOUR * 1000 + 1000);
    await watched();
    expect((await look(trigger)).alarms).toBe(1);
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}/deliveries`)).body.total).toBe(0);
    await world.call("DELETE", `/api/v2/triggers/${trigger.id}`);
  });

  test.each([[0], [-1], [1.5], ["3600"], [31_536_001]])("cannot expect one within %p", async (seconds) => {
    const trigger = await world.makeTrigger(RESTOCK);
    const answer = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { expect_within_seconds: seconds });
    expect([answer.status, answer.body.detail[0].loc]).toEqual([422, ["body", "expect_within_seconds"]]);
  });
});

test("what came due while the service was off is raised at the next start", async () => {
  const directory = mkdtempSync(join(tmpdir(), "jaot-overdue-"));
  try {
    const first = await startWorld({ clock, directory, flags: { workers: "0" } });
    const trigger = await first.makeTrigger(RESTOCK, { expect_within_seconds: HOUR });
    await first.stop();
    clock.move(HOUR * 24_000);
    const second = await startWorld({ clock, directory, flags: { workers: "0" } });
    await second.logged(new RegExp(`"trigger_overdue".*${trigger.id}`));
    await second.stop();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
