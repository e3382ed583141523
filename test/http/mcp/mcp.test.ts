/** /mcp by the protocol's own client: tools under the same keys and roles as the API. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";

const INFEASIBLE = {
  variables: [{ name: "x", upper_bound: 1 }],
  objective: { sense: "minimize", expression: "x" },
  constraints: [{ name: "floor", expression: "x >= 2" }],
};
let world: World;
let admin: Client;
let trigger: Json;

beforeAll(async () => {
  world = await startWorld({ flags: { mcp: "true" } });
  admin = await open(world.key);
  const override_schema = [{ name: "demand_forecast", type: "array", required: true }];
  trigger = await world.makeTrigger(RESTOCK, { name: "Daily restock", override_schema });
});
afterAll(async () => {
  await admin.close();
  await world.stop();
});

async function open(key: string): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  const headers = { authorization: `Bearer ${key}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${world.address}/mcp`), { requestInit: { headers } });
  // The client's type of a transport is not exact about optional fields.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

async function call(name: string, input: Record<string, unknown>, client = admin): Promise<Json> {
  const answer: Json = await client.callTool({ name, arguments: input });
  if (answer.isError !== true) expect(JSON.parse(answer.content[0].text)).toEqual(answer.structuredContent);
  return answer;
}

async function found(name: string, input: Record<string, unknown>): Promise<Json> {
  const answer = await call(name, input);
  expect([answer.isError, answer.content[0].text]).toEqual([undefined, expect.any(String) as never]);
  return answer.structuredContent;
}

describe("tools", () => {
  test("are listed with their inputs", async () => {
    const { tools } = await admin.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "list_models",
      "list_triggers",
      "describe_inputs",
      "fire_and_wait",
      "explain_run",
    ]);
    for (const { inputSchema, description, annotations } of tools) {
      expect(inputSchema.type).toBe("object");
      expect(description?.length).toBeGreaterThan(20);
      expect(annotations?.readOnlyHint).toBeBoolean();
    }
    expect(admin.getServerVersion()?.name).toBe("jaot-triggers");
  });

  test("lead from the list to an explained answer", async () => {
    const { models } = await found("list_models", {});
    expect(models.map(({ id }: Json) => id)).toContain(trigger.document_id);
    const { triggers } = await found("list_triggers", { document_id: trigger.document_id });
    expect(triggers).toEqual([expect.objectContaining({ id: trigger.id, name: "Daily restock", is_enabled: true })]);
    const { override_schema, inputs } = await found("describe_inputs", { trigger_id: trigger.id });
    expect(override_schema[0].name).toBe("demand_forecast");
    expect(inputs.map(({ name }: Json) => name)).toEqual(["demand_forecast", "stock"]);

    const override_data = { demand_forecast: [50, 20] };
    const run = await found("fire_and_wait", { trigger_id: trigger.id, override_data });
    expect(run).toMatchObject({ status: "completed", solver_status: "optimal", objective_value: 70 });
    expect(run.solution).toMatchObject({ order_a: 20, order_b: 10 });
    const stored = await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${run.run_id}`);
    expect(stored.body.override_data).toEqual(override_data);

    const { sentences, status } = await found("explain_run", { trigger_id: trigger.id, run_id: run.run_id });
    expect(status).toBe("completed");
    expect(sentences.join(" ")).toContain("The optimum is 70");
    expect(sentences.join(" ")).toContain("order_a = 20, order_b = 10");
    expect(sentences.join(" ")).toContain("cover_a");
  });

  test("explain what has no answer", async () => {
    const made = await world.makeTrigger(INFEASIBLE);
    const run = await found("fire_and_wait", { trigger_id: made.id });
    expect(run).toMatchObject({ status: "failed", solver_status: "infeasible", objective_value: null });
    const { sentences } = await found("explain_run", { trigger_id: made.id, run_id: run.run_id });
    expect(sentences[0]).toContain("No values satisfy all constraints");
  });

  test("do not wait for ever", async () => {
    const made = await world.makeTrigger(hardModel("missed", 60));
    const run = await found("fire_and_wait", { trigger_id: made.id, wait_seconds: 0 });
    expect(run).toMatchObject({ status: "queued", trigger_id: made.id });
    const { sentences } = await found("explain_run", { trigger_id: made.id, run_id: run.run_id });
    expect(sentences[0]).toMatch(/^The run is (queued|running)/);
    await world.call("POST", `/api/v2/triggers/${made.id}/runs/${run.run_id}/cancel`);
    await world.ended(made, run.run_id);
  });

  test.each<[string, string, Json, RegExp]>([
    ["an id that is not there", "describe_inputs", { trigger_id: "trg_none" }, /^Trigger not found$/],
    ["a run that is not there", "explain_run", { trigger_id: "trg_none", run_id: "run_none" }, /not found$/],
    ["an input that is missing", "describe_inputs", {}, /trigger_id/],
    ["an input that nobody knows", "list_models", { nmae: 1 }, /nmae/],
    ["data that do not fit", "fire_and_wait", { override_data: {} }, /demand_forecast/],
  ])("tell the agent about %s", async (_, name, input, said) => {
    const of_trigger = name === "fire_and_wait" ? { trigger_id: trigger.id, ...input } : input;
    const answer = await call(name, of_trigger);
    expect([answer.isError, answer.content[0].text]).toEqual([true, expect.stringMatching(said) as never]);
  });
});

describe("keys", () => {
  test("of a viewer may look and not fire", async () => {
    const { body: key } = await world.call("POST", "/api/v2/keys", { name: "agent", role: "viewer" });
    const viewer = await open(key.api_key);
    expect((await call("list_triggers", {}, viewer)).structuredContent.triggers.length).toBeGreaterThan(0);
    const refused = await call("fire_and_wait", { trigger_id: trigger.id }, viewer);
    expect([refused.isError, refused.content[0].text]).toEqual([true, expect.stringContaining("role solver") as never]);
    await viewer.close();
  });

  test("are needed, and a trigger's secret is none", async () => {
    for (const token of [null, trigger.trigger_secret, "ok_live_wrong"]) {
      const answer = await world.call("POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "ping" }, { token });
      expect(answer.status).toBe(401);
    }
  });

  test("fire in their own name", async () => {
    const { body: key } = await world.call("POST", "/api/v2/keys", { name: "agent", role: "solver" });
    const agent = await open(key.api_key);
    const input = { trigger_id: trigger.id, override_data: { demand_forecast: [1, 1] } };
    const { run_id } = (await call("fire_and_wait", input, agent)).structuredContent;
    const { body } = await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${run_id}`);
    expect(body.fired_by).toBe(key.id);
    await agent.close();
  });
});

describe("messages", () => {
  test.each<[string, unknown, number]>([
    ["no message", {}, -32_600],
    ["a batch", [{ jsonrpc: "2.0", id: 1, method: "ping" }], -32_600],
    ["an older JSON-RPC", { id: 1, method: "ping" }, -32_600],
    ["an id that is none", { jsonrpc: "2.0", id: {}, method: "ping" }, -32_600],
    ["a method that is not there", { jsonrpc: "2.0", id: 1, method: "resources/list" }, -32_601],
    ["a tool that is not there", { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "rm" } }, -32_602],
    ["a tool without a name", { jsonrpc: "2.0", id: 1, method: "tools/call", params: [] }, -32_602],
  ])("that are %s are answered with an error", async (_, message, code) => {
    const answer = await world.call("POST", "/mcp", message);
    expect([answer.status, answer.body.jsonrpc, answer.body.error.code]).toEqual([200, "2.0", code]);
    expect(answer.body.error.message).toBeString();
  });

  test("that are notifications get no body", async () => {
    const answer = await world.call("POST", "/mcp", { jsonrpc: "2.0", method: "notifications/initialized" });
    expect([answer.status, answer.body]).toEqual([202, null]);
  });

  test("of a version that is not spoken are refused, and one that is asked for is spoken", async () => {
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    const headers = { "mcp-protocol-version": "1999-01-01" };
    expect((await world.call("POST", "/mcp", ping, { headers })).status).toBe(422);
    for (const [asked, spoken] of [
      ["2025-06-18", "2025-06-18"],
      ["1999-01-01", "2025-11-25"],
    ]) {
      const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: "t", version: "1" } };
      const { body } = await world.call("POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "initialize", params });
      expect(body.result.protocolVersion).toBe(spoken);
    }
  });

  test("of the service's own accord there are none", async () => {
    const answer = await world.call("GET", "/mcp");
    expect([answer.status, answer.body.code]).toEqual([405, "method_not_allowed"]);
  });
});

test("without --mcp there is no /mcp", async () => {
  const plain = await startWorld({ flags: { workers: "0" } });
  try {
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    for (const method of ["POST", "GET"]) {
      const { status, body } = await plain.call(method, "/mcp", method === "GET" ? undefined : ping);
      expect([status, body.code]).toEqual([404, "route_not_found"]);
    }
  } finally {
    await plain.stop();
  }
});
