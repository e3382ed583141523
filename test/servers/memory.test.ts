import { describe, expect, test } from "bun:test";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

describe.skipIf(!canGroup())("a group of 1 GiB (needs the package mount, for control groups, and root)", () => {
  test("sees a greedy model refused, and nothing killed by the kernel", async () => {
    const words = [process.execPath, join(import.meta.dir, "../../scripts/memory.ts"), "--times", "1"];
    const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toStartWith("1 solves ended by their memory, 0 killed by the kernel");
  });
});

/** Either version of control groups, writable. */
function canGroup(): boolean {
  return ["/sys/fs/cgroup/memory/cgroup.procs", "/sys/fs/cgroup/cgroup.controllers"].some((path) => {
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}
