import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock";

const ENTRY = join(import.meta.dir, "../solver/process/child_entry.ts");
const GONE_MS_MAX = 2000;

/** A dead process whose new parent has not looked at it yet still has its directory, in state Z. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]![0] !== "Z";
  } catch {
    return false;
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test.each([
  ["idle", ""],
  ["in a loop that gives nothing else a turn", '{"act":"spin"}'],
])("a solver that is %s does not outlive a killed service", async (_, model) => {
  const directory = mkdtempSync(join(tmpdir(), "solver-orphan-"));
  const parent = Bun.spawn([process.execPath, join(import.meta.dir, "orphan_parent.ts"), ENTRY, directory, model], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(isRunning(pid)).toBe(true);
    parent.kill("SIGKILL");
    await parent.exited;
    const deadline_ms = systemClock.monotonic() + GONE_MS_MAX;
    while (isRunning(pid) && systemClock.monotonic() < deadline_ms) await turn();
    expect(isRunning(pid)).toBe(false);
  } finally {
    parent.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  }
});
