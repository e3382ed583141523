import { expect, test } from "bun:test";
import { join } from "node:path";

const SEED = process.env.STOPS_SEED ?? "20261124";

test(`limits, cancels and killed solvers keep their promises (STOPS_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/stops.ts");
  const words = [process.execPath, script, "--models", "10", "--seed", SEED];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^10 hard models ended/);
  expect(out).toMatch(/\n[1-9]\d* cancels: /);
  expect(out).toMatch(/\n[1-9]\d* solver processes killed by SIGSEGV: /);
}, 120_000);
