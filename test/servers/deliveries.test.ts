import { expect, test } from "bun:test";
import { join } from "node:path";

const SEED = process.env.CRASH_SEED ?? "20261124";

test(`hundreds of deliveries survive kills and a receiver that refuses three in ten (CRASH_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/deliveries.ts");
  const words = [process.execPath, script, "--deliveries", "500", "--kills", "4", "--seed", SEED];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  const [, owed, taken, refused] = /(\d+) deliveries owed, (\d+) taken under as many ids, (\d+) times refused/.exec(
    out,
  )!;
  expect(Number(owed)).toBeGreaterThanOrEqual(500);
  expect(Number(taken)).toBeGreaterThanOrEqual(Number(owed));
  expect(Number(refused)).toBeGreaterThan(100);
}, 120_000);
