import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe.skipIf(!canMount())("a full disk (needs the package mount, and root)", () => {
  test("costs no accepted run, leaves reads alone, and is over as soon as there is room", async () => {
    const words = [process.execPath, join(import.meta.dir, "../../scripts/full_disk.ts"), "--times", "3"];
    const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^3 times full: [1-9]\d* accepted, 0 lost; [1-9]\d* refused/);
  });
});

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "jaot-mount-"));
  const is_mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]).exitCode === 0;
  if (is_mounted) Bun.spawnSync(["umount", directory]);
  rmSync(directory, { recursive: true });
  return is_mounted;
}
