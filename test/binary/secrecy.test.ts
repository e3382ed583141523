/** A busy run of the compiled program with a canary planted in every secret and payload: none sings in a log or an error. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { RESTOCK_FIVE, type Service, until, useScratch } from "./binary";

const scratch = useScratch();
const CANARY = "c4n4ry";
const KEY = `ok_live_${"c4".repeat(32)}`;
const SEAL_KEY = "c5".repeat(32);
const FIRES = 60;

/** What must not be seen, by what it is. */
type Planted = Map<string, string>;

function startReceiver(planted: Planted) {
  const failures: readonly (() => Response | Promise<Response>)[] = [
    () => new Response("ok"),
    () => new Response(`echo ${CANARY}_answer`, { status: 500 }),
    () => new Response(null, { status: 302, headers: { location: `http://127.0.0.1:9/?t=${CANARY}_location` } }),
    () => new Promise<Response>(() => {}),
    () => new Response("busy", { status: 503, headers: { "retry-after": "1" } }),
  ];
  let count = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { headers } = request;
      const n = count++;
      planted.set(`x-jaot-signature ${n}`, headers.get("x-jaot-signature")!);
      for (const [i, one] of headers.get("webhook-signature")!.split(" ").entries()) {
        planted.set(`webhook-signature ${n}.${i}`, one.slice("v1,".length));
      }
      await request.arrayBuffer();
      if (new URL(request.url).pathname === "/gone") return new Response("no", { status: 410 });
      return failures[n % failures.length]!();
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, count: () => count, stop: () => server.stop(true) };
}

const MODEL = { ...RESTOCK_FIVE, parameters: { ...RESTOCK_FIVE.parameters, [`p_${CANARY}`]: 1 } };
const SCHEMA = [{ name: "demand_forecast", type: "array" }];

async function makeTriggers(service: Service, url: string, planted: Planted): Promise<Json[]> {
  const fields = [
    { webhook_url: `${url}/hook/${CANARY}_path?token=${CANARY}_query`, webhook_secret: `${CANARY}_given_secret` },
    { webhook_url: `${url}/hook`, override_schema: SCHEMA },
    { webhook_url: `${url}/gone` },
    { webhook_url: `http://127.0.0.1:9/${CANARY}_refused` },
    { webhook_url: `http://${CANARY}.invalid/` },
    { webhook_url: `http://localhost:${new URL(service.address).port}/${CANARY}_self` },
  ];
  const triggers: Json[] = [];
  for (const [i, one] of fields.entries()) {
    const trigger = await service.makeTrigger(MODEL, {
      ...one,
      webhook_events: ["trigger.run.completed", "trigger.run.validation_failed"],
    });
    planted.set(`trigger secret ${i}`, trigger.trigger_secret);
    if (trigger.webhook_secret !== undefined)
      planted.set(`made webhook secret ${i}`, trigger.webhook_secret.slice("whsec_".length));
    triggers.push(trigger);
  }
  return triggers;
}

/** Requests that are refused, each with canaries in it; their answers. */
async function refusedAnswers(service: Service, triggers: readonly Json[]): Promise<string> {
  const [first, second] = triggers as [Json, Json];
  const path = `/api/v2/triggers/${first.id}`;
  const bare = { token: null };
  const answers = [
    await service.call("POST", `${path}/fire`, {}, { token: `${CANARY}_wrong_secret` }),
    await service.call("POST", `${path}/fire`, { trigger_secret: `${CANARY}_wrong_body_secret` }, bare),
    await service.call("POST", `${path}/fire`, { trigger_secret: 17, override_data: `${CANARY}_data` }, bare),
    await service.call("GET", path, undefined, { token: `ok_live_${CANARY}` }),
    await service.call("PATCH", path, { webhook_url: `http://user:${CANARY}_password@example.com/` }),
    await service.call("PATCH", path, { webhook_url: `http://169.254.169.254/?t=${CANARY}_link` }),
    await service.call("PATCH", path, { webhook_secret: [`${CANARY}_list`] }),
    await service.call("PATCH", path, { webhook_secret: `${CANARY}`.repeat(2000) }),
    await service.call("PATCH", path, `{"webhook_secret": "${CANARY}_broken`),
    await service.call(
      "POST",
      `/api/v2/triggers/${second.id}/fire`,
      { override_data: { demand_forecast: `${CANARY}_text` } },
      { token: second.trigger_secret },
    ),
  ];
  for (const { status } of answers) expect(status).toBeWithin(400, 500);
  return JSON.stringify(answers.map(({ body }) => body));
}

function filesIn(directory: string): { name: string; text: string }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => ({ name: file.name, text: readFileSync(join(file.parentPath, file.name), "latin1") }));
}

describe.each(["json", "text"])("a busy run with --log %s", (format) => {
  test("tells no secret, no signature and no payload in its log, in refusals or in what it keeps", async () => {
    const planted: Planted = new Map([
      ["admin key", KEY],
      ["seal key", SEAL_KEY],
    ]);
    const receiver = startReceiver(planted);
    const words = [
      "--workers",
      "1",
      "--log",
      format,
      "--webhook-retry-scale",
      "0.001",
      "--webhook-timeout-seconds",
      "1",
    ];
    const service = await scratch.serve({ data: format, key: KEY, words, environment: { JAOT_SECRET_KEY: SEAL_KEY } });
    const triggers = await makeTriggers(service, receiver.url, planted);
    const demand_forecast = [100, 80, 60, 40, 20];
    const fires = Array.from({ length: FIRES }, (_, i) =>
      service.fire(triggers[i % triggers.length], { demand_forecast, [`unknown_${CANARY}`]: `${CANARY}_value` }),
    );
    await Promise.all(fires);
    for (const trigger of triggers) await service.fire(trigger, { demand_forecast }, 30);
    const refused = await refusedAnswers(service, triggers);
    await service.call("PATCH", `/api/v2/triggers/${triggers[0].id}`, { webhook_secret: `${CANARY}_next_secret` });
    for (const trigger of triggers) await service.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`);
    await until("many attempts", async () => receiver.count() >= FIRES / 2);
    await service.drained();
    expect(await service.stop()).toBe(0);
    await receiver.stop();
    const log = service.program.stderr.text + service.program.stdout.text;
    for (const event of ["webhook_delivered", "webhook_failed", "webhook_disabled", "started", "stopped"])
      expect(log).toContain(event);
    // Each signature and made secret is there to be found, and so is what was planted by name.
    expect(planted.size).toBeGreaterThan(FIRES);
    expect(log.toLowerCase().replaceAll(`${CANARY}.invalid`, "")).not.toContain(CANARY);
    for (const [what, value] of planted)
      expect([what, log.includes(value), refused.includes(value)]).toEqual([what, false, false]);
    expect(refused).not.toMatch(/_secret_text|_password|_link|_list|_broken|_wrong/);
    const secrets = [...planted].filter(([what]) => !what.includes("signature")).map(([, value]) => value);
    for (const { name, text } of filesIn(service.data_dir)) {
      const found = [...secrets, `${CANARY}_given_secret`, `${CANARY}_next_secret`].filter((secret) =>
        text.includes(secret),
      );
      expect([name, found]).toEqual([name, []]);
    }
  });
});
