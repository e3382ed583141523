import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type Answer, type Json, RESTOCK, startWorld, type World } from "../../world";

const UNNAMED_MAX = 4;
let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0", unnamed_versions_max: String(UNNAMED_MAX) } });
});
afterAll(() => world.stop());

const SLIM_KEYS = [
  ..."id document_id organization_id sequence is_named version_name version_description".split(" "),
  ..."change_summary created_at".split(" "),
];
const FULL_KEYS = [...SLIM_KEYS, "canvas_json", "model_json", "content_digest"];
const CANVAS = {
  nodes: [
    { id: "1", type: "variable", data: { name: "x", lower_bound: 0, upper_bound: 4 } },
    { id: "2", type: "objective", data: { sense: "maximize" } },
  ],
  edges: [{ source: "1", target: "2", data: { coefficient: 2 } }],
};

async function makeDocument(body: unknown = { model_json: RESTOCK }): Promise<string> {
  return (await world.call("POST", "/api/v2/builder", body)).body.id;
}

function ask(method: string, document_id: string, rest = "", body?: unknown): Promise<Answer> {
  return world.call(method, `/api/v2/builder/${document_id}/versions${rest}`, body);
}

async function checkpoint(document_id: string, body: unknown = {}): Promise<Json> {
  const answer = await ask("POST", document_id, "", body);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function sequencesOf(document_id: string): Promise<number[]> {
  return (await ask("GET", document_id)).body.map((version: Json) => version.sequence);
}

/** A model that differs from any other number's. */
const numbered = (n: number) => ({ ...RESTOCK, name: `model ${n}` });

/** Equal JSON values, equal text: keys sorted, no blanks. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

describe("a checkpoint", () => {
  test("is full where it is made and read, slim where it is listed", async () => {
    const id = await makeDocument();
    const made = await checkpoint(id);
    expect(Object.keys(made).sort()).toEqual([...FULL_KEYS].sort());
    expect(made).toMatchObject({
      ...{ document_id: id, sequence: 1, model_json: RESTOCK },
      ...{ canvas_json: null, is_named: false, version_name: null, version_description: null },
    });
    expect(made.id).toMatch(/^ver_[0-9a-z]{26}$/);
    expect(made.created_at).toMatch(/\.\d{3}Z$/);
    expect((await ask("GET", id, `/${made.id}`)).body).toEqual(made);
    for (const path of ["", "/"]) {
      const [listed, ...others] = (await ask("GET", id, path)).body;
      expect(others).toEqual([]);
      expect(listed).toEqual(Object.fromEntries(SLIM_KEYS.map((key) => [key, made[key]])));
    }
  });

  test("carries the SHA-256 of its model's canonical JSON", async () => {
    const { content_digest } = await checkpoint(await makeDocument());
    expect(content_digest).toBe(createHash("sha256").update(canonical(RESTOCK)).digest("hex"));
  });

  test("equal to the latest version is that version, whatever the order of keys", async () => {
    const id = await makeDocument({ model_json: RESTOCK, canvas_json: CANVAS });
    const first = await checkpoint(id);
    const reversed = Object.fromEntries(Object.entries(RESTOCK).reverse());
    for (const body of [{}, { model_json: reversed }, { model_json: RESTOCK, canvas_json: structuredClone(CANVAS) }]) {
      expect((await checkpoint(id, body)).id).toBe(first.id);
    }
    expect(await sequencesOf(id)).toEqual([1]);
  });

  test("that differs in anything at all is a new one, and so is a return to an older text", async () => {
    const id = await makeDocument({ model_json: RESTOCK, canvas_json: CANVAS });
    const texts = [
      {},
      { model_json: { ...RESTOCK, parameters: { ...RESTOCK.parameters, stock: [30, 10.000001] } } },
      { model_json: { ...RESTOCK, variables: RESTOCK.variables.toReversed() } },
      { canvas_json: { ...CANVAS, zoom: 1.5 } },
      {},
    ];
    const made = [];
    for (const text of texts) made.push(await checkpoint(id, text));
    expect(new Set(made.map((version) => version.id)).size).toBe(5);
    expect(made.map((version) => version.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(made[4].content_digest).toBe(made[0].content_digest);
  });

  test.each([
    [{ objective: { sense: "minimize", expression: "order_a" } }, "Modified the objective"],
    [{ variables: [...RESTOCK.variables, { name: "extra" }] }, "Added 1 variable"],
    [{ constraints: RESTOCK.constraints.slice(2) }, "Removed 2 constraints"],
    [{ parameters: { ...RESTOCK.parameters, cost: 3, stock: [0, 0] } }, "Modified 1 parameter, added 1 parameter"],
    [
      {
        variables: [...RESTOCK.variables, { name: "extra" }],
        constraints: RESTOCK.constraints.map(({ name, expression }) => ({ name, expression: `${expression} + 1` })),
      },
      "Modified 3 constraints, added 1 variable",
    ],
  ])("sums up what changed in the model: %#", async (change, change_summary) => {
    const id = await makeDocument();
    expect((await checkpoint(id)).change_summary).toBe("Initial version");
    expect((await checkpoint(id, { model_json: { ...RESTOCK, ...change } })).change_summary).toBe(change_summary);
  });

  test("keeps the name and the description it is given, also on a version that was there", async () => {
    const id = await makeDocument();
    const first = await checkpoint(id);
    const named = await checkpoint(id, { version_name: "May", version_description: "as sent" });
    expect(named).toMatchObject({ id: first.id, is_named: true, version_name: "May", version_description: "as sent" });
    const described = await checkpoint(id, { model_json: numbered(1), version_description: "without a name" });
    expect(described).toMatchObject({ is_named: false, version_description: "without a name" });
  });

  test("of a document that only has a canvas freezes the model that it draws", async () => {
    const version = await checkpoint(await makeDocument({ canvas_json: CANVAS }));
    expect(version.canvas_json).toEqual(CANVAS);
    expect(version.model_json.variables[0]).toMatchObject({ name: "x", upper_bound: 4 });
  });

  test("gets a number of its own when many are made at once", async () => {
    const id = await makeDocument();
    const names = Array.from({ length: 12 }, (_, n) => `v${n}`);
    const made = await Promise.all(
      names.map((version_name, n) => checkpoint(id, { model_json: numbered(n), version_name })),
    );
    expect(made.map((version) => version.version_name)).toEqual(names);
    expect(made.map((version) => version.sequence).sort((a, b) => a - b)).toEqual(names.map((_, n) => n + 1));
    expect(await sequencesOf(id)).toEqual(names.map((_, n) => 12 - n));
  });
});

describe("versions", () => {
  test("are listed newest first, in slices", async () => {
    const id = await makeDocument();
    for (let n = 0; n < 4; n += 1) await checkpoint(id, { model_json: numbered(n) });
    const slice = async (query: string) => (await ask("GET", id, `?${query}`)).body.map((one: Json) => one.sequence);
    expect(await slice("limit=2")).toEqual([4, 3]);
    expect(await slice("skip=1&limit=2")).toEqual([3, 2]);
    expect(await slice("skip=4")).toEqual([]);
    for (const query of ["limit=0", "skip=-1", "limit=x", "limit=1.5"]) {
      expect((await ask("GET", id, `?${query}`)).status).toBe(422);
    }
  });

  test("are not found under another document, nor after their own was deleted", async () => {
    const [mine, other] = [await makeDocument(), await makeDocument()];
    const version = await checkpoint(other);
    const own = await checkpoint(mine);
    const paths = [
      ["GET", `/${version.id}`],
      ["PATCH", `/${version.id}`, { version_name: "x" }],
      ["POST", `/${version.id}/restore`, {}],
      ["GET", `/${own.id}/diff/${version.id}`],
      ["GET", `/${version.id}/diff/${own.id}`],
      ["GET", `/${version.id}/inputs`],
    ] as const;
    for (const [method, rest, body] of paths) {
      const answer = await ask(method, mine, rest, body);
      expect([method, rest, answer.status, answer.body.detail]).toEqual([method, rest, 404, "Version not found"]);
    }
    await world.call("DELETE", `/api/v2/builder/${other}`);
    const gone = await ask("GET", other, `/${version.id}`);
    expect([gone.status, gone.body.detail]).toEqual([404, "Builder document not found"]);
  });

  test("are renamed with a description that stays until it is changed", async () => {
    const id = await makeDocument();
    const { id: version_id } = await checkpoint(id);
    const rename = (body: unknown) => ask("PATCH", id, `/${version_id}`, body);
    const named = await rename({ version_name: "A", version_description: "why" });
    expect(Object.keys(named.body)).toEqual(expect.arrayContaining(SLIM_KEYS));
    expect(named.body).toMatchObject({ is_named: true, version_name: "A", version_description: "why", sequence: 1 });
    expect((await rename({ version_name: "B" })).body).toMatchObject({ version_name: "B", version_description: "why" });
    expect((await rename({ version_name: "B", version_description: null })).body.version_description).toBeNull();
    for (const body of [{}, { version_name: "" }, { version_name: "  " }, { version_name: null }, { name: "C" }]) {
      expect((await rename(body)).status).toBe(422);
    }
  });

  test("differ by what was added, removed and modified, from the first to the second", async () => {
    const id = await makeDocument();
    const a = await checkpoint(id);
    const model_json = {
      ...RESTOCK,
      variables: RESTOCK.variables.filter(({ name }) => name !== "short_b"),
      constraints: [
        { name: "dock", expression: "order_a <= 9" },
        { name: "cap", expression: "order_b <= 9" },
      ],
    };
    const b = await checkpoint(id, { model_json });
    const { body } = await ask("GET", id, `/${a.id}/diff/${b.id}`);
    expect([body.from.id, body.to.id]).toEqual([a.id, b.id]);
    const namesOf = (section: Json) =>
      ["added", "removed", "modified"].map((kind) => section[kind].map((entry: Json) => entry.name));
    expect(namesOf(body.variables)).toEqual([[], ["short_b"], []]);
    expect(namesOf(body.constraints)).toEqual([["cap"], ["cover_a", "cover_b"], ["dock"]]);
    expect(body.constraints.modified[0]).toMatchObject({
      before: RESTOCK.constraints[2],
      after: model_json.constraints[0],
    });
    const { body: back } = await ask("GET", id, `/${b.id}/diff/${a.id}`);
    expect(namesOf(back.constraints)).toEqual([["cover_a", "cover_b"], ["cap"], ["dock"]]);
    const { body: same } = await ask("GET", id, `/${a.id}/diff/${a.id}`);
    expect(namesOf(same.variables).flat()).toEqual([]);
    expect(same.objective).toBeNull();
  });

  test("tell the inputs that a fire can override, with their present values or sizes", async () => {
    const id = await makeDocument();
    const parameters = { rate: 2, stock: [1, 2, 3], cost: { A: { x: 1 }, B: { x: 2 } } };
    const model = {
      ...{ parameters, variables: [{ name: "v" }], constraints: [] },
      objective: { sense: "minimize", expression: 'rate*v + stock[2] + cost["A"]["x"]' },
    };
    const version = await checkpoint(id, { model_json: model });
    const { body } = await ask("GET", id, `/${version.id}/inputs`);
    expect(body.version_id).toBe(version.id);
    const byName = Object.fromEntries(body.inputs.map((input: Json) => [input.name, input]));
    expect(Object.keys(byName).sort()).toEqual(["cost", "rate", "stock"]);
    expect(byName.rate).toMatchObject({ kind: "parameter", type: "number", value: 2, required: false });
    expect(byName.stock).toMatchObject({ kind: "parameter", type: "array", size: 3 });
    expect(byName.cost).toMatchObject({ kind: "parameter", type: "object" });
  });
});

describe("a restore", () => {
  test("gives the document its old texts back, after a checkpoint of the ones it had", async () => {
    const id = await makeDocument({ model_json: RESTOCK, canvas_json: CANVAS });
    const first = await checkpoint(id);
    const changed = { model_json: numbered(1), canvas_json: { ...CANVAS, zoom: 2 } };
    await world.call("PUT", `/api/v2/builder/${id}`, changed);
    const { status, body } = await ask("POST", id, `/${first.id}/restore`, {});
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(["checkpoint_id", "document"]);
    expect(body.document).toMatchObject({ id, model_json: RESTOCK, canvas_json: CANVAS });
    expect((await world.call("GET", `/api/v2/builder/${id}`)).body).toMatchObject({ model_json: RESTOCK });
    expect((await ask("GET", id, `/${body.checkpoint_id}`)).body).toMatchObject({ ...changed, sequence: 2 });
  });

  test("of an unchanged document needs no new checkpoint", async () => {
    const id = await makeDocument();
    const first = await checkpoint(id);
    expect((await ask("POST", id, `/${first.id}/restore`)).body.checkpoint_id).toBe(first.id);
    expect(await sequencesOf(id)).toEqual([1]);
  });

  test("keeps the canvas that the client still holds unsaved", async () => {
    const id = await makeDocument({ model_json: RESTOCK, canvas_json: CANVAS });
    const first = await checkpoint(id);
    const current_canvas_json = { ...CANVAS, unsaved: true };
    const { body } = await ask("POST", id, `/${first.id}/restore`, { current_canvas_json });
    expect((await ask("GET", id, `/${body.checkpoint_id}`)).body.canvas_json).toEqual(current_canvas_json);
    expect(body.document.canvas_json).toEqual(CANVAS);
  });

  test("of a model that was drawn lets the model follow its canvas again", async () => {
    const id = await makeDocument({ canvas_json: CANVAS });
    const drawn = await checkpoint(id);
    await world.call("PUT", `/api/v2/builder/${id}`, { model_json: RESTOCK });
    await ask("POST", id, `/${drawn.id}/restore`, {});
    const canvas_json = structuredClone(CANVAS);
    canvas_json.nodes[0]!.data.upper_bound = 9;
    const { body } = await world.call("PUT", `/api/v2/builder/${id}`, { canvas_json });
    expect(body.model_json.variables[0].upper_bound).toBe(9);
  });
});

describe("retention", () => {
  test("keeps the newest unnamed versions of each document, and every named one", async () => {
    const [id, other] = [await makeDocument(), await makeDocument()];
    await checkpoint(other);
    for (let n = 1; n <= 9; n += 1) {
      const { id: version_id } = await checkpoint(id, { model_json: numbered(n) });
      if (n === 2 || n === 8) await ask("PATCH", id, `/${version_id}`, { version_name: `named ${n}` });
    }
    expect(await sequencesOf(id)).toEqual([9, 8, 7, 6, 5, 2]);
    expect(await sequencesOf(other)).toEqual([1]);
    const tenth = await checkpoint(id, { model_json: numbered(10) });
    expect(tenth.sequence).toBe(10);
    expect(await sequencesOf(id)).toEqual([10, 9, 8, 7, 6, 2]);
  });

  test("never takes a version that a trigger pins, which gets a name if it has none", async () => {
    const id = await makeDocument();
    const pin = async (version_id: string, name: string) =>
      (await world.call("POST", "/api/v2/triggers", { name, document_id: id, version_id })).body;
    const first = await checkpoint(id);
    const second = await checkpoint(id, { model_json: numbered(1), version_name: "own name" });
    const trigger = await pin(first.id, "nightly");
    await pin(first.id, "second trigger");
    await pin(second.id, "third trigger");
    for (let n = 2; n <= 9; n += 1) await checkpoint(id, { model_json: numbered(n) });
    expect(await sequencesOf(id)).toEqual([10, 9, 8, 7, 2, 1]);
    expect((await ask("GET", id, `/${first.id}`)).body).toMatchObject({
      ...{ is_named: true, version_name: "Pinned for trigger: nightly", model_json: RESTOCK },
    });
    expect((await ask("GET", id, `/${second.id}`)).body.version_name).toBe("own name");
    await world.call("DELETE", `/api/v2/builder/${id}`);
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.version_id).toBe(first.id);
  });
});

test("a document that was deleted leaves the triggers on its versions firing", async () => {
  const solving = await startWorld();
  try {
    const trigger = await solving.makeTrigger(RESTOCK);
    expect((await solving.call("DELETE", `/api/v2/builder/${trigger.document_id}`)).status).toBe(204);
    expect((await solving.fire(trigger)).body).toMatchObject({ status: "completed", version_id: trigger.version_id });
  } finally {
    await solving.stop();
  }
});
