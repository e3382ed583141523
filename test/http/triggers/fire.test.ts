/** What clients of other languages send to the fire routes: packed bodies, ids with escapes, preferences, other schemes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { type Answer, type Json, RESTOCK, startWorld, type World } from "../../world";

const BASIC = Buffer.from("operator:hunter2").toString("base64");
let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0", failures_per_minute_max: "1000" } });
  trigger = await world.makeTrigger(RESTOCK);
});
afterAll(() => world.stop());

const path = (action = "fire", id = trigger.id) => `/api/v2/triggers/${id}/${action}`;

async function send(target: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(world.address + target, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body as string,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe("a body with a content-encoding", () => {
  test.each(["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "aws-chunked"])(
    "is 415 by name: %s",
    async (coding) => {
      const packed = gzipSync('{"override_data": {"demand_forecast": [20, 35]}}');
      for (const [target, token] of [
        [path(), trigger.trigger_secret],
        [path("fire-batch"), trigger.trigger_secret],
        ["/api/v2/builder", world.key],
        ["/api/v2/solve", world.key],
      ]) {
        for (const body of [packed, '{"override_data": {}}']) {
          const answer = await send(target, body, { authorization: `Bearer ${token}`, "content-encoding": coding });
          expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
          expect(answer.body.detail).toContain(`"${coding.toLowerCase()}"`);
          expect(answer.headers.get("accept-encoding")).toBe("identity");
        }
      }
    },
  );

  test("that names none is read", async () => {
    const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-encoding": "identity" };
    expect((await send(path(), "{}", headers)).status).toBe(202);
  });

  test("is not looked at before its sender has shown a key", async () => {
    expect((await send("/api/v2/builder", "x", { "content-encoding": "gzip" })).status).toBe(401);
  });
});

test.each(["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"])(
  "a body may be sent as %s",
  async (type) => {
    const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-type": type };
    expect((await send(path(), "{}", headers)).status).toBe(202);
  },
);

test.each(["text/json", "application/jsonp", "application/+json", "json", "application/json+zip"])(
  "a body may not be sent as %s",
  async (type) => {
    const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-type": type };
    expect((await send(path(), "{}", headers)).status).toBe(415);
  },
);

test("an id with escapes that stand for themselves is the same id on every route", async () => {
  const token = { authorization: `Bearer ${trigger.trigger_secret}` };
  const spellings = [
    trigger.id.replace("_", "%5F"),
    trigger.id.replace("_", "%5f"),
    trigger.id.replace("trg", "t%72g"),
  ];
  for (const id of spellings) {
    expect((await send(path("fire", id), "{}", token)).status).toBe(202);
    expect((await send(path("fire-batch", id), '{"override_data": [{}, {}]}', token)).status).toBe(202);
    expect((await world.call("POST", path("fire", id), undefined, { token: trigger.trigger_secret })).status).toBe(202);
    for (const tail of ["", "/runs", "/deliveries", "/schedules"]) {
      expect((await world.call("GET", `/api/v2/triggers/${id}${tail}`)).status).toBe(200);
    }
    // A wrong secret is refused in the same way, whatever the spelling.
    expect((await send(path("fire", id), "{}", { authorization: `Bearer ${"0".repeat(64)}` })).status).toBe(401);
  }
  for (const id of ["%", "%5", "%ZZ", "%2e%2e", `${trigger.id}%2ffire`, `${trigger.id}%00`]) {
    expect((await send(path("fire", id), "{}", token)).status).toBe(404);
  }
});

describe("a 401", () => {
  const secret = "0123456789abcdef".repeat(4);
  test.each([
    [`Basic ${BASIC}`, "the scheme Basic was found and Bearer is expected"],
    [`basic ${BASIC}`, "the scheme Basic was found and Bearer is expected"],
    [`Token ${secret}`, "the scheme Token was found and Bearer is expected"],
    [`ApiKey ${secret}`, "the scheme ApiKey was found and Bearer is expected"],
    [secret, "Authorization begins with something that is not Bearer"],
    [`Bearer:${secret}`, "Authorization begins with something that is not Bearer"],
    ["Bearer", "nothing was found after Bearer"],
    [null, "no Authorization header was found"],
  ])("says what was found in place of Bearer, and repeats no secret: %p", async (authorization, found) => {
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    for (const target of [path(), path("fire-batch"), "/api/v2/triggers", "/api/v2/solve"]) {
      const answer = await send(target, "{}", headers);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect(answer.body.detail).toContain(found);
      expect(answer.body.detail).toContain("Authorization: Bearer");
      expect(JSON.stringify(answer.body)).not.toContain(secret);
      expect(JSON.stringify(answer.body)).not.toContain(BASIC);
    }
  });

  test("for a wrong secret is the sentence that it was", async () => {
    const answer = await send(path(), "{}", { authorization: `Bearer ${secret}` });
    expect([answer.status, answer.body.detail]).toEqual([401, "Invalid trigger secret"]);
  });

  test("for two secrets that differ says so", async () => {
    const body = JSON.stringify({ trigger_secret: secret });
    const answer = await send(path(), body, { authorization: `Bearer ${trigger.trigger_secret}` });
    expect(answer.body.detail).toContain("the one in the header and the one in the body are not the same");
  });

  test.each(["bearer", "BEARER", " Bearer", "Bearer "])("is not for the scheme as %p", async (scheme) => {
    const answer = await send(path(), "{}", { authorization: `${scheme} ${trigger.trigger_secret}` });
    expect(answer.status).toBe(202);
  });
});
