/**
 * Real answers of every route against the document: what is answered is what is described, to the last field. Answers
 * are recorded by one walk through the API; a route or status that the walk does not see fails the last test.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { insertTickRange } from "../../../src/storage/ticks";
import { type Answer, type CallOptions, hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";
import { type Conformance, createConformance } from "./conformance";

let world: World;
let conformance: Conformance;
let receiver: ReturnType<typeof Bun.serve>;
const faults: string[] = [];

async function call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer> {
  const answer = await world.call(method, path, body, options);
  faults.push(...conformance.findFaults(method, path, answer));
  return answer;
}

/** The body of an answer that must have this status. */
async function ask(status: number, method: string, path: string, body?: unknown, options?: CallOptions): Promise<Json> {
  const answer = await call(method, path, body, options);
  expect([method, path, answer.status, answer.body?.detail]).toEqual([method, path, status, answer.body?.detail]);
  return answer.body;
}

beforeAll(async () => {
  world = await startWorld({ flags: { mcp: "true" } });
  const document = (await world.call("GET", "/openapi.json", undefined, { token: null })).body;
  conformance = createConformance(document, { is_closed: true });
  receiver = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("thanks") });
});
afterAll(async () => {
  await receiver.stop(true);
  await world.stop();
});

const nothingWrong = () => expect([...new Set(faults.splice(0))]).toEqual([]);

const BUILDER = "/api/v2/builder";
const TRIGGERS = "/api/v2/triggers";
const canvas_json = { nodes: [{ id: "x", type: "variable", data: { name: "x" } }], edges: [] };

test("documents and versions", async () => {
  const made = await ask(201, "POST", BUILDER, { name: "mix", model_json: RESTOCK, canvas_json });
  await ask(201, "POST", BUILDER, { model_json: { variables: [{ name: "a" }], objective: { expression: "b" } } });
  await ask(200, "GET", `${BUILDER}?limit=5`);
  const path = `${BUILDER}/${made.id}`;
  await ask(200, "GET", path);
  const versions = `${path}/versions`;
  const first = await ask(201, "POST", versions, {});
  const demand = { ...RESTOCK, parameters: { demand_forecast: [1, 2], stock: [3, 4] } };
  await ask(200, "PUT", path, { model_json: { ...demand, objective: { sense: "maximize", expression: "order_a" } } });
  const second = await ask(201, "POST", versions, { version_name: "two", version_description: "other demand" });
  await ask(200, "GET", versions);
  await ask(200, "GET", `${versions}/${first.id}`);
  await ask(200, "PATCH", `${versions}/${first.id}`, { version_name: "one" });
  await ask(200, "GET", `${versions}/${first.id}/diff/${second.id}`);
  await ask(200, "GET", `${versions}/${first.id}/inputs`);
  await ask(200, "GET", `${versions}/${first.id}/export?format=lp`);
  await ask(422, "GET", `${versions}/${first.id}/export?format=pdf`);
  await ask(200, "POST", `${versions}/${first.id}/restore`, {});
  await ask(404, "GET", `${versions}/ver_none`);
  await ask(204, "DELETE", path);
  await ask(404, "GET", path);
  nothingWrong();
});

const SOURCE = `set P; param demand{P}; var make{p in P} >= 0, integer;
minimize cost: sum{p in P} 2 * make[p]; s.t. cover{p in P}: make[p] >= demand[p]; end;`;

test("models in a language, their versions and answers", async () => {
  const data = { sets: { P: ["a", "b"] }, params: { demand: { a: 3, b: 4 } } };
  const model = { language: "mathprog", source: SOURCE, data };
  const made = await ask(201, "POST", BUILDER, { name: "language", model_json: model });
  const versions = `${BUILDER}/${made.id}/versions`;
  const first = await ask(201, "POST", versions, {});
  await ask(200, "PUT", `${BUILDER}/${made.id}`, { model_json: { ...model, source: SOURCE.replace("2 *", "3 *") } });
  const second = await ask(201, "POST", versions, {});
  await ask(200, "GET", `${versions}/${first.id}/inputs`);
  await ask(200, "GET", `${versions}/${first.id}/diff/${second.id}`);
  await ask(200, "POST", "/api/v2/solve", model);
  nothingWrong();
});

test("what surrounds the models: the record of apply, workspaces, the audit log", async () => {
  const item = { kind: "document", name: "mix", object_id: "doc_x", digest: "0f".repeat(32) };
  const { revision } = await ask(200, "GET", "/api/v2/applied");
  await ask(200, "PUT", "/api/v2/applied", { revision, items: [item] });
  await ask(409, "PUT", "/api/v2/applied", { revision, items: [] });
  await ask(422, "PUT", "/api/v2/applied", { revision, items: [{ ...item, digest: "short" }] });
  await ask(201, "POST", "/api/v2/workspaces", { name: "North" });
  await ask(200, "GET", "/api/v2/workspaces");
  await ask(200, "GET", "/api/v2/audit");
  nothingWrong();
});

test("solving on the spot", async () => {
  await ask(200, "POST", "/api/v2/solve", RESTOCK);
  await ask(200, "POST", "/api/v2/solve", { ...RESTOCK, variables: RESTOCK.variables.map(({ name }) => ({ name })) });
  const box = { variables: [{ name: "x", upper_bound: 1 }], objective: { sense: "minimize", expression: "x" } };
  await ask(200, "POST", "/api/v2/solve", { ...box, constraints: [{ expression: "x >= 2" }] });
  await ask(200, "POST", "/api/v2/solve", {
    variables: [{ name: "x" }],
    objective: { sense: "maximize", expression: "x" },
  });
  await ask(200, "POST", "/api/v2/solve/validate", RESTOCK);
  await ask(200, "POST", "/api/v2/solve/validate", { variables: [] });
  await ask(422, "POST", "/api/v2/solve", { variables: [{ name: "x" }], objective: { expression: "y" } });
  await ask(422, "POST", "/api/v2/solve", { ...RESTOCK, override_data: { demand: 1 } });
  nothingWrong();
});

test("triggers and their schedules", async () => {
  const trigger = await world.makeTrigger(RESTOCK, { webhook_url: receiver.url.href });
  const path = `${TRIGGERS}/${trigger.id}`;
  const { document_id, version_id } = trigger;
  const override_schema = [{ name: "demand_forecast", type: "array", required: true, description: "units" }];
  await ask(201, "POST", TRIGGERS, {
    name: "two",
    document_id,
    version_id,
    override_schema,
    webhook_url: receiver.url.href,
  });
  await ask(200, "GET", TRIGGERS);
  await ask(200, "GET", path);
  await ask(200, "PATCH", path, { name: "Renamed", webhook_secret: "another secret", priority: 7 });
  await ask(200, "POST", `${path}/toggle`, { enabled: false });
  await ask(409, "POST", `${path}/fire`, {}, { token: trigger.trigger_secret });
  await ask(200, "POST", `${path}/toggle`, { enabled: true });
  await ask(200, "POST", `${path}/rotate-secret`, { grace_seconds: 60 });
  const schedule = { cron_expression: "0 6 * * *", timezone: "Europe/Madrid" };
  await ask(404, "GET", `${path}/schedule`);
  await ask(201, "POST", `${path}/schedule`, schedule);
  await ask(409, "POST", `${path}/schedule`, schedule);
  await ask(200, "GET", `${path}/schedule`);
  await ask(200, "PATCH", `${path}/schedule`, { is_enabled: false });
  await ask(400, "PATCH", `${path}/schedule`, { cron_expression: "61 * * * *" });
  const { id } = await ask(201, "POST", `${path}/schedules`, { ...schedule, exclude_dates: ["2030-12-25"] });
  await ask(200, "GET", `${path}/schedules`);
  await ask(200, "GET", "/api/v2/schedules/upcoming?hours=48");
  for (const one of [`${path}/schedule`, `${path}/schedules/${id}`]) await walkSchedule(trigger.id, one);
  await ask(200, "POST", "/api/v2/schedules/validate", { ...schedule, cron_expression: "30 2 31 * *" });
  await ask(400, "POST", "/api/v2/schedules/validate", { cron_expression: "nonsense" });
  await ask(204, "DELETE", path);
  nothingWrong();
});

test("fires, runs and deliveries", async () => {
  const override_schema = [{ name: "demand_forecast", type: "array" }];
  const trigger = await world.makeTrigger(RESTOCK, { override_schema, webhook_url: receiver.url.href });
  const path = `${TRIGGERS}/${trigger.id}`;
  const token = trigger.trigger_secret;
  const waiting = { token, headers: { prefer: "wait=30" } };
  const run = await ask(200, "POST", `${path}/fire`, { override_data: { demand_forecast: [9, 9] } }, waiting);
  await ask(202, "POST", `${path}/fire`, {}, { token, headers: { "idempotency-key": "k" } });
  await ask(202, "POST", `${path}/fire`, {}, { token, headers: { "idempotency-key": "k" } });
  await ask(
    422,
    "POST",
    `${path}/fire`,
    { override_data: { nothing: 1 } },
    { token, headers: { "idempotency-key": "k" } },
  );
  await ask(202, "POST", `${path}/fire-batch`, { override_data: [{}, {}] }, { token });
  await ask(422, "POST", `${path}/fire-batch`, { override_data: [{ nothing: 1 }] }, { token });
  await ask(422, "POST", `${path}/fire-batch`, { override_data: [] }, { token });
  await ask(401, "POST", `${path}/fire`, {}, { token: "wrong" });
  await ask(200, "GET", `${path}/runs?page_size=10`);
  await ask(200, "GET", `${path}/runs?status=validation_failed&source=api&page=9`);
  await ask(422, "GET", `${path}/runs?page=0`);
  await ask(200, "GET", `${path}/runs/${run.id}`);
  await ask(200, "GET", `${path}/runs/${run.id}/progress`);
  await ask(200, "GET", `${path}/runs/${run.id}/events`);
  await ask(204, "GET", `${path}/runs/${run.id}/events`, undefined, { headers: { "last-event-id": "1.end" } });
  await ask(200, "POST", `${path}/runs/${run.id}/verify`);
  await ask(202, "POST", `${path}/runs/${run.id}/rerun`);
  await ask(409, "POST", `${path}/runs/${run.id}/cancel`);
  const { items } = await ask(200, "GET", `${path}/deliveries`);
  const delivery = `${path}/deliveries/${items.at(-1).id}`;
  await ask(200, "GET", delivery);
  await redelivered(delivery);
  await ask(202, "POST", `${path}/webhook/ping`);
  nothingWrong();
});

test("a run that is stopped", async () => {
  const trigger = await world.makeTrigger(hardModel("missed", 60));
  const path = `${TRIGGERS}/${trigger.id}`;
  const { run_id } = await ask(202, "POST", `${path}/fire`, {}, { token: trigger.trigger_secret });
  await ask(200, "POST", `${path}/runs/${run_id}/cancel`);
  await world.ended(trigger, run_id);
  await ask(200, "GET", `${path}/runs/${run_id}`);
  nothingWrong();
});

test("keys, examples, health and the document itself", async () => {
  const key = await ask(201, "POST", "/api/v2/keys", { name: "view", role: "viewer", expires_days: 3 });
  await ask(200, "GET", "/api/v2/keys");
  await ask(403, "GET", "/api/v2/keys", undefined, { token: key.api_key });
  await ask(401, "GET", "/api/v2/keys", undefined, { token: null });
  await ask(204, "DELETE", `/api/v2/keys/${key.id}`);
  await ask(404, "DELETE", "/api/v2/keys/key_none");
  await ask(200, "GET", "/api/v2/examples");
  await ask(200, "GET", "/api/v2/examples/restocking");
  await ask(404, "GET", "/api/v2/examples/restoking");
  for (const path of ["/health", "/health/live", "/health/ready"]) await ask(200, "GET", path);
  for (const path of ["/openapi.json", "/docs", "/docs/style.css", "/metrics"]) await ask(200, "GET", path);
  nothingWrong();
});

test("workspaces and the audit log", async () => {
  await ask(201, "POST", "/api/v2/workspaces", { name: "north" });
  await ask(200, "GET", "/api/v2/workspaces");
  await ask(200, "GET", "/api/v2/audit?page_size=100");
  nothingWrong();
});

test("what the page asks for", async () => {
  const { link } = await ask(201, "POST", "/api/v2/session/links");
  const { api_key: token } = await ask(201, "POST", "/api/v2/session", { link }, { token: null });
  await ask(200, "GET", "/api/v2/session", undefined, { token });
  await ask(200, "GET", "/api/v2/overview");
  await ask(200, "GET", "/api/v2/overview/triggers");
  await ask(200, "GET", "/api/v2/system");
  await ask(204, "DELETE", "/api/v2/session", undefined, { token });
  nothingWrong();
});

test("messages of agents", async () => {
  const message = (method: string, params: Json = {}) => ({ jsonrpc: "2.0", id: 1, method, params });
  await ask(200, "POST", "/mcp", message("initialize"));
  await ask(200, "POST", "/mcp", message("tools/list"));
  await ask(200, "POST", "/mcp", message("tools/call", { name: "list_models" }));
  await ask(200, "POST", "/mcp", message("nothing"));
  await ask(202, "POST", "/mcp", { jsonrpc: "2.0", method: "notifications/initialized" });
  await ask(405, "GET", "/mcp");
  nothingWrong();
});

test("bodies that are none", async () => {
  for (const path of [BUILDER, TRIGGERS, "/api/v2/keys", "/api/v2/solve"]) {
    await ask(400, "POST", path, "{");
    await ask(415, "POST", path, "{}", { headers: { "content-type": "text/plain" } });
    await ask(422, "POST", path, "[]");
  }
  nothingWrong();
});

test("every answer of the document has been seen", () => {
  expect(conformance.unseen()).toEqual([]);
});

/** Every route of one schedule; one of its instants is missed first. */
async function walkSchedule(trigger_id: string, path: string): Promise<void> {
  const { id } = await ask(200, "GET", path);
  await ask(200, "PATCH", path, { timezone: "UTC", jitter_seconds: 5 });
  await ask(200, "GET", `${path}/preview?n=3`);
  await ask(422, "GET", `${path}/preview?n=0`);
  const scheduled_for = Date.parse("2026-02-19T06:00:00Z");
  const missed = { schedule_id: id, first_at: scheduled_for, last_at: scheduled_for, count: 1, is_count_exact: true };
  const told = { outcome: "missed", reason: "for the walk", created_at: scheduled_for } as const;
  await world.app.context.writer.write((transaction) => insertTickRange(transaction, { ...missed, ...told }));
  await ask(200, "GET", `${path}/ticks?outcome=missed`);
  const run = `${path}/ticks/2026-02-19T06:00:00.000Z/run`;
  const { run_id } = await ask(202, "POST", run);
  await world.ended({ id: trigger_id }, run_id);
  await ask(409, "POST", run);
  await ask(404, "POST", `${path}/ticks/2026-02-19T07:00:00.000Z/run`);
  await ask(422, "POST", `${path}/ticks/tomorrow/run`);
  await ask(200, "POST", `${path}/reset-cursor`);
  await ask(204, "DELETE", path);
}

/** An attempt may be under way: then it is refused, until it is over. */
async function redelivered(delivery: string): Promise<void> {
  for (;;) {
    const answer = await call("POST", `${delivery}/redeliver`);
    if (answer.status !== 409) return expect(answer.status).toBe(202);
  }
}
