import { expect, test } from "bun:test";
import { join } from "node:path";

const has_unshare = Bun.spawnSync(["unshare", "--user", "--map-root-user", "--mount", "true"]).exitCode === 0;

test.skipIf(!has_unshare)(
  "in a root with the C library alone it serves, applies, fires, backs up, restores and is well (needs the package util-linux)",
  async () => {
    const script = join(import.meta.dir, "../../scripts/fresh_root.ts");
    const child = Bun.spawn([process.execPath, script], { stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([code, err]).toEqual([0, ""]);
    const steps = out.split("\n").map((line) => line.split(":")[0]!);
    expect(steps).toEqual([
      "root",
      "serve",
      "apply",
      "apply again",
      "fire",
      "backup",
      "doctor",
      "restore",
      "serve",
      "runs",
      "doctor",
      "",
    ]);
  },
  120_000,
);
