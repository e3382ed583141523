import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, hardModel, type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const clock = movableClock("2026-02-19T06:00:00Z");
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { workers: "0" } });
});
afterAll(() => world.stop());

const look = (path: string) => world.call("GET", path, undefined, { token: null });

describe("health", () => {
  test("tells the documented facts to anyone, and nothing else", async () => {
    const { status, body } = await look("/health");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      solver_version: expect.stringMatching(/^HiGHS \d+\.\d+\.\d+$/),
      uptime_seconds: expect.any(Number),
      queue_depth: 0,
      running: 0,
      backups: null,
      problems: [],
    } as Json);
    expect(Number.isInteger(body.uptime_seconds) && body.uptime_seconds >= 0).toBe(true);
    expect(await look("/health/live")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await look("/health/ready")).toMatchObject({ status: 200, body: { status: "ready" } });
  });

  test("is the same for a client with a wrong key, and counts no failure for it", async () => {
    for (let i = 0; i < 30; i += 1) {
      expect((await world.call("GET", "/health", undefined, { token: "ok_live_wrong" })).status).toBe(200);
    }
  });

  test("counts the runs that wait", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const before = (await look("/health")).body.queue_depth;
    for (let i = 0; i < 3; i += 1) {
      await world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
    }
    expect((await look("/health")).body.queue_depth).toBe(before + 3);
  });

  test("holds no secret, no name and no path", async () => {
    const trigger = await world.makeTrigger(RESTOCK, { name: "canary", webhook_url: "http://127.0.0.1:9/" });
    const told: string[] = [];
    for (const path of ["/health", "/health/live", "/health/ready"]) {
      const { body, headers } = await look(path);
      told.push(JSON.stringify([body, [...headers]]));
    }
    for (const secret of [
      world.key,
      world.directory,
      "canary",
      trigger.trigger_secret,
      trigger.webhook_secret,
      "_01",
    ]) {
      expect(told.join().replace(/req_\w+/g, "")).not.toContain(secret);
    }
  });
});

describe("while the service stops", () => {
  const directories: string[] = [];
  afterAll(() => {
    for (const directory of directories) rmSync(directory, { recursive: true });
  });

  /** A service that is stopping, held up by one solve that is under way. */
  async function makeStopping(): Promise<{ stopping: World; trigger: Json; run: Json; stopped: Promise<void> }> {
    const directory = mkdtempSync(join(tmpdir(), "jaot-stopping-"));
    directories.push(directory);
    const stopping = await startWorld({ directory });
    const trigger = await stopping.makeTrigger(RESTOCK);
    const { body: run } = await stopping.fire(trigger);
    const hard = await stopping.makeTrigger(hardModel("exact", 300));
    await stopping.call("POST", `/api/v2/triggers/${hard.id}/fire`, {}, { token: hard.trigger_secret });
    while ((await stopping.call("GET", "/health")).body.running === 0);
    return { stopping, trigger, run, stopped: stopping.app.stop(1) };
  }

  /** 503 with a time to come back. */
  function expectRefused({ status, headers, body }: Answer): void {
    expect([status, body.code]).toEqual([503, "shutting_down"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }

  test("it is alive and not ready, takes no fire, and then is gone", async () => {
    const { stopping, trigger, stopped } = await makeStopping();
    const [health, live, ready] = await Promise.all(
      ["/health", "/health/live", "/health/ready"].map((path) => stopping.call("GET", path)),
    );
    const options = { token: trigger.trigger_secret };
    const fired = await stopping.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, options);
    await stopped;
    expect([health!.status, health!.body.status]).toEqual([200, "stopping"]);
    expect(live!.status).toBe(200);
    expect([ready!.status, ready!.body]).toEqual([503, { status: "stopping" }]);
    expectRefused(fired);
    await expect(stopping.call("GET", "/health/live")).rejects.toThrow();
  });

  test("it takes no other new work either", async () => {
    const { stopping, trigger, run, stopped } = await makeStopping();
    const answers = await Promise.all([
      stopping.call("POST", `/api/v2/triggers/${trigger.id}/runs/${run.id}/rerun`),
      stopping.call("POST", `/api/v2/builder/${trigger.document_id}/versions`, { model_json: {} }),
      stopping.call("POST", "/api/v2/solve", RESTOCK),
    ]);
    await stopped;
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    for (const answer of answers) expectRefused(answer);
  });
});
