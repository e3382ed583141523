/** An MPS or LP file behind a trigger: pinned, fired with other numbers, compared, exported. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeMps } from "../../../scripts/bench/instances";
import { type Json, startWorld, type World } from "../../world";

const MIX = `NAME MIX
OBJSENSE
    MAX
ROWS
 N profit
 L labour
 L steel
COLUMNS
 M 'MARKER' 'INTORG'
 tables profit 50 labour 4
 tables steel 1
 chairs profit 40 labour 2
 M 'MARKER' 'INTEND'
RHS
 R labour 200 steel 30
 R profit -100
BOUNDS
 UP B chairs 40
 PL B tables
ENDATA
`;
const MODEL = { format: "mps", content: MIX };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function versionOf(model: unknown): Promise<{ document: Json; version: Json; path: string }> {
  const { body: document } = await world.call("POST", "/api/v2/builder", { model_json: model });
  const { body: version } = await world.call("POST", `/api/v2/builder/${document.id}/versions`, {});
  return { document, version, path: `/api/v2/builder/${document.id}/versions/${version.id}` };
}

describe("a file", () => {
  test("is solved on the spot, and checked", async () => {
    const solved = await world.call("POST", "/api/v2/solve", MODEL);
    expect(solved.body).toMatchObject({
      status: "optimal",
      objective_value: 3200,
      solution: { tables: 30, chairs: 40 },
    });
    expect(solved.body.variables[0]).toEqual({
      name: "tables",
      value: 30,
      type: "integer",
      family: null,
      index_tuple: null,
    });
    const checked = await world.call("POST", "/api/v2/solve/validate", MODEL);
    expect(checked.body).toMatchObject({ valid: true, num_variables: 2, num_constraints: 2, num_nonzeros: 3 });
  });

  test("takes override data by path on the spot, any cell of it", async () => {
    const solve = (override_data: unknown) => world.call("POST", "/api/v2/solve", { ...MODEL, override_data });
    expect((await solve({ "rows.labour.rhs": 100, "coefficients.labour.chairs": 1 })).body.objective_value).toBe(2450);
    const refused = await solve({ "rows.labor.rhs": 100 });
    expect(refused.status).toBe(422);
    expect(refused.body.detail.fields).toEqual([
      { name: "rows.labor.rhs", msg: expect.stringContaining('rows has no row "labor", did you mean "labour"?') },
    ]);
  });

  test("with errors is kept with its diagnostics and cannot be pinned", async () => {
    const { document, version } = await versionOf({ format: "mps", content: MIX.replace(" L steel", " L iron") });
    const again = await world.call("PUT", `/api/v2/builder/${document.id}`, { name: "mix" });
    expect(again.body.diagnostics[0]).toMatchObject({ code: "row_unknown", line: 11, column: 9, path: "content" });
    const names = { name: "t", document_id: document.id, version_id: version.id };
    const pinned = await world.call("POST", "/api/v2/triggers", names);
    expect(pinned).toMatchObject({ status: 422, body: { code: "model_invalid" } });
  });
});

describe("a trigger on a file", () => {
  const schema = [
    { name: "labour", model_field_path: "rows.labour.rhs", type: "number", required: true },
    { name: "price", model_field_path: "columns.tables.cost", default: 50 },
  ];

  test("fires with other numbers, and the pinned file stays", async () => {
    const trigger = await world.makeTrigger(MODEL, { override_schema: schema });
    const first = await world.fire(trigger, { labour: 120 });
    expect(first.body).toMatchObject({ status: "completed", result_data: { objective_value: 2200 } });
    const second = await world.fire(trigger, { labour: 200, price: 10 });
    expect(second.body.result_data.objective_value).toBe(2000);
    expect(second.body.model_digest).not.toBe(first.body.model_digest);
    const third = await world.fire(trigger, { labour: 200 });
    expect(third.body.result_data.objective_value).toBe(3200);
  });

  test("refuses data that does not fit before anything is queued", async () => {
    const trigger = await world.makeTrigger(MODEL, { override_schema: schema });
    const refused = await world.fire(trigger, { labour: "many", pric: 3 });
    expect(refused.status).toBe(422);
    expect(refused.body.detail.fields).toEqual([
      { name: "pric", msg: 'there is no field "pric", did you mean "price"?' },
      { name: "labour", msg: 'labour is the text "many", expected a finite number' },
    ]);
    const run = await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${refused.body.detail.run_id}`);
    expect(run.body.status).toBe("validation_failed");
  });

  test("is refused for a path that leads nowhere, when made and when changed", async () => {
    const { document, version } = await versionOf(MODEL);
    const dead = [{ name: "f", model_field_path: "columns.table.cost" }];
    const names = { name: "t", document_id: document.id, version_id: version.id, override_schema: dead };
    const made = await world.call("POST", "/api/v2/triggers", names);
    const detail = [
      {
        loc: ["body", "override_schema", "f"],
        msg: 'model_field_path leads nowhere: columns has no column "table", did you mean "tables"?',
        type: "override_schema_invalid",
      },
    ];
    expect(made).toMatchObject({ status: 422, body: { detail } });
    const trigger = await world.makeTrigger(MODEL, { override_schema: schema });
    const changed = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { override_schema: dead });
    expect(changed).toMatchObject({ status: 422, body: { detail } });
  });

  test("without a schema takes the inputs by their paths", async () => {
    const { path } = await versionOf(MODEL);
    const { body } = await world.call("GET", `${path}/inputs`);
    expect(body.inputs.map((input: Json) => input.name)).toContain("rows.steel.rhs");
    const trigger = await world.makeTrigger(MODEL);
    const run = await world.fire(trigger, { "rows.steel.rhs": 10 });
    expect(run.body.result_data.objective_value).toBe(2200);
  });

  test("on a large file reads it once and looks paths up in a solver process", async () => {
    const content = makeMps({ rows: 3000, columns: 6000, entries_per_column: 3 }, "free", 9);
    const trigger = await world.makeTrigger(
      { format: "mps", content, options: { time_limit_seconds: 1 } },
      { override_schema: [{ name: "side", model_field_path: "rows.R1.rhs" }] },
    );
    const run = await world.fire(trigger, { side: 5 });
    expect(run.body.result_data ?? run.body).toMatchObject({
      status: expect.stringMatching(/infeasible|unbounded|time_limit|timeout/),
    });
  }, 20_000);
});

describe("versions of a file", () => {
  test("are told apart by rows, columns and bounds", async () => {
    const { document, version } = await versionOf(MODEL);
    const next = {
      format: "mps",
      content: MIX.replace("labour 200", "labour 180").replace("UP B chairs 40", "UP B chairs 35"),
    };
    const path = `/api/v2/builder/${document.id}/versions`;
    const { body: second } = await world.call("POST", path, { model_json: next });
    expect(second.change_summary).toBe("Changed the bounds of 1 column, changed the sides of 1 row");
    const { body: diff } = await world.call("GET", `${path}/${version.id}/diff/${second.id}`);
    expect(diff.summary).toBe(second.change_summary);
    expect(diff.variables.modified).toEqual([
      {
        name: "chairs",
        before: { type: "integer", cost: 40, lower: 0, upper: 40 },
        after: { type: "integer", cost: 40, lower: 0, upper: 35 },
      },
    ]);
  });

  test("of large files too", async () => {
    const content = makeMps({ rows: 2000, columns: 2000, entries_per_column: 3 }, "free", 4);
    const { document } = await versionOf({ format: "mps", content });
    const changed = content.replace(/ SET1 (R\w+) \S+\n/, " SET1 $1 12345\n");
    const path = `/api/v2/builder/${document.id}/versions`;
    const { body } = await world.call("POST", path, { model_json: { format: "mps", content: changed } });
    expect(body.change_summary).toBe("Changed the sides of 1 row");
  });
});

describe("export", () => {
  const FLAT = {
    objective: { sense: "maximize", expression: "3 a + 2 b + 7" },
    variables: [
      { name: "a", type: "integer", upper_bound: 4 },
      { name: "b", lower_bound: null },
    ],
    constraints: [{ name: "r", expression: "1 <= a + b <= 6" }, { expression: "b <= demand" }],
    parameters: { demand: 3 },
  };
  const MATHPROG = {
    language: "mathprog",
    source: "set I; param c{I}; var x{I} >= 0; minimize z: sum{i in I} c[i] * x[i]; s.t. d{i in I}: x[i] >= 2; end;",
    data: { sets: { I: ["a", "b"] }, params: { c: { a: 3, b: 4 } } },
  };

  test.each([
    ["a flat model", FLAT],
    ["MathProg with its data", MATHPROG],
    ["a file", MODEL],
  ])("of %s solves to the same, in both formats", async (_, model) => {
    const { path } = await versionOf(model);
    const { body: solved } = await world.call("POST", "/api/v2/solve", model);
    for (const format of ["mps", "lp"]) {
      const { status, headers, body: content } = await world.call("GET", `${path}/export?format=${format}`);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(headers.get("content-disposition")).toMatch(new RegExp(`^attachment; filename="ver_.*\\.${format}"$`));
      const { body: again } = await world.call("POST", "/api/v2/solve", { format, content });
      expect(again.objective_value).toBe(solved.objective_value);
      expect(again.variables.map(({ value }: Json) => value)).toEqual(solved.variables.map(({ value }: Json) => value));
    }
  });

  test("is refused without a format, with another one, and for a model with errors", async () => {
    const { path } = await versionOf(MODEL);
    expect(await world.call("GET", `${path}/export`)).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["query", "format"] }] },
    });
    expect((await world.call("GET", `${path}/export?format=xls`)).status).toBe(422);
    const wrong = await versionOf({ format: "lp", content: "max" });
    expect(await world.call("GET", `${wrong.path}/export?format=mps`)).toMatchObject({
      status: 422,
      body: { code: "model_invalid" },
    });
  });

  test("is for viewers too, and for nobody else's versions", async () => {
    const { path } = await versionOf(MODEL);
    const { body: key } = await world.call("POST", "/api/v2/keys", { name: "v", role: "viewer" });
    expect((await world.call("GET", `${path}/export?format=lp`, undefined, { token: key.api_key })).status).toBe(200);
    expect((await world.call("GET", `${path}/export?format=lp`, undefined, { token: null })).status).toBe(401);
    expect((await world.call("GET", `${path}x/export?format=lp`)).status).toBe(404);
  });
});
