import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Answer, type Json, movableClock, startWorld, type World } from "../../world";

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

const ask = (token: string | null, headers?: Record<string, string>): Promise<Answer> =>
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
    expect((await ask(made.api_key)).status).toBe(200);
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
      expect((await ask(null, { authorization: `${scheme} ${api_key}` })).status).toBe(200);
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
      const answer = await ask(null, authorization === null ? {} : { authorization });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(["missing_api_key", "invalid_api_key"]).toContain(answer.body.code);
    }
  });

  test("stops working at the instant it expires", async () => {
    const { api_key, expires_at } = await makeKey({ expires_days: 2 });
    expect(Date.parse(expires_at)).toBe(clock.now() + 2 * DAY_MS);
    clock.move(2 * DAY_MS - 1);
    expect((await ask(api_key)).status).toBe(200);
    clock.move(1);
    expect(await ask(api_key)).toMatchObject({ status: 401, body: { code: "invalid_api_key" } });
  });

  test("stops working when it is revoked, and stays listed as revoked", async () => {
    const { id, api_key } = await makeKey({ role: "admin" });
    expect(await world.call("DELETE", `${KEYS}/${id}`)).toMatchObject({ status: 204, body: null });
    expect((await ask(api_key)).status).toBe(401);
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
