/**
 * Kills the compiled program again and again under load, every fifth time with SIGTERM, and checks that it kept its promises.
 * `--cycles N` (20), `--seed S`,
 * `--fires N` fires at most in all (3,000 a cycle). Exits with 1 and the broken invariant, else prints the figures.
 *
 * Invariants, read through the public API and from what a receiver saw:
 *  1. Every fire that was answered with 202 is a run in a final state at the end.
 *  2. A run that has ended never changes again.
 *  3. Every finished run of a trigger with a webhook is taken by a receiver that refuses three in ten, under one delivery id with
 *     the same bytes however often it is sent, signed, and not more often than the log of deliveries says.
 *  4. No solver process outlives the program by more than two seconds.
 *  5. After SIGTERM the program ends with 0 within ten seconds, and no run fails because of it.
 *  6. The database passes SQLite's integrity_check after every kill.
 */
import { KILL_POINTS } from "../src/kill_points";
import { Client } from "./faults/client";
import { Ledger } from "./faults/ledger";
import { Program } from "./faults/program";
import { Receiver } from "./faults/receiver";
import { seededNumbers } from "./faults/seeded";

const cycles = numberArgument("--cycles", 20);
const seed = numberArgument("--seed", 1);
const fires = numberArgument("--fires", cycles * 3000);
/** Kills follow so quickly that a run at the head of the queue may see more of them than attempts_max allows. */
const ATTEMPTS_MAX = "100";
const SETTINGS = [
  ...["--workers", "1", "--queued-runs-per-trigger-max", "1000000", "--webhook-retry-scale", "0.0002"],
  ...["--runs-keep-per-trigger", "100000000", "--attempts-max", ATTEMPTS_MAX],
];
/** Every second cycle kills at a named point, the others after this time under load. */
const KILL_AFTER_MS_MIN = 200;
const KILL_AFTER_MS_MAX = 800;
/** Passes of a point before the kill: few enough to be reached in a cycle. */
const PASSINGS_MAX = 60;
const STOP_EVERY = 5;
const STOP_MS_MAX = 10_000;

const random = seededNumbers(seed);
const receiver = await Receiver.open(seededNumbers(seed + 1));
const program = new Program();
const ledger = new Ledger(program.directory);
const restarts_ms: number[] = [];
const stops_ms: number[] = [];
let kills_at_points = 0;
let kills_with_solvers = 0;
try {
  await program.start(null, SETTINGS);
  const client = new Client(program.address, ledger);
  receiver.expectSecret(await client.makeTriggers(receiver.url));
  await program.kill();
  for (let cycle = 1; cycle <= cycles; cycle += 1) await runCycle(client, cycle);
  restarts_ms.push(await program.start(null, SETTINGS));
  await client.untilAllEnded();
  await receiver.untilAllTaken(await client.runsWithWebhook(), client.deliveryLog());
  const checked = await client.checkLedger();
  await receiver.check(client.deliveryLog());
  if (kills_with_solvers === 0) throw new Error("no solver process was ever seen: invariant 4 was not tested");
  await program.stop();
  program.checkDatabase();
  report(checked);
} finally {
  await program.remove();
  receiver.stop();
}
process.exit(0);

async function runCycle(client: Client, cycle: number): Promise<void> {
  const is_stop = cycle % STOP_EVERY === 0;
  const is_at_point = !is_stop && cycle % 2 === 0;
  const point = KILL_POINTS[random(KILL_POINTS.length)]!;
  restarts_ms.push(await program.start(is_at_point ? `${point}:${1 + random(PASSINGS_MAX)}` : null, SETTINGS));
  const load = client.load(Math.ceil(fires / cycles));
  const waiting = is_at_point
    ? KILL_AFTER_MS_MAX * 4
    : KILL_AFTER_MS_MIN + random(KILL_AFTER_MS_MAX - KILL_AFTER_MS_MIN);
  const was_killed = await program.diesWithin(waiting);
  if (was_killed) kills_at_points += 1;
  if (program.solvers().length > 0) kills_with_solvers += 1;
  if (is_stop) await stopPolitely();
  else await program.kill();
  await load;
  await program.checkOrphans();
  program.checkDatabase();
}

async function stopPolitely(): Promise<void> {
  const asked = performance.now();
  await program.stop();
  stops_ms.push(performance.now() - asked);
  if (stops_ms.at(-1)! > STOP_MS_MAX) throw new Error(`the program took ${stops_ms.at(-1)!.toFixed(0)} ms to stop`);
}

function report({ accepted, ended }: { accepted: number; ended: number }): void {
  const sorted = restarts_ms.toSorted((a, b) => a - b);
  const shown = (ms: number | undefined): string => `${ms!.toFixed(0)} ms`;
  const kills = cycles - stops_ms.length;
  console.log(
    `seed ${seed}: ${kills} kills, ${kills_at_points} at named points, and ${stops_ms.length} stops by SIGTERM`,
  );
  if (stops_ms.length > 0) console.log(`SIGTERM to exit 0: longest ${shown(Math.max(...stops_ms))}`);
  console.log(`${accepted} accepted fires in the ledger, ${ended} runs have ended, 0 lost, 0 changed after their end`);
  console.log(
    `${receiver.delivered} deliveries taken under as many ids, ${receiver.refused} times refused, ${receiver.repeated} times sent though taken, 0 lost`,
  );
  console.log(`restart to ready: p50 ${shown(sorted[Math.floor(sorted.length / 2)])}, longest ${shown(sorted.at(-1))}`);
}

function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
