import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RESTOCK, startWorld, type World } from "../../world";

let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0", unnamed_versions_max: "3" } });
});
afterAll(() => world.stop());

const make = async (body: unknown = {}) => (await world.call("POST", "/api/v2/builder", body)).body;

describe("documents", () => {
  test("are made with the documented fields and listed slim, newest first", async () => {
    const made = await world.call("POST", "/api/v2/builder", { model_json: RESTOCK });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "Untitled Model",
      is_active: true,
      canvas_json: null,
      model_json: RESTOCK,
      diagnostics: [],
    });
    expect(made.body.id).toMatch(/^doc_[0-9a-z]{26}$/);
    expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const list = await world.call("GET", "/api/v2/builder/");
    expect(Object.keys(list.body[0])).toEqual(["id", "name", "created_at", "updated_at"]);
    expect(list.body[0].id).toBe(made.body.id);
  });

  test("keep a model with errors and say what is wrong with it", async () => {
    const broken = { ...RESTOCK, constraints: [{ name: "cover", expression: "order_a + ordr_b >= 1" }] };
    const made = await world.call("POST", "/api/v2/builder", { model_json: broken });
    expect(made.status).toBe(201);
    expect(made.body.diagnostics[0]).toMatchObject({ severity: "error", path: "constraints.0.expression", column: 11 });
    expect(JSON.stringify(made.body.diagnostics)).toContain("order_b");
  });

  test("change in parts; null clears the model; a canvas alone leaves a model of its own", async () => {
    const { id } = await make({ name: "A", model_json: RESTOCK });
    const canvas_json = {
      nodes: [
        { id: "1", type: "variable", data: { name: "x", type: "continuous", lower_bound: 0, upper_bound: 4 } },
        { id: "2", type: "objective", data: { sense: "maximize" } },
        { id: "3", type: "constraint", data: { name: "cap", operator: "<=", rhs: 3 } },
      ],
      edges: [
        { source: "1", target: "2", data: { coefficient: 2 } },
        { source: "1", target: "3" },
      ],
    };
    const drawn = await world.call("PUT", `/api/v2/builder/${id}`, { canvas_json });
    expect(drawn.body).toMatchObject({ name: "A", model_json: RESTOCK, canvas_json });
    const cleared = await world.call("PUT", `/api/v2/builder/${id}`, { model_json: null, name: "B" });
    expect(cleared.body).toMatchObject({ name: "B", canvas_json });
    expect(cleared.body.model_json.variables[0]).toMatchObject({ name: "x", upper_bound: 4 });
    expect(cleared.body.diagnostics).toEqual([]);
  });

  test("that are deleted are gone from every route", async () => {
    const { id } = await make();
    expect((await world.call("DELETE", `/api/v2/builder/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ["GET", ""],
      ["PUT", ""],
      ["DELETE", ""],
      ["GET", "/versions"],
      ["POST", "/versions"],
    ] as const) {
      const answer = await world.call(method, `/api/v2/builder/${id}${path}`, method === "GET" ? undefined : {});
      expect([answer.status, answer.body.detail]).toEqual([404, "Builder document not found"]);
    }
  });
});

describe("versions", () => {
  test("are numbered, summarised, and equal to the latest when nothing changed", async () => {
    const { id } = await make({ model_json: RESTOCK });
    const first = await world.call("POST", `/api/v2/builder/${id}/versions`, {});
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      sequence: 1,
      is_named: false,
      change_summary: "Initial version",
      model_json: RESTOCK,
    });
    expect(first.body.content_digest).toMatch(/^[0-9a-f]{64}$/);
    const same = await world.call("POST", `/api/v2/builder/${id}/versions`, {});
    expect(same.body.id).toBe(first.body.id);
    const model_json = structuredClone(RESTOCK);
    model_json.constraints[2]!.expression = "order_a + 2*order_b <= 150";
    const second = await world.call("POST", `/api/v2/builder/${id}/versions`, { model_json });
    expect(second.body).toMatchObject({ sequence: 2, change_summary: "Modified 1 constraint" });
    const list = await world.call("GET", `/api/v2/builder/${id}/versions/`);
    expect(list.body.map((version: { sequence: number }) => version.sequence)).toEqual([2, 1]);
    expect(list.body[0].model_json).toBeUndefined();
    const diff = await world.call("GET", `/api/v2/builder/${id}/versions/${first.body.id}/diff/${second.body.id}`);
    expect(diff.body.constraints.modified[0].name).toBe("dock");
  });

  test("get a name, which keeps them when unnamed ones are pruned", async () => {
    const { id } = await make();
    const ids: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const model_json = { ...RESTOCK, name: `m${i}` };
      const version = await world.call("POST", `/api/v2/builder/${id}/versions`, { model_json });
      ids.push(version.body.id);
      if (i === 0) {
        const named = await world.call("PATCH", `/api/v2/builder/${id}/versions/${ids[0]}`, { version_name: "keep" });
        expect(named.body).toMatchObject({ is_named: true, version_name: "keep" });
      }
    }
    const list = await world.call("GET", `/api/v2/builder/${id}/versions`);
    expect(list.body.map((version: { sequence: number }) => version.sequence)).toEqual([6, 5, 4, 1]);
    expect((await world.call("GET", `/api/v2/builder/${id}/versions/${ids[1]}`)).body.detail).toBe("Version not found");
  });

  test("restore the document, after a checkpoint of what it was", async () => {
    const { id } = await make({ model_json: RESTOCK });
    const first = (await world.call("POST", `/api/v2/builder/${id}/versions`, {})).body;
    const changed = { ...RESTOCK, name: "changed" };
    await world.call("PUT", `/api/v2/builder/${id}`, { model_json: changed });
    const restored = await world.call("POST", `/api/v2/builder/${id}/versions/${first.id}/restore`, {});
    expect(restored.body.document.model_json).toEqual(RESTOCK);
    const safety = await world.call("GET", `/api/v2/builder/${id}/versions/${restored.body.checkpoint_id}`);
    expect(safety.body.model_json).toEqual(changed);
  });

  test("tell their inputs", async () => {
    const { id } = await make({ model_json: RESTOCK });
    const version = (await world.call("POST", `/api/v2/builder/${id}/versions`, {})).body;
    const { inputs } = (await world.call("GET", `/api/v2/builder/${id}/versions/${version.id}/inputs`)).body;
    expect(
      inputs.map((input: { name: string; type: string; size: number }) => [input.name, input.type, input.size]),
    ).toEqual([
      ["demand_forecast", "array", 2],
      ["stock", "array", 2],
    ]);
  });
});
