/**
 * How the compiled program handles many schedules: `--schedules N` (10,000) that are all due at one instant, and what they
 * cost while none is due. Prints the lateness of the runs (created minus scheduled), the time of /health/live meanwhile, and the
 * share of a core that the idle program used.
 */
import { Database } from "bun:sqlite";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, makeTrigger } from "./faults/api";
import { Program } from "./faults/program";

const MODEL = { variables: [{ name: "x" }], objective: { sense: "minimize", expression: "x" } };
const TRIGGERS = 100;
const AT_ONCE = 64;
const IDLE_SECONDS = 30;
/** Time until garbage from creating the schedules has been collected. */
const SETTLE_SECONDS = 20;
const PROBE_PAUSE_MS = 5;
const MINUTE_MS = 60_000;
/** Clock ticks of /proc in a second, on every Linux of today. */
const CLOCK_HZ = 100;

const at = process.argv.indexOf("--schedules");
const count = at === -1 ? 10_000 : Number(process.argv[at + 1]);
const program = new Program();
try {
  await program.start(null, ["--workers", "1", "--queued-runs-per-trigger-max", "1000000"]);
  const before = await idleShare();
  const due = await makeSchedules();
  await Bun.sleep(SETTLE_SECONDS * 1000);
  const idle = await idleShare();
  const probes = await probeUntil(due);
  const fired = await untilAllFired(due);
  report(before, idle, probes, fired);
} finally {
  await program.remove();
}
process.exit(0);

/** Creates all schedules, due at one instant that is far enough ahead to measure the idle program first. */
async function makeSchedules(): Promise<number> {
  const triggers: string[] = [];
  for (let i = 0; i < TRIGGERS; i += 1) triggers.push((await makeTrigger(program.address, MODEL)).id);
  const due = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS + (IDLE_SECONDS + SETTLE_SECONDS + 60) * 1000 + count * 4;
  const starts_at = new Date(Math.ceil(due / MINUTE_MS) * MINUTE_MS);
  const body = { cron_expression: `${starts_at.getUTCMinutes()} ${starts_at.getUTCHours()} * * *` };
  const make = async (worker: number): Promise<void> => {
    for (let i = worker; i < count; i += AT_ONCE) {
      await ask(program.address, "POST", `/triggers/${triggers[i % TRIGGERS]}/schedules`, body);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => make(worker)));
  if (Date.now() + (IDLE_SECONDS + SETTLE_SECONDS) * 1000 > starts_at.getTime())
    throw new Error("making the schedules took too long");
  return starts_at.getTime();
}

/** Share of a core that the idle program uses. */
async function idleShare(): Promise<number> {
  const used = (): number => {
    const fields = readFileSync(`/proc/${program.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  const first = used();
  await Bun.sleep(IDLE_SECONDS * 1000);
  return (used() - first) / CLOCK_HZ / IDLE_SECONDS;
}

/** Asks for /health/live from a second before the instant until ten after it. */
async function probeUntil(due: number): Promise<number[]> {
  await Bun.sleep(due - 1000 - Date.now());
  const times: number[] = [];
  while (Date.now() < due + 10_000) {
    const started = performance.now();
    const answer = await fetch(`${program.address}/health/live`);
    await answer.text();
    times.push(performance.now() - started);
    await Bun.sleep(PROBE_PAUSE_MS);
  }
  return times;
}

async function untilAllFired(due: number): Promise<number[]> {
  const client = new Database(join(program.directory, "data", "jaot.db"), { readonly: true });
  for (;;) {
    const rows = client.query("SELECT created_at FROM runs WHERE scheduled_for = ?1").all(due);
    if (rows.length === count) {
      client.close();
      return (rows as { created_at: number }[]).map(({ created_at }) => created_at - due);
    }
    if (Date.now() > due + 2 * MINUTE_MS) throw new Error(`${rows.length} of ${count} have fired after two minutes`);
    await Bun.sleep(500);
  }
}

function report(before: number, idle: number, probes: number[], late: number[]): void {
  const of = (values: number[], share: number): string => {
    const sorted = values.toSorted((a, b) => a - b);
    return `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0)} ms`;
  };
  console.log(`${late.length} of ${count} schedules due at one instant have fired`);
  console.log(`lateness: p50 ${of(late, 0.5)}, p99 ${of(late, 0.99)}, longest ${of(late, 1)}`);
  console.log(
    `/health/live meanwhile, ${probes.length} times: p50 ${of(probes, 0.5)}, p99 ${of(probes, 0.99)}, longest ${of(probes, 1)}`,
  );
  console.log(
    `idle: ${(100 * idle).toFixed(2)} % of a core with ${count} schedules, ${(100 * before).toFixed(2)} % with none`,
  );
}
