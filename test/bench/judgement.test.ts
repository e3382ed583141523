import { describe, expect, test } from "bun:test";
import { geometricMean, judge, median, quantile, type Round, spreadOf } from "../../scripts/bench/judgement";

/** Seven turns around a ratio, their quartiles `spread` of it apart. */
function round(ratio: number, spread: number, other_cores = 0): Round {
  const steps = [1.5, -1, 0.5, 0, -0.5, 1, -1.5];
  return { ratios: steps.map((step) => ratio * (1 + (step / 1.5) * spread)), other_cores };
}

describe("quantiles", () => {
  test.each([
    [[3], 0.5, 3],
    [[4, 1], 0.5, 2.5],
    [[9, 1, 5], 0.5, 5],
    [[4, 3, 2, 1], 0.25, 1.75],
    [[10, 20, 30, 40, 50], 0.99, 49.6],
    [[10, 20], 0, 10],
    [[10, 20], 1, 20],
  ])("of %p at %d", (values, q, expected) => {
    expect(quantile(values, q)).toBeCloseTo(expected, 12);
  });

  test("of no values there are none", () => {
    expect(() => median([])).toThrow("no values");
  });

  test("leave their values in order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

test("a geometric mean takes 2 and 1/2 for nothing", () => {
  expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
  expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
});

test("the spread is the distance of the quartiles, and one disturbed turn does not move it", () => {
  expect(spreadOf([90, 95, 100, 105, 110])).toBeCloseTo(0.1, 12);
  expect(spreadOf([1, 1, 1, 9, 1, 1, 1])).toBe(0);
});

describe("a verdict", () => {
  test.each<[string, Round[], string]>([
    ["a median below 1 by more than the spread", [round(0.95, 0.02)], "better"],
    ["a median above 1 by more than the spread", [round(1.05, 0.02)], "worse"],
    ["a median within the spread", [round(1.015, 0.02)], "the same within the spread"],
    ["a difference under 1 %, whatever the spread", [round(1.008, 0.001)], "the same within the spread"],
    ["more spread than can be judged", [round(1.0, 0.04)], "cannot be told"],
    ["more spread than can be judged, turns on both sides", [round(1.03, 0.04)], "cannot be told"],
    ["much spread, and all turns far on one side", [round(0.5, 0.08)], "better"],
    ["much spread, and all turns far on the other", [round(2, 0.08)], "worse"],
    ["all turns on one side, one of a second round not", [round(2, 0.08), round(1.05, 0.08)], "cannot be told"],
    ["a machine that others use", [round(1.0, 0.01, 0.5)], "cannot be told"],
    ["a machine that others use, and all turns far on one side", [round(1.2, 0.02, 0.5)], "worse"],
    ["too few turns", [{ ratios: [1.2, 1.2, 1.2], other_cores: 0 }], "cannot be told"],
  ])("of %s", (_, rounds, verdict) => {
    expect(judge(rounds).verdict).toBe(verdict as ReturnType<typeof judge>["verdict"]);
  });

  test("is that of the steady round with the least spread, and names it", () => {
    const rounds = [round(1.5, 0.2), round(0.97, 0.02), round(1.0, 0.025), round(1.2, 0.001, 1)];
    expect(judge(rounds)).toMatchObject({ verdict: "better", round: 1, ratio: 0.97 });
    expect(judge(rounds).spread).toBeCloseTo(0.02, 12);
  });

  test("of no rounds there is none", () => {
    expect(() => judge([])).toThrow("no rounds");
  });
});
