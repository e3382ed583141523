import { expect, test } from "bun:test";
import { join } from "node:path";

test("backups under fire restore whole, with every run acknowledged before them", async () => {
  const script = join(import.meta.dir, "../../scripts/backups.ts");
  const words = ["--mb", "8", "--rate", "300", "--restores", "3", "--seconds", "1"];
  const child = Bun.spawn([process.execPath, script, ...words], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(out.match(/^backup \d: .* [1-9]\d* acknowledged runs before it, whole$/gm)).toHaveLength(3);
  expect(out).toMatch(/, 0 failed: p99 /);
}, 120_000);
