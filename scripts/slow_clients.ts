/**
 * Slow clients against the compiled program: `--connections N` (2000) that send a header byte a second, a
 * header line a second, half a body, a body byte or chunk a second, or nothing at all; as many again of half that number
 * that were served once and stay; and 200 uploads of 10 GB, declared or in chunks.
 *
 * Promises: meanwhile every fire is accepted, 99 of 100 within LATENCY_MS_MAX; every slow connection is closed within 15
 * seconds; every upload is refused, and together they use no more memory than
 * the service accepts from unproven senders; afterwards no file descriptor is left over.
 */
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { ask, type Json, makeTrigger } from "./faults/api";
import { QUICK_MODEL } from "./faults/hard_models";
import { Program } from "./faults/program";

const CLOSE_MS_MAX = 15_000;
const LATENCY_MS_MAX = 1000;
const UPLOADS = 200;
const UPLOAD_BYTES = 10_000_000_000;
/** Bytes that the service accepts at once from senders without a proven secret, and as much again in transit. */
const UPLOAD_GROWTH_MB_MAX = 160;
const DESCRIPTORS_LEFT_MAX = 5;

const at = process.argv.indexOf("--connections");
const connections = at === -1 ? 2000 : Number(process.argv[at + 1]);
const program = new Program();
let is_over = false;
try {
  await program.start(null, ["--workers", "1"]);
  const trigger = await makeTrigger(program.address, QUICK_MODEL);
  const latencies = watchFires(trigger);
  const before = descriptors();
  const slow = await slowClients();
  const grown_mb = await uploads(trigger);
  is_over = true;
  const times = (await latencies).sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)]!;
  await Bun.sleep(1000);
  const left = descriptors() - before;
  console.log(`${slow.count} slow and idle connections, the last closed after ${(slow.last_ms / 1000).toFixed(1)} s`);
  console.log(`${UPLOADS} uploads of 10 GB refused with 413 or 503; memory grew by ${grown_mb.toFixed(0)} MB at most`);
  console.log(
    `${times.length} fires meanwhile, all accepted, p99 ${p99.toFixed(1)} ms; ${left} descriptors more than before`,
  );
  if (slow.last_ms > CLOSE_MS_MAX) throw new Error("a slow connection stays open");
  if (grown_mb > UPLOAD_GROWTH_MB_MAX) throw new Error("uploads are kept in memory");
  if (left > DESCRIPTORS_LEFT_MAX) throw new Error("descriptors are left over");
  if (p99 > LATENCY_MS_MAX) throw new Error("fires wait for slow clients");
  await program.stop();
} finally {
  await program.kill();
  await program.remove();
}
process.exit(0);

/** Fires every 20 ms until the attack is over; returns how long each took. */
async function watchFires(trigger: Json): Promise<number[]> {
  const times: number[] = [];
  while (!is_over) {
    const started = performance.now();
    await ask(program.address, "POST", `/triggers/${trigger.id}/fire`, {}, trigger.trigger_secret);
    times.push(performance.now() - started);
    await Bun.sleep(20);
  }
  return times;
}

/** Opens all of them at once; settles when the last one has been closed from the other side. */
async function slowClients(): Promise<{ count: number; last_ms: number }> {
  const { host } = new URL(program.address);
  const head = (method: string): string => `${method} /api/v2/triggers/x/fire HTTP/1.1\r\nHost: ${host}\r\n`;
  const post = `${head("POST")}content-type: application/json\r\n`;
  const kinds: readonly (readonly [first: string, then: string])[] = [
    [`${head("GET")}X-A: `, "a"],
    [head("GET"), "X-A: b\r\n"],
    [`${post}content-length: 1000\r\n\r\n{`, ""],
    [`${post}content-length: 1000\r\n\r\n`, " "],
    [`${post}transfer-encoding: chunked\r\n\r\n`, "1\r\n \r\n"],
    ["", ""],
  ];
  const idle = `GET /health HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const all = [
    ...Array.from({ length: connections }, (_, i) => trickle(...kinds[i % kinds.length]!)),
    ...Array.from({ length: Math.ceil(connections / 2) }, () => trickle(idle, "")),
  ];
  const times = await Promise.all(all);
  return { count: times.length, last_ms: Math.max(...times) };
}

/** Milliseconds until the other side has closed. */
function trickle(first: string, then: string): Promise<number> {
  const started = performance.now();
  const socket = open();
  if (first !== "") socket.write(first);
  const timer = then === "" ? null : setInterval(() => socket.write(then), 1000);
  return new Promise((resolve) => {
    socket.resume();
    socket.on("error", () => {});
    socket.on("close", () => {
      if (timer !== null) clearInterval(timer);
      resolve(performance.now() - started);
    });
  });
}

/** Sends 10 GB, two hundred times at once, for as long as it is taken. Returns by how much the service grew at most, MB. */
async function uploads(trigger: Json): Promise<number> {
  program.forgetPeak();
  const before = program.memory().now_mb;
  const statuses = await Promise.all(Array.from({ length: UPLOADS }, (_, i) => upload(trigger, i % 2 === 0)));
  // A body in chunks is read up to the limit, or refused at once when others like it are on their way.
  const wrong = statuses.filter((status) => status !== "413" && status !== "503");
  if (wrong.length > 0) throw new Error(`${wrong.length} uploads were answered ${[...new Set(wrong)].join(", ")}`);
  return program.memory().peak_mb - before;
}

function upload(trigger: Json, is_declared: boolean): Promise<string> {
  const { host } = new URL(program.address);
  const length = is_declared ? `content-length: ${UPLOAD_BYTES}` : "transfer-encoding: chunked";
  const block = Buffer.alloc(65_536, " ");
  const piece = is_declared ? block : Buffer.concat([Buffer.from("10000\r\n"), block, Buffer.from("\r\n")]);
  const socket = open();
  let answer = "";
  return new Promise((resolve) => {
    const send = (): void => {
      while (!socket.destroyed && answer === "" && socket.write(piece));
    };
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
      socket.destroy();
    });
    socket.on("drain", send);
    socket.on("error", () => {});
    socket.on("close", () => resolve(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "nothing"));
    socket.write(
      `POST /api/v2/triggers/${trigger.id}/fire HTTP/1.1\r\nHost: ${host}\r\ncontent-type: application/json\r\n${length}\r\n\r\n`,
    );
    send();
  });
}

function open(): Socket {
  const { hostname, port } = new URL(program.address);
  return connect({ host: hostname, port: Number(port) });
}

function descriptors(): number {
  return readdirSync(`/proc/${program.pid}/fd`).length;
}
