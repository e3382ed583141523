import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Problem } from "../../src/problem/problem";
import { buildEmptySolution, buildSolution } from "../../src/solver/answer";
import { PRODUCTION, type ProblemText } from "./problem_text";
import { arbitraryProblem, SEED, solveText } from "./solver_fixture";

function answer(text: ProblemText) {
  const { problem, raw, clean } = solveText(text);
  return buildSolution(problem, raw, clean!, raw.status, { warnings: [], solve_ms: 5 });
}

const MIX: ProblemText = {
  sense: "maximize",
  columns: [
    ["x", 3, 0, null],
    ["y", 2, 0, null],
  ],
  rows: [
    ["labour", null, { 0: 1, 1: 1 }, 4],
    ["wood", null, { 0: 1, 1: 3 }, 6],
  ],
};

const DIET: ProblemText = {
  sense: "minimize",
  columns: [
    ["bread", 3, 0, null],
    ["milk", 2, 0, null],
  ],
  rows: [["energy", 8, { 0: 1, 1: 2 }, null]],
};

describe("sensitivity", () => {
  test.each([
    ["maximize", MIX, "labour"],
    ["minimize", DIET, "energy"],
  ] as const)("a shadow price is what one more unit of the bound does to the objective, %s", (_, text, name) => {
    const price = answer(text).sensitivity!.shadow_prices[name]!;
    const more = (bound: number | null) => (bound === null ? null : bound + 0.5);
    const rows = text.rows.map(([row, lower, entries, upper]) =>
      row === name ? ([row, more(lower), entries, more(upper)] as const) : ([row, lower, entries, upper] as const),
    );
    expect(answer({ ...text, rows }).objective_value! - answer(text).objective_value!).toBeCloseTo(price * 0.5, 9);
    expect(price).toBeGreaterThan(0);
  });

  test.each([
    ["maximize", MIX, "y", -1],
    ["minimize", DIET, "bread", 2],
  ] as const)("a reduced cost is what one unit of the column does to the objective, %s", (_, text, name, expected) => {
    const cost = answer(text).sensitivity!.reduced_costs[name]!;
    expect(cost).toBeCloseTo(expected, 9);
    const columns = text.columns.map(([column, price, lower, upper]) =>
      column === name ? ([column, price, 0.25, upper] as const) : ([column, price, lower, upper] as const),
    );
    expect(answer({ ...text, columns }).objective_value! - answer(text).objective_value!).toBeCloseTo(cost * 0.25, 9);
  });

  test("integer problems have none", () => {
    expect(answer(PRODUCTION).sensitivity).toBeNull();
  });

  test("duals prove the optimum of every small linear problem", () => {
    fc.assert(
      fc.property(arbitraryProblem("continuous"), (text) => {
        const { problem, raw, clean } = solveText(text);
        if (raw.status !== "optimal") return;
        const { rows, matrix, columns } = problem;
        const direction = text.sense === "maximize" ? -1 : 1;
        let dual = problem.offset;
        const cost = Float64Array.from(columns.cost);
        for (let row = 0; row < rows.count; row++) {
          const price = raw.row_duals![row]!;
          for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
            cost[matrix.indices[entry]!]! -= price * matrix.values[entry]!;
          }
          dual += bestWithin(price * direction, rows.lower[row]!, rows.upper[row]!) * price;
        }
        for (let column = 0; column < columns.count; column++) {
          expect(raw.reduced_costs![column]!).toBeCloseTo(cost[column]!, 6);
          dual += bestWithin(cost[column]! * direction, columns.lower[column]!, columns.upper[column]!) * cost[column]!;
        }
        expect(dual).toBeCloseTo(clean!.objective, 6);
      }),
      { seed: SEED + 3, numRuns: 200 },
    );
  });
});

/** The bound that a price presses against: the lower one when more costs; 0 where the price is nothing. */
function bestWithin(price: number, lower: number, upper: number): number {
  if (Math.abs(price) < 1e-7) return 0;
  return price > 0 ? lower : upper;
}

describe("the solution", () => {
  test("tells activity, bounds, slack and binding rows", () => {
    const { constraints, gap, dual_bound, objective_value, solve_time_seconds } = answer(MIX);
    expect(constraints[0]).toMatchObject({
      name: "labour",
      activity: 4,
      lower: null,
      upper: 4,
      slack: 0,
      is_binding: true,
    });
    expect(constraints[1]).toMatchObject({ name: "wood", activity: 4, upper: 6, slack: 2, is_binding: false });
    expect([gap, dual_bound, objective_value, solve_time_seconds]).toEqual([0, 12, 12, 0.005]);
  });

  test("a free row has neither slack nor binding", () => {
    const rows: ProblemText["rows"] = [["free", null, { 0: 1 }, null]];
    expect(answer({ ...PRODUCTION, rows }).constraints[0]).toMatchObject({
      slack: null,
      is_binding: false,
      activity: 30,
    });
  });

  test("names that JavaScript objects have for themselves are names like any other", () => {
    const columns: ProblemText["columns"] = [
      ["__proto__", 1, 0, 3],
      ["constructor", 1, 0, 4],
    ];
    const { solution, sensitivity } = answer({ sense: "maximize", columns, rows: [["__proto__", null, { 0: 1 }, 2]] });
    expect(JSON.stringify(solution)).toBe('{"__proto__":2,"constructor":4}');
    expect(JSON.stringify(sensitivity!.shadow_prices)).toBe('{"__proto__":1}');
  });

  test("columns and rows of the compiler's own stay out of it", () => {
    const { problem, raw, clean } = solveText(MIX);
    // Not a max or abs: only the counts matter to the answer.
    const marked: Problem = {
      ...problem,
      columns: { ...problem.columns, auxiliary_count: 1 },
      rows: { ...problem.rows, auxiliary_count: 1 },
    };
    const built = buildSolution(marked, raw, clean!, "optimal", { warnings: [], solve_ms: 1 });
    expect(Object.keys(built.solution)).toEqual(["x"]);
    expect(built.variables.map(({ name }) => name)).toEqual(["x"]);
    expect(built.constraints.map(({ name }) => name)).toEqual(["labour"]);
    expect(Object.keys(built.sensitivity!.shadow_prices)).toEqual(["labour"]);
  });

  test("a problem without one tells its status and makes up nothing", () => {
    const { raw } = solveText({ sense: "minimize", columns: [["x", 1, 2, 1]], rows: [] });
    const empty = buildEmptySolution(raw, { warnings: ["w"], solve_ms: 1 });
    expect(empty).toMatchObject({
      status: "infeasible",
      objective_value: null,
      variables: [],
      gap: null,
      warnings: ["w"],
    });
  });
});
