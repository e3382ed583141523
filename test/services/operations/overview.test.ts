import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const IMPOSSIBLE = {
  variables: [{ name: "x", upper_bound: 1 }],
  objective: { sense: "minimize", expression: "x" },
  constraints: [{ name: "floor", expression: "x >= 2" }],
};

const clock = movableClock("2026-02-19T06:00:00.000Z");
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock });
});
afterAll(() => world.stop());

const overview = async (): Promise<Json> => (await world.call("GET", "/api/v2/overview")).body;
const activity = async (): Promise<Json[]> => (await world.call("GET", "/api/v2/overview/triggers")).body.items;

describe("the overview", () => {
  test("is empty and calm at first", async () => {
    expect(await overview()).toMatchObject({
      attention: [],
      lanes: [],
      next_ticks: [],
      triggers: 0,
      queue: { queued: 0, running: 0, solvers: 1 },
    });
    expect(await activity()).toEqual([]);
  });

  test("shows a day's runs by trigger, oldest first", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const first = (await world.fire(trigger)).body;
    const second = (await world.fire(trigger, { demand_forecast: [50, 50] })).body;
    const lane = (await overview()).lanes.find(({ trigger_id }: Json) => trigger_id === trigger.id);
    expect(lane.runs.map(({ id, status, objective_value }: Json) => [id, status, objective_value])).toEqual([
      [first.id, "completed", first.result_data.objective_value],
      [second.id, "completed", second.result_data.objective_value],
    ]);
    const row = (await activity()).find(({ trigger_id }) => trigger_id === trigger.id)!;
    expect(row.last_run.id).toBe(second.id);
    expect(row.objectives.map(({ run_id }: Json) => run_id)).toEqual([first.id, second.id]);
  });

  test("says that a trigger fails, and is silent once it has an answer", async () => {
    const trigger = await world.makeTrigger({
      ...IMPOSSIBLE,
      parameters: { floor: 2 },
      constraints: [{ expression: "x >= floor" }],
    });
    const mine = async () => (await overview()).attention.filter(({ trigger_id }: Json) => trigger_id === trigger.id);
    const run = (await world.fire(trigger)).body;
    expect(await mine()).toEqual([
      expect.objectContaining({
        kind: "trigger_failing",
        run_id: run.id,
        message: expect.stringContaining("infeasible"),
      }),
    ]);
    await world.fire(trigger, { floor: 1 });
    expect(await mine()).toEqual([]);
  });

  test("tells the next tick, and leaves out a trigger that is off", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const cron = { cron_expression: "0 7 * * *", timezone: "UTC" };
    await world.call("POST", `/api/v2/triggers/${trigger.id}/schedule`, cron);
    const mine = async () => (await overview()).next_ticks.filter(({ trigger_id }: Json) => trigger_id === trigger.id);
    expect(await mine()).toEqual([expect.objectContaining({ at: "2026-02-19T07:00:00.000Z", ...cron })]);
    expect((await activity()).find(({ trigger_id }) => trigger_id === trigger.id)!.next_run_at).toBe(
      "2026-02-19T07:00:00.000Z",
    );
    await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false });
    expect(await mine()).toEqual([]);
  });
});

test("the system tells what is inside and how much is kept", async () => {
  const { body } = await world.call("GET", "/api/v2/system");
  expect(body.versions.bun).toBe(Bun.version);
  expect(body.storage.database_bytes + body.storage.log_bytes).toBeGreaterThan(4096);
  expect(body.storage.disk_free_bytes).toBeLessThan(body.storage.disk_total_bytes);
  expect(body.stored.runs).toBe((await activity()).length > 0 ? 4 : 0);
  expect(JSON.stringify(body)).not.toContain(world.directory);
});

test("the system counts what a key may see, and nothing of other workspaces", async () => {
  const workspace_id = (await world.call("POST", "/api/v2/workspaces", { name: "apart" })).body.id;
  const key = (await world.call("POST", "/api/v2/keys", { name: "apart", role: "viewer", workspace_id })).body;
  const { body } = await world.call("GET", "/api/v2/system", undefined, { token: key.api_key });
  expect(body.stored).toEqual({ runs: 0, triggers: 0, documents: 0, versions: 0 });
});

test("a webhook that is off is told, however many others of other workspaces are off too", async () => {
  const workspace_id = (await world.call("POST", "/api/v2/workspaces", { name: "crowded out" })).body.id;
  const first = await world.makeTrigger(RESTOCK, { name: "copied", webhook_url: "http://127.0.0.1:9/hook" });
  const { document_id, version_id } = first;
  for (let i = 0; i < 60; i += 1) {
    const fields = { name: `off ${i}`, document_id, version_id, webhook_url: "http://127.0.0.1:9/hook" };
    expect((await world.call("POST", "/api/v2/triggers", fields)).status).toBe(201);
  }
  const apart = await world.makeTrigger(RESTOCK, { name: "apart", webhook_url: "http://127.0.0.1:9/hook" });
  await world.app.context.writer.write(({ client }) => {
    client.run(
      "UPDATE triggers SET webhook_disabled_at = 1, webhook_disabled_reason = 'it failed' WHERE webhook_url IS NOT NULL",
    );
    client.run("UPDATE triggers SET workspace_id = ?1 WHERE id = ?2", [workspace_id, apart.id]);
  });
  const key = (await world.call("POST", "/api/v2/keys", { name: "apart", role: "viewer", workspace_id })).body;
  const { body } = await world.call("GET", "/api/v2/overview", undefined, { token: key.api_key });
  expect(body.attention.map(({ kind, trigger_id }: Json) => [kind, trigger_id])).toEqual([
    ["webhook_disabled", apart.id],
  ]);
});
