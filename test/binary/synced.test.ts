import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const FIRES = 500;
const HAS_STRACE = Bun.which("strace") !== null;

describe.skipIf(!HAS_STRACE)("the order of system calls (needs the package strace)", () => {
  test("puts every run on disk before anyone is told that it was accepted", async () => {
    const script = join(import.meta.dir, "../../scripts/synced.ts");
    const words = [process.execPath, script, "--fires", String(FIRES)];
    const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toStartWith(`${FIRES} answers of 202, `);
  });
});
