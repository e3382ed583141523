import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { tightenAuxiliaries } from "../../../src/problem/auxiliary";
import type { Problem } from "../../../src/problem/problem";
import { activities, compileOf, constraintErrors, modelWith, objectiveAt, objectiveErrors, problemOf } from "../setup";

const SEED = 20260301;

/** A point of x, y, z with the auxiliary columns on the values they stand for. */
function complete(problem: Problem, point: readonly number[]): Float64Array {
  const values = new Float64Array(problem.columns.count).fill(Number.NaN);
  values.set(point);
  tightenAuxiliaries(problem, values);
  return values;
}

function isFeasible(problem: Problem, values: Float64Array): boolean {
  return activities(problem, values).every(
    (activity, row) => activity >= problem.rows.lower[row]! - 1e-9 && activity <= problem.rows.upper[row]! + 1e-9,
  );
}

const point = fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: -6, max: 6 })));

describe("min, max and abs of variables without a binary", () => {
  type Truth = (x: number, y: number, z: number) => boolean;
  test.each<[string, Truth]>([
    ["abs(x) <= 3", (x) => Math.abs(x) <= 3],
    ["abs(x - 2*y) <= z", (x, y, z) => Math.abs(x - 2 * y) <= z],
    ["3 >= abs(x) + 2*abs(y)", (x, y) => 3 >= Math.abs(x) + 2 * Math.abs(y)],
    ["max(x, y) <= z", (x, y, z) => Math.max(x, y) <= z],
    ["max(x, 2, y, demand[0] - 9) + z <= 4", (x, y, z) => Math.max(x, 2, y, 1) + z <= 4],
    ["min(x, y) >= 2", (x, y) => Math.min(x, y) >= 2],
    ["-min(x, y) <= z", (x, y, z) => -Math.min(x, y) <= z],
    ["4 - abs(x) >= y", (x, y) => 4 - Math.abs(x) >= y],
    ["max(abs(x), y + max(z, 1)) <= 5", (x, y, z) => Math.max(Math.abs(x), y + Math.max(z, 1)) <= 5],
    ["min(x, -abs(y), z) >= -3", (x, y, z) => Math.min(x, -Math.abs(y), z) >= -3],
    ["sum(abs(x), abs(y), abs(z)) <= 6", (x, y, z) => Math.abs(x) + Math.abs(y) + Math.abs(z) <= 6],
    ["max(demand) * x <= 3*max(x, y)/-1", (x, y) => 30 * x <= -3 * Math.max(x, y)],
  ])("%s holds exactly where it should", (expression, truth) => {
    const problem = problemOf(modelWith({ constraints: [{ name: "limit", expression }] }));
    fc.assert(
      fc.property(point, (at) => {
        expect(isFeasible(problem, complete(problem, at))).toBe(truth(at[0]!, at[1]!, at[2]!));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  type Objective = (x: number, y: number, z: number) => number;
  test.each<[string, string, Objective]>([
    ["minimize", "3*abs(x) + y", (x, y) => 3 * Math.abs(x) + y],
    ["minimize", "max(x, y, z - 1) + 2", (x, y, z) => Math.max(x, y, z - 1) + 2],
    ["maximize", "min(x, y) - 2*abs(z)", (x, y, z) => Math.min(x, y) - 2 * Math.abs(z)],
    ["minimize", "abs(x)/2 - min(y, z, 0)", (x, y, z) => Math.abs(x) / 2 - Math.min(y, z, 0)],
  ])("%s %s has the value of the expression", (sense, expression, truth) => {
    const problem = problemOf(modelWith({ objective: { sense, expression } }));
    fc.assert(
      fc.property(point, (at) => {
        const values = complete(problem, at);
        expect(isFeasible(problem, values)).toBe(true);
        expect(objectiveAt(problem, values)).toBeCloseTo(truth(at[0]!, at[1]!, at[2]!), 9);
        expect(isFeasible(problem, betterAuxiliary(problem, values))).toBe(false);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  /** The same point with its first auxiliary column pushed half a unit in the direction the objective likes. */
  function betterAuxiliary(problem: Problem, values: Float64Array): Float64Array {
    const better = values.slice();
    const column = problem.columns.count - problem.columns.auxiliary_count;
    const wants_less = problem.columns.cost[column]! > 0 === (problem.sense === "minimize");
    better[column]! += wants_less ? -0.5 : 0.5;
    return better;
  }

  test("auxiliary columns and rows stand at the end, are counted, and have names of their own", () => {
    const variables = [{ name: "x" }, { name: "_abs_1" }];
    const constraints = [
      { name: "first", expression: "abs(x) <= 3" },
      { name: "second", expression: "x <= 9" },
    ];
    const { problem, summary } = compileOf(modelWith({ variables, constraints }));
    expect(problem?.columns.names).toEqual(["x", "_abs_1", "__abs_1"]);
    expect(problem?.rows.names).toEqual(["first", "second", "__abs_1_1", "__abs_1_2"]);
    expect([problem?.columns.auxiliary_count, problem?.rows.auxiliary_count]).toEqual([1, 2]);
    expect(summary).toEqual({
      num_variables: 2,
      num_constraints: 2,
      num_nonzeros: 6,
      variable_types: { continuous: 2 },
    });
  });
});

describe("what would need a binary variable is refused where it stands", () => {
  test.each([
    ["abs(x) >= 3", "abs(x)"],
    ["abs(x) = 3", "abs(x)"],
    ["1 <= abs(x) <= 3", "abs(x)"],
    ["max(x, y) >= z", "max(x, y)"],
    ["min(x, y) <= 2", "min(x, y)"],
    ["y - abs(x) <= 3", "abs(x)"],
    ["max(x, min(y, z)) <= 3", "min(y, z)"],
    ["abs(max(x, y)) <= 3", "max(x, y)"],
  ])("%s", (expression, piece) => {
    const errors = constraintErrors(expression);
    expect(errors.map(({ code, start, end }) => [code, expression.slice(start, end)])).toEqual([
      ["piecewise_not_convex", piece],
    ]);
    expect(errors[0]?.message).toContain("big-M");
  });

  test.each([
    ["minimize", "-abs(x)"],
    ["minimize", "min(x, y)"],
    ["maximize", "max(x, y)"],
  ])("%s %s", (sense, expression) => {
    expect(objectiveErrors(expression, sense).map(({ code }) => code)).toEqual(["piecewise_not_convex"]);
  });

  test("a product with variables is refused too", () => {
    expect(objectiveErrors("x*abs(y)").map(({ code }) => code)).toEqual(["piecewise_in_product"]);
    expect(objectiveErrors("max(x, y)^2").map(({ code }) => code)).toEqual(["piecewise_in_product"]);
  });

  test("a factor of zero asks for nothing", () => {
    expect(constraintErrors("x + zero*max(x, y) >= 3")).toEqual([]);
  });
});
