/**
 * Every operation of the OpenAPI document, asked by everyone there is: no key, keys that open nothing, each role, keys of
 * elsewhere, triggers' secrets. Whom it lets in follows from the `x-role` of the operation; ROWS tells what it then answers.
 */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ids as exampleIds } from "../../src/http/openapi/examples";
import type { Answer, Json } from "../world";
import { RESTOCK_FIVE, type Service, useScratch } from "./binary";

/** Objects by the name of the path parameter that they stand for. */
type Ids = Readonly<Record<string, string>>;

interface Row {
  /** The answer to those that are let in. */
  readonly status: number;
  /** The answer to an admin of another organization and to a key of another workspace, where it is not 404 for a path with an id and `status` for one without. */
  readonly elsewhere?: number;
  /** In place of the document's example. */
  readonly body?: (ids: Ids) => unknown;
  readonly ids?: (ids: Ids) => Ids;
  /** What must stand behind the path. */
  readonly query?: string;
}

const bare = (ids: Ids): Ids => ({ ...ids, trigger_id: ids.bare_trigger_id! });
const SCHEDULED_FOR = "2026-02-19T06:00:00.000Z";
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };

const CRON = { cron_expression: "0 6 * * *", override_data: FORECAST };

/** Every operation of the service; a new one gets its row here. */
const ROWS: Readonly<Record<string, Row>> = {
  "GET /api/v2/builder": { status: 200 },
  "POST /api/v2/builder": { status: 201, body: () => ({ name: "Mix" }) },
  "GET /api/v2/builder/{document_id}": { status: 200 },
  "PUT /api/v2/builder/{document_id}": { status: 200, body: () => ({ name: "Mix" }) },
  "DELETE /api/v2/builder/{document_id}": { status: 204 },
  "GET /api/v2/builder/{document_id}/versions": { status: 200 },
  "POST /api/v2/builder/{document_id}/versions": { status: 201, body: () => ({}) },
  "GET /api/v2/builder/{document_id}/versions/{version_id}": { status: 200 },
  "PATCH /api/v2/builder/{document_id}/versions/{version_id}": { status: 200 },
  "POST /api/v2/builder/{document_id}/versions/{version_id}/restore": { status: 200, body: () => ({}) },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/diff/{other_id}": { status: 200 },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/inputs": { status: 200 },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/export": { status: 200, query: "?format=mps" },
  "GET /api/v2/applied": { status: 200 },
  "PUT /api/v2/applied": { status: 409, body: () => ({ revision: "another", items: [] }) },
  "GET /api/v2/triggers": { status: 200 },
  "POST /api/v2/triggers": {
    status: 201,
    elsewhere: 404,
    body: ({ document_id, version_id }) => ({ name: "t", document_id, version_id }),
  },
  "GET /api/v2/triggers/{trigger_id}": { status: 200 },
  "PATCH /api/v2/triggers/{trigger_id}": { status: 200, body: () => ({ name: "t" }) },
  "DELETE /api/v2/triggers/{trigger_id}": { status: 204 },
  "POST /api/v2/triggers/{trigger_id}/toggle": { status: 200 },
  "POST /api/v2/triggers/{trigger_id}/rotate-secret": { status: 200 },
  "POST /api/v2/triggers/{trigger_id}/fire": { status: 202, body: () => ({ override_data: FORECAST }) },
  "POST /api/v2/triggers/{trigger_id}/fire-batch": { status: 202, body: () => ({ override_data: [FORECAST] }) },
  "GET /api/v2/triggers/{trigger_id}/runs": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}": { status: 200 },
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/rerun": { status: 202 },
  // It has ended: that is told to whoever may cancel it.
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/cancel": { status: 409 },
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/verify": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}/events": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}/progress": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/deliveries": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/deliveries/{delivery_id}": { status: 200 },
  "POST /api/v2/triggers/{trigger_id}/deliveries/{delivery_id}/redeliver": { status: 202 },
  "POST /api/v2/triggers/{trigger_id}/webhook/ping": { status: 202 },
  "POST /api/v2/triggers/{trigger_id}/schedule": {
    status: 201,
    ids: bare,
    body: () => CRON,
  },
  "GET /api/v2/triggers/{trigger_id}/schedule": { status: 200 },
  "PATCH /api/v2/triggers/{trigger_id}/schedule": { status: 200, body: () => ({ is_enabled: false }) },
  "DELETE /api/v2/triggers/{trigger_id}/schedule": { status: 204 },
  "POST /api/v2/triggers/{trigger_id}/schedule/reset-cursor": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/schedule/preview": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/schedule/ticks": { status: 200 },
  // No such tick: that is told to whoever may run it.
  "POST /api/v2/triggers/{trigger_id}/schedule/ticks/{scheduled_for}/run": { status: 404 },
  "POST /api/v2/triggers/{trigger_id}/schedules": { status: 201, body: () => CRON },
  "GET /api/v2/triggers/{trigger_id}/schedules": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/schedules/{schedule_id}": { status: 200 },
  "PATCH /api/v2/triggers/{trigger_id}/schedules/{schedule_id}": { status: 200, body: () => ({ is_enabled: false }) },
  "DELETE /api/v2/triggers/{trigger_id}/schedules/{schedule_id}": { status: 204 },
  "POST /api/v2/triggers/{trigger_id}/schedules/{schedule_id}/reset-cursor": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/schedules/{schedule_id}/preview": { status: 200 },
  "GET /api/v2/triggers/{trigger_id}/schedules/{schedule_id}/ticks": { status: 200 },
  "POST /api/v2/triggers/{trigger_id}/schedules/{schedule_id}/ticks/{scheduled_for}/run": { status: 404 },
  "GET /api/v2/schedules/upcoming": { status: 200 },
  "POST /api/v2/schedules/validate": { status: 200 },
  "POST /api/v2/solve": { status: 200, body: () => RESTOCK_FIVE },
  "POST /api/v2/solve/validate": { status: 200, body: () => RESTOCK_FIVE },
  "POST /api/v2/keys": { status: 201 },
  "GET /api/v2/keys": { status: 200 },
  "DELETE /api/v2/keys/{key_id}": { status: 204 },
  // The link is none.
  "POST /api/v2/session": { status: 401 },
  "GET /api/v2/session": { status: 200 },
  "DELETE /api/v2/session": { status: 204 },
  "POST /api/v2/session/links": { status: 201 },
  "GET /api/v2/overview": { status: 200 },
  "GET /api/v2/overview/triggers": { status: 200 },
  "GET /api/v2/system": { status: 200 },
  "GET /api/v2/examples": { status: 200 },
  "GET /api/v2/examples/{example_name}": { status: 200, elsewhere: 200 },
  "GET /api/v2/workspaces": { status: 200 },
  "POST /api/v2/workspaces": { status: 201, body: ({ unique }) => ({ name: unique }) },
  "GET /api/v2/audit": { status: 200 },
  "GET /health": { status: 200 },
  "GET /health/live": { status: 200 },
  "GET /health/ready": { status: 200 },
  "GET /metrics": { status: 200 },
  "POST /mcp": { status: 200 },
  "GET /mcp": { status: 405 },
  "GET /openapi.json": { status: 200 },
  "GET /docs": { status: 200 },
  "GET /docs/style.css": { status: 200 },
};

const ROLES = ["viewer", "solver", "editor", "admin"] as const;
const NOBODIES = ["no key", "bad key", "expired", "revoked", "another trigger's secret"] as const;
/** Keys that are good where these objects are not. */
const STRANGERS = ["admin of another organization", "editor of another workspace"] as const;
type Asker = (typeof ROLES)[number] | (typeof NOBODIES)[number] | (typeof STRANGERS)[number] | "the trigger's secret";

const scratch = useScratch();
let service: Service;
let receiver: ReturnType<typeof Bun.serve>;
let document: Json;
/** Tokens of those that keep theirs; a trigger's secret is its own. */
const tokens = new Map<Asker, string | null>();
let solver_key_id: string;
let example_name: string;
let made = 0;

beforeAll(async () => {
  service = await scratch.serve({
    words: ["--workers", "1", "--mcp"],
    environment: { JAOT_FAILURES_PER_MINUTE_MAX: "1000000" },
  });
  receiver = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("ok") });
  document = (await service.call("GET", "/openapi.json")).body;
  example_name = (await service.call("GET", "/api/v2/examples")).body[0].name;
  for (const role of ROLES) {
    const key = await makeKey({ role });
    tokens.set(role, key.api_key);
    if (role === "solver") solver_key_id = key.id;
  }
  const [expired, revoked] = [await makeKey({ role: "admin", expires_days: 1 }), await makeKey({ role: "admin" })];
  expireKey(expired.id);
  await service.call("DELETE", `/api/v2/keys/${revoked.id}`);
  const workspace = (await service.call("POST", "/api/v2/workspaces", { name: "Elsewhere" })).body;
  const org = await scratch.run(["orgs", "create", "Other plant", "--data-dir", service.data_dir]);
  expect(org.exit_code).toBe(0);
  tokens.set("no key", null);
  tokens.set("bad key", `ok_live_${"0".repeat(64)}`);
  tokens.set("expired", expired.api_key);
  tokens.set("revoked", revoked.api_key);
  tokens.set("another trigger's secret", (await service.makeTrigger(RESTOCK_FIVE)).trigger_secret);
  tokens.set("admin of another organization", org.stdout.trim());
  tokens.set("editor of another workspace", (await makeKey({ role: "editor", workspace_id: workspace.id })).api_key);
});
afterAll(() => receiver.stop(true));

async function makeKey(fields: Record<string, unknown>): Promise<Json> {
  const { status, body } = await service.call("POST", "/api/v2/keys", { name: "key", ...fields });
  expect(status).toBe(201);
  return body;
}

/** A day cannot be waited for, so the row is told that it has passed. */
function expireKey(id: string): void {
  const database = new Database(join(service.data_dir, "jaot.db"));
  database.run("PRAGMA busy_timeout = 5000");
  expect(database.run("UPDATE api_keys SET expires_at = 1 WHERE id = ?1", [id]).changes).toBe(1);
  database.close();
}

/** One of everything, used by nothing else. */
async function makeAll(): Promise<{ ids: Ids; secret: string }> {
  made += 1;
  const webhook = { webhook_url: `http://127.0.0.1:${receiver.port}/`, webhook_events: ["trigger.run.completed"] };
  const trigger = await service.makeTrigger(RESTOCK_FIVE, webhook);
  const pins = { document_id: trigger.document_id, version_id: trigger.version_id };
  const other = (await service.call("POST", "/api/v2/triggers", { name: "bare", ...pins })).body;
  const schedule = (await service.call("POST", `/api/v2/triggers/${trigger.id}/schedule`, CRON)).body;
  const run = (await service.fire(trigger, FORECAST, 30)).body;
  const deliveries = (await service.call("GET", `/api/v2/triggers/${trigger.id}/deliveries`)).body;
  return {
    secret: trigger.trigger_secret,
    ids: {
      ...pins,
      other_id: trigger.version_id,
      trigger_id: trigger.id,
      bare_trigger_id: other.id,
      schedule_id: schedule.id,
      run_id: run.id,
      delivery_id: deliveries.items[0].id,
      key_id: (await makeKey({ role: "viewer" })).id,
      scheduled_for: SCHEDULED_FOR,
      example_name,
      unique: `made ${made}`,
    },
  };
}

function ask(key: string, token: string | null, ids: Ids): Promise<Answer> {
  const [method = "", pattern = ""] = key.split(" ");
  const row = ROWS[key]!;
  const own = row.ids?.(ids) ?? ids;
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => own[name] ?? `unknown_${name}`);
  const example = operationOf(key).requestBody?.content["application/json"].example;
  const body = row.body === undefined ? example : row.body(own);
  return service.call(method, path + (row.query ?? ""), body, { token });
}

function operationOf(key: string): Json {
  const [method = "", path = ""] = key.split(" ");
  return document.paths[path][method.toLowerCase()];
}

/** What that operation answers to whoever asks. */
function expected(key: string, asker: Asker): number {
  const { status, elsewhere = key.includes("{") ? 404 : status } = ROWS[key]!;
  const role: string = operationOf(key)["x-role"];
  if (role === "public") return status;
  if (asker === "the trigger's secret") return role === "trigger-secret" ? status : 401;
  if (NOBODIES.some((nobody) => nobody === asker)) return 401;
  const needed = ROLES.indexOf(role === "trigger-secret" ? "solver" : (role as (typeof ROLES)[number]));
  if (asker === "admin of another organization") return elsewhere;
  if (asker === "editor of another workspace") return needed > ROLES.indexOf("editor") ? 403 : elsewhere;
  return ROLES.indexOf(asker as (typeof ROLES)[number]) >= needed ? status : 403;
}

test("every operation of the document has its row, and every row its operation", () => {
  const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.filter((key) => ROWS[key] === undefined).map((key) => `${key}: give it a row in ROWS`)).toEqual([]);
  expect(Object.keys(ROWS).filter((key) => !operations.includes(key))).toEqual([]);
  // Examples that stand in for bodies must not name objects.
  for (const key of operations.filter((one) => ROWS[one]!.body === undefined)) {
    const text = JSON.stringify(operationOf(key).requestBody ?? null);
    expect([key, Object.values(exampleIds).filter((id) => text.includes(id))]).toEqual([key, []]);
  }
});

describe("who is let in", () => {
  test.each(Object.keys(ROWS))("%s", async (key) => {
    const shared = await makeAll();
    const answers: [Asker, number][] = [];
    const wanted: [Asker, number][] = [];
    for (const asker of [...NOBODIES, ...STRANGERS, ...ROLES, "the trigger's secret"] as const) {
      const status = expected(key, asker);
      // What may change something does so on objects that nobody else is waiting for.
      const { ids, secret } = status < 300 && !key.startsWith("GET ") ? await makeAll() : shared;
      const token = asker === "the trigger's secret" ? secret : tokens.get(asker)!;
      wanted.push([asker, status]);
      answers.push([asker, (await ask(key, token, ids)).status]);
    }
    expect(answers).toEqual(wanted);
  });
});

describe("what is elsewhere answers byte for byte as what never was", () => {
  const named = Object.keys(ROWS).filter((key) => (ROWS[key]!.elsewhere ?? (key.includes("{") ? 404 : null)) === 404);
  test.each(named)("%s", async (key) => {
    const { ids } = await makeAll();
    const text = async (asker: Asker, of: Ids): Promise<string> => {
      const { status, body } = await ask(key, tokens.get(asker)!, of);
      return `${status} ${JSON.stringify(body).replace(/"request_id":"[^"]+"/, "")}`;
    };
    const unknown: Ids = { ...NEVER_MADE, scheduled_for: SCHEDULED_FOR, unique: "never made" };
    for (const asker of STRANGERS) expect(await text(asker, ids)).toBe(await text(asker, unknown));
    // The objects are there all the same.
    expect((await service.call("GET", `/api/v2/triggers/${ids.trigger_id}/runs/${ids.run_id}`)).status).toBe(200);
  });

  const digits = "0".repeat(26);
  const NEVER_MADE: Ids = {
    ...{ document_id: `doc_${digits}`, version_id: `ver_${digits}`, other_id: `ver_${digits}` },
    ...{ trigger_id: `trg_${digits}`, bare_trigger_id: `trg_${digits}`, schedule_id: `tsch_${digits}` },
    ...{ run_id: `run_${digits}`, delivery_id: `whd_${digits}`, key_id: `key_${digits}` },
  };

  test("and no listing shows it", async () => {
    const { ids } = await makeAll();
    const hidden = Object.entries(ids)
      .filter(([name]) => name.endsWith("_id"))
      .map(([, id]) => id);
    const lists = Object.keys(ROWS).filter((key) => key.startsWith("GET /api/") && !key.includes("{"));
    expect(lists.length).toBeGreaterThan(3);
    for (const asker of STRANGERS) {
      for (const key of lists) {
        const text = JSON.stringify((await ask(key, tokens.get(asker)!, {})).body);
        expect([asker, key, hidden.filter((id) => text.includes(id))]).toEqual([asker, key, []]);
      }
    }
  });
});

test("a key in the place of a secret is a key, and a secret in the place of a key is nothing", async () => {
  const { ids, secret } = await makeAll();
  const fire = (headers: Record<string, string>, body: unknown) =>
    service.call("POST", `/api/v2/triggers/${ids.trigger_id}/fire`, body, { token: null, headers });
  const [viewer, solver] = [tokens.get("viewer")!, tokens.get("solver")!];
  expect((await fire({}, { trigger_secret: secret, override_data: FORECAST })).status).toBe(202);
  expect((await fire({ authorization: `Bearer ${solver}` }, { trigger_secret: secret })).status).toBe(401);
  expect((await fire({ authorization: `Bearer ${viewer}` }, {})).body.code).toBe("not_allowed");
  const run_id = (await fire({ authorization: `Bearer ${solver}` }, { override_data: FORECAST })).body.run_id;
  const run = (await service.call("GET", `/api/v2/triggers/${ids.trigger_id}/runs/${run_id}`)).body;
  expect(run.fired_by).toBe(solver_key_id);
});
