import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Clock, systemClock } from "../../src/clock";
import { systemIds } from "../../src/ids";
import { RunIds, seqOfRunId } from "../../src/runs/run_id";

const SEED = 20_260_219;
const NOW = Date.parse("2026-02-19T06:00:00Z");

/** Ids under a clock that stands where it is put. */
function setUp(start = NOW, last = 0) {
  let now = start;
  const clock: Clock = { ...systemClock, now: () => now };
  const ids = new RunIds(clock, systemIds(clock), last);
  return {
    next: () => ids.next(),
    moveTo: (at: number) => {
      now = at;
    },
  };
}

describe("run ids", () => {
  test("say where the run lies, in 80 random bits more than can be guessed", () => {
    const { next } = setUp();
    for (let i = 0; i < 1000; i += 1) {
      const { id, seq } = next();
      expect(id).toMatch(/^run_[0-9a-hjkmnp-tv-z]{27}$/);
      expect(seqOfRunId(id)).toBe(seq);
    }
    const tails = Array.from({ length: 1000 }, () => next().id.slice(-16));
    expect(new Set(tails).size).toBe(1000);
    expect(new Set(tails.join("")).size).toBe(32);
  });

  test("rise without a break, as numbers and as text, whatever the clock does", () => {
    const moves = fc.array(fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.constant(0)), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(moves, (steps) => {
        const { next, moveTo } = setUp();
        let at = NOW;
        let before = next();
        for (const step of steps) {
          at += step;
          moveTo(at);
          const { seq, id } = next();
          expect(seq).toBeGreaterThan(before.seq);
          expect(id > before.id).toBe(true);
          before = { seq, id };
        }
      }),
      { seed: SEED },
    );
  });

  test("go on behind the last one stored, also under a clock that is far behind it", () => {
    const last = setUp(NOW).next().seq + 500;
    for (const start of [0, NOW - 86_400_000, NOW]) expect(setUp(start, last).next().seq).toBe(last + 1);
    expect(setUp(NOW + 86_400_000, last).next().seq).toBeGreaterThan(last + 1);
  });

  test("stay exact numbers until 2094, and under a clock that was never set", () => {
    const late = setUp(Date.parse("2093-12-31T23:59:59Z")).next();
    expect(Number.isSafeInteger(late.seq)).toBe(true);
    expect(seqOfRunId(late.id)).toBe(late.seq);
    const unset = setUp(0);
    expect([unset.next().seq, unset.next().seq]).toEqual([1, 2]);
  });
});

describe("what is no run id", () => {
  test.each([
    "",
    "run_",
    "x",
    `run_${"0".repeat(26)}`,
    `run_${"0".repeat(28)}`,
    `RUN_${"0".repeat(27)}`,
    `run_${"I".repeat(27)}`,
    `run_${"u".repeat(27)}`,
    `trg_${"0".repeat(27)}`,
    ` run_${"0".repeat(27)}`,
    `run_${"0".repeat(27)}\n`,
    `run_${"z".repeat(27)}`,
  ])("names no place: %j", (id) => {
    expect(seqOfRunId(id)).toBeNull();
  });

  test("whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (id) => {
        expect(seqOfRunId(id)).toBeNull();
      }),
      { seed: SEED },
    );
  });
});
