import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createPruner } from "../../src/background/pruner";
import { createTicker } from "../../src/background/ticker";
import { lastRunSeq } from "../../src/storage/runs";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../world";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const clock = movableClock("2026-02-19T06:00:00Z");
let world: World;
beforeEach(async () => {
  world = await startWorld({
    clock,
    flags: { workers: "0", runs_keep_days: "30", runs_keep_per_trigger: "5", clock_trust_hours: "0" },
  });
});
afterEach(() => world.stop());

/** Turns of the pruner until it rests. */
async function prune(): Promise<void> {
  const pruner = createPruner(world.app.context);
  while ((await pruner.runOnce(clock.now()))! < 1000);
}

/** Runs that are queued, then cancelled, which ends them. */
async function endedRuns(trigger: Json, count: number): Promise<string[]> {
  const ids = await queuedRuns(trigger, count);
  await Promise.all(ids.map((id) => world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${id}/cancel`)));
  return ids;
}

async function queuedRuns(trigger: Json, count: number): Promise<string[]> {
  const sets = new Array(count).fill(null);
  const path = `/api/v2/triggers/${trigger.id}/fire-batch`;
  return (await world.call("POST", path, { override_data: sets }, { token: trigger.trigger_secret })).body.run_ids;
}

async function kept(trigger: Json): Promise<{ ids: string[]; total: number; total_runs: number }> {
  const { body } = await world.call("GET", `/api/v2/triggers/${trigger.id}/runs?page_size=100`);
  const { total_runs } = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
  return { ids: body.items.map((run: Json) => run.id).toReversed(), total: body.total, total_runs };
}

test("deliveries that belong to no run go when they are older than runs may be, unless they wait", async () => {
  const trigger = await world.makeTrigger(RESTOCK, { webhook_url: "http://127.0.0.1:9/" });
  const path = `/api/v2/triggers/${trigger.id}`;
  const { id } = (await world.call("POST", `${path}/webhook/ping`)).body;
  await world.logged(new RegExp(`"webhook_failed".*${id}`));
  const total = async () => (await world.call("GET", `${path}/deliveries`)).body.total;
  clock.move(31 * DAY_MS);
  await prune();
  expect(await total()).toBe(1);
  // Without a webhook what waits is given up, and then it may go.
  await world.call("PATCH", path, { webhook_url: null });
  world.app.context.wake.deliverer();
  await world.logged(new RegExp(`${id}.*"state":"exhausted"`));
  await prune();
  expect(await total()).toBe(0);
});

describe("runs that have ended", () => {
  test("go when they are older than the days they are kept, and still count", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    await endedRuns(trigger, 3);
    clock.move(20 * DAY_MS);
    const young = await endedRuns(trigger, 2);
    await prune();
    expect((await kept(trigger)).total).toBe(5);
    clock.move(11 * DAY_MS);
    await prune();
    expect(await kept(trigger)).toEqual({ ids: young, total: 2, total_runs: 5 });
  });

  test("go when a trigger has more than it may keep, the oldest first, batch after batch", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const other = await world.makeTrigger(RESTOCK);
    const ids = await endedRuns(trigger, 400);
    const others = await endedRuns(other, 5);
    await prune();
    expect(await kept(trigger)).toEqual({ ids: ids.slice(-5), total: 5, total_runs: 400 });
    expect((await kept(other)).ids).toEqual(others);
  });
});

describe("runs that must stay", () => {
  test("are those that wait, which push out none that has ended either", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const waiting = await queuedRuns(trigger, 20);
    const ended = await endedRuns(trigger, 7);
    await prune();
    expect((await kept(trigger)).ids).toEqual([...waiting, ...ended.slice(-5)]);
    clock.move(31 * DAY_MS);
    await prune();
    expect((await kept(trigger)).ids).toEqual(waiting);
  });

  test("are those whose webhook is still on its way", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const [owing, told] = (await endedRuns(trigger, 2)) as [string, string];
    const { writer } = world.app.context;
    await writer.write(({ client }) => {
      for (const [id, state, next_at] of [
        [owing, "pending", 0],
        [told, "delivered", null],
      ] as const) {
        client.run(
          `INSERT INTO deliveries (id, organization_id, trigger_id, run_seq, event, payload, state, next_at, created_at, updated_at)
           SELECT 'whd_' || seq, '', ?2, seq, 'trigger.run.completed', x'7b7d', ?3, ?4, 0, 0 FROM runs WHERE id = ?1`,
          [id, trigger.id, state, next_at],
        );
      }
    });
    clock.move(31 * DAY_MS);
    await prune();
    expect((await kept(trigger)).ids).toEqual([owing]);
  });
});

test("what a removed run took is given back to the file system", async () => {
  const trigger = await world.makeTrigger(RESTOCK);
  const note = { demand_forecast: [1, 2] };
  const path = `/api/v2/triggers/${trigger.id}/fire-batch`;
  const sets = new Array(1000).fill(note);
  const options = { token: trigger.trigger_secret };
  const { run_ids } = (await world.call("POST", path, { override_data: sets }, options)).body;
  await Promise.all(
    run_ids.map((id: string) => world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${id}/cancel`)),
  );
  const pragma = (name: string) => Object.values(world.app.context.client.query(`PRAGMA ${name}`).get()!)[0] as number;
  const before = pragma("page_count");
  await prune();
  // What stays is the log of who cancelled them.
  expect(pragma("page_count")).toBeLessThan(before * 0.8);
  expect(pragma("freelist_count")).toBe(0);
});

describe("ledgers of schedules", () => {
  const every = { cron_expression: "0 * * * *", overlap_policy: "allow" };
  const rowsOf = (id: string): number => {
    const { client } = world.app.context;
    const count = (table: string): number =>
      (client.query(`SELECT count(*) AS n FROM ${table} WHERE schedule_id = ?1`).get(id) as { n: number }).n;
    return count("ticks") + count("tick_ranges");
  };
  const make = async (): Promise<{ path: string; id: string }> => {
    const trigger = await world.makeTrigger(RESTOCK);
    const path = `/api/v2/triggers/${trigger.id}/schedules`;
    const { id } = (await world.call("POST", path, every)).body;
    return { path: `${path}/${id}`, id };
  };
  const tick = async (): Promise<void> => {
    const ticker = createTicker(world.app.context);
    while ((await ticker.runOnce(clock.now())) === 0);
  };

  test("go with a deleted schedule, and when they are old; what is gone does not fire again", async () => {
    const [kept, deleted] = [await make(), await make()];
    clock.move(3 * HOUR_MS);
    await tick();
    expect([rowsOf(kept.id), rowsOf(deleted.id)]).toEqual([2, 2]);
    await world.call("DELETE", deleted.path);
    await prune();
    expect([rowsOf(kept.id), rowsOf(deleted.id)]).toEqual([2, 0]);
    await world.call("PATCH", kept.path, { ends_at: new Date(clock.now()).toISOString() });
    clock.move(31 * DAY_MS);
    await prune();
    expect(rowsOf(kept.id)).toBe(0);
    await tick();
    expect(rowsOf(kept.id)).toBe(0);
  });
});

describe("a clock that was wrong", () => {
  const FAR_MS = Date.parse("2106-03-01T00:00:00Z") - clock.now();

  test("keeps no later run from being accepted, and no run from being found", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const ids: string[] = [];
    for (const by_ms of [0, FAR_MS, -FAR_MS, -clock.now() + DAY_MS, 0]) {
      clock.move(by_ms);
      ids.push(...(await endedRuns(trigger, 1)));
    }
    expect((await kept(trigger)).ids).toEqual(ids);
    for (const id of ids)
      expect((await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${id}`)).status).toBe(200);
    clock.move(Date.parse("2026-06-01T00:00:00Z") - clock.now());
  });

  test("leaves runs of a later time, which do not hold up those behind them", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const [ahead] = (await endedRuns(trigger, 1)) as [string];
    await world.app.context.writer.write(({ client }) => {
      client.run(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4100)
         INSERT INTO runs (seq, id, trigger_seq, status, source, created_at, completed_at)
           SELECT seq + i, 'run_' || i, trigger_seq, status, source, created_at, ?2 FROM runs, n WHERE id = ?1`,
        [ahead, clock.now() + FAR_MS],
      );
      client.run(
        "INSERT INTO runs (seq, id, trigger_seq, status, source, created_at, completed_at) SELECT max(seq) + 1, 'run_last', trigger_seq, status, source, created_at, ?1 FROM runs",
        [clock.now()],
      );
    });
    const count = () => world.app.context.client.query("SELECT count(*) FROM runs").values().flat();
    expect(count()).toEqual([4102]);
    clock.move(31 * DAY_MS);
    await prune();
    expect(count()).toEqual([4100]);
    expect(world.app.context.client.query("SELECT 1 FROM runs WHERE id = 'run_last'").get()).toBeNull();
  });
});

test("a place of a run is given out once, also when no run is left", async () => {
  const trigger = await world.makeTrigger(RESTOCK);
  await endedRuns(trigger, 3);
  const { client } = world.app.context;
  const before = lastRunSeq(client);
  clock.move(31 * DAY_MS);
  await prune();
  expect((await kept(trigger)).total).toBe(0);
  expect(lastRunSeq(client)).toBe(before);
  await endedRuns(trigger, 2);
  await world.call("DELETE", `/api/v2/triggers/${trigger.id}`);
  await prune();
  expect(client.query("SELECT count(*) FROM runs").values().flat()).toEqual([0]);
  expect(lastRunSeq(client)).toBe(before + 2);
});
