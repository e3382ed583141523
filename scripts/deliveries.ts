/**
 * Webhooks through kills and faults: every answered fire owes a delivery, the receiver refuses three in ten, and the
 * program is killed again and again, at random and at the points around a delivery. `--deliveries N` (10,000), `--kills N`
 * (20), `--seed S`. Exits with 1 and what was lost, else prints the figures.
 *
 * The data of the fires does not fit, so that each run ends at once and no solver slows the deliveries down.
 */
import type { KillPoint } from "../src/kill_points";
import { type Json, makeTrigger } from "./faults/api";
import { DeliveryLog } from "./faults/delivery_log";
import { Ledger } from "./faults/ledger";
import { Program } from "./faults/program";
import { Receiver } from "./faults/receiver";
import { seededNumbers } from "./faults/seeded";

const deliveries = numberArgument("--deliveries", 10_000);
const kills = numberArgument("--kills", 20);
const seed = numberArgument("--seed", 1);
/** The waits of 5 s to 24 h become 1 ms to 17 s. */
const SETTINGS = ["--workers", "0", "--webhook-retry-scale", "0.0002", "--runs-keep-per-trigger", "100000000"];
const POINTS: readonly KillPoint[] = ["before_delivery", "after_delivery", "delivery_recorded"];
const PASSINGS_MAX = 60;
const CONNECTIONS = 16;
const KILL_AFTER_MS_MIN = 100;
const KILL_AFTER_MS_MAX = 700;
/** Limit for a kill at a point, which happens by itself. */
const POINT_MS_MAX = 5000;

const MODEL = {
  parameters: { demand: [30] },
  variables: [{ name: "a" }],
  objective: { sense: "maximize", expression: "a" },
  constraints: [{ expression: "a <= demand[0]" }],
};

const random = seededNumbers(seed);
const receiver = await Receiver.open(seededNumbers(seed + 1));
const program = new Program();
const ledger = new Ledger(program.directory);
let accepted = 0;
let at_points = 0;
try {
  await program.start(null, SETTINGS);
  const fields = { webhook_url: receiver.url, webhook_events: ["trigger.run.validation_failed"] };
  const trigger = await makeTrigger(program.address, MODEL, fields);
  receiver.expectSecret(trigger.webhook_secret);
  await program.kill();
  for (let kill = 0; kill < kills; kill += 1)
    await runUntilKilled(trigger, Math.ceil((deliveries * (kill + 1)) / kills));
  await program.start(null, SETTINGS);
  await fireUpTo(trigger, deliveries);
  const log = new DeliveryLog(program.address, trigger.id);
  // The last entries are written at the next turn of the event loop.
  await Bun.sleep(1);
  const owed = ledger.ids();
  await receiver.untilAllTaken(owed, log);
  await receiver.check(log);
  const given_up = await log.count("exhausted");
  if (given_up > 0) throw new Error(`${given_up} deliveries were given up`);
  await program.stop();
  program.checkDatabase();
  console.log(`seed ${seed}: ${kills} kills, ${at_points} of them at points around a delivery`);
  console.log(
    `${owed.length} deliveries owed, ${receiver.delivered} taken under as many ids, ${receiver.refused} times refused, ${receiver.repeated} times sent though taken, 0 lost; both signatures fitted each time`,
  );
} finally {
  await program.remove();
  receiver.stop();
}
process.exit(0);

async function runUntilKilled(trigger: Json, fires: number): Promise<void> {
  const is_at_point = random(2) === 0;
  const point = `${POINTS[random(POINTS.length)]}:${1 + random(PASSINGS_MAX)}`;
  await program.start(is_at_point ? point : null, SETTINGS);
  const firing = fireUpTo(trigger, fires);
  const waiting = is_at_point ? POINT_MS_MAX : KILL_AFTER_MS_MIN + random(KILL_AFTER_MS_MAX - KILL_AFTER_MS_MIN);
  const was_killed = await program.diesWithin(waiting);
  if (was_killed) at_points += 1;
  await program.kill();
  await firing;
  program.checkDatabase();
}

/** Fires until this many were answered in total, or the program is gone. */
async function fireUpTo(trigger: Json, fires: number): Promise<void> {
  const url = `${program.address}/api/v2/triggers/${trigger.id}/fire`;
  const headers = { authorization: `Bearer ${trigger.trigger_secret}`, "content-type": "application/json" };
  const connection = async (): Promise<void> => {
    while (accepted < fires) {
      accepted += 1;
      const run_id = await fetch(url, { method: "POST", headers, body: '{"override_data": {"nothing": 1}}' })
        .then(async (response) => ((await response.json()) as Json).detail.run_id as string)
        .catch(() => null);
      if (run_id === null) {
        accepted -= 1;
        return;
      }
      ledger.accept(run_id);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
