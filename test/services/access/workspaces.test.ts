import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type Json, RESTOCK, startWorld, type World } from "../../world";

const WORKSPACES = "/api/v2/workspaces";

let world: World;
/** The workspace that is there from the start, and one more. */
let first: Json;
let north: Json;
/** An editor's key for the north alone. */
let northern: string;
beforeAll(async () => {
  world = await startWorld();
  [first] = (await world.call("GET", WORKSPACES)).body.items;
  north = (await world.call("POST", WORKSPACES, { name: "North" })).body;
  northern = await makeKey({ role: "editor", workspace_id: north.id });
});
afterAll(() => world.stop());

async function makeKey(fields: Record<string, unknown>): Promise<string> {
  const answer = await world.call("POST", "/api/v2/keys", { name: "k", ...fields });
  expect(answer.status).toBe(201);
  expect(answer.body.workspace_id).toBe(fields.workspace_id ?? null);
  return answer.body.api_key;
}

function asNorth(method: string, path: string, body?: unknown): Promise<Answer> {
  return world.call(method, path, body, { token: northern });
}

async function makeTrigger(call: typeof asNorth, workspace_id?: string): Promise<Json> {
  const where = workspace_id === undefined ? {} : { workspace_id };
  const document = (await call("POST", "/api/v2/builder", { name: "m", model_json: RESTOCK, ...where })).body;
  const version = (await call("POST", `/api/v2/builder/${document.id}/versions`, {})).body;
  const pins = { document_id: document.id, version_id: version.id };
  return (await call("POST", "/api/v2/triggers", { name: "t", ...pins, ...where })).body;
}

test("a workspace has a name of its own within the organization", async () => {
  expect(north.name).toBe("North");
  expect(north.id).toMatch(/^wsp_/);
  expect(await world.call("POST", WORKSPACES, { name: "North" })).toMatchObject({
    status: 409,
    body: { code: "workspace_exists" },
  });
  expect((await world.call("GET", WORKSPACES)).body.items.map(({ name }: Json) => name)).toEqual(["Default", "North"]);
  expect((await asNorth("GET", WORKSPACES)).body.items).toEqual([north]);
});

describe("a key of one workspace", () => {
  test("makes documents and triggers there, and finds and fires them", async () => {
    const made = await makeTrigger(asNorth);
    expect(made.workspace_id).toBe(north.id);
    expect((await asNorth("GET", `/api/v2/builder/${made.document_id}`)).body.workspace_id).toBe(north.id);
    expect((await asNorth("GET", "/api/v2/triggers")).body.map(({ id }: Json) => id)).toContain(made.id);
    expect((await asNorth("POST", `/api/v2/triggers/${made.id}/fire`, {})).status).toBe(202);
    expect((await world.call("GET", `/api/v2/triggers/${made.id}`)).status).toBe(200);
  });

  test("sees nothing of the others, in listings, by id, or as something to pin", async () => {
    const other = await makeTrigger((method, path, body) => world.call(method, path, body));
    expect(other.workspace_id).toBe(first.id);
    for (const path of ["/api/v2/triggers", "/api/v2/builder"]) {
      expect((await asNorth("GET", path)).body.map(({ id }: Json) => id)).not.toContain(other.id);
      expect((await asNorth("GET", path)).body.map(({ id }: Json) => id)).not.toContain(other.document_id);
    }
    for (const path of [`/api/v2/triggers/${other.id}`, `/api/v2/builder/${other.document_id}`])
      for (const method of ["GET", "DELETE"]) expect((await asNorth(method, path)).status).toBe(404);
    expect((await asNorth("POST", `/api/v2/triggers/${other.id}/fire`, {})).status).toBe(404);
    const pins = { document_id: other.document_id, version_id: other.version_id };
    expect((await asNorth("POST", "/api/v2/triggers", { name: "t", ...pins })).status).toBe(404);
    expect((await world.call("GET", `/api/v2/triggers/${other.id}`)).status).toBe(200);
  });

  test("puts nothing into another, as if that were not there", async () => {
    for (const workspace_id of [first.id, "wsp_nope"]) {
      const { status, body } = await asNorth("POST", "/api/v2/builder", { workspace_id });
      expect([status, body.detail[0].loc, body.detail[0].type]).toEqual([
        422,
        ["body", "workspace_id"],
        "unknown_workspace",
      ]);
    }
  });

  test("loses sight of a document that an admin moves away", async () => {
    const { document_id } = await makeTrigger(asNorth);
    const path = `/api/v2/builder/${document_id}`;
    expect((await asNorth("PUT", path, { workspace_id: first.id })).status).toBe(422);
    const moved = await world.call("PUT", path, { workspace_id: first.id });
    expect([moved.status, moved.body.workspace_id]).toEqual([200, first.id]);
    expect((await asNorth("GET", path)).status).toBe(404);
  });

  test("is never an admin's, and never of a workspace that is not there", async () => {
    for (const [fields, type] of [
      [{ role: "admin", workspace_id: north.id }, "admin_limited"],
      [{ role: "viewer", workspace_id: "wsp_nope" }, "unknown_workspace"],
    ] as const) {
      const { status, body } = await world.call("POST", "/api/v2/keys", { name: "k", ...fields });
      expect([status, body.detail[0].type]).toEqual([422, type]);
    }
  });
});
