import { describe, expect, test } from "bun:test";
import { compileModel, prepareModel } from "../../src/model/compile";
import { validateOverrideData } from "../../src/model/override_data";
import type { BoundOverrides } from "../../src/model/override_fields";
import { applyOverrides, bindOverrides, parseOverrideSchema } from "../../src/model/overrides";
import { type JsonObject, LIMITS } from "./setup";

/** The example of the documentation, with an object parameter and a bound besides. */
const MODEL = {
  name: "restock",
  objective: { sense: "minimize", expression: "2*order_a + 3*order_b + fee*order_a" },
  parameters: {
    demand_forecast: [100, 80],
    stock: [30, 10],
    fee: 0.5,
    cost: { bolts: 2, nuts: 3 },
    grid: [[1, 2], [3]],
  },
  variables: [{ name: "order_a", type: "integer", upper_bound: 500 }, { name: "order.b" }, { name: "order_b" }],
  constraints: [
    { name: "cover_a", expression: "stock[0] + order_a >= demand_forecast[0]" },
    { expression: "order_b >= 1" },
  ],
};

/** The contract of a schema, through JSON as a trigger keeps it. */
function bind(schema: unknown, model: unknown = MODEL): { bound: BoundOverrides; errors: string[] } {
  const parsed = parseOverrideSchema(schema);
  if (parsed.errors.length > 0)
    return { bound: { fields: [] }, errors: parsed.errors.map(({ name, msg }) => `${name}: ${msg}`) };
  const { bound, errors } = bindOverrides(parsed.fields, { ...prepareModel(model, LIMITS), cells: {} });
  return { bound: JSON.parse(JSON.stringify(bound)), errors: errors.map(({ name, msg }) => `${name}: ${msg}`) };
}

function refusals(schema: unknown, data: unknown): string[] {
  const { bound, errors } = bind(schema);
  expect(errors).toEqual([]);
  return validateOverrideData(bound, data).map(({ name, msg }) => `${name}: ${msg}`);
}

/** The effective problem of one fire. */
function effective(schema: unknown, data: unknown) {
  const { bound, errors } = bind(schema);
  expect(errors).toEqual([]);
  expect(validateOverrideData(bound, data)).toEqual([]);
  const { model, values } = applyOverrides(MODEL, bound, data);
  return { model: model as typeof MODEL, values, compiled: compileModel(prepareModel(model, LIMITS), values, LIMITS) };
}

const DEMAND = [{ name: "demand_forecast", type: "array", required: true }];

describe("a schema is refused when it makes no sense by itself", () => {
  test.each<[unknown, string]>([
    ["all", 'override_schema: override_schema is the text "all", expected a list of fields'],
    [[5], "0: the field is 5, expected an object with a name"],
    [[{ type: "array" }], "0: name is missing"],
    [[{ name: "__proto__" }], "0: name is the text"],
    [[{ name: "fee", typ: "number" }], 'fee: a field has no key "typ", did you mean "type"?'],
    [[{ name: "fee", type: "float" }], 'fee: type is the text "float", expected one of string, number'],
    [[{ name: "fee", required: "yes" }], 'fee: required is the text "yes", expected true or false'],
    [[{ name: "fee", model_field_path: 3 }], "fee: model_field_path is 3, expected a text"],
    [[{ name: "fee" }, { name: "fee" }], "fee: this name is given twice"],
  ])("%j", (schema, message) => {
    const { errors } = bind(schema);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toStartWith(message);
  });

  test("keys that are null count as absent, so that a schema may be sent back as it was read", () => {
    const field = { name: "fee", type: null, required: null, default: null, description: null, model_field_path: null };
    expect(bind([field])).toMatchObject({ errors: [], bound: { fields: [{ name: "fee", has_default: false }] } });
  });
});

describe("a schema is refused when it does not fit the pinned model", () => {
  test.each<[JsonObject, string]>([
    [{ name: "demand_forcast" }, 'the model has no input "demand_forcast"; did you mean "demand_forecast"?'],
    [{ name: "order_a" }, 'the model has no input "order_a"'],
    [{ name: "fee", type: "array" }, 'type is "array", but the model takes number or integer here'],
    [{ name: "demand_forecast", type: "object" }, 'type is "object", but the model takes array here'],
    [
      { name: "demand_forecast", default: [1] },
      "the default does not fit: demand_forecast has 1 value, the model declares 2",
    ],
    [{ name: "fee", type: "integer", default: 0.5 }, "the default does not fit: fee is 0.5, expected a whole number"],
    [
      { name: "u", model_field_path: "variables.order_c.upper_bound" },
      'variables has no element "order_c", did you mean "order_a"?',
    ],
    [{ name: "u", model_field_path: "variables.7.upper_bound" }, "positions go from 0 to 2"],
    [
      { name: "u", model_field_path: "variables.0.uper_bound" },
      'no property "uper_bound", did you mean "upper_bound"?',
    ],
    [{ name: "u", model_field_path: "variables.0" }, "the path ends at variables.0"],
    [{ name: "u", model_field_path: "variables.0.upper_bound.x" }, 'there is no "x" inside it'],
    [
      { name: "u", model_field_path: "variables.0.upper_bound", type: "string" },
      'type is "string", but the model takes number',
    ],
    [{ name: "u", model_field_path: "constraint.0.expression" }, 'no part "constraint", did you mean "constraints"?'],
    [{ name: "u", model_field_path: "parameters.demand_forecast.2" }, "has the positions 0 to 1"],
    [{ name: "u", model_field_path: "parameters.cost.nut" }, 'no key "nut", did you mean "nuts"?'],
    [{ name: "u", model_field_path: "parameters.fee.0" }, "is a single value"],
    [{ name: "u", model_field_path: "" }, "not allowed"],
    [{ name: "u", model_field_path: "variables..name" }, "not allowed"],
    [{ name: "u", model_field_path: "__proto__.polluted" }, "not allowed"],
    [{ name: "u", model_field_path: "parameters.constructor.name" }, "not allowed"],
    [{ name: "u", model_field_path: "variables.0.prototype" }, "not allowed"],
    [{ name: "u", model_field_path: "objective.sense", default: "min" }, 'expected "minimize" or "maximize"'],
    [
      { name: "u", model_field_path: "options.time_limit_seconds", default: -1 },
      "expected a number of seconds above 0",
    ],
  ])("%j", (field, message) => {
    const { errors } = bind([field]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
  });

  test("two fields may not reach the same value, nor one into the other's", () => {
    const twice = [{ name: "fee" }, { name: "price", model_field_path: "parameters.fee" }];
    expect(bind(twice).errors).toEqual(['price: it reaches the same value as the field "fee"']);
    const inside = [{ name: "demand_forecast" }, { name: "first", model_field_path: "parameters.demand_forecast.0" }];
    expect(bind(inside).errors).toEqual(['first: it reaches into the value of the field "demand_forecast"']);
  });

  test("an input that the model leaves without a value must be required or have a default", () => {
    const { inputs } = prepareModel(MODEL, LIMITS);
    const subject = {
      form: "flat" as const,
      model: MODEL,
      inputs: inputs.map((input) => ({ ...input, required: input.name === "fee" })),
      cells: {},
    };
    const errorsFor = (fields: { name: string; required?: boolean; default?: unknown }[] | null) =>
      bindOverrides(fields, subject).errors.map(({ name }) => name);
    expect(errorsFor([])).toEqual(["fee"]);
    expect(errorsFor([{ name: "fee" }])).toEqual(["fee"]);
    expect(errorsFor([{ name: "fee", required: true }])).toEqual([]);
    expect(errorsFor([{ name: "fee", default: 1 }])).toEqual([]);
    expect(errorsFor(null)).toEqual([]);
  });
});

describe("the data of a fire is checked before anything is queued", () => {
  test.each<[unknown, string[]]>([
    [{ demand_forecast: [1, 2] }, []],
    [{ demand_forecast: [1, 2, 3, 4, 5, 6] }, ["demand_forecast: demand_forecast has 6 values, the model declares 2"]],
    [{ demand_forecast: [] }, ["demand_forecast: demand_forecast has 0 values, the model declares 2"]],
    [{ demand_forecast: [1, "2"] }, ['demand_forecast: demand_forecast[1] is the text "2", expected a finite number']],
    [
      { demand_forecast: [Number.NaN, Infinity] },
      [
        "demand_forecast: demand_forecast[0] is not a finite number, expected a finite number",
        "demand_forecast: demand_forecast[1] is not a finite number, expected a finite number",
      ],
    ],
    [
      { demand_forecast: [[1], null] },
      [
        "demand_forecast: demand_forecast[0] is an array of 1, expected a finite number",
        "demand_forecast: demand_forecast[1] is null, expected a finite number",
      ],
    ],
    [{ demand_forecast: 7 }, ["demand_forecast: demand_forecast is 7, expected an array of 2"]],
    [{ demand_forecast: null }, ["demand_forecast: demand_forecast is null, expected an array of 2"]],
    [{ demand_forecast: { 0: 1, 1: 2 } }, ["demand_forecast: demand_forecast is an object, expected an array of 2"]],
    [{}, ["demand_forecast: demand_forecast is required and was not given"]],
    [undefined, ["demand_forecast: demand_forecast is required and was not given"]],
    [null, ["demand_forecast: demand_forecast is required and was not given"]],
    [[1, 2], ["override_data: override_data is an array of 2, expected an object"]],
    ["{}", ['override_data: override_data is the text "{}", expected an object']],
    [
      { demand_forcast: [1, 2] },
      [
        'demand_forcast: there is no field "demand_forcast", did you mean "demand_forecast"?',
        "demand_forecast: demand_forecast is required and was not given",
      ],
    ],
    [
      JSON.parse('{"demand_forecast": [1, 2], "__proto__": {"a": 1}}'),
      ['__proto__: there is no field "__proto__"; there are "demand_forecast"'],
    ],
  ])("%j", (data, messages) => {
    expect(refusals(DEMAND, data)).toEqual(messages);
  });

  test("an object needs exactly the keys of the model's", () => {
    const schema = [{ name: "cost", type: "object" }];
    expect(refusals(schema, { cost: { nuts: 1, bolts: 2 } })).toEqual([]);
    expect(refusals(schema, { cost: { bolt: 1, nuts: 2 } })).toEqual([
      'cost: cost has no key "bolt", did you mean "bolts"?',
      'cost: cost lacks the key "bolts"',
    ]);
    expect(refusals(schema, { cost: { nuts: 1, bolts: 2, gears: 3 } })).toEqual(['cost: cost has no key "gears"']);
    expect(refusals(schema, { cost: { nuts: 1, bolts: "2" } })).toEqual([
      'cost: cost["bolts"] is the text "2", expected a finite number',
    ]);
    expect(refusals(schema, { cost: [1, 2] })).toEqual([
      'cost: cost is an array of 2, expected an object with the keys "bolts", "nuts"',
    ]);
  });

  test("nested arrays keep the length of each row", () => {
    const schema = [{ name: "grid" }];
    expect(refusals(schema, { grid: [[9, 9], [9]] })).toEqual([]);
    expect(
      refusals(schema, {
        grid: [
          [9, 9],
          [9, 9],
        ],
      }),
    ).toEqual(["grid: grid[1] has 2 values, the model declares 1"]);
    expect(refusals(schema, { grid: [[9, 9], 9] })).toEqual(["grid: grid[1] is 9, expected an array of 1"]);
  });

  test.each<[string, unknown, string | null]>([
    ["variables.order_a.upper_bound", 7.5, null],
    ["variables.order_a.upper_bound", null, null],
    ["variables.order_a.upper_bound", "7", "expected a finite number, or null for no bound"],
    ["variables.order_a.upper_bound", Infinity, "expected a finite number, or null for no bound"],
    ["variables.order_a.type", "binary", null],
    ["variables.order_a.type", "bool", 'expected "continuous" or "integer" or "binary"'],
    ["constraints.0.expression", "order_a >= 3", null],
    ["constraints.0.expression", 3, "expected a text"],
    ["objective.sense", "maximize", null],
    ["options.seed", 4, null],
    ["options.seed", 4.5, "expected a whole number"],
    ["parameters.cost", { bolts: 1, nuts: 1 }, null],
    ["parameters.cost.nuts", "1", "expected a finite number"],
  ])("%s takes %j", (model_field_path, value, message) => {
    const found = refusals([{ name: "field", model_field_path }], { field: value });
    if (message === null) expect(found).toEqual([]);
    else expect(found[0]).toContain(message);
  });

  test("integer takes whole numbers only", () => {
    expect(refusals([{ name: "fee", type: "integer" }], { fee: 3 })).toEqual([]);
    expect(refusals([{ name: "fee", type: "integer" }], { fee: 3.5 })).toEqual([
      "fee: fee is 3.5, expected a whole number",
    ]);
  });

  test("no schema opens every input, an empty one opens none", () => {
    expect(refusals(null, { fee: 1, stock: [0, 0] })).toEqual([]);
    expect(refusals(null, { order_a: 1 })[0]).toContain('there is no field "order_a"');
    expect(refusals([], {})).toEqual([]);
    expect(refusals([], { fee: 1 })).toEqual(['fee: "fee" was given, but this trigger takes no overrides']);
  });

  test("errors stop at a hundred", () => {
    const data = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`key${at}`, at]));
    expect(refusals(DEMAND, data)).toHaveLength(100);
  });
});

describe("overrides reach the effective model", () => {
  test("by the name of an input", () => {
    const { model, values, compiled } = effective(DEMAND, { demand_forecast: [120, 85] });
    expect(model).toBe(MODEL);
    expect(values.demand_forecast).toEqual([120, 85]);
    expect(compiled.problem?.rows.lower[0]).toBe(90);
  });

  test("by a path to an element by name, by position, or with a dot in its name", () => {
    const schema = [
      { name: "cap", model_field_path: "variables.order_a.upper_bound" },
      { name: "floor", model_field_path: "variables.2.lower_bound" },
      { name: "dotted", model_field_path: "variables.order.b.upper_bound" },
      { name: "rule", model_field_path: "constraints.1.expression" },
      { name: "first_stock", model_field_path: "parameters.stock.0" },
    ];
    const { compiled, values } = effective(schema, {
      cap: 9,
      floor: null,
      dotted: 4,
      rule: "order_b <= 2",
      first_stock: 0,
    });
    const { columns, rows } = compiled.problem!;
    expect(Object.keys(values)).toEqual([]);
    expect([columns.upper[0], columns.lower[2], columns.upper[1]]).toEqual([9, -Infinity, 4]);
    expect([rows.upper[1], rows.lower[0]]).toEqual([2, 100]);
  });

  test("into a place that the model leaves out", () => {
    const schema = [{ name: "seconds", model_field_path: "options.time_limit_seconds" }];
    const { model } = effective(schema, { seconds: 5 });
    expect(prepareModel(model, LIMITS).options.time_limit_seconds).toBe(5);
  });

  test("with defaults where a field is absent, null among them where it means something", () => {
    const schema = [
      { name: "fee", default: 9 },
      { name: "cap", model_field_path: "variables.0.upper_bound", default: null },
    ];
    expect(effective(schema, undefined).compiled.problem?.columns.cost[0]).toBe(11);
    expect(effective(schema, { fee: 1 }).compiled.problem?.columns.cost[0]).toBe(3);
    expect(effective(schema, {}).compiled.problem?.columns.upper[0]).toBe(Infinity);
    expect(effective(schema, { cap: 1 }).compiled.problem?.columns.upper[0]).toBe(1);
  });

  test("and never change the pinned model", () => {
    const before = JSON.stringify(MODEL);
    const schema = [
      { name: "cap", model_field_path: "variables.order_a.upper_bound" },
      { name: "nuts", model_field_path: "parameters.cost.nuts" },
      { name: "stock_b", model_field_path: "parameters.stock.1" },
      { name: "sense", model_field_path: "objective.sense" },
    ];
    const { model } = effective(schema, { cap: 77, nuts: 78, stock_b: 79, sense: "maximize" });
    expect(JSON.stringify(MODEL)).toBe(before);
    expect(model.variables[0]?.upper_bound).toBe(77);
    expect([model.parameters.cost.nuts, model.parameters.stock, model.objective.sense]).toEqual([
      78,
      [30, 79],
      "maximize",
    ]);
  });

  test("a default stands in for a required field that is left out", () => {
    const { compiled } = effective([{ name: "fee", required: true, default: 4 }], {});
    expect(compiled.problem?.columns.cost[0]).toBe(6);
  });
});
