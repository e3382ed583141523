import { describe, expect, test } from "bun:test";
import { ProgressLog } from "../../src/runs/progress_log";

/** As documented. */
const PROGRESS_POINTS_MAX = 500;

const point = (elapsed_ms: number) => ({ attempt: 1, elapsed_ms, incumbent: null, bound: null, gap: null, nodes: 0 });

describe("a progress log", () => {
  test("keeps every point of a run that tells little", () => {
    const log = new ProgressLog();
    for (let i = 1; i <= PROGRESS_POINTS_MAX; i += 1) log.add("run", point(i));
    expect(log.pointsOf("run").map(({ elapsed_ms }) => elapsed_ms)).toEqual(
      Array.from({ length: PROGRESS_POINTS_MAX }, (_, i) => i + 1),
    );
    expect(log.pointsOf("other")).toEqual([]);
  });

  test("of a long run stays small, in order, and spread over the whole time", () => {
    const log = new ProgressLog();
    const told = 123_456;
    for (let i = 1; i <= told; i += 1) {
      log.add("run", point(i));
      expect(log.pointsOf("run").length).toBeLessThanOrEqual(PROGRESS_POINTS_MAX);
    }
    const times = log.pointsOf("run").map(({ elapsed_ms }) => elapsed_ms);
    expect(times.length).toBeGreaterThan(PROGRESS_POINTS_MAX / 2 - 2);
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
    expect(new Set(gaps).size).toBe(1);
    expect(told - times.at(-1)!).toBeLessThan(gaps[0]!);
  });

  test("forgets a run that has ended", () => {
    const log = new ProgressLog();
    log.add("run", point(1));
    log.forget("run");
    expect(log.pointsOf("run")).toEqual([]);
  });
});
