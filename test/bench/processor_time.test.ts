import { describe, expect, test } from "bun:test";
import {
  type ProcessTimes,
  parseMachineStat,
  parseProcessStat,
  sumTree,
  treeSeconds,
} from "../../scripts/bench/processor_time";

/** A process that computes for a known time, as it counts itself, then waits to be ended. */
const SPIN = `
  while (process.cpuUsage().user + process.cpuUsage().system < 400_000);
  console.log("spun");
  setInterval(() => {}, 1_000_000);
`;

describe("/proc/PID/stat", () => {
  test("is read behind a name that holds spaces and parentheses", () => {
    const text =
      "4242 (a) b (c) S 17 4242 4242 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 9 0 77 1 2 18446744073709551615 0 0 0\n";
    expect(parseProcessStat(text)).toEqual({ parent: 17, own_seconds: 2, ended_seconds: 0.5 });
  });
});

describe("/proc/stat", () => {
  test("is what all processors did but idle and wait, guests not counted twice", () => {
    const text = "cpu  100 20 30 9999 888 4 5 6 70 7\ncpu0 1 1 1 1 1 1 1 1 1 1\nctxt 5\n";
    expect(parseMachineStat(text)).toBeCloseTo(1.65, 12);
  });
});

describe("a tree of processes", () => {
  const of = (parent: number, own_seconds: number, ended_seconds = 0): ProcessTimes => ({
    parent,
    own_seconds,
    ended_seconds,
  });

  test("is its root, what lives below it, and what has ended below it", () => {
    const processes = new Map([
      [1, of(0, 100)],
      [10, of(1, 1, 0.5)],
      [11, of(10, 2)],
      [12, of(11, 4, 0.25)],
      [20, of(1, 50)],
    ]);
    expect(sumTree(10, processes)).toBe(7.75);
    expect(sumTree(99, processes)).toBe(0);
  });

  test("counts what a child computes, while it lives and afterwards", async () => {
    const before = treeSeconds(process.pid);
    const child = Bun.spawn([process.execPath, "-e", SPIN], { stdout: "pipe" });
    await child.stdout.getReader().read();
    const living = treeSeconds(process.pid) - before;
    child.kill("SIGKILL");
    await child.exited;
    const ended = treeSeconds(process.pid) - before;
    expect(living).toBeGreaterThanOrEqual(0.38);
    expect(ended).toBeGreaterThanOrEqual(living);
  });
});
