import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../../src/clock";
import { systemIds } from "../../src/ids";
import { RunIds, seqOfRunId } from "../../src/runs/run_id";

const SEED = 20_260_219;

const setUp = (last = 0) => new RunIds(systemIds(systemClock), last);

describe("run ids", () => {
  test("say where the run lies, in 80 random bits more than can be guessed", () => {
    const ids = setUp();
    const next = () => ids.next();
    for (let i = 0; i < 1000; i += 1) {
      const { id, seq } = next();
      expect(id).toMatch(/^run_[0-9a-hjkmnp-tv-z]{27}$/);
      expect(seqOfRunId(id)).toBe(seq);
    }
    const tails = Array.from({ length: 1000 }, () => next().id.slice(-16));
    expect(new Set(tails).size).toBe(1000);
    expect(new Set(tails.join("")).size).toBe(32);
  });

  test("rise one by one, as numbers and as text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 10 }), (last) => {
        const ids = setUp(last);
        const [first, second] = [ids.next(), ids.next()];
        expect([first.seq, second.seq]).toEqual([last + 1, last + 2]);
        expect(second.id > first.id).toBe(true);
        expect(seqOfRunId(second.id)).toBe(second.seq);
      }),
      { seed: SEED },
    );
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
