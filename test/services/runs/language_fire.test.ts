/** A MathProg model behind a trigger: today's data in every shape, and what is refused before anything is queued. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, startWorld, type World } from "../../world";

const SOURCE = `set ITEMS;
param demand_forecast{ITEMS} >= 0;  param stock{ITEMS} default 0;  param cost{ITEMS} default 2;  param dock := 400;
var order{ITEMS} >= 0, integer;  var short{ITEMS} >= 0;
minimize total: sum{i in ITEMS} (cost[i]*order[i] + 40*short[i]);
s.t. cover{i in ITEMS}: stock[i] + order[i] + short[i] >= demand_forecast[i];
s.t. capacity: sum{i in ITEMS} order[i] <= dock;
solve;
printf{i in ITEMS: order[i] > 0} "order %d of %s\\n", order[i], i;
data;  set ITEMS := bolts nuts gears belts pumps;  param demand_forecast := bolts 100 nuts 80 gears 60 belts 40 pumps 20;  end;
`;

let world: World;
let trigger: Json;
let free: Json;
beforeAll(async () => {
  world = await startWorld();
  const model = { language: "mathprog", source: SOURCE };
  const override_schema = [{ name: "demand_forecast", type: "array", required: true }];
  trigger = await world.makeTrigger(model, { override_schema });
  free = await world.makeTrigger(model, { override_schema: null });
});
afterAll(() => world.stop());

async function refusal(of: Json, override_data: Json): Promise<string[]> {
  const { status, body } = await world.call(
    "POST",
    `/api/v2/triggers/${of.id}/fire`,
    { override_data },
    { token: of.trigger_secret },
  );
  expect(status).toBe(422);
  return (
    JSON.stringify(body)
      .match(/"msg":"((?:[^"\\]|\\.)*)"/g)
      ?.map((found) => JSON.parse(found.slice(6))) ?? []
  );
}

describe("a fire", () => {
  test("takes an array in the order of the set, and prints the plan", async () => {
    const { body } = await world.fire(trigger, { demand_forecast: [120, 85, 200, 150, 90] });
    expect(body).toMatchObject({ status: "completed", error_message: null });
    expect(body.result_data).toMatchObject({ status: "optimal", objective_value: 10_600 });
    expect(body.result_data.variables[0]).toMatchObject({
      name: "order[bolts]",
      family: "order",
      index_tuple: ["bolts"],
    });
    expect(body.result_data.report).toMatch(/^(order \d+ of \w+\n)+$/);
  });

  test.each<[string, Json]>([
    ["an object by member", { demand_forecast: { bolts: 1, nuts: 2, gears: 3, belts: 4, pumps: 5 } }],
    [
      "rows",
      { demand_forecast: ["bolts", "nuts", "gears", "belts", "pumps"].map((item, at) => ({ item, value: at + 1 })) },
    ],
    ["another set and its values", { ITEMS: ["a", "b"], demand_forecast: [7, 8] }],
    [
      "a scalar and a part of a param with a default",
      { demand_forecast: [1, 2, 3, 4, 5], dock: 15, cost: { bolts: 2 } },
    ],
  ])("takes %s", async (_, data) => {
    const { body } = await world.fire(free, data);
    expect(body.result_data).toMatchObject({ status: "optimal", objective_value: 30 });
  });

  test.each<[string, Json, string]>([
    ["six values", [1, 2, 3, 4, 5, 6], "demand_forecast has 6 values, expected 5, one for each member of ITEMS"],
    ["a text among them", [1, 2, "x", 4, 5], 'demand_forecast[2] is the text "x", expected a finite number'],
    ["null among them", [1, 2, null, 4, 5], "demand_forecast[2] is null, expected a finite number"],
    ["a negative number", [1, 2, -3, 4, 5], "demand_forecast[2] is -3, expected >= 0"],
    [
      "a mistyped member",
      { bolt: 1 },
      'demand_forecast has the key "bolt", which is not in ITEMS, did you mean "bolts"?',
    ],
    ["a number", 5, "demand_forecast is 5, expected an array in the order of ITEMS, or an object by member"],
  ])("refuses %s", async (_, value, message) => {
    expect(await refusal(trigger, { demand_forecast: value })).toEqual([message]);
  });

  test("refuses what lacks a member, names what is missing", async () => {
    expect(await refusal(free, { demand_forecast: { bolts: 1, nuts: 2, gears: 3 } })).toEqual([
      'demand_forecast lacks "belts", "pumps"',
    ]);
  });

  test("refuses a member twice, and a length that does not fit the set of the same fire", async () => {
    expect(await refusal(free, { ITEMS: ["a", "a"] })).toEqual([
      'ITEMS[1] is the text "a", which is in the list already',
    ]);
    expect(await refusal(free, { ITEMS: ["a", "b"], demand_forecast: [1] })).toEqual([
      "demand_forecast has 1 value, expected 2, one for each member of ITEMS",
    ]);
  });
});

test("the inputs of a version say what a form needs", async () => {
  const { body } = await world.call(
    "GET",
    `/api/v2/builder/${trigger.document_id}/versions/${trigger.version_id}/inputs`,
  );
  expect(body.inputs.map(({ name, kind, type, required }: Json) => [name, kind, type, required])).toEqual([
    ["ITEMS", "set", "array", false],
    ["demand_forecast", "param", "array", false],
    ["stock", "param", "array", false],
    ["cost", "param", "array", false],
    ["dock", "param", "number", false],
  ]);
  expect(body.inputs[1]).toMatchObject({
    index_sets: [{ name: "ITEMS", size: 5 }],
    size: 5,
    value: { bolts: 100, nuts: 80, gears: 60, belts: 40, pumps: 20 },
  });
});

test("a field that is no input, or whose type cannot be, is refused with the trigger", async () => {
  const { document_id, version_id } = trigger;
  const make = (field: Json) =>
    world.call("POST", "/api/v2/triggers", { name: "t", document_id, version_id, override_schema: [field] });
  expect(JSON.stringify((await make({ name: "demand_forcast" })).body)).toContain("demand_forecast");
  expect((await make({ name: "dock", type: "array" })).status).toBe(422);
  expect((await make({ name: "dock", type: "number", default: 300 })).status).toBe(201);
});

describe("a model without values for an input", () => {
  const WAITING = {
    language: "mathprog",
    source: `${SOURCE.slice(0, SOURCE.indexOf("data;"))} data; set ITEMS := a b; end;`,
  };

  test("is pinned with a warning, waits for each fire, and takes a default of the trigger", async () => {
    const { body } = await world.call("POST", "/api/v2/solve/validate", WAITING);
    expect(body).toMatchObject({ valid: true, errors: [] });
    expect(body.diagnostics[0]).toMatchObject({ code: "input_required", severity: "warning", line: 2, column: 7 });
    const waiting = await world.makeTrigger(WAITING, { override_schema: null });
    expect((await world.fire(waiting, { demand_forecast: [7, 8] })).body.result_data.objective_value).toBe(30);
    expect(await refusal(waiting, {})).toEqual(["demand_forecast is required and was not given"]);
    const override_schema = [{ name: "demand_forecast", default: [1, 2] }];
    const filled = await world.makeTrigger(WAITING, { override_schema });
    expect((await world.fire(filled, {})).body.result_data.objective_value).toBe(6);
  });

  test("cannot be pinned where no fire may give them", () => {
    const message = "the model has no value for this input; add a field for it that is required or has a default";
    expect(world.makeTrigger(WAITING, { override_schema: [] })).rejects.toThrow(message);
  });
});
