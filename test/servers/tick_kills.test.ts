import { expect, test } from "bun:test";
import { join } from "node:path";

const CYCLES = 5;
const SEED = process.env.TICK_SEED ?? "20261124";

test(`${CYCLES} kills within 50 ms of a tick lose none and double none (TICK_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/tick_kills.ts");
  const words = [process.execPath, script, "--cycles", String(CYCLES), "--seed", SEED];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  const [, ticks, runs] = /(\d+) instants of 5 schedules in the ledger, (\d+) runs/.exec(out)!;
  expect(Number(ticks)).toBeGreaterThan(4 * 2 * CYCLES);
  expect(Number(runs)).toBeGreaterThan(3 * 2 * CYCLES);
}, 120_000);
