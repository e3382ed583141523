/**
 * Kills the compiled program within 50 ms of a tick, again and again, and checks that every instant of its schedules is in the
 * ledger once, with one run where its policy gives it one. `--cycles N` (20), `--seed S`.
 * Exits with 1 and what was lost or doubled, else prints the figures. Schedules tick every second, so that each kill hits some.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { ask, type Json, makeTrigger } from "./faults/api";
import { Program } from "./faults/program";
import { seededNumbers } from "./faults/seeded";

const SETTINGS = ["--workers", "0", "--runs-keep-per-trigger", "100000000"];
const SECOND_MS = 1000;
const AROUND_MS = 50;
/** Longest time before a restart after a kill: less than what makes a tick late. */
const DOWN_MS_MAX = 300;
const SCHEDULES = [
  { cron_expression: "* * * * * *", overlap_policy: "allow" },
  { cron_expression: "*/2 * * * * *", overlap_policy: "allow", catch_up: "all" },
  { cron_expression: "* * * * * *", overlap_policy: "skip" },
  { cron_expression: "*/3 * * * * *", overlap_policy: "buffer_one" },
  { cron_expression: "* * * * * *", overlap_policy: "cancel_previous" },
];
const MODEL = { variables: [{ name: "x" }], objective: { sense: "minimize", expression: "x" } };

const cycles = numberArgument("--cycles", 20);
const seed = numberArgument("--seed", 1);
const random = seededNumbers(seed);
const program = new Program();
try {
  await program.start(null, SETTINGS);
  const schedules = await makeSchedules();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await Bun.sleep(millisecondsToTick() + random(2 * AROUND_MS + 1) - AROUND_MS);
    await program.kill();
    program.checkDatabase();
    await Bun.sleep(random(DOWN_MS_MAX));
    await program.start(null, SETTINGS);
  }
  await Bun.sleep(3 * SECOND_MS);
  const stopped_at = Date.now();
  await program.stop();
  const { ticks, runs } = check(schedules, stopped_at);
  console.log(`seed ${seed}: ${cycles} kills within ${AROUND_MS} ms of a tick`);
  console.log(`${ticks} instants of ${schedules.length} schedules in the ledger, ${runs} runs, 0 lost, 0 doubled`);
} finally {
  await program.remove();
}
process.exit(0);

async function makeSchedules(): Promise<Json[]> {
  const trigger = await makeTrigger(program.address, MODEL);
  const made: Json[] = [];
  for (const body of SCHEDULES)
    made.push(await ask(program.address, "POST", `/triggers/${trigger.id}/schedules`, body));
  return made;
}

/** Time to the tick after the next, so that the program has been up for a while. */
function millisecondsToTick(): number {
  return SECOND_MS - (Date.now() % SECOND_MS) + SECOND_MS;
}

function check(schedules: readonly Json[], stopped_at: number): { ticks: number; runs: number } {
  const client = new Database(join(program.directory, "data", "jaot.db"), { readonly: true });
  const sum = { ticks: 0, runs: 0 };
  for (const schedule of schedules) {
    const { cron_expression, overlap_policy: policy } = schedule;
    const what = `${cron_expression} ${policy}`;
    const ticks = client
      .query("SELECT scheduled_for, outcome, run_id FROM ticks WHERE schedule_id = ?1 ORDER BY scheduled_for")
      .all(schedule.id) as { scheduled_for: number; outcome: string; run_id: string | null }[];
    const runs = client.query("SELECT id, scheduled_for FROM runs WHERE schedule_id = ?1").all(schedule.id) as Json[];
    const step = SECOND_MS * Number(/^\*\/(\d)/.exec(cron_expression)?.[1] ?? 1);
    const first = Math.floor(Date.parse(schedule.created_at) / step + 1) * step;
    const until = Math.floor((stopped_at - SECOND_MS) / step) * step;
    const found = new Set(ticks.map(({ scheduled_for }) => scheduled_for));
    for (let at = first; at <= until; at += step) {
      if (!found.has(at)) throw new Error(`${what}: ${new Date(at).toISOString()} is lost`);
    }
    if (ticks[0]!.scheduled_for !== first) throw new Error(`${what}: a tick before the first`);
    const owners = new Set(ticks.flatMap(({ run_id }) => (run_id === null ? [] : [run_id])));
    const doubled = runs.length - new Set(runs.map(({ scheduled_for }) => scheduled_for)).size;
    if (doubled > 0) throw new Error(`${what}: ${doubled} instants have two runs`);
    if (owners.size !== runs.length || runs.some(({ id }) => !owners.has(id))) {
      throw new Error(`${what}: ${runs.length} runs, ${owners.size} ticks with a run`);
    }
    const runless = ticks.filter(({ run_id, outcome }) => run_id === null && !"coalesced waiting".includes(outcome));
    if (runless.length > 0) throw new Error(`${what}: ${runless.length} ticks without the run that they should have`);
    if (policy === "allow" && ticks.some(({ outcome }) => outcome !== "fired"))
      throw new Error(`${what}: not all fired`);
    sum.ticks += ticks.length;
    sum.runs += runs.length;
  }
  client.close();
  return sum;
}

function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
