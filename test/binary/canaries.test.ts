/**
 * Twelve canaries, each a secret that a user gives or gets once. After the answer that made it none is found again: in any
 * answer of any GET of the document, to anybody, in the metrics, the audit log, refusals, the log, the directory, or a backup.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { RESTOCK_FIVE, type Service, useScratch } from "./binary";

const hex = (digit: string): string => digit.repeat(64);
const ADMIN = `ok_live_${hex("1")}`;
const SEAL = hex("2");
const WRONG_KEY = `ok_live_${hex("3")}`;
const WRONG_SECRET = hex("4");
const WRONG_BODY_SECRET = hex("5");
const GIVEN_WEBHOOK_SECRET = "whsec_canary_given";
const NEXT_WEBHOOK_SECRET = "whsec_canary_next";
const URL_PASSWORD = "canary-password-in-url";
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };

const scratch = useScratch();
let service: Service;
let receiver: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  service = await scratch.serve({ key: ADMIN, words: ["--log", "json"], environment: { JAOT_SECRET_KEY: SEAL } });
  receiver = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("no", { status: 500 }) });
});
afterAll(() => receiver.stop(true));

/** Every canary by its name, and the objects that it belongs to. */
async function plant(): Promise<{ canaries: Map<string, string>; trigger: Json; run_id: string }> {
  const canaries = new Map([
    ["first admin key", ADMIN],
    ["sealing key", SEAL],
    ["wrong API key", WRONG_KEY],
    ["wrong secret in the header", WRONG_SECRET],
    ["wrong secret in the body", WRONG_BODY_SECRET],
    ["webhook secret that was given", GIVEN_WEBHOOK_SECRET],
    ["webhook secret that followed", NEXT_WEBHOOK_SECRET],
    ["password in a URL", URL_PASSWORD],
  ]);
  const hook = { webhook_url: `http://127.0.0.1:${receiver.port}/hook`, webhook_events: ["trigger.run.completed"] };
  const trigger = await service.makeTrigger(RESTOCK_FIVE, { ...hook, webhook_secret: GIVEN_WEBHOOK_SECRET });
  const path = `/api/v2/triggers/${trigger.id}`;
  canaries.set("trigger secret", trigger.trigger_secret);
  const made = await service.makeTrigger(RESTOCK_FIVE, hook);
  canaries.set("webhook secret that was made", made.webhook_secret);
  canaries.set("API key", (await service.call("POST", "/api/v2/keys", { name: "k", role: "viewer" })).body.api_key);
  canaries.set("sign-in link", (await service.call("POST", "/api/v2/session/links")).body.link);
  // In use: a fire by body, a rotation with grace, a second webhook secret beside the first.
  const body = { trigger_secret: trigger.trigger_secret, override_data: FORECAST };
  const fired = await service.call("POST", `${path}/fire`, body, { token: null, headers: { prefer: "wait=30" } });
  expect(fired.status).toBe(200);
  const rotated = await service.call("POST", `${path}/rotate-secret`, { grace_seconds: 600 });
  canaries.set("rotated trigger secret", rotated.body.trigger_secret);
  await service.call("PATCH", path, { webhook_secret: NEXT_WEBHOOK_SECRET });
  return { canaries, trigger, run_id: fired.body.id };
}

/** Answers to requests that are refused, with a canary in each. */
async function refusals(trigger: Json): Promise<string> {
  const path = `/api/v2/triggers/${trigger.id}`;
  const answers = [
    await service.call("GET", path, undefined, { token: WRONG_KEY }),
    await service.call("POST", `${path}/fire`, {}, { token: WRONG_SECRET }),
    await service.call("POST", `${path}/fire`, { trigger_secret: WRONG_BODY_SECRET }, { token: null }),
    await service.call("POST", `${path}/fire`, `{"trigger_secret":"${WRONG_BODY_SECRET}",`, { token: null }),
    await service.call("PATCH", path, { webhook_url: `http://user:${URL_PASSWORD}@example.com/` }),
    await service.call("PATCH", path, { webhook_secret: { text: NEXT_WEBHOOK_SECRET } }),
    await service.call("POST", "/api/v2/keys", { name: "k", api_key: WRONG_KEY }),
  ];
  for (const { status } of answers) expect(status).toBeWithin(400, 500);
  return JSON.stringify(answers.map(({ body }) => body));
}

/** What every GET of the document answers about these objects, and the metrics. */
async function everythingRead(trigger: Json, run_id: string): Promise<string> {
  const { paths } = (await service.call("GET", "/openapi.json")).body;
  const delivery = (await service.call("GET", `/api/v2/triggers/${trigger.id}/deliveries`)).body.items[0];
  const ids: Record<string, string> = {
    ...{ document_id: trigger.document_id, version_id: trigger.version_id, other_id: trigger.version_id },
    ...{ trigger_id: trigger.id, run_id, delivery_id: delivery.id },
  };
  const texts: string[] = [];
  for (const [pattern, methods] of Object.entries<Json>(paths)) {
    if (methods.get === undefined) continue;
    const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? "none");
    const { body } = await service.call("GET", path);
    texts.push(typeof body === "string" ? body : JSON.stringify(body));
  }
  const metrics = (await service.call("GET", "/metrics")).body;
  expect(metrics).toContain("jaot_");
  return [...texts, metrics].join("\n");
}

function filesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== "ballast")
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n");
}

test("none of twelve canaries sings", async () => {
  const { canaries, trigger, run_id } = await plant();
  expect(canaries.size).toBeGreaterThanOrEqual(12);
  const refused = await refusals(trigger);
  const read = await everythingRead(trigger, run_id);
  const backup = join(scratch.directory, "backup.db");
  const copied = await scratch.run(["backup", backup, "--data-dir", service.data_dir], {
    environment: { JAOT_SECRET_KEY: SEAL },
  });
  expect([copied.exit_code, copied.stderr]).toEqual([0, ""]);
  await service.program.stderr.seen(/"event":"webhook_failed"/);
  expect(await service.stop()).toBe(0);
  const places = {
    refused,
    read,
    log: service.program.stdout.text + service.program.stderr.text,
    directory: filesIn(service.data_dir),
    backup: readFileSync(backup, "latin1"),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length).toBeGreaterThan(100);
    const found = [...canaries].filter(([, canary]) => text.includes(canary.replace(/^ok_live_|^whsec_/, "")));
    expect([place, found.map(([name]) => name)]).toEqual([place, []]);
  }
}, 60_000);
