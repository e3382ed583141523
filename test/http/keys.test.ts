import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isForEyes } from "../../src/http/openapi/document";
import { createServer } from "../../src/http/server";
import { createOrganization } from "../../src/services/access";
import type { Role } from "../../src/storage/access";
import { type Answer, type Json, movableClock, RESTOCK, startWorld, type World } from "../world";

const DAY_MS = 86_400_000;
const START = "2026-02-19T06:00:00.000Z";
const KEYS = "/api/v2/keys";
const PAGE_KEYS = ["items", "total", "page", "page_size", "total_pages", "has_next", "has_prev"];

const clock = movableClock(START);
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock });
});
afterAll(() => world.stop());

async function makeKey(body: Record<string, unknown> = {}): Promise<Json> {
  const answer = await world.call("POST", KEYS, { name: "a key", ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

const knock = (token: string | null, headers?: Record<string, string>): Promise<Answer> =>
  world.call("GET", "/api/v2/triggers", undefined, { token, ...(headers && { headers }) });

describe("a key", () => {
  test("is shown once, told apart by its first 12 characters, and stored nowhere", async () => {
    const made = await makeKey({ name: "ci", role: "viewer" });
    expect(made).toEqual({
      ...{ id: expect.stringMatching(/^key_[0-9a-z]{26}$/), api_key: expect.stringMatching(/^ok_live_[0-9a-f]{64}$/) },
      ...{ name: "ci", role: "viewer", prefix: made.api_key.slice(0, 12), created_at: START },
      ...{
        expires_at: null,
        revoked_at: null,
        workspace_id: null,
        organization_id: expect.stringMatching(/^org_/),
        created_by: made.created_by,
      },
    } as Json);
    expect((await knock(made.api_key)).status).toBe(200);
    const listed = await world.call("GET", `${KEYS}?page_size=100`);
    expect(listed.body.items.find((key: Json) => key.id === made.id).prefix).toBe(made.prefix);
    const secret = made.api_key.slice(8);
    expect(JSON.stringify(listed.body) + world.log.join("")).not.toContain(secret);
    for (const file of readdirSync(join(world.directory, "data"), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      expect(readFileSync(join(file.parentPath, file.name), "latin1").includes(secret)).toBe(false);
    }
  });

  test("works with its scheme in any case, and no other scheme, spelling or key does", async () => {
    const { api_key } = await makeKey();
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      expect((await knock(null, { authorization: `${scheme} ${api_key}` })).status).toBe(200);
    }
    const wrong = [
      null,
      "Bearer",
      `Basic ${api_key}`,
      api_key,
      `Bearer ${api_key.toUpperCase()}`,
      `Bearer ${api_key}0`,
    ];
    for (const authorization of wrong) {
      const answer = await knock(null, authorization === null ? {} : { authorization });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(["missing_api_key", "invalid_api_key"]).toContain(answer.body.code);
    }
  });

  test("stops working at the instant it expires", async () => {
    const { api_key, expires_at } = await makeKey({ expires_days: 2 });
    expect(Date.parse(expires_at)).toBe(clock.now() + 2 * DAY_MS);
    clock.move(2 * DAY_MS - 1);
    expect((await knock(api_key)).status).toBe(200);
    clock.move(1);
    expect(await knock(api_key)).toMatchObject({ status: 401, body: { code: "invalid_api_key" } });
  });

  test("stops working when it is revoked, and stays listed as revoked", async () => {
    const { id, api_key } = await makeKey({ role: "admin" });
    expect(await world.call("DELETE", `${KEYS}/${id}`)).toMatchObject({ status: 204, body: null });
    expect((await knock(api_key)).status).toBe(401);
    const { items } = (await world.call("GET", `${KEYS}?page_size=100`)).body;
    expect(items.find((key: Json) => key.id === id).revoked_at).toMatch(/Z$/);
    expect(await world.call("DELETE", `${KEYS}/key_nope`)).toMatchObject({
      status: 404,
      body: { code: "key_not_found" },
    });
  });

  test("is not revoked when it is the last that could make another", async () => {
    const alone = await startWorld({ flags: { workers: "0" } });
    try {
      const call = (method: string, path: string, body?: unknown) => alone.call(method, path, body);
      const [own] = (await call("GET", KEYS)).body.items;
      await call("POST", KEYS, { name: "editor", role: "editor" });
      expect(await call("DELETE", `${KEYS}/${own.id}`)).toMatchObject({
        status: 409,
        body: { code: "last_admin_key" },
      });
      await call("POST", KEYS, { name: "second", role: "admin" });
      expect((await call("DELETE", `${KEYS}/${own.id}`)).status).toBe(204);
    } finally {
      await alone.stop();
    }
  });

  test.each([
    [{ name: "x", role: "owner" }, "role"],
    [{ name: "x", expires_days: 0 }, "expires_days"],
    [{ name: "x", expires_days: 1.5 }, "expires_days"],
    [{ name: "x", expire_days: 3 }, "expire_days"],
    [{ name: " " }, "name"],
    [{ role: "viewer" }, "name"],
  ])("is refused for %j", async (body, field) => {
    const answer = await world.call("POST", KEYS, body);
    expect(answer.status).toBe(422);
    expect(answer.body.detail[0].loc).toEqual(["body", field]);
  });

  test("is listed in pages", async () => {
    for (let i = 0; i < 3; i += 1) await makeKey({ name: `page ${i}` });
    const first = (await world.call("GET", `${KEYS}?page_size=2`)).body;
    expect(Object.keys(first).sort()).toEqual([...PAGE_KEYS].sort());
    expect(first).toMatchObject({ page: 1, page_size: 2, has_prev: false, has_next: true });
    expect(first.total_pages).toBe(Math.ceil(first.total / 2));
    const ids = new Set<string>();
    for (let page = 1; page <= first.total_pages; page += 1) {
      for (const key of (await world.call("GET", `${KEYS}/?page=${page}&page_size=2`)).body.items) ids.add(key.id);
    }
    expect(ids.size).toBe(first.total);
    for (const query of ["page=0", "page_size=101"]) {
      expect((await world.call("GET", `${KEYS}?${query}`)).status).toBe(422);
    }
  });
});

test("a client that tries keys is slowed down, and never one that has the right key", async () => {
  const guarded = await startWorld({ flags: { workers: "0" } });
  try {
    const statuses: number[] = [];
    for (let i = 0; i < 23; i += 1) {
      const answer = await guarded.call("GET", KEYS, undefined, { token: `ok_live_${"0".repeat(64)}` });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429, 429]);
    expect((await guarded.call("GET", KEYS)).status).toBe(200);
  } finally {
    await guarded.stop();
  }
});

interface RouteNeeds {
  /** The least role that may; null: an API key is neither needed nor looked at. */
  readonly role: Role | null;
  readonly body?: unknown;
}

const cron = { cron_expression: "0 6 * * *" };
const trigger = { name: "t", document_id: "DOC", version_id: "VER" };
/** Every route of the service; a body where one is needed to get past the validation. */
const ROUTES: Readonly<Record<string, RouteNeeds>> = {
  "GET /health": { role: null },
  "GET /health/live": { role: null },
  "GET /health/ready": { role: null },
  "GET /openapi.json": { role: null },
  "GET /docs": { role: null },
  "GET /docs/style.css": { role: null },
  "POST /api/v2/triggers/:trigger_id/fire": { role: null },
  "POST /api/v2/triggers/:trigger_id/fire-batch": { role: null },
  "GET /api/v2/builder": { role: "viewer" },
  "POST /api/v2/builder": { role: "editor", body: {} },
  "GET /api/v2/builder/:document_id": { role: "viewer" },
  "PUT /api/v2/builder/:document_id": { role: "editor", body: {} },
  "DELETE /api/v2/builder/:document_id": { role: "editor" },
  "GET /api/v2/builder/:document_id/versions": { role: "viewer" },
  "POST /api/v2/builder/:document_id/versions": { role: "editor", body: {} },
  "GET /api/v2/builder/:document_id/versions/:version_id": { role: "viewer" },
  "PATCH /api/v2/builder/:document_id/versions/:version_id": { role: "editor", body: { version_name: "v" } },
  "POST /api/v2/builder/:document_id/versions/:version_id/restore": { role: "editor", body: {} },
  "GET /api/v2/builder/:document_id/versions/:version_id/diff/:other_id": { role: "viewer" },
  "GET /api/v2/builder/:document_id/versions/:version_id/inputs": { role: "viewer" },
  "GET /api/v2/triggers": { role: "viewer" },
  "POST /api/v2/triggers": { role: "editor", body: trigger },
  "GET /api/v2/triggers/:trigger_id": { role: "viewer" },
  "PATCH /api/v2/triggers/:trigger_id": { role: "editor", body: { name: "t" } },
  "DELETE /api/v2/triggers/:trigger_id": { role: "editor" },
  "POST /api/v2/triggers/:trigger_id/toggle": { role: "editor", body: { enabled: true } },
  "POST /api/v2/triggers/:trigger_id/rotate-secret": { role: "editor", body: {} },
  "GET /api/v2/triggers/:trigger_id/runs": { role: "viewer" },
  "GET /api/v2/triggers/:trigger_id/runs/:run_id": { role: "viewer" },
  "POST /api/v2/triggers/:trigger_id/runs/:run_id/rerun": { role: "solver" },
  "POST /api/v2/triggers/:trigger_id/runs/:run_id/cancel": { role: "solver" },
  "POST /api/v2/triggers/:trigger_id/runs/:run_id/verify": { role: "solver" },
  "GET /api/v2/triggers/:trigger_id/runs/:run_id/events": { role: "viewer" },
  "GET /api/v2/triggers/:trigger_id/runs/:run_id/progress": { role: "viewer" },
  "GET /api/v2/triggers/:trigger_id/deliveries": { role: "viewer" },
  "GET /api/v2/triggers/:trigger_id/deliveries/:delivery_id": { role: "viewer" },
  "POST /api/v2/triggers/:trigger_id/deliveries/:delivery_id/redeliver": { role: "editor" },
  "POST /api/v2/triggers/:trigger_id/webhook/ping": { role: "editor" },
  "POST /api/v2/triggers/:trigger_id/schedule": { role: "editor", body: cron },
  "GET /api/v2/triggers/:trigger_id/schedule": { role: "viewer" },
  "PATCH /api/v2/triggers/:trigger_id/schedule": { role: "editor", body: { is_enabled: false } },
  "DELETE /api/v2/triggers/:trigger_id/schedule": { role: "editor" },
  "POST /api/v2/schedules/validate": { role: "viewer", body: cron },
  "POST /api/v2/solve": { role: "solver", body: RESTOCK },
  "POST /api/v2/solve/validate": { role: "viewer", body: RESTOCK },
  "GET /api/v2/examples": { role: "viewer" },
  "GET /api/v2/examples/:example_name": { role: "viewer" },
  "GET /api/v2/keys": { role: "admin" },
  "POST /api/v2/keys": { role: "admin", body: { name: "made" } },
  "DELETE /api/v2/keys/:key_id": { role: "admin" },
  "GET /api/v2/workspaces": { role: "viewer" },
  "POST /api/v2/workspaces": { role: "admin", body: { name: "made" } },
  "GET /api/v2/audit": { role: "admin" },
  "POST /api/v2/session": { role: null },
  "GET /api/v2/session": { role: "viewer" },
  "DELETE /api/v2/session": { role: "viewer" },
  "POST /api/v2/session/links": { role: "admin" },
  "GET /api/v2/overview": { role: "viewer" },
  "GET /api/v2/overview/triggers": { role: "viewer" },
  "GET /api/v2/system": { role: "viewer" },
};
const KEYED = Object.entries(ROUTES).filter(([, { role }]) => role !== null);
const ROLES: readonly Role[] = ["viewer", "solver", "editor", "admin"];

/** A request to a route; `ids` stand in for its parameters, unknown ones where none are given. */
function ask(route: string, token: string | null, ids: Record<string, string> = {}): Promise<Answer> {
  const [method = "", pattern = ""] = route.split(" ");
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? `unknown_${name}`);
  const body = ROUTES[route]!.body;
  const text = body === undefined ? undefined : fillIn(JSON.stringify(body), ids);
  return world.call(method, path, text, { token });
}

function fillIn(
  text: string,
  { document_id = "doc_unknown", version_id = "ver_unknown" }: Record<string, string>,
): string {
  return text.replace("DOC", document_id).replace("VER", version_id);
}

describe("roles", () => {
  test("are written down here for every route that there is", () => {
    const routed = createServer(world.app.context)
      .routes.filter((route) => !isForEyes(route))
      .map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, "")}`);
    expect(routed.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  test.each(ROLES.map((role, rank) => [role, rank] as const))(
    "%s may do what it may and nothing else",
    async (role, rank) => {
      const { api_key } = await makeKey({ role });
      for (const [route, needs] of KEYED) {
        const answer = await ask(route, api_key);
        const is_allowed = rank >= ROLES.indexOf(needs.role!);
        expect([route, answer.status === 403]).toEqual([route, !is_allowed]);
        if (!is_allowed)
          expect(answer.body).toMatchObject({ code: "not_allowed", detail: expect.stringContaining(needs.role!) });
        else expect([200, 201, 204, 404]).toContain(answer.status);
      }
    },
  );

  test("count only after the key itself: without one every keyed route is 401", async () => {
    for (const [route] of KEYED) {
      const answer = await ask(route, null);
      expect([route, answer.status, answer.headers.get("www-authenticate")]).toEqual([route, 401, "Bearer"]);
    }
  });

  test("do not come with a trigger's secret, which opens its fire route alone", async () => {
    const made = await world.makeTrigger(RESTOCK);
    for (const [route] of KEYED.slice(0, 15)) {
      expect((await ask(route, made.trigger_secret, { trigger_id: made.id })).status).toBe(401);
    }
    expect((await world.fire(made)).status).toBe(200);
  });
});

describe("another organization", () => {
  let strangers = 0;

  /** A key of a second tenant on the same service. */
  async function makeStranger(): Promise<string> {
    const { context } = world.app;
    strangers += 1;
    return (await createOrganization(context, `Other ${strangers}`)).api_key;
  }

  test("gets for every id the answer of an id that never was", async () => {
    const stranger = await makeStranger();
    const made = await world.makeTrigger(RESTOCK);
    await world.call("POST", `/api/v2/triggers/${made.id}/schedule`, cron);
    const run = (await world.fire(made)).body;
    const key = await makeKey();
    const ids: Record<string, string> = {
      ...{ document_id: made.document_id, version_id: made.version_id, other_id: made.version_id },
      ...{ trigger_id: made.id, run_id: run.id, key_id: key.id },
    };
    for (const [route] of KEYED.filter(([name]) => name.includes(":") || name === "POST /api/v2/triggers")) {
      const [mine, unknown] = [await ask(route, stranger, ids), await ask(route, stranger)];
      expect([route, mine.status]).toEqual([route, 404]);
      expect({ ...mine.body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
    }
    expect((await world.call("GET", `/api/v2/triggers/${made.id}`)).status).toBe(200);
    expect((await knock(key.api_key)).status).toBe(200);
  });

  test("lists nothing but its own", async () => {
    const stranger = await makeStranger();
    await world.makeTrigger(RESTOCK);
    const listOf = async (path: string) => (await world.call("GET", path, undefined, { token: stranger })).body;
    expect(await listOf("/api/v2/triggers")).toEqual([]);
    expect(await listOf("/api/v2/builder")).toEqual([]);
    expect((await listOf(KEYS)).items).toHaveLength(1);
    const theirs = await world.call("POST", "/api/v2/builder", { name: "theirs" }, { token: stranger });
    expect((await listOf("/api/v2/builder")).map((document: Json) => document.id)).toEqual([theirs.body.id]);
    expect((await world.call("GET", `/api/v2/builder/${theirs.body.id}`)).status).toBe(404);
  });
});
