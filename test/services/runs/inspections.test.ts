/** Inspections of models keep nobody waiting: not the HTTP thread, not the runs, and no run keeps them waiting. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { hardModel, RESTOCK, startWorld, type World } from "../../world";

const names = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`);
/** 32 KB of text, 2.3 million products. */
const DENSE_SQUARE = {
  variables: names(2140).map((name) => ({ name })),
  objective: { sense: "minimize", expression: `(${names(2140).join("+")})^2` },
  constraints: [],
};
/** A few words that take a minute, or what the service allows a compile. */
const SLOW = {
  language: "mathprog",
  source: "param z := sum{i in 1..60000, j in 1..10000} (i*j mod 7); var x >= z; minimize o: x; end;",
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { max_model_seconds: "20" } });
});
afterAll(() => world.stop());

const validate = (body: unknown, token?: string) =>
  world.call("POST", "/api/v2/solve/validate", body, token === undefined ? {} : { token });

test("a short text that compiles into millions of terms does not hold the HTTP thread", async () => {
  await validate(RESTOCK);
  const order: string[] = [];
  const inspected = validate(DENSE_SQUARE).then(() => order.push("inspected"));
  const asked = [1, 2, 3].map(() => world.call("GET", "/health/live").then(() => order.push("alive")));
  await Promise.all([inspected, ...asked]);
  expect(order).toEqual(["alive", "alive", "alive", "inspected"]);
});

test("a model is saved while the only solver is busy, and a run is solved while a model is looked at", async () => {
  const hard = await world.makeTrigger(hardModel("missed", 60));
  const quick = await world.makeTrigger(RESTOCK);
  const { body } = await world.call("POST", `/api/v2/triggers/${hard.id}/fire`, undefined, {
    token: hard.trigger_secret,
  });
  expect((await world.call("POST", "/api/v2/builder", { name: "saved", model_json: RESTOCK })).status).toBe(201);
  const { status } = (await world.call("GET", `/api/v2/triggers/${hard.id}/runs/${body.run_id}`)).body;
  expect(["queued", "running"]).toContain(status);
  await world.call("POST", `/api/v2/triggers/${hard.id}/runs/${body.run_id}/cancel`);
  await world.ended(hard, body.run_id);
  const client = new AbortController();
  const slow = fetch(`${world.address}/api/v2/solve/validate`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.key}`, "content-type": "application/json" },
    body: JSON.stringify(SLOW),
    signal: client.signal,
  });
  expect((await world.fire(quick)).body.status).toBe("completed");
  expect(world.app.context.inspector.waiting).toBe(0);
  client.abort();
  await expect(slow).rejects.toThrow();
  // The process that had it in hand is gone; had it gone on, this would wait for the compile's limit.
  expect((await validate(RESTOCK)).body.valid).toBe(true);
});

test("without workers a model is looked at all the same", async () => {
  const idle = await startWorld({ flags: { workers: "0" } });
  try {
    expect((await idle.call("POST", "/api/v2/solve/validate", RESTOCK)).body).toMatchObject({ valid: true });
    expect((await idle.makeTrigger(RESTOCK)).id).toMatch(/^trg_/);
  } finally {
    await idle.stop();
  }
});
