import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hardModel, type Json, RESTOCK, startWorld, type World } from "../world";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function start(trigger: Json, override_data?: unknown): Promise<string> {
  const path = `/api/v2/triggers/${trigger.id}/fire`;
  const body = override_data === undefined ? {} : { override_data };
  return (await world.call("POST", path, body, { token: trigger.trigger_secret })).body.run_id;
}

const read = async (trigger: Json, run_id: string) =>
  (await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${run_id}`)).body;

const cancel = (trigger: Json, run_id: string) =>
  world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${run_id}/cancel`);

/** Lets the database grow no more, or as it likes. */
function limitPages(limit: "as they are" | "none"): Promise<unknown> {
  return world.app.context.writer.write(({ client }) => {
    client.query("PRAGMA incremental_vacuum").all();
    const pages = limit === "none" ? 1_000_000 : Object.values(client.query("PRAGMA page_count").get()!)[0];
    client.query(`PRAGMA max_page_count = ${pages}`).get();
  });
}

test("a run that waits behind a solve on the spot starts when that has let go of the only solver", async () => {
  const trigger = await world.makeTrigger(RESTOCK);
  const solving = world.call("POST", "/api/v2/solve", hardModel("missed", 1));
  const isBusy = () => world.app.context.solvers.freeSlots() === 0;
  while (!isBusy()) await world.call("GET", "/health/live");
  const run_id = await start(trigger);
  expect((await read(trigger, run_id)).status).toBe("queued");
  expect((await solving).status).toBe(200);
  expect(await world.ended(trigger, run_id)).toMatchObject({ status: "completed" });
});

describe("a run that ends while the disk is full", () => {
  test("keeps its answer until there is room", async () => {
    const hard = hardModel("missed", 300);
    const names = Array.from({ length: 3000 }, (_, i) => `quantity_of_product_${i * 7919}`);
    hard.variables.push(...names.map((name, i) => ({ name, lower_bound: Math.sqrt(i), upper_bound: Math.sqrt(i) })));
    const trigger = await world.makeTrigger(hard);
    const run_id = await start(trigger);
    const path = `/api/v2/triggers/${trigger.id}/runs/${run_id}/progress`;
    while (!(await world.call("GET", path)).body.items.some(({ incumbent }: Json) => incumbent !== null));
    await limitPages("as they are");
    await cancel(trigger, run_id);
    await world.logged(/"write_waits"/);
    expect((await read(trigger, run_id)).status).toBe("running");
    await limitPages("none");
    const run = await world.ended(trigger, run_id);
    expect(run).toMatchObject({ status: "cancelled", attempt: 1, result_data: { status: "feasible" } });
    expect(run.result_data.variables).toHaveLength(hard.variables.length);
  });
});

describe("a run that has been through its attempts", () => {
  /** Starts a service on what one left that went down with a run in its third attempt. */
  async function afterThirdFall(held_by: string, { others = 0, was_begun = true } = {}): Promise<Json> {
    const directory = mkdtempSync(join(tmpdir(), "jaot-fallen-"));
    try {
      const first = await startWorld({ directory, flags: { workers: "0" } });
      const trigger = await first.makeTrigger(RESTOCK);
      const path = `/api/v2/triggers/${trigger.id}/fire`;
      const { run_id } = (await first.call("POST", path, {}, { token: trigger.trigger_secret })).body;
      for (let i = 0; i < others; i += 1) await first.call("POST", path, {}, { token: trigger.trigger_secret });
      await first.app.context.writer.write(({ client }) =>
        client.run("UPDATE runs SET status = 1, attempt = 3, started_at = created_at, boot_id = ?1", [held_by]),
      );
      await first.stop();
      // What the solver process of a service that was killed leaves: the number of the job that it had begun.
      if (was_begun) writeFileSync(join(directory, "data", "solver-1.in_hand"), new Float64Array([7]));
      const second = await startWorld({ directory });
      const run = await second.ended(trigger, run_id);
      await second.stop();
      return run;
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  test("is given up when it may be what took the program down", async () => {
    const run = await afterThirdFall("boot_another@thisstart");
    expect([run.status, run.attempt]).toEqual(["failed", 3]);
    expect(run.error_message).toContain("went down 3 times");
  });

  test("is solved all the same when it was the machine that went down", async () => {
    const run = await afterThirdFall("boot_another@anotherone");
    expect([run.status, run.attempt]).toEqual(["completed", 1]);
  });

  test("is solved all the same when no solver had begun it", async () => {
    const run = await afterThirdFall("boot_another@thisstart", { was_begun: false });
    expect([run.status, run.attempt]).toEqual(["completed", 1]);
  });

  test("is solved all the same when others were in hand with it, and none of them is charged", async () => {
    const run = await afterThirdFall("boot_another@thisstart", { others: 1 });
    expect([run.status, run.attempt]).toEqual(["completed", 1]);
  });
});

describe("triggers", () => {
  test("take turns by priority, so that a flood holds nobody up", async () => {
    const hard = await world.makeTrigger(hardModel("exact", 300));
    const flood = await world.makeTrigger(RESTOCK, { priority: 3 });
    const urgent = await world.makeTrigger(RESTOCK, { priority: 9 });
    const blocking = await start(hard);
    const path = `/api/v2/triggers/${flood.id}/fire-batch`;
    const body = { override_data: new Array(500).fill(null) };
    const { run_ids } = (await world.call("POST", path, body, { token: flood.trigger_secret })).body;
    const late = await start(urgent);
    await cancel(hard, blocking);
    const run = await world.ended(urgent, late);
    const last = await world.ended(flood, run_ids.at(-1));
    const before = (await Promise.all(run_ids.slice(0, 40).map((id: string) => read(flood, id)))).filter(
      (one: Json) => one.completed_at < run.completed_at,
    );
    // Eight quick runs may be in the solver's pipe already.
    expect(before.length).toBeLessThanOrEqual(10);
    expect(last.status).toBe("completed");
  });

  test("run no more at a time than they may", async () => {
    const one = await startWorld({ flags: { workers: "2" } });
    try {
      const alone = await one.makeTrigger(hardModel("exact", 300), { max_concurrent_runs: 1 });
      const options = { token: alone.trigger_secret };
      const fire = () => one.call("POST", `/api/v2/triggers/${alone.id}/fire`, {}, options);
      const [first, second] = [(await fire()).body.run_id, (await fire()).body.run_id];
      const other = await one.makeTrigger(RESTOCK);
      expect((await one.fire(other)).body.status).toBe("completed");
      const statusOf = async (id: string) =>
        (await one.call("GET", `/api/v2/triggers/${alone.id}/runs/${id}`)).body.status;
      expect([await statusOf(first), await statusOf(second)]).toEqual(["running", "queued"]);
    } finally {
      await one.stop();
    }
  });
});
