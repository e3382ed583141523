/**
 * Sends random requests to every operation of the OpenAPI document of the compiled program and checks each answer against it: no
 * 5xx that the document does not list, no status, content type, header or field that it does not describe. `--requests N` (20,000),
 * `--seed S`. Prints every finding with its request and exits with 1 when there is one. Also prints how long the service's event
 * loop was blocked at most, and how its memory grew from the first tenth of the requests to the end.
 */
import fc from "fast-check";
import { type Conformance, createConformance } from "../test/http/openapi/conformance";
import type { Answer } from "../test/world";
import { ask, type Json, KEY, makeTrigger } from "./faults/api";
import { Program } from "./faults/program";
import { type FuzzRequest, type Known, requestTo } from "./fuzz/requests";

/** Requests under way at one time. */
const LINES = 6;
/** Requests between two looks at the service's memory and event loop. */
const LOOK_EVERY = 500;
/** Requests may delete everything; then known objects are created again. */
const STORY_EVERY = 200;
const KEPT_IDS = 4;
const FIRE_TURNS = 8;
const FINDINGS_SHOWN = 20;
const HELD_MS_MAX = 200;
const REQUEST_MS_MAX = 60_000;
/** Documented, but shows that the service is at fault and not the request. */
const SUSPECT_STATUS = [500, 507];
const MODEL = {
  parameters: { demand: [30, 40] },
  variables: [
    { name: "a", type: "integer" },
    { name: "b", type: "integer" },
  ],
  objective: { sense: "maximize", expression: "50 a + 40 b" },
  constraints: [{ expression: "a <= demand[0]" }, { expression: "b <= demand[1]" }],
};
const SETTINGS = [
  ...["--workers", "1", "--time-limit-seconds-max", "2", "--failures-per-minute-max", "1000000"],
  ...["--webhook-targets", "127.0.0.1", "--wait-seconds-max", "1", "--log-requests", "none", "--mcp"],
];

const requests = numberArgument("--requests", 20_000);
const seed = numberArgument("--seed", 1);
const program = new Program();
const ids: Record<string, string[]> = {};
const secrets: string[] = [];
const tokens = [KEY];
const statuses = new Map<string, number>();
const findings: string[] = [];
/** Seconds that the event loop was held at most, by look; resident memory then, MB. */
const looks: { readonly held_s: number; readonly memory_mb: number }[] = [];
try {
  await program.start(null, SETTINGS);
  const document = (await (await fetch(`${program.address}/openapi.json`)).json()) as Json;
  const operations = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
    Object.keys(methods as Json).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const conformance = createConformance(document, { is_closed: true });
  const sent = await sendAll(operations, document, conformance);
  await report(operations, sent);
  await program.stop();
  program.checkDatabase();
} finally {
  await program.remove();
}
process.exit(findings.length === 0 ? 0 : 1);

async function sendAll(operations: readonly string[], document: Json, conformance: Conformance): Promise<Set<string>> {
  const sent = new Set<string>();
  // Operations that need no key are requested more often than the rest.
  const turns = operations.flatMap((one) => Array<string>(one.endsWith("/fire") ? FIRE_TURNS : 1).fill(one));
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < requests && findings.length < FINDINGS_SHOWN) {
      const i = next;
      next += 1;
      if (i % STORY_EVERY === 0) await tellStory();
      if (i % LOOK_EVERY === 0) await lookInside();
      const operation = turns[i % turns.length]!;
      const known: Known = { ids, secrets, tokens };
      const [request] = fc.sample(requestTo(operation, document, known), { seed: seed + i, numRuns: 1 });
      sent.add(operation);
      await judge(request!, conformance);
    }
  };
  await Promise.all(Array.from({ length: LINES }, line));
  return sent;
}

async function lookInside(): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const text = await (await fetch(`${program.address}/metrics`, { headers })).text();
  const held_s = Number(/^jaot_event_loop_delay_seconds\{[^}]*"max"[^}]*\} (\S+)$/m.exec(text)?.[1]);
  looks.push({ held_s, memory_mb: program.memory().now_mb });
}

/** Creates one of each object that a path can name. */
async function tellStory(): Promise<void> {
  const override_schema = [{ name: "demand", type: "array" }];
  const trigger = await makeTrigger(program.address, MODEL, { override_schema });
  const cron_expression = "0 6 1 1 *";
  const schedule = await ask(program.address, "POST", `/triggers/${trigger.id}/schedule`, { cron_expression });
  const run = await ask(program.address, "POST", `/triggers/${trigger.id}/fire`, {}, trigger.trigger_secret);
  const viewer = await ask(program.address, "POST", "/keys", { name: "viewer", role: "viewer" });
  for (const kind of Object.keys(ids)) delete ids[kind];
  for (const id of [trigger.document_id, trigger.version_id, trigger.id, schedule.id, run.run_id, viewer.id]) keep(id);
  secrets.splice(0, secrets.length, trigger.trigger_secret);
  tokens.splice(1, tokens.length, viewer.api_key, trigger.trigger_secret, "ok_live_wrong");
}

/** Only ids of what these requests made: the admin key's own id is never learned, so that none of them revokes it. */
function keep(id: unknown): void {
  if (typeof id !== "string") return;
  const kind = id.split("_")[0]!;
  const kept = ids[kind] ?? [];
  ids[kind] = kept;
  kept.push(id);
  if (kept.length > KEPT_IDS) kept.shift();
}

async function judge(request: FuzzRequest, conformance: Conformance): Promise<void> {
  const { method, path, operation } = request;
  const answer = await send(request).catch((error: unknown) => String(error));
  if (typeof answer === "string") {
    findings.push(`${operation}: no answer, ${answer}\n  ${spell(request)}`);
    return;
  }
  count(answer.status);
  if (answer.status === 201) keep(answer.body?.id);
  const faults = conformance.findFaults(method, path, answer);
  if (SUSPECT_STATUS.includes(answer.status)) faults.push(`answered ${answer.status}`);
  for (const fault of faults)
    findings.push(`${fault}\n  ${spell(request)}\n  ${JSON.stringify(answer.body).slice(0, 300)}`);
}

async function send({ method, path, headers, body }: FuzzRequest): Promise<Answer> {
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort(), REQUEST_MS_MAX);
  try {
    const request = { method, headers: legal(headers), body, signal: leave.signal };
    const response = await fetch(program.address + path, request);
    const type = response.headers.get("content-type") ?? "";
    // The event stream lasts until the run ends; its head is enough.
    if (type.startsWith("text/event-stream")) {
      await response.body?.cancel();
      return { status: response.status, headers: response.headers, body: "" };
    }
    const text = await response.text();
    const parsed = type.startsWith("application/json") ? JSON.parse(text) : text || null;
    return { status: response.status, headers: response.headers, body: parsed };
  } finally {
    clearTimeout(timer);
  }
}

/** A client cannot send every text as a header. */
function legal(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => [...value].every((letter) => letter >= " " && letter <= "ÿ")),
  );
}

function count(status: number): void {
  const name = String(status);
  statuses.set(name, (statuses.get(name) ?? 0) + 1);
}

function spell({ method, path, headers, body }: FuzzRequest): string {
  const { authorization: _, ...shown } = headers;
  return `${method} ${path} ${JSON.stringify(shown)} ${body === null ? "no body" : body.slice(0, 500)}`;
}

async function report(operations: readonly string[], sent: ReadonlySet<string>): Promise<void> {
  const counts = [...statuses].sort().map(([status, times]) => `${status}: ${times}`);
  const total = [...statuses.values()].reduce((sum, times) => sum + times, 0);
  console.log(`${total} requests to ${sent.size} of ${operations.length} operations, seed ${seed}`);
  console.log(counts.join(", "));
  await lookInside();
  // The first look sees the start.
  const held = looks.slice(1).map(({ held_s }) => held_s * 1000);
  const [early, late] = [looks[Math.ceil(looks.length / 10)]!, looks.at(-1)!];
  const blocked = held.filter((ms) => ms > HELD_MS_MAX).length;
  console.log(
    `event loop held at most ${Math.max(...held).toFixed(0)} ms, over ${HELD_MS_MAX} ms in ${blocked} of ${held.length} looks; memory ${early.memory_mb.toFixed(0)} MB after a tenth, ${late.memory_mb.toFixed(0)} MB at the end`,
  );
  const alive = await fetch(`${program.address}/health/ready`).then(({ status }) => status);
  if (alive !== 200) findings.push(`the service is not ready any more: ${alive}`);
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) console.log(`\n${finding}`);
  console.log(`${findings.length} findings`);
}

function numberArgument(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
