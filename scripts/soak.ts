/**
 * A long mixed load on the compiled program: fires, waits, batches, lists, cancels, a schedule every second, webhooks to a
 * receiver that fails one time in three, solvers killed now and then. `--minutes N` (15), `--seed S`. Watches memory, open
 * files and the log of the database; exits with 1 when one of them keeps growing or a request fails.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask, type Json, makeTrigger } from "./faults/api";
import { QUICK_MODEL, splitModel } from "./faults/hard_models";
import { Program } from "./faults/program";
import { seededNumbers } from "./faults/seeded";

const LINES = 4;
const LOOK_MS_MAX = 1000;
/** A short soak looks more often, so that its report has as many parts as a long one's. */
const LOOKS_MIN = 30;
/** The first part warms up: caches fill, solvers start. */
const WARM_SHARE = 0.3;
const GROWTH_MB_MAX = 20;
/** The heap of a process takes two minutes under this load to reach the size that it keeps (175 MB here, then 133 to 171). */
const JUDGED_MINUTES_MIN = 3;
const GROWTH_FILES_MAX = 16;
const LOG_BYTES_MAX = 134_217_728;

const minutes = numberArgument("--minutes", 15);
const random = seededNumbers(numberArgument("--seed", 1));
const program = new Program();
const hooks = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => new Response("", { status: random(3) === 0 ? 500 : 200 }),
});
const counts: Record<string, number> = {};
try {
  await program.start(null, [
    "--workers",
    "1",
    "--queued-runs-per-trigger-max",
    "1000000",
    "--webhook-retry-scale",
    "0.001",
    "--runs-keep-per-trigger",
    "2000",
  ]);
  const quick = await makeTrigger(program.address, QUICK_MODEL, { webhook_url: `http://127.0.0.1:${hooks.port}/` });
  const hard = await makeTrigger(program.address, { ...splitModel(random, true), options: { time_limit_seconds: 2 } });
  await ask(program.address, "POST", `/triggers/${quick.id}/schedule`, { cron_expression: "* * * * * *" });
  const until = performance.now() + minutes * 60_000;
  const looks: Look[] = [];
  const watch = (async () => {
    while (performance.now() < until) {
      looks.push(look());
      await Bun.sleep(Math.min(LOOK_MS_MAX, (minutes * 60_000) / LOOKS_MIN));
    }
  })();
  const line = async (): Promise<void> => {
    while (performance.now() < until) await act(quick, hard);
  };
  await Promise.all([watch, ...Array.from({ length: LINES }, line)]);
  report(looks);
  await program.stop();
  program.checkDatabase();
} finally {
  await program.remove();
  hooks.stop(true);
}
process.exit(0);

async function act(quick: Json, hard: Json): Promise<void> {
  const dice = random(1000);
  const runs = `/triggers/${quick.id}/runs`;
  if (dice < 700) await count("fire", () => fire(quick, ""));
  else if (dice < 850) await count("fire and wait", () => fire(quick, "wait=5"));
  else if (dice < 900) await count("batch", () => batch(quick));
  else if (dice < 960) await count("list", () => ask(program.address, "GET", `${runs}?page=${1 + random(20)}`));
  else if (dice < 995) await count("solve", () => ask(program.address, "POST", "/solve", QUICK_MODEL));
  else if (dice < 999) await count("cancel", () => fireAndCancel(hard));
  else await count("solver killed", killSolver);
}

async function count(name: string, action: () => Promise<unknown>): Promise<void> {
  await action();
  counts[name] = (counts[name] ?? 0) + 1;
}

async function fire(trigger: Json, prefer: string): Promise<Json> {
  const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-type": "application/json", prefer };
  const url = `${program.address}/api/v2/triggers/${trigger.id}/fire`;
  const response = await fetch(url, { method: "POST", headers, body: "{}" });
  if (!response.ok) throw new Error(`a fire was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function batch(trigger: Json): Promise<Json> {
  const sets = { override_data: new Array(10).fill(null) };
  return ask(program.address, "POST", `/triggers/${trigger.id}/fire-batch`, sets, trigger.trigger_secret);
}

async function fireAndCancel(trigger: Json): Promise<void> {
  const { run_id } = await fire(trigger, "");
  await Bun.sleep(random(300));
  await ask(program.address, "POST", `/triggers/${trigger.id}/runs/${run_id}/cancel`);
}

async function killSolver(): Promise<void> {
  const [pid] = program.solvers();
  if (pid !== undefined) process.kill(Number(pid), "SIGKILL");
}

interface Look {
  readonly memory_mb: number;
  readonly files: number;
  readonly log_bytes: number;
}

function look(): Look {
  const pages = Number(readFileSync(`/proc/${program.pid}/statm`, "utf8").split(" ")[1]);
  return {
    memory_mb: (pages * 4096) / 1e6,
    files: readdirSync(`/proc/${program.pid}/fd`).length,
    log_bytes: statSync(join(program.directory, "data/jaot.db-wal")).size,
  };
}

function report(looks: readonly Look[]): void {
  const warm = looks.slice(Math.floor(looks.length * WARM_SHARE));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const medianOf = (part: readonly Look[], of: (one: Look) => number): number =>
    part.map(of).sort((a, b) => a - b)[Math.floor(part.length / 2)]!;
  const growth = (of: (one: Look) => number): number =>
    medianOf(warm.slice(-third), of) - medianOf(warm.slice(0, third), of);
  const memory = growth((one) => one.memory_mb);
  const files = growth((one) => one.files);
  const log = Math.max(...looks.map((one) => one.log_bytes));
  console.log(`${minutes} minutes: ${JSON.stringify(counts)}`);
  const tenths = Array.from({ length: 10 }, (_, i) => looks[Math.ceil(((i + 1) * looks.length) / 10) - 1]!.memory_mb);
  console.log(`memory over time, MB: ${tenths.map((mb) => mb.toFixed(0)).join(" ")}`);
  console.log(`memory ${medianOf(warm, (one) => one.memory_mb).toFixed(0)} MB, grew ${memory.toFixed(1)} MB`);
  console.log(
    `open files ${medianOf(warm, (one) => one.files)}, grew ${files}; log at most ${(log / 1e6).toFixed(1)} MB`,
  );
  if (minutes >= JUDGED_MINUTES_MIN && memory > GROWTH_MB_MAX)
    throw new Error(`memory grew ${memory.toFixed(1)} MB, ${GROWTH_MB_MAX} are allowed`);
  if (files > GROWTH_FILES_MAX) throw new Error(`${files} more files are open than at the beginning`);
  if (log > LOG_BYTES_MAX) throw new Error(`the log of the database grew to ${log} bytes`);
}

function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
