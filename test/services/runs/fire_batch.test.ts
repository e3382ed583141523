import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { queued_runs_per_trigger_max: "1500" } });
  trigger = await world.makeTrigger(RESTOCK);
});
afterAll(() => world.stop());

const setOf = (demand: number) => ({ demand_forecast: [demand, 80] });

function fireBatch(override_data: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const options = { token: trigger.trigger_secret, headers };
  return world.call("POST", `/api/v2/triggers/${trigger.id}/fire-batch`, { override_data }, options);
}

const totalRuns = async () => (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.total_runs;

describe("a batch", () => {
  test("makes a run of each set, ids in the order of the sets, each with its own answer", async () => {
    const before = await totalRuns();
    const answer = await fireBatch([setOf(100), null, setOf(50), {}]);
    expect([answer.status, answer.body.status]).toEqual([202, "queued"]);
    const { run_ids } = answer.body;
    expect(run_ids).toHaveLength(4);
    expect(run_ids.toSorted()).toEqual(run_ids);
    const runs = await Promise.all(run_ids.map((id: string) => world.ended(trigger, id)));
    expect(runs.map((run) => run.override_data)).toEqual([setOf(100), null, setOf(50), {}]);
    // 70 of a and 70 of b; 20 of a and 70 of b.
    expect(runs.map((run) => run.result_data.objective_value)).toEqual([350, 350, 250, 350]);
    expect(await totalRuns()).toBe(before + 4);
  });

  test("takes a thousand sets and no more", async () => {
    const before = await totalRuns();
    const sets = Array.from({ length: 1001 }, (_, i) => setOf(i % 100));
    const refused = await fireBatch(sets);
    expect(refused.status).toBe(422);
    expect(refused.body.detail[0]).toMatchObject({ loc: ["body", "override_data"] });
    expect(refused.body.detail[0].msg).toContain("1 to 1000");
    const taken = await fireBatch(sets.slice(1));
    expect(new Set(taken.body.run_ids).size).toBe(1000);
    const last = await world.ended(trigger, taken.body.run_ids.at(-1));
    expect(last.override_data).toEqual(setOf(0));
    expect(await totalRuns()).toBe(before + 1000);
  });

  test.each([[[]], [null], [{}], ["x"], [undefined]])("that is no list of sets is refused: %j", async (sets) => {
    expect((await fireBatch(sets)).status).toBe(422);
  });

  test("with one set that does not fit is refused as a whole, and leaves nothing", async () => {
    const before = await totalRuns();
    const answer = await fireBatch([setOf(1), { demand_forecast: [1, 2, 3] }, setOf(2), { demand_forcast: [1, 2] }]);
    expect([answer.status, answer.body.code]).toEqual([422, "override_invalid"]);
    const { fields, run_id, error } = answer.body.detail;
    expect(run_id).toBeNull();
    expect(fields.map(({ index, name }: Json) => [index, name])).toEqual([
      [1, "demand_forecast"],
      [3, "demand_forcast"],
    ]);
    expect(error).toContain("set 1");
    expect(await totalRuns()).toBe(before);
  });

  test("under an Idempotency-Key is made once, and the same ids come back", async () => {
    const headers = { "idempotency-key": "night-2026-02-19" };
    const first = await fireBatch([setOf(7), setOf(8)], headers);
    const again = await fireBatch([setOf(7), setOf(8)], headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const other = await fireBatch([setOf(8), setOf(7)], headers);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_conflict"]);
  });

  test("needs the trigger's secret", async () => {
    const path = `/api/v2/triggers/${trigger.id}/fire-batch`;
    const answer = await world.call("POST", path, { override_data: [{}] }, { token: "0".repeat(64) });
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_trigger_secret"]);
  });
});

test("a batch that the queue has no room for is refused as a whole", async () => {
  const idle = await startWorld({ flags: { workers: "0", queued_runs_per_trigger_max: "5" } });
  try {
    const own = await idle.makeTrigger(RESTOCK);
    const send = (count: number) =>
      idle.call(
        "POST",
        `/api/v2/triggers/${own.id}/fire-batch`,
        { override_data: new Array(count).fill(null) },
        { token: own.trigger_secret },
      );
    expect((await send(3)).status).toBe(202);
    const refused = await send(3);
    expect([refused.status, refused.body.code]).toEqual([429, "trigger_queue_full"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await send(2)).status).toBe(202);
    expect((await idle.call("GET", `/api/v2/triggers/${own.id}/runs`)).body.total).toBe(5);
  } finally {
    await idle.stop();
  }
});
