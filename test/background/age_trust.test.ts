import { expect, test } from "bun:test";
import { createPruner } from "../../src/background/pruner";
import { type Json, movableClock, RESTOCK, startWorld } from "../world";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TEN_YEARS_MS = 3653 * DAY_MS;

test("a clock that is ten years ahead removes nothing before it has been believed for a day", async () => {
  let ran_ms = 0;
  const moved = movableClock("2026-02-19T06:00:00Z");
  const clock = { ...moved, monotonic: () => performance.now() + ran_ms };
  const world = await startWorld({ clock, flags: { workers: "0" } });
  try {
    const trigger = await world.makeTrigger(RESTOCK);
    const path = `/api/v2/triggers/${trigger.id}`;
    const { run_id } = (await world.call("POST", `${path}/fire`, {}, { token: trigger.trigger_secret })).body;
    await world.call("POST", `${path}/runs/${run_id}/cancel`);
    const kept = async (): Promise<number> => (await world.call("GET", `${path}/runs`)).body.total;
    const pruner = createPruner(world.app.context);
    const prune = async (): Promise<void> => {
      while ((await pruner.runOnce(clock.now()))! < 1000);
    };
    await prune();
    moved.move(TEN_YEARS_MS);
    await prune();
    expect(await kept()).toBe(1);
    expect(JSON.parse(await world.logged(/clock_ahead/))).toMatchObject({
      by_ms: TEN_YEARS_MS,
      trusted_in_hours: 24,
    } as Json);

    // Set back in time: as if nothing had been.
    ran_ms += 23 * HOUR_MS;
    moved.move(-TEN_YEARS_MS);
    await prune();
    moved.move(TEN_YEARS_MS);
    ran_ms += 2 * HOUR_MS;
    await prune();
    expect(await kept()).toBe(1);

    // Not set back: then it is so late.
    ran_ms += 24 * HOUR_MS;
    await prune();
    expect(await kept()).toBe(0);
  } finally {
    await world.stop();
  }
});

test("a clock that goes as clocks do is believed at once", async () => {
  const clock = movableClock("2026-02-19T06:00:00Z");
  const world = await startWorld({ clock, flags: { workers: "0", runs_keep_days: "1" } });
  try {
    const trigger = await world.makeTrigger(RESTOCK);
    const path = `/api/v2/triggers/${trigger.id}`;
    const { run_id } = (await world.call("POST", `${path}/fire`, {}, { token: trigger.trigger_secret })).body;
    await world.call("POST", `${path}/runs/${run_id}/cancel`);
    const pruner = createPruner(world.app.context);
    for (let hour = 0; hour <= 25; hour += 1) {
      while ((await pruner.runOnce(clock.now()))! < 1000);
      clock.move(HOUR_MS);
    }
    expect((await world.call("GET", `${path}/runs`)).body.total).toBe(0);
  } finally {
    await world.stop();
  }
});
