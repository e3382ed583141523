/**
 * Lets the compiled program send webhooks to receivers that fail in every way we know, and checks how it copes:
 * each attempt ends in bounded time and memory, is recorded, and is repeated on schedule; other receivers do not wait.
 * `--timeout-seconds N` for an attempt (30), `--waiting N` deliveries of a dead receiver (10,000), `--hanging N` receivers that
 * hang (100). Exits with 1 and what was broken, else prints the figures.
 */
import { gzipSync } from "node:zlib";
import { ask, type Json, makeTrigger } from "./faults/api";
import { answer, type Behaviour, breakOff, endless, Field, faultOfSignatures, say } from "./faults/farm";
import { Program } from "./faults/program";

const timeout_seconds = numberArgument("--timeout-seconds", 30);
const waiting = numberArgument("--waiting", 10_000);
const hanging = numberArgument("--hanging", 100);
const SETTINGS = ["--workers", "1", "--webhook-timeout-seconds", String(timeout_seconds)];
/** A timer may be this late on a busy machine. */
const LATE_MS_MAX = 1000;
const MEMORY_MB_MAX = 32;
const LARGE_ATTEMPTS = 20;
const PROBES = 200;
const WAIT_MS_MAX = 1000;
const BATCH = 1000;
const LOOK_MS = 5;
const SETTLE_MS_MAX = 60_000;
const FIRST_WAIT_MS = 5000;
const OK_HEAD = "HTTP/1.1 200 OK\r\n";
const MIB = 1_048_576;

const MODEL = {
  parameters: { demand: [30, 40] },
  variables: [{ name: "a", type: "integer" }],
  objective: { sense: "maximize", expression: "50 a" },
  constraints: [{ expression: "a <= demand[0]" }],
};

interface Expected {
  readonly behaviour: Behaviour;
  readonly onConnect?: Behaviour;
  /** What the log of deliveries must show. */
  readonly status: number | null;
  readonly error: RegExp | null;
  /** Milliseconds until the next attempt; null: none. */
  readonly next_ms?: number | null;
}

const canary = await Field.open(answer(200));
const redirect = (status: number): Expected => ({
  behaviour: answer(status, `location: ${canary.url}\r\n`),
  status,
  error: /redirects are not followed/,
});
const late = /no answer within/;
const RECEIVERS: Readonly<Record<string, Expected>> = {
  "answers 200": { behaviour: answer(200), status: 200, error: null, next_ms: null },
  "answers 500": { behaviour: answer(500), status: 500, error: /answered 500/ },
  "answers 410": { behaviour: answer(410), status: 410, error: /answered 410/, next_ms: null },
  "answers 503, later": {
    behaviour: answer(503, "retry-after: 7200\r\n"),
    status: 503,
    error: /503/,
    next_ms: 7_200_000,
  },
  "answers 429, in a week": {
    behaviour: answer(429, "retry-after: 604800\r\n"),
    status: 429,
    error: /429/,
    next_ms: 86_400_000,
  },
  "redirects, 301": redirect(301),
  "redirects, 302": redirect(302),
  "redirects, 303": redirect(303),
  "redirects, 307": redirect(307),
  "redirects, 308": redirect(308),
  "takes all and hangs": { behaviour: () => {}, status: null, error: late },
  "hangs in its head": { behaviour: say(`${OK_HEAD}x-half: `), status: null, error: late },
  "drips its head": { behaviour: endless(OK_HEAD, "x", 100), status: null, error: late },
  "drips its body": {
    behaviour: endless(`${OK_HEAD}content-length: 9999\r\n\r\n`, "x", 100),
    status: 200,
    error: null,
    next_ms: null,
  },
  "drips its refusal": {
    behaviour: endless("HTTP/1.1 500 No\r\ncontent-length: 9999\r\n\r\n", "x", 100),
    status: 500,
    error: /500/,
  },
  "cuts the connection at once": {
    behaviour: () => {},
    onConnect: (socket) => socket.resetAndDestroy(),
    status: null,
    error: /./,
  },
  "cuts after the request": { behaviour: breakOff(""), status: null, error: /./ },
  "cuts half way through its head": { behaviour: breakOff("HTTP/1.1 200 OK\r\ncontent-le"), status: null, error: /./ },
  "speaks SSH": {
    behaviour: say("SSH-2.0-OpenSSH_9.9\r\n"),
    onConnect: say("SSH-2.0-OpenSSH_9.9\r\n"),
    status: null,
    error: /./,
  },
  "speaks bytes": {
    behaviour: say(Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 151) & 255))),
    status: null,
    error: /./,
  },
  "goes on with 100 Continue": { behaviour: endless("", "HTTP/1.1 100 Continue\r\n\r\n", 5), status: null, error: /./ },
  "switches protocols": {
    behaviour: say("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    status: 101,
    error: /another protocol/,
  },
};

const zip_bomb = gzipSync(Buffer.alloc(256 * MIB));
const LARGE: Readonly<Record<string, Behaviour>> = {
  "10 MB": answer(200, "", Buffer.alloc(10_000_000, 65)),
  "an answer without end": endless(`${OK_HEAD}\r\n`, Buffer.alloc(MIB, 65)),
  "a packed 256 MB": answer(200, "content-encoding: gzip\r\n", zip_bomb),
  "a head without end": endless(OK_HEAD, `x-more: ${"y".repeat(8000)}\r\n`),
};

const program = new Program();
try {
  await program.start(null, SETTINGS);
  await checkFaults();
  await checkMemory();
  await checkDeadReceiver();
  await checkHangingReceivers();
  if (canary.connections > 0) throw new Error(`the target of redirects was connected to ${canary.connections} times`);
  await program.stop();
} finally {
  await program.remove();
}
process.exit(0);

async function checkFaults(): Promise<void> {
  const started = Object.entries(RECEIVERS).map(async ([name, expected]) => {
    const field = await Field.open(expected.behaviour, expected.onConnect);
    const { trigger, delivery } = await sendOne(field.url);
    const seen = await attempted(trigger, delivery.id);
    checkRecord(name, expected, seen);
    for (const request of field.requests) {
      const fault = faultOfSignatures(request, trigger.webhook_secret);
      if (fault !== null) throw new Error(`${name}: ${fault}`);
      if (request.headers["webhook-id"] !== delivery.id) throw new Error(`${name}: the id is not the delivery's`);
    }
    await ask(program.address, "DELETE", `/triggers/${trigger.id}`).catch(() => null);
    field.close();
  });
  await Promise.all(started);
  console.log(
    `${started.length} receivers that fail: each attempt over in ${timeout_seconds} s, recorded, and due again on schedule`,
  );
}

function checkRecord(name: string, expected: Expected, seen: Json): void {
  const [attempt] = seen.attempt_log;
  const found = `${name}: ${JSON.stringify({ ...seen, payload: undefined })}`;
  if (attempt.http_status !== expected.status) throw new Error(`expected status ${expected.status}, ${found}`);
  if (expected.error === null ? attempt.error !== null : !expected.error.test(attempt.error ?? "")) {
    throw new Error(`expected error ${expected.error}, ${found}`);
  }
  if (attempt.duration_ms > timeout_seconds * 1000 + LATE_MS_MAX) throw new Error(`too long, ${found}`);
  const { next_ms = FIRST_WAIT_MS } = expected;
  const next = seen.next_attempt_at === null ? null : Date.parse(seen.next_attempt_at) - Date.parse(seen.updated_at);
  // A first wait is varied by a tenth either way; what the receiver asks for is not.
  const is_due =
    next_ms === null ? next === null : next !== null && next >= next_ms * 0.9 - 1 && next <= next_ms * 1.1 + 1;
  if (!is_due) throw new Error(`expected the next attempt after ${next_ms} ms, found ${next}, ${found}`);
}

/** Peak memory of large answers, beyond what the program used before. */
async function checkMemory(): Promise<void> {
  for (const [name, behaviour] of Object.entries(LARGE)) {
    const field = await Field.open(behaviour);
    const trigger = await makeTrigger(program.address, MODEL, { webhook_url: field.url });
    // The first few allocate memory that stays.
    for (let i = 0; i < 4; i += 1) await attempted(trigger, (await ping(trigger)).id);
    const before = program.memory().now_mb;
    program.forgetPeak();
    for (let i = 0; i < LARGE_ATTEMPTS; i += 4) {
      const sent = await Promise.all(Array.from({ length: 4 }, () => ping(trigger)));
      await Promise.all(sent.map(({ id }) => attempted(trigger, id)));
    }
    const more = program.memory().peak_mb - before;
    console.log(`${LARGE_ATTEMPTS} attempts answered with ${name}: ${more.toFixed(0)} MB more at the peak`);
    if (more > MEMORY_MB_MAX) throw new Error(`${name} costs ${more.toFixed(0)} MB`);
    await ask(program.address, "DELETE", `/triggers/${trigger.id}`).catch(() => null);
    field.close();
  }
}

/** One receiver that hangs with thousands of deliveries waiting, and a good one. */
async function checkDeadReceiver(): Promise<void> {
  const dead = await Field.open(() => {});
  const trigger = await makeTrigger(program.address, MODEL, { webhook_url: dead.url });
  for (let left = waiting; left > 0; left -= BATCH) {
    const override_data = new Array(Math.min(BATCH, left)).fill(null);
    await ask(program.address, "POST", `/triggers/${trigger.id}/fire-batch`, { override_data }, trigger.trigger_secret);
  }
  await until("the runs have ended", async () => {
    const { queue_depth, running } = (await (await fetch(`${program.address}/health`)).json()) as Json;
    return queue_depth + running === 0;
  });
  const { total } = await ask(program.address, "GET", `/triggers/${trigger.id}/deliveries?page_size=1`);
  const times = await probe();
  console.log(`beside a dead receiver with ${total} deliveries waiting, another gets its own: ${shown(times)}`);
  await ask(program.address, "DELETE", `/triggers/${trigger.id}`).catch(() => null);
  dead.close();
}

/** Many unknown receivers hang at once, beside one that has answered before; once they are known to hang, a new one is added. */
async function checkHangingReceivers(): Promise<void> {
  const known = await Field.open(answer(200));
  const trigger = await makeTrigger(program.address, MODEL, { webhook_url: known.url });
  await attempted(trigger, (await ping(trigger)).id);
  const fields = await Promise.all(Array.from({ length: hanging }, () => Field.open(() => {})));
  const triggers: Awaited<ReturnType<typeof makeTrigger>>[] = [];
  for (const { url } of fields) triggers.push(await makeTrigger(program.address, MODEL, { webhook_url: url }));
  for (let i = 0; i < 8; i += 1) await Promise.all(triggers.map((one) => ping(one)));
  const tried = (): number => fields.filter(({ connections }) => connections > 0).length;
  await until("places are taken", async () => tried() >= Math.min(hanging, 48));
  console.log(
    `beside ${hanging} receivers that hang, one that answered before gets its own: ${shown(await probe(known, trigger))}`,
  );
  await until("each was tried once", async () => tried() === hanging);
  await until("each is known to hang", async () => {
    const logs = await Promise.all(
      triggers.map((one) => ask(program.address, "GET", `/triggers/${one.id}/deliveries?page_size=100`)),
    );
    return logs.every(({ items }: Json) => items.some((item: Json) => item.last_error !== null));
  });
  console.log(`once they are known to hang, one that is new gets its own: ${shown(await probe())}`);
  for (const field of [known, ...fields]) field.close();
}

/** Milliseconds from asking for a ping to its arrival at a good receiver, a new one unless one is given. */
async function probe(known?: Field, its_trigger?: Json): Promise<number[]> {
  const good = known ?? (await Field.open(answer(200)));
  const trigger = its_trigger ?? (await makeTrigger(program.address, MODEL, { webhook_url: good.url }));
  const times: number[] = [];
  const before = good.requests.length;
  for (let i = before; i < before + PROBES; i += 1) {
    const asked = performance.now();
    await ping(trigger);
    await until("a ping arrives", async () => good.requests.length > i);
    times.push(good.requests[i]!.at - asked);
  }
  good.close();
  if (quantile(times, 1) > WAIT_MS_MAX) throw new Error(`a good receiver waits: ${shown(times)}`);
  return times;
}

async function sendOne(webhook_url: string): Promise<{ trigger: Json; delivery: Json }> {
  const trigger = await makeTrigger(program.address, MODEL, { webhook_url });
  await ask(program.address, "POST", `/triggers/${trigger.id}/fire`, {}, trigger.trigger_secret);
  let delivery: Json;
  await until("a delivery is there", async () => {
    [delivery] = (await ask(program.address, "GET", `/triggers/${trigger.id}/deliveries`)).items;
    return delivery !== undefined;
  });
  return { trigger, delivery };
}

function ping(trigger: Json): Promise<Json> {
  return ask(program.address, "POST", `/triggers/${trigger.id}/webhook/ping`);
}

/** The delivery once an attempt has been recorded. */
async function attempted(trigger: Json, id: string): Promise<Json> {
  let seen: Json;
  await until("an attempt is recorded", async () => {
    seen = await ask(program.address, "GET", `/triggers/${trigger.id}/deliveries/${id}`);
    return seen.attempt_log.length > 0;
  });
  return seen;
}

async function until(what: string, ask_again: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + SETTLE_MS_MAX + 4 * timeout_seconds * 1000;
  while (!(await ask_again())) {
    if (performance.now() > end) throw new Error(`${what}: still not so`);
    await Bun.sleep(LOOK_MS);
  }
}

function shown(times: readonly number[]): string {
  const at = (q: number): string => `${quantile(times, q).toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;
}

function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
