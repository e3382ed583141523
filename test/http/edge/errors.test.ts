import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createServer } from "../../../src/http/server";
import { type Answer, type Json, RESTOCK, startWorld, type World } from "../../world";

const SEED = 20_260_219;
const MIB_BYTES = 1_048_576;
const BUILDER = "/api/v2/builder";
let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { max_body_mb: "1" } });
});
afterAll(() => world.stop());

/** The contract's shape of every error. */
function expectError(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.body.request_id).toBe(answer.headers.get("x-request-id"));
  expect(JSON.stringify(answer.body.detail ?? "").length).toBeGreaterThan(2);
}

describe("a route", () => {
  test.each([
    ["GET", "/api/v2"],
    ["GET", "/api/v2/nope"],
    ["GET", "/api/v3/triggers"],
    ["GET", "/api/v2/triggers/a/b/c/d"],
    ["DELETE", "/api/v2/triggers"],
    ["PUT", "/api/v2/triggers/trg_1"],
    ["POST", "/health"],
    ["OPTIONS", "/api/v2/triggers"],
  ])("that is not there is told by method and path: %s %s", async (method, path) => {
    const answer = await world.call(method, path);
    expectError(answer, 404, "route_not_found");
    expect(answer.body.detail).toBe(`No route ${method} ${path}`);
  });

  test.each(["/api/v2/triggers", BUILDER, "/api/v2/keys", "/health", "/api/v2/triggers/trg_nope/runs"])(
    "answers with and without its final slash, never by redirect: %s",
    async (path) => {
      const headers = { authorization: `Bearer ${world.key}` };
      const [plain, slashed] = await Promise.all(
        [path, `${path}/`].map((one) => fetch(world.address + one, { headers, redirect: "manual" })),
      );
      expect(slashed!.status).toBe(plain!.status);
      expect([200, 404]).toContain(plain!.status);
      const keysOf = async (response: Response) => Object.keys((await response.json()) as Json);
      expect(await keysOf(slashed!)).toEqual(await keysOf(plain!));
    },
  );

  test.each(["%", "%ff", "%E0%A4%A", "%00", "%2e%2e", "..%2f..", "a%20b", "\u{1f600}", "x".repeat(8000)])(
    "takes any text for an id as an unknown one: %s",
    async (id) => {
      for (const path of [`/api/v2/triggers/${id}`, `${BUILDER}/${id}/versions/${id}`]) {
        expect((await world.call("GET", path)).status).toBe(404);
      }
    },
  );
});

describe("a body", () => {
  test.each(["{", "{'a': 1}", '{"name": "a",}', "undefined", "[1", '{"name": "a"} x', "\u0000", '"\\x"', "NaN"])(
    "that is not JSON is 400: %s",
    async (body) => {
      expectError(await world.call("POST", BUILDER, body), 400, "malformed_json");
    },
  );

  test.each(["[]", "null", "5", '"text"', "true"])("that is no object is 422: %s", async (body) => {
    const answer = await world.call("POST", BUILDER, body);
    expectError(answer, 422, "validation_failed");
    expect(answer.body.detail).toEqual([
      { loc: ["body"], msg: "a JSON object is expected as the body", type: expect.any(String) },
    ] as Json);
  });

  test("with unknown and wrong fields is 422, each with its place, and the name that was meant", async () => {
    const answer = await world.call("POST", BUILDER, { nmae: "a", name: 5, unheard_of: 1 });
    expectError(answer, 422, "validation_failed");
    expect(answer.body.detail.map((entry: Json) => entry.loc)).toEqual([
      ["body", "nmae"],
      ["body", "unheard_of"],
      ["body", "name"],
    ]);
    expect(answer.body.detail[0].msg).toContain('did you mean "name"?');
    expect(answer.body.detail[1].msg).not.toContain("did you mean");
    for (const entry of answer.body.detail) expect(Object.keys(entry).sort()).toEqual(["loc", "msg", "type"]);
  });

  test.each([
    ["POST", "/api/v2/triggers", "webhok_url", "webhook_url"],
    ["POST", "/api/v2/triggers/trg_x/toggle", "enable", "enabled"],
    ["POST", "/api/v2/triggers/trg_x/rotate-secret", "grace_second", "grace_seconds"],
    ["POST", "/api/v2/triggers/trg_x/schedule", "cron_expresion", "cron_expression"],
    ["PATCH", "/api/v2/triggers/trg_x/schedule", "time_zone", "timezone"],
    ["POST", "/api/v2/schedules/validate", "cuont", "count"],
    ["POST", `${BUILDER}/doc_x/versions`, "version_nam", "version_name"],
    ["POST", `${BUILDER}/doc_x/versions/ver_x/restore`, "curent_canvas_json", "current_canvas_json"],
    ["POST", "/api/v2/keys", "roles", "role"],
  ])("with a typo is told what was meant: %s %s %s", async (method, path, typo, meant) => {
    const answer = await world.call(method, path, { [typo]: 1 });
    expectError(answer, 422, "validation_failed");
    const entry = answer.body.detail.find((one: Json) => one.loc[1] === typo);
    expect(entry.msg).toContain(`did you mean "${meant}"?`);
  });

  test.each(['{"__proto__":{"name":"x"}}', '{"constructor":{"prototype":{"name":"x"}}}'])(
    "cannot smuggle in a prototype: %s",
    async (body) => {
      expectError(await world.call("POST", BUILDER, body), 422, "validation_failed");
      expect(({} as Json).name).toBeUndefined();
    },
  );

  test("is JSON by its type, or is not taken", async () => {
    const typed = (type: string, body = "{}") =>
      world.call("POST", BUILDER, body, { headers: { "content-type": type } });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"]) {
      const answer = await typed(type, type.startsWith("multi") ? "--x--" : "name=a");
      expectError(answer, 415, "unsupported_media_type");
    }
    for (const type of ["application/json", "Application/JSON; charset=utf-8"]) {
      expect((await typed(type)).status).toBe(201);
    }
  });

  test("nests at most 64 deep, counted without recursion", async () => {
    const nested = (depth: number) => `{"model_json":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    expect((await world.call("POST", BUILDER, nested(64))).status).toBe(201);
    expectError(await world.call("POST", BUILDER, nested(65)), 400, "malformed_json");
    expectError(await world.call("POST", BUILDER, "[".repeat(1_000_000)), 400, "malformed_json");
    const bomb = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    expectError(await world.call("POST", "/api/v2/solve", bomb), 400, "malformed_json");
    const quoted = { name: '[{"\\'.repeat(30) };
    expect((await world.call("POST", BUILDER, quoted)).body.name).toBe(quoted.name);
  });

  test("has no object of more keys than parse in time, while rows may have as many", async () => {
    const one = await startWorld({ flags: { workers: "0" } });
    try {
      const keyed = (count: number) =>
        `{"canvas_json":{"x":{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(",")}}}}`;
      expect((await one.call("POST", BUILDER, keyed(20_000))).status).toBe(201);
      const refused = await one.call("POST", BUILDER, keyed(210_000));
      expectError(refused, 400, "malformed_json");
      expect(refused.body.detail).toContain("as rows");
      const rows = `{"canvas_json":{"x":[${Array.from({ length: 110_000 }, (_, i) => `{"a":${i},"b":1}`).join(",")}]}}`;
      expect((await one.call("POST", BUILDER, rows)).status).toBe(201);
    } finally {
      await one.stop();
    }
  });

  test("over the limit is 413, by its declared length and by count", async () => {
    const large = JSON.stringify({ name: "x".repeat(MIB_BYTES) });
    expectError(await world.call("POST", BUILDER, large), 413, "body_too_large");
    const streamed = (size: number): Promise<Response> => {
      const body = new Blob([JSON.stringify({ name: "x".repeat(size) })]).stream();
      const headers = { authorization: `Bearer ${world.key}`, "content-type": "application/json" };
      return fetch(world.address + BUILDER, { method: "POST", headers, body });
    };
    expect((await streamed(MIB_BYTES)).status).toBe(413);
    expect((await streamed(4 * MIB_BYTES)).status).toBe(413);
    expect((await world.call("POST", BUILDER, { model_json: "x".repeat(MIB_BYTES - 100) })).status).toBe(201);
  });

  test("with a number beyond all bounds is refused, not taken for no number", async () => {
    const text = (key: string) =>
      `{"variables":[{"name":"x","${key}":1e999}],"objective":{"sense":"minimize","expression":"x"},"constraints":[]}`;
    for (const key of ["lower_bound", "upper_bound"]) {
      for (const [path, body] of [
        ["/api/v2/solve", text(key)],
        [BUILDER, `{"model_json":${text(key)}}`],
      ] as const) {
        const answer = await world.call("POST", path, body);
        expect([path, [400, 422].includes(answer.status)]).toEqual([path, true]);
      }
    }
  });
});

describe("a request id", () => {
  test("is the client's own where it is printable and short, on success and on errors", async () => {
    for (const id of ["a", "order-2026/02:19", "~".repeat(128)]) {
      const headers = { "x-request-id": id };
      expect((await world.call("GET", "/health", undefined, { headers })).headers.get("x-request-id")).toBe(id);
      const answer = await world.call("GET", "/api/v2/triggers/trg_nope", undefined, { headers });
      expect(answer.body.request_id).toBe(id);
      expectError(answer, 404, "trigger_not_found");
    }
  });

  test("is made anew for every request that brings none, or one that is not fit to be logged", async () => {
    const seen = new Set<string>();
    for (const id of [null, null, "~".repeat(129), "caf\u00e9", "a\tb"]) {
      const headers: Record<string, string> = id === null ? {} : { "x-request-id": id };
      const made = (await world.call("GET", "/health", undefined, { headers })).headers.get("x-request-id")!;
      expect(made).toMatch(/^req_[0-9a-z]{26}$/);
      seen.add(made);
    }
    expect(seen.size).toBe(5);
  });
});

test("answers are never stored on their way", async () => {
  const trigger = await world.makeTrigger(RESTOCK);
  await world.fire(trigger);
  for (const path of ["/health", "/api/v2/triggers", `/api/v2/triggers/${trigger.id}/runs`, "/api/v2/nope"]) {
    expect((await world.call("GET", path)).headers.get("cache-control")).toBe("no-store");
  }
  const fired = await world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
  expect(fired.headers.get("cache-control")).toBe("no-store");
});

test("a fault of our own is 500 with an incident id that the log explains, and nothing of its cause", async () => {
  const broken = await startWorld({ flags: { workers: "0" } });
  try {
    const trigger = await broken.makeTrigger(RESTOCK);
    await broken.app.context.writer.write(({ client }) =>
      client.run("UPDATE triggers SET override_schema = '{canary' WHERE id = ?1", [trigger.id]),
    );
    const answer = await broken.call("GET", `/api/v2/triggers/${trigger.id}`);
    expectError(answer, 500, "internal_error");
    expect(answer.body.incident_id).toMatch(/^inc_/);
    expect(answer.body.detail).toContain(answer.body.incident_id);
    expect(JSON.stringify(answer.body)).not.toMatch(/JSON|canary|\.ts/);
    expect(await broken.logged(new RegExp(answer.body.incident_id))).toContain(answer.body.request_id);
  } finally {
    await broken.stop();
  }
});

interface Made {
  readonly ids: Readonly<Record<string, string>>;
  readonly secret: string;
  /** Not the fuzzed trigger: its secret is never rotated. */
  readonly fired_id: string;
}

async function makeAll(): Promise<Made> {
  const [trigger, fired] = [await world.makeTrigger(RESTOCK), await world.makeTrigger(RESTOCK)];
  await world.call("POST", `/api/v2/triggers/${trigger.id}/schedule`, CRON);
  const run = (await world.fire(trigger)).body;
  const key = (await world.call("POST", "/api/v2/keys", { name: "k" })).body;
  const { document_id, version_id } = trigger;
  return {
    ids: { document_id, version_id, other_id: version_id, trigger_id: trigger.id, run_id: run.id, key_id: key.id },
    secret: fired.trigger_secret,
    fired_id: fired.id,
  };
}

const CRON = { cron_expression: "0 6 * * *", timezone: "Europe/Berlin" };
const CANVAS = { nodes: [{ id: "1", type: "variable", data: { name: "x" } }], edges: [{ source: "1", target: "2" }] };
const SCHEMA = [{ name: "cap", type: "number", default: 5, model_field_path: "variables.order_a.upper_bound" }];
const HOOK = { webhook_url: "http://127.0.0.1:9/", webhook_secret: "whsec_12345678" };
/** A body that each kind of route takes, by the end of its path; what the fuzz starts from. */
const BODIES: readonly (readonly [string, unknown])[] = [
  ["/builder/", { name: "a", model_json: RESTOCK, canvas_json: CANVAS }],
  ["/builder/:document_id", { name: "a", model_json: RESTOCK, canvas_json: CANVAS }],
  ["/versions/", { model_json: RESTOCK, canvas_json: CANVAS, version_name: "v", version_description: "d" }],
  ["/versions/:version_id", { version_name: "v", version_description: "d" }],
  ["/restore", { current_canvas_json: CANVAS }],
  ["/triggers/", { name: "t", document_id: "DOC", version_id: "VER", override_schema: SCHEMA, ...HOOK }],
  ["/triggers/:trigger_id", { name: "t", override_schema: SCHEMA, max_concurrent_runs: 1, ...HOOK }],
  ["/toggle", { enabled: true }],
  ["/rotate-secret", { grace_seconds: 5 }],
  ["/fire", { override_data: { stock: [1, 2], demand_forecast: [3, 4] } }],
  ["/schedule", { ...CRON, override_data: { stock: [1, 2] }, is_enabled: false }],
  ["/schedules/validate", { ...CRON, count: 3 }],
  ["/solve/", { ...RESTOCK, override_data: { stock: [1, 2] }, options: { seed: 1, time_limit_seconds: 1 } }],
  ["/solve/validate", { ...RESTOCK, options: { gap_tolerance: 0.1 } }],
  ["/keys/", { name: "k", role: "viewer", expires_days: 3 }],
];
const TEXTS = [
  ..."* http://127.0.0.1:9/ http://[::1]/ file:///etc/passwd UTC Europe/Berlin @daily x maximize binary whsec_".split(
    " ",
  ),
  ..."2x+y<=3 (((( sum( x^ 1e999 x/0 0/0 abs(x) order_a*order_b stock[9] stock[ -- = <= 1..2 $ __proto__".split(" "),
  ...[
    "*/5 * * * * *",
    "0 0 30 2 *",
    "0 0 L * 5#2",
    "variables.order_a",
    "constraints.0.expression",
    "\u0000",
    "\ud800",
    "",
  ],
];
const number = fc.oneof(fc.constantFrom(0, -1, 0.5, 1e300, -1e-300, 2 ** 53, 1e15), fc.double(), fc.integer());
const scalar = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 20 }),
  number,
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(
    fc.oneof(fc.constantFrom("name", "expression", "toString", "__proto__"), fc.string()),
    tie("value"),
    {
      maxKeys: 5,
    },
  ),
})).value;
const query = fc.oneof(
  fc.constant(""),
  fc
    .dictionary(
      fc.constantFrom("page", "page_size", "skip", "limit", "status", "source", "document_id", "x"),
      fc.oneof(fc.nat(100).map(String), fc.constantFrom("completed", "api", "-1", "", "%", "%ff", "[]", "1&page=2")),
      { maxKeys: 3 },
    )
    .map(
      (entries) =>
        `?${Object.entries(entries)
          .map((pair) => pair.join("="))
          .join("&")}`,
    ),
);
/** Names that mean something to JavaScript, or to nobody. */
const strayKey = fc.oneof(fc.constantFrom("__proto__", "constructor", "toString", "valueOf", "length"), fc.string());
/** A value to put in, the place for it, counted over all places of the body, and the name that it gets there when it is new. */
const mutation = fc.tuple(fc.nat(1000), fc.oneof(scalar, value), fc.option(strayKey, { freq: 3 }));

type Container = Record<string, unknown>;

/** The body with each value put at its place. */
function mutate(body: unknown, mutations: readonly (readonly [number, unknown, string | null])[]): unknown {
  const root: Container = { body: structuredClone(body) };
  for (const [place, put, stray] of mutations) {
    const places: [Container, string][] = [[root, "body"]];
    for (const [container, key] of places) {
      const inner = container[key];
      if (typeof inner !== "object" || inner === null) continue;
      for (const name of Object.keys(inner)) places.push([inner as Container, name]);
    }
    const [container, key] = places[place % places.length]!;
    const inner = container[key];
    const is_new = stray !== null && typeof inner === "object" && inner !== null && !Array.isArray(inner);
    // Defined, not set: "__proto__" must end up in the text like any other name.
    Object.defineProperty(is_new ? inner : container, is_new ? stray : key, {
      ...{ value: structuredClone(put), enumerable: true, writable: true, configurable: true },
    });
  }
  return root.body;
}

/** Path segments of any text; lone surrogates, which no URL can hold, become what UTF-8 makes of them. */
function encoded(ids: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(ids).map(([name, text]) => [name, encodeURIComponent(text.toWellFormed())]));
}

test("no input of any route makes the service fail", async () => {
  const made = await makeAll();
  const routes = createServer(world.app.context).routes.map(({ method, path }) => ({ method, path }));
  expect(routes.length).toBeGreaterThan(30);
  const name = fc.constantFrom(...Object.keys(made.ids));
  const request = fc.record({
    route: fc.constantFrom(...routes),
    garbage: fc.dictionary(name, fc.string({ unit: "binary", minLength: 1, maxLength: 30 }), { maxKeys: 1 }),
    raw: fc.constantFrom("", "", "", "", "", "", "", "%", "%ff", "%00", ".."),
    mutations: fc.array(mutation, { maxLength: 3 }),
    has_body: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    query,
    prefer: fc.constantFrom("", "wait=0", "wait=1,x", "wait=99999", "\u00ff"),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ route, garbage, raw, mutations, has_body, query, prefer }) => {
      const is_fire = /\/fire(-batch)?$/.test(route.path);
      // A route that deletes gets no id that the others need.
      const known = route.method === "DELETE" ? {} : { ...made.ids, ...(is_fire && { trigger_id: made.fired_id }) };
      const ids: Record<string, string> = { ...known, ...encoded(garbage) };
      const path = route.path.replace(/:(\w+)/g, (_, id: string) => (raw || ids[id]) ?? "x");
      const base = BODIES.find(([end]) => route.path.endsWith(end))?.[1] ?? {};
      const body = (JSON.stringify(mutate(base, mutations)) ?? "")
        .replace('"DOC"', JSON.stringify(made.ids.document_id))
        .replace('"VER"', JSON.stringify(made.ids.version_id));
      const sent = route.method === "GET" || !has_body ? undefined : body;
      const headers = is_fire ? {} : { prefer };
      const options = { token: is_fire ? made.secret : world.key, headers };
      const answer = await world.call(route.method, path + query, sent, options);
      expect([route.method, path, answer.status < 500]).toEqual([route.method, path, true]);
      if (answer.status >= 400) expectError(answer, answer.status, answer.body.code);
    }),
    { seed: SEED, numRuns: 1500 },
  );
  expect((await world.call("GET", "/health")).body.status).toBe("ok");
}, 60_000);
