import { expect, test } from "bun:test";
import { join } from "node:path";

const CYCLES = 20;
const SEED = process.env.CRASH_SEED ?? "20261124";

test(`${CYCLES} kills under load lose nothing and finish nothing twice (CRASH_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/crash.ts");
  const words = [process.execPath, script, "--cycles", String(CYCLES), "--seed", SEED, "--fires", "10000"];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  const [, accepted, ended] = /(\d+) accepted fires in the ledger, (\d+) runs have ended/.exec(out)!;
  expect(Number(accepted)).toBeGreaterThan(1000);
  expect(Number(ended)).toBeGreaterThanOrEqual(Number(accepted));
  const [, taken, refused] = /(\d+) deliveries taken under as many ids, (\d+) times refused/.exec(out)!;
  expect(Number(taken)).toBeGreaterThan(100);
  expect(Number(refused)).toBeGreaterThan(30);
}, 120_000);
