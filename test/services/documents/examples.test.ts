/** Ready models over HTTP: for every key, and each a body that /solve takes as it comes. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Json, startWorld, type World } from "../../world";

let world: World;
let viewer: string;
beforeAll(async () => {
  world = await startWorld();
  const { body } = await world.call("POST", "/api/v2/keys", { name: "screen", role: "viewer" });
  viewer = body.api_key;
});
afterAll(() => world.stop());

test("a viewer lists at least ten, each with inputs, units and an override", async () => {
  const { status, body } = await world.call("GET", "/api/v2/examples", undefined, { token: viewer });
  expect(status).toBe(200);
  expect(body.length).toBeGreaterThanOrEqual(10);
  expect(body[0]).toEqual({
    name: "restocking",
    title: "Restocking",
    description: expect.stringMatching(/^What .*\.$/),
    override_example: { stock: [40, 20, 10, 10, 2], delivery_fee: 250 },
    optimum: 5380.7,
    overridden_optimum: 6579.1,
    inputs: expect.any(Array),
  });
  expect(body[0].inputs[2]).toEqual({
    name: "demand",
    kind: "param",
    description: "wanted in each week",
    unit: "pieces",
    type: "array",
    index_sets: [
      { name: "ITEMS", size: 5 },
      { name: "WEEKS", size: 4 },
    ],
    size: 20,
    required: false,
  });
});

test("one by name solves as it comes, and with its override", async () => {
  const { body: example } = await world.call("GET", "/api/v2/examples/transportation", undefined, { token: viewer });
  const solve = async (more: Json) =>
    (await world.call("POST", "/api/v2/solve", { ...example.model_json, ...more })).body;
  expect(await solve({})).toMatchObject({ status: "optimal", objective_value: example.optimum });
  expect(await solve({ override_data: example.override_example })).toMatchObject({
    objective_value: example.overridden_optimum,
  });
});

test("an unknown name is told with the nearest one", async () => {
  const { status, body } = await world.call("GET", "/api/v2/examples/restoking");
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: "example_not_found", detail: "Example not found; did you mean restocking?" });
});
