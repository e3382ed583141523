import { expect, test } from "bun:test";
import { join } from "node:path";

const SEED = process.env.SOAK_SEED ?? "20261124";

test(`a mixed load goes on without a failed request (SOAK_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/soak.ts");
  const words = [process.execPath, script, "--minutes", "0.15", "--seed", SEED];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  const counts = JSON.parse(/^[\d.]+ minutes: (.*)$/m.exec(out)![1]!);
  for (const action of ["fire", "fire and wait", "batch", "list", "solve"]) expect(counts[action]).toBeGreaterThan(0);
}, 60_000);
