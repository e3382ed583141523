/** The documented client, line for line, in the Python that Debian has: a user of the hosted API changes host, key and ids alone. */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { ADMIN_KEY, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const PYTHON = "/usr/bin/python3";
const HAS_REQUESTS =
  existsSync(PYTHON) && Bun.spawnSync([PYTHON, "-c", "import requests"], { stderr: "ignore" }).exitCode === 0;

/** Snippets without this line count on an earlier one that has it. */
const OPENING = "import requests\n";
/** Added behind a snippet: what the service answered, for the test to read. */
const RECORD = `
import json, sys
print(json.dumps([response.status_code, response.text]), file=sys.stderr)
`;
const SNIPPETS = readSnippets(readFileSync(join(import.meta.dir, "seed_snippets.py"), "utf8"));

const scratch = useScratch();
let service: Service;

/** What a snippet names and the service decides. */
interface Names {
  readonly document_id?: string;
  readonly version_id?: string;
  readonly trigger_id?: string;
  readonly trigger_secret?: string;
  readonly run_id?: string;
}

interface Reply {
  readonly printed: string;
  readonly status: number;
  readonly body: Json;
}

function readSnippets(text: string): ReadonlyMap<string, string> {
  const parts = text.split("\n#== ").slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]));
}

/** Runs a snippet with this service's host, the admin key and these names in the place of the documented ones. */
async function runSnippet(snippet: string, names: Names = {}): Promise<Reply> {
  const replacements: readonly (readonly [documented: string, ours: string | undefined])[] = [
    ["https://api.jaot.io", service.address],
    ["ok_live_...", ADMIN_KEY],
    ["doc_abc123", names.document_id],
    ["ver_def456", names.version_id],
    ["trg_a1b2c3d4", names.trigger_id],
    ["a3f8b2c1d4e5f6...", names.trigger_secret],
    ["run_x1y2z3w4", names.run_id],
  ];
  const code = replacements.reduce(
    (text, [documented, ours]) => (ours === undefined ? text : text.replaceAll(documented, ours)),
    SNIPPETS.get(snippet)!,
  );
  const { exit_code, stdout, stderr } = await scratch.run(["-"], { program: PYTHON, input: OPENING + code + RECORD });
  if (exit_code !== 0) throw new Error(stderr);
  const [status, text] = JSON.parse(stderr) as [number, string];
  return { printed: stdout, status, body: text === "" ? null : JSON.parse(text) };
}

/** A document of its own for each test, so that a listing by document shows that test's triggers alone. */
async function freezeModel(): Promise<{ document_id: string; version_id: string }> {
  const document = await service.call("POST", "/api/v2/builder", { model_json: RESTOCK_FIVE });
  const version = await service.call("POST", `/api/v2/builder/${document.body.id}/versions`, {});
  return { document_id: document.body.id, version_id: version.body.id };
}

/** The trigger of the first snippet, and how the other snippets are to name it. */
async function createTrigger(): Promise<{ trigger: Json; names: Names; printed: string; status: number }> {
  const frozen = await freezeModel();
  const { body, printed, status } = await runSnippet("create", frozen);
  return {
    trigger: body,
    names: { ...frozen, trigger_id: body.id, trigger_secret: body.trigger_secret },
    printed,
    status,
  };
}

const TIMESTAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const RUN_ID = expect.stringMatching(/^run_\w+$/);
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };
/** Beyond stock 90, 75, 175, 150 and 85 are needed: 575 in all, of which the dock takes 400 at 2 and 175 are short at 40. */
const FORECAST_COST = 7800;

describe.skipIf(!HAS_REQUESTS)("the documented snippets, unchanged (needs the package python3-requests)", () => {
  beforeAll(async () => {
    // The snippets' webhook_url is taken under the default --webhook-targets, since a name is judged when it is resolved. So
    // it is under this list, which also keeps the deliveries of these tests on this machine.
    service = await scratch.serve({ words: ["--workers", "1", "--webhook-targets", "127.0.0.0/8"] });
  });

  test("create prints the id and the secret, and answers the documented object", async () => {
    const { trigger, names, printed, status } = await createTrigger();
    expect(status).toBe(201);
    expect(printed).toBe(`Trigger ID: ${trigger.id}\nSecret: ${trigger.trigger_secret}\n`);
    expect(trigger).toMatchObject({
      id: expect.stringMatching(/^trg_\w+$/),
      organization_id: expect.stringMatching(/^org_\w+$/),
      created_by: expect.stringMatching(/^usr_\w+$/),
      name: "Daily warehouse restock",
      description: "Runs every morning to optimize warehouse restocking",
      document_id: names.document_id,
      version_id: names.version_id,
      trigger_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      trigger_secret_prefix: trigger.trigger_secret.slice(0, 8),
      override_schema: [{ name: "demand_forecast", type: "array", required: true }],
      webhook_url: "https://your-app.com/webhooks/jaot",
      is_enabled: true,
      total_runs: 0,
      created_at: TIMESTAMP,
    });
  });

  test("list prints the triggers of the document, newest first, without their secrets", async () => {
    const { names, trigger } = await createTrigger();
    const newer = await runSnippet("create", names);
    await runSnippet("toggle", { trigger_id: newer.body.id });
    await service.fire(trigger, FORECAST);
    const { printed, status, body } = await runSnippet("list", names);
    expect(status).toBe(200);
    expect(printed).toBe(
      "Daily warehouse restock (enabled=False, runs=0)\nDaily warehouse restock (enabled=True, runs=1)\n",
    );
    expect(body.map((item: Json) => item.id)).toEqual([newer.body.id, trigger.id]);
    expect(body[1]).toMatchObject({
      document_id: names.document_id,
      version_id: names.version_id,
      trigger_secret_prefix: trigger.trigger_secret_prefix,
      last_fired_at: TIMESTAMP,
      created_at: TIMESTAMP,
    });
    expect(JSON.stringify(body)).not.toContain(trigger.trigger_secret);
  });

  test("get prints one trigger", async () => {
    const { names } = await createTrigger();
    const { printed, status, body } = await runSnippet("get", names);
    expect(status).toBe(200);
    expect(printed).toBe("Daily warehouse restock (runs=0)\n");
    expect(body).toMatchObject({ id: names.trigger_id, total_runs: 0 });
    expect(body).not.toHaveProperty("trigger_secret");
  });

  test("update changes the name and the webhook, and the pinned version stays", async () => {
    const { names } = await createTrigger();
    const { printed, status, body } = await runSnippet("update", names);
    expect(status).toBe(200);
    expect(printed).toBe("");
    expect(body).toMatchObject({
      id: names.trigger_id,
      name: "Warehouse restock v2",
      webhook_url: "https://new-url.com/webhook",
      version_id: names.version_id,
    });
  });

  test("toggle prints the disabled trigger, which then refuses to fire with 409", async () => {
    const { names } = await createTrigger();
    const { printed, status, body } = await runSnippet("toggle", names);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: names.trigger_id, is_enabled: false });
    expect(printed).toContain("'is_enabled': False");
    const fired = await service.fire({ id: names.trigger_id, trigger_secret: names.trigger_secret }, FORECAST);
    expect(fired.status).toBe(409);
    expect(fired.body.detail).toBe("Trigger is disabled");
  });

  test("fire prints the queued run, and the run is solved with the forecast", async () => {
    const { trigger, names } = await createTrigger();
    const { printed, status, body } = await runSnippet("fire", names);
    expect(status).toBe(202);
    expect(body).toEqual({ run_id: RUN_ID, status: "queued" });
    expect(printed).toBe(`Run ID: ${body.run_id}, Status: queued\n`);
    await service.drained();
    const run = await service.readRun(trigger, body.run_id);
    expect(run).toMatchObject({ status: "completed", override_data: FORECAST });
    expect(run.result_data).toMatchObject({ status: "optimal", objective_value: FORECAST_COST });
  });

  test("runs prints the history, newest first, in documented pages", async () => {
    const { trigger, names } = await createTrigger();
    const first = await service.fire(trigger, FORECAST, 30);
    const refused = await service.fire(trigger, { demand_forecast: [1] });
    const { printed, status, body } = await runSnippet("runs", names);
    expect(status).toBe(200);
    expect(printed).toBe(`${refused.body.detail.run_id}: validation_failed\n${first.body.id}: completed\n`);
    expect(body).toMatchObject({ total: 2, page: 1, page_size: 10 });
    expect(body.items[1]).toMatchObject({
      id: first.body.id,
      trigger_id: trigger.id,
      status: "completed",
      override_data: FORECAST,
      result_data: { objective_value: FORECAST_COST, status: "optimal" },
      created_at: TIMESTAMP,
      completed_at: TIMESTAMP,
    });
  });

  test("rerun prints the new run, which has the first one's data", async () => {
    const { trigger, names } = await createTrigger();
    const first = await service.fire(trigger, FORECAST, 30);
    const { printed, status, body } = await runSnippet("rerun", { ...names, run_id: first.body.id });
    expect(status).toBe(202);
    expect(body).toEqual({ run_id: RUN_ID, status: "queued" });
    expect(body.run_id).not.toBe(first.body.id);
    expect(printed).toBe(`New run: ${body.run_id}\n`);
    await service.drained();
    expect(await service.readRun(trigger, body.run_id)).toMatchObject({ status: "completed", override_data: FORECAST });
  });

  test("delete answers 204 without a body, and the trigger is gone", async () => {
    const { names } = await createTrigger();
    const { status, body } = await runSnippet("delete", names);
    expect([status, body]).toEqual([204, null]);
    expect((await service.call("GET", `/api/v2/triggers/${names.trigger_id}`)).status).toBe(404);
  });
});
