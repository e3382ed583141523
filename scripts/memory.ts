/**
 * Solves a model that needs too much memory, in a control group with 1 GiB. `--times N` (5). Needs root. Exits with 1 and the broken promise, else
 * prints the figures.
 *
 * Promises: the run is failed and says that it needed too much memory; the kernel kills nothing; the service keeps answering
 * and solves the next run.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, makeTrigger } from "./faults/api";
import { QUICK_MODEL } from "./faults/hard_models";
import { Program } from "./faults/program";

const LIMIT_BYTES = 2 ** 30;
const DENSE_SIZE = 4000;
const ANSWER_MS_MAX = 1000;

const at = process.argv.indexOf("--times");
const times = at === -1 ? 5 : Number(process.argv[at + 1]);
const group = makeGroup();
const program = new Program();
let longest_answer_ms = 0;
try {
  await program.start(null, ["--workers", "1"], group.path);
  const eater = await makeTrigger(program.address, {
    language: "mathprog",
    source: `param n default 10; var x{1..n} >= 0; maximize z: sum{j in 1..n} x[j];
      s.t. c{i in 1..n}: sum{j in 1..n} (1 + (i*j) mod 97) * x[j] <= 1000; end;`,
  });
  const quick = await makeTrigger(program.address, QUICK_MODEL);
  for (let i = 0; i < times; i += 1) await eatOnce(eater, quick);
  const killed = group.kills();
  if (killed > 0) throw new Error(`the kernel killed ${killed} processes of the group`);
  await program.stop();
  program.checkDatabase();
  console.log(
    `${times} solves ended by their memory, 0 killed by the kernel; most in use ${group.peak_mb()} MB of 1074`,
  );
  console.log(`health check meanwhile at most ${longest_answer_ms.toFixed(0)} ms`);
} finally {
  await program.remove();
  rmdirSync(group.path);
}
process.exit(0);

async function eatOnce(eater: Json, quick: Json): Promise<void> {
  const run = await watched(fire(eater, 60, { n: DENSE_SIZE }));
  const code_or_status = `${run.status}: ${run.error_message}`;
  if (run.status !== "failed" || !/memory/.test(run.error_message)) throw new Error(`the eater is ${code_or_status}`);
  const next = await fire(quick, 10);
  if (next.status !== "completed") throw new Error(`the run behind it is ${next.status}: ${next.error_message}`);
}

async function fire(trigger: Json, wait_seconds: number, override_data: Json = {}): Promise<Json> {
  const headers = {
    authorization: `Bearer ${trigger.trigger_secret}`,
    "content-type": "application/json",
    prefer: `wait=${wait_seconds}`,
  };
  const url = `${program.address}/api/v2/triggers/${trigger.id}/fire`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ override_data }) });
  if (response.status !== 200) throw new Error(`a fire was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Asks for the health of the service until `work` is done. */
async function watched<Result>(work: Promise<Result>): Promise<Result> {
  let is_done = false;
  const result = work.finally(() => {
    is_done = true;
  });
  while (!is_done) {
    const asked = performance.now();
    await fetch(`${program.address}/health/live`);
    longest_answer_ms = Math.max(longest_answer_ms, performance.now() - asked);
    await Bun.sleep(10);
  }
  if (longest_answer_ms > ANSWER_MS_MAX) throw new Error(`a health check took ${longest_answer_ms.toFixed(0)} ms`);
  return result;
}

interface Group {
  readonly path: string;
  /** Processes of the group that the kernel has killed because memory ran out. */
  kills(): number;
  peak_mb(): string;
}

/** Both versions of control groups, whichever is mounted. */
function makeGroup(): Group {
  const is_second = existsSync("/sys/fs/cgroup/cgroup.controllers");
  const path = join(is_second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", `jaot-memory-${process.pid}`);
  mkdirSync(path);
  const read = (name: string): string => readFileSync(join(path, name), "utf8");
  writeFileSync(join(path, is_second ? "memory.max" : "memory.limit_in_bytes"), String(LIMIT_BYTES));
  return {
    path,
    kills: () => Number(/oom_kill (\d+)/.exec(read(is_second ? "memory.events" : "memory.oom_control"))![1]),
    peak_mb: () => (Number(read(is_second ? "memory.peak" : "memory.max_usage_in_bytes")) / 1e6).toFixed(0),
  };
}
