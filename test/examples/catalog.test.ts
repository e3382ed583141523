/**
 * The ready models: the optimum written down for each, as it stands and with its override, found by our solver through
 * compile.ts and by glpsol from the text with the same change made by hand.
 */
import { describe, expect, test } from "bun:test";
import { EXAMPLES, type ExampleModel } from "../../src/examples/catalog";
import { prepareModel } from "../../src/model/compile";
import { askOracle, GLPSOL } from "../model/language/oracle";
import { mathprog, solveModel } from "../model/language/setup";
import { LIMITS } from "../model/setup";

const GLPSOL_SECONDS = 60;

/** The override of each example as a change of its text. */
const CHANGES: Readonly<Record<string, readonly (readonly [string | RegExp, string])[]>> = {
  restocking: [
    [/bolts {3}150/, "bolts 40"],
    [/nuts {5}90/, "nuts 20"],
    [/gears {4}25 /, "gears 10 "],
    [/belts {4}30 /, "belts 10 "],
    [/pumps {5}5 120/, "pumps 2 120"],
    ["delivery_fee := 180", "delivery_fee := 250"],
  ],
  production_mix: [
    ["lathe 76", "lathe 40"],
    [/bracket {7}11/, "bracket 16"],
  ],
  transportation: [
    ["Lyon 260", "Lyon 180"],
    ["default 120", "default 150"],
  ],
  assignment: [
    ["Carla Dev;", "Carla;"],
    [": Ana Ben Carla Dev :=", ": Ana Ben Carla :="],
    [/^( {4}\w+ +\d+ +\d+ +\d+) +\d+( ;)?$/gm, "$1$2"],
    ["default 3;", "default 4;"],
  ],
  knapsack: [
    ["budget := 800", "budget := 600"],
    ["team := 9", "team := 7"],
  ],
  blending: [
    [/soya {12}430/, "soya 640"],
    ["batch := 2000", "batch := 2400"],
  ],
  unit_commitment: [
    ["grid_max := 300", "grid_max := 120"],
    [/(chp2 .*)0$/m, "$11"],
  ],
  shift_covering: [
    ["full_max := 26", "full_max := 24"],
    ["part_max := 4", "part_max := 6"],
  ],
  cutting_stock: [
    [/38$/m, "52"],
    [/61$/m, "40"],
    [/84$/m, "96"],
    ["760     140", "760 75"],
    ["bar := 6000", "bar := 6500"],
  ],
  facility_location: [
    ["depots_max := 4", "depots_max := 5"],
    ["default 0.09", "default 0.12"],
  ],
  battery: [
    ["level_start := 120", "level_start := 300"],
    ["default 0.4", "default 1.2"],
  ],
};

function changedSource({ name, source }: ExampleModel): string {
  return (CHANGES[name] ?? []).reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${name} holds no ${from}`);
    return changed;
  }, source);
}

/** The load shared where one more kilowatt costs the same, found by halving: what `dispatch` comes to. */
function dispatchCost(load: number): number {
  const units = [
    { low: 150, high: 400, idle: 9, linear: 0.11, square: 0.000_08 },
    { low: 120, high: 350, idle: 8, linear: 0.105, square: 0.000_12 },
    { low: 60, high: 300, idle: 4, linear: 0.24, square: 0.000_1 },
    { low: 80, high: 250, idle: 6, linear: 0.15, square: 0.000_06 },
  ];
  const powersAt = (price: number) =>
    units.map(({ low, high, linear, square }) => Math.min(high, Math.max(low, (price - linear) / (2 * square))));
  const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
  let [below, above] = [0, 1];
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (below + above) / 2;
    if (sumOf(powersAt(middle)) < load) below = middle;
    else above = middle;
  }
  const powers = powersAt(above);
  return sumOf(
    units.map(({ idle, linear, square }, unit) => idle + linear * powers[unit]! + square * powers[unit]! ** 2),
  );
}

describe.each(EXAMPLES.map((example) => [example.name, example] as const))("%s", (_, example) => {
  const { source, override_example, optimum, overridden_optimum } = example;

  test("comes to the optimum that is written down, and prints a plan", () => {
    const solution = solveModel(mathprog(source));
    expect(solution).toMatchObject({ status: "optimal", warnings: [] });
    expect(solution.objective_value).toBeCloseTo(optimum, 5);
    expect(solution.report!.split("\n").length).toBeGreaterThan(2);
    expect(solution.report).not.toContain("the report ends here");
  });

  test("comes to another optimum with its override", () => {
    const solution = solveModel(mathprog(source), override_example);
    expect(solution.objective_value).toBeCloseTo(overridden_optimum, 5);
    expect(overridden_optimum).not.toBe(optimum);
  });

  test("says of every input what it is and in which unit", () => {
    const { inputs } = prepareModel(mathprog(source), LIMITS);
    const silent = inputs.filter(({ description, unit }) => description === null || unit === null);
    expect(silent.map((input) => input.name)).toEqual([]);
    expect(inputs.map((input) => input.name)).toContainValues(Object.keys(override_example));
  });
});

describe.skipIf(GLPSOL === null)("glpsol finds the same (needs the package glpk-utils)", () => {
  const linear = EXAMPLES.filter(({ name }) => Object.hasOwn(CHANGES, name));
  test.each(linear.map((example) => [example.name, example] as const))("%s", (_, example) => {
    expect(askOracle(example.source, GLPSOL_SECONDS).objective).toBeCloseTo(example.optimum, 3);
    expect(askOracle(changedSource(example), GLPSOL_SECONDS).objective).toBeCloseTo(example.overridden_optimum, 3);
  });
});

test("dispatch shares the load as equal incremental costs do", () => {
  const dispatch = EXAMPLES.find(({ name }) => name === "dispatch")!;
  expect(dispatchCost(800)).toBeCloseTo(dispatch.optimum, 5);
  expect(dispatchCost(1100)).toBeCloseTo(dispatch.overridden_optimum, 5);
});
