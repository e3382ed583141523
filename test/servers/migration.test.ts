import { expect, test } from "bun:test";
import { join } from "node:path";

test("a database of the first release is whole after each of 20 kills while it is migrated", async () => {
  const script = join(import.meta.dir, "../../scripts/migration.ts");
  const child = Bun.spawn([process.execPath, script, "--runs", "50000", "--kill-runs", "20000", "--kills", "20"], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("20 kills");
}, 300_000);
