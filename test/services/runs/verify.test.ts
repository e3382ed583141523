import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";

const MODELS = 200;

/** Small numbers from a seed (Park and Miller, 1988), so that a failing model can be made again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** A model with more than one optimum now and then: where ties are broken is what a repetition would show. */
function randomModel(seed: number): Json {
  const next = randomNumbers(seed * 7919 + 1);
  const names = Array.from({ length: 2 + next(9) }, (_, i) => `x${i}`);
  const sumOf = (least: number) => names.map((name) => `${least + next(4)}*${name}`).join(" + ");
  return {
    variables: names.map((name) => ({
      name,
      type: ["continuous", "integer", "binary"][next(3)],
      upper_bound: 1 + next(9),
    })),
    objective: { sense: next(2) === 0 ? "maximize" : "minimize", expression: sumOf(next(2)) },
    constraints: Array.from({ length: 1 + next(5) }, () => ({
      expression: `${names[next(names.length)]} + ${sumOf(0)} ${next(2) === 0 ? "<=" : ">="} ${next(25)}`,
    })),
  };
}

const pathOf = (trigger: Json, run_id: string) => `/api/v2/triggers/${trigger.id}/runs/${run_id}`;
const verify = (world: World, trigger: Json, run_id: string) => world.call("POST", `${pathOf(trigger, run_id)}/verify`);

describe("verifying", () => {
  test(`${MODELS} models in a fresh process gives every answer again, bit for bit`, async () => {
    const directory = mkdtempSync(join(tmpdir(), "jaot-verify-"));
    try {
      const first = await startWorld({ directory });
      const runs: { trigger: Json; run: Json }[] = [];
      for (let seed = 0; seed < MODELS; seed += 1) {
        const trigger = await first.makeTrigger(randomModel(seed));
        runs.push({ trigger, run: (await first.fire(trigger)).body });
      }
      await first.stop();
      const second = await startWorld({ directory });
      let solved = 0;
      for (const [seed, { trigger, run }] of runs.entries()) {
        const { body } = await verify(second, trigger, run.id);
        expect([seed, body.is_equal, body.reason]).toEqual([seed, true, null]);
        expect(body.again).toEqual(body.run);
        expect(body.run.solution_digest).toBe(run.solution_digest);
        if (run.solution_digest !== null) solved += 1;
      }
      // The rest is infeasible or unbounded, which must come out again as well.
      expect(solved).toBeGreaterThan(MODELS / 2);
      await second.stop();
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 60_000);

  test("tells why the answer is another one", async () => {
    const world = await startWorld();
    try {
      const trigger = await world.makeTrigger(RESTOCK);
      const { body: run } = await world.fire(trigger, { demand_forecast: [1, 2] });
      const { writer } = world.app.context;
      await writer.write(({ client }) => client.run("UPDATE runs SET solution_digest = 'another'"));
      const other = (await verify(world, trigger, run.id)).body;
      expect([other.is_equal, other.reason]).toEqual([false, "the same model gave another solution"]);
      await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { override_schema: [] });
      const misfit = (await verify(world, trigger, run.id)).body;
      expect(misfit.is_equal).toBe(false);
      expect(misfit.reason).toContain("override_schema");
    } finally {
      await world.stop();
    }
  });

  test("is refused for a run that has no answer, with the reason", async () => {
    const world = await startWorld();
    try {
      const trigger = await world.makeTrigger(RESTOCK);
      const refused = await world.fire(trigger, { demand_forecast: 1 });
      const unsolved = await verify(world, trigger, refused.body.detail.run_id);
      expect([unsolved.status, unsolved.body.code]).toEqual([409, "run_not_solved"]);
      const hard = await world.makeTrigger(hardModel("exact", 300));
      const token = { token: hard.trigger_secret };
      const { run_id } = (await world.call("POST", `/api/v2/triggers/${hard.id}/fire`, {}, token)).body;
      const open = await verify(world, hard, run_id);
      expect([open.status, open.body.code]).toEqual([409, "run_not_finished"]);
    } finally {
      await world.stop();
    }
  });
});
