import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { OPERATIONS } from "../../../src/http/openapi/operations";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0" } });
  trigger = await world.makeTrigger(RESTOCK);
  await world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
});
afterAll(() => world.stop());

const runs = (query: string, path = "/runs") => world.call("GET", `/api/v2/triggers/${trigger.id}${path}?${query}`);

describe("a query parameter", () => {
  test.each([
    ["stauts=failed", "status"],
    ["state=failed", "status"],
    ["Status=failed", "status"],
    ["pagesize=1", "page_size"],
    ["pageSize=1", "page_size"],
    ["page-size=1", "page_size"],
    ["pgae=1", "page"],
    ["sourc=api", "source"],
    ["%73tauts=failed", "status"],
  ])("that is nearly a known one is refused, with the one that was meant: ?%s", async (query, meant) => {
    const answer = await runs(query);
    expect([answer.status, answer.body.code]).toEqual([422, "validation_failed"]);
    expect(answer.body.detail[0].msg).toContain(`did you mean "${meant}"?`);
    expect(answer.body.detail[0].loc[0]).toBe("query");
  });

  test.each(["status=failed&status=completed", "page=1&page=1", "status=failed&page=1&st%61tus=failed"])(
    "that is known and given twice is refused: ?%s",
    async (query) => {
      const answer = await runs(query);
      expect([answer.status, answer.body.detail[0].type]).toEqual([422, "repeated_parameter"]);
      expect(answer.body.detail[0].msg).toContain("give it once");
    },
  );

  test.each([
    ["_=1", "_"],
    ["_=1&_=2&cb=3", "_, cb"],
    ["organization_id=org_1&page=1", "organization_id"],
    ["v=2&t=3", "v, t"],
    ["x%0d%0ay=1", "x%0D%0Ay"],
    ["=1", ""],
  ])("that is none is ignored and named: ?%s", async (query, ignored) => {
    const answer = await runs(query);
    expect([answer.status, answer.body.total]).toEqual([200, 1]);
    expect(answer.headers.get("x-ignored-query")).toBe(ignored);
  });

  test("that is known is used, and no header says otherwise", async () => {
    const answer = await runs("status=queued&page=1&page_size=5&source=api");
    expect([answer.status, answer.body.total]).toEqual([200, 1]);
    expect(answer.headers.has("x-ignored-query")).toBe(false);
  });

  test("is ignored where a route knows none, of every method and with text answers too", async () => {
    const get = await world.call("GET", `/api/v2/triggers/${trigger.id}?expand=all`);
    expect([get.status, get.headers.get("x-ignored-query")]).toEqual([200, "expand"]);
    const path = `/api/v2/triggers/${trigger.id}/fire?wait=5`;
    const fired = await world.call("POST", path, {}, { token: trigger.trigger_secret });
    expect([fired.status, fired.headers.get("x-ignored-query")]).toEqual([202, "wait"]);
    const health = await world.call("GET", "/health?_=1");
    expect([health.status, health.headers.get("x-ignored-query")]).toEqual([200, "_"]);
    const list = await world.call("GET", "/api/v2/builder/?_=1");
    expect([list.status, list.headers.get("x-ignored-query")]).toEqual([200, "_"]);
  });

  test("is told after the key: who has none learns no names", async () => {
    const answer = await world.call("GET", `/api/v2/triggers/${trigger.id}/runs?stauts=x`, undefined, { token: null });
    expect(answer.status).toBe(401);
  });

  test("of every listing may be mistyped in no way that lists everything", async () => {
    const listings = Object.entries(OPERATIONS).filter(
      ([key, { query }]) => key.startsWith("GET /api/") && query !== undefined,
    );
    expect(listings.length).toBeGreaterThan(8);
    for (const [key, { query = {} }] of listings) {
      const path = key
        .slice("GET ".length)
        .replace("{trigger_id}", trigger.id)
        .replaceAll(/\{\w+\}/g, "x");
      for (const name of Object.keys(query).filter(({ length }) => length > 2)) {
        const answer = await world.call("GET", `${path}?${name}s=1`);
        expect([`${path} ${name}s`, answer.status, answer.body.detail[0].loc]).toEqual([
          `${path} ${name}s`,
          422,
          ["query", `${name}s`],
        ]);
      }
    }
  });
});
