/**
 * Fills the disk under the compiled program and empties it again, `--times N` (10). Needs root, for a small tmpfs. Exits with 1
 * and the broken promise, else prints the figures.
 *
 * Promises: no accepted run is lost; reads work while the disk is full, and runs end in the space that the ballast frees;
 * refusals have status 507 or 503; fires are accepted again within ten seconds once there is space, without a restart, and
 * the ballast is back.
 */
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, type Json, makeTrigger } from "./faults/api";
import { QUICK_MODEL } from "./faults/hard_models";
import { Ledger } from "./faults/ledger";
import { Program } from "./faults/program";

const DISK_MIB = 64;
const RECOVERY_MS_MAX = 10_000;
const DONE_MS_MAX = 60_000;
const ROOM_LEFT_BYTES = 1_000_000;
/** Large enough to find the end of the disk soon; the program answers with its own size. */
const NOTE = "x".repeat(100_000);

const at = process.argv.indexOf("--times");
const times = at === -1 ? 10 : Number(process.argv[at + 1]);
const program = new Program();
const data = join(program.directory, "data");
const filler = join(data, "filler");
const ballast = join(data, "ballast");
mkdirSync(data, { mode: 0o700 });
mount();
const ledger = new Ledger(program.directory);
const recoveries_ms: number[] = [];
let refused = 0;
try {
  await program.start(null, ["--workers", "1"]);
  const trigger = await makeTrigger(program.address, QUICK_MODEL);
  for (let i = 0; i < times; i += 1) await fillAndEmpty(trigger);
  await untilDone();
  for (const run_id of ledger.ids()) {
    const run = await ask(program.address, "GET", `/triggers/${trigger.id}/runs/${run_id}`);
    if (run.status !== "completed")
      throw new Error(`${run_id} was accepted and is ${run.status}: ${run.error_message}`);
  }
  await program.stop();
  program.checkDatabase();
  console.log(`${times} times full: ${ledger.ids().length} accepted, 0 lost; ${refused} refused with 507 or 503`);
  console.log(`accepted again at most ${Math.max(...recoveries_ms).toFixed(0)} ms after there was room`);
} finally {
  await program.kill();
  Bun.spawnSync(["umount", "-l", data]);
  await program.remove();
}
process.exit(0);

async function fillAndEmpty(trigger: Json): Promise<void> {
  for (let i = 0; i < 50; i += 1) {
    if (!(await fire(trigger))) throw new Error("fires are refused while there is room");
  }
  const { bavail, bsize } = statfsSync(data);
  // Some space is left, so that the program itself fills the disk.
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - ROOM_LEFT_BYTES)));
  let was_refused = false;
  for (let i = 0; i < 400 && !was_refused; i += 1) {
    was_refused = !(await fire(trigger)) || !(await writeNote());
  }
  if (!was_refused) throw new Error("the disk never became full");
  for (let i = 0; i < 20; i += 1) await fire(trigger);
  await ask(program.address, "GET", `/triggers/${trigger.id}/runs`);
  await ask(program.address, "GET", "/builder");
  const health = await fetch(`${program.address}/health`);
  const { problems } = (await health.json()) as { problems: { code: string }[] };
  if (!problems.some(({ code }) => code === "disk_low")) throw new Error("/health does not report the full disk");
  if (existsSync(ballast)) throw new Error("the ballast is kept while the disk is full");
  await untilDone();
  rmSync(filler);
  const freed = performance.now();
  while (!(await fire(trigger))) {
    if (performance.now() - freed > RECOVERY_MS_MAX)
      throw new Error("fires are refused ten seconds after there was room");
    await Bun.sleep(20);
  }
  recoveries_ms.push(performance.now() - freed);
  if (!existsSync(ballast)) throw new Error("fires are accepted and there is no ballast");
}

/** True when it was accepted. */
async function fire(trigger: Json): Promise<boolean> {
  const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-type": "application/json" };
  const url = `${program.address}/api/v2/triggers/${trigger.id}/fire`;
  const response = await fetch(url, { method: "POST", headers, body: "{}" });
  const body = (await response.json()) as { run_id: string };
  if (response.status === 202) {
    ledger.accept(body.run_id);
    return true;
  }
  refused += 1;
  if (response.status !== 507 && response.status !== 503)
    throw new Error(`a fire is answered ${response.status}: ${JSON.stringify(body)}`);
  return false;
}

/** False when there was no room for it. */
async function writeNote(): Promise<boolean> {
  return ask(program.address, "POST", "/builder", { name: "note", canvas_json: { note: NOTE } }).then(
    () => true,
    (error: Error) => {
      if (!/: 50[37] /.test(error.message)) throw error;
      return false;
    },
  );
}

async function untilDone(): Promise<void> {
  const until = performance.now() + DONE_MS_MAX;
  for (;;) {
    if (performance.now() > until) throw new Error("accepted runs do not end");
    const health = (await (await fetch(`${program.address}/health`)).json()) as {
      queue_depth: number;
      running: number;
    };
    if (health.queue_depth + health.running === 0) return;
    await Bun.sleep(100);
  }
}

function mount(): void {
  const words = ["mount", "-t", "tmpfs", "-o", `size=${DISK_MIB}m,mode=700`, "tmpfs", data];
  const { exitCode, stderr } = Bun.spawnSync(words, { stderr: "pipe" });
  if (exitCode === 0) return;
  rmSync(program.directory, { recursive: true });
  throw new Error(`a small tmpfs cannot be mounted here: ${stderr.toString().trim()}`);
}
