import { expect, test } from "bun:test";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { prepareProblem } from "../../../src/solver/prepare/prepare";
import { type ProblemText, readProblem } from "../problem_text";
import { solver } from "../solver_fixture";

function optimum(text: ProblemText) {
  const { problem, refused, restore } = prepareProblem(readProblem(text));
  if (refused !== null) throw new Error(refused);
  const { values, objective, row_duals, reduced_costs } = solver.solve(problem, SOLVE_OPTIONS_DEFAULT, null);
  return { objective, ...restore(values!, row_duals, reduced_costs) };
}

function refusalOf(text: ProblemText): string | null {
  return prepareProblem(readProblem(text)).refused;
}

/** Grams that count in tons: HiGHS alone drops the grams. */
const GRAMS: ProblemText = {
  sense: "minimize",
  columns: [
    ["grams", 1, 0, null],
    ["tons", 0, 0, 0.5],
  ],
  rows: [["a", 1, { 0: 1e-10, 1: 1 }, null]],
};

test("a coefficient that the solver would drop counts", () => {
  expect(optimum(GRAMS).objective).toBeCloseTo(5e9, 0);
});

test("prices come back in the user's scale: one more ton saves ten thousand million grams", () => {
  const { row_duals, reduced_costs } = optimum(GRAMS);
  expect(row_duals![0]).toBeCloseTo(1e10, 0);
  expect([reduced_costs![0], reduced_costs![1]! / 1e10]).toEqual([0, expect.closeTo(-1)]);
});

test("a unit so small that only a larger one can hold it is changed and changed back", () => {
  const text: ProblemText = {
    sense: "maximize",
    columns: [
      ["gwh", 1, 0, null],
      ["electronvolts", 0, 0, 1e34],
    ],
    rows: [["convert", 0, { 0: 1, 1: -4.45e-32 }, 0]],
  };
  const { values, reduced_costs } = optimum(text);
  expect([values[0], values[1]]).toEqual([expect.closeTo(445, 6), 1e34]);
  expect(reduced_costs![1]! / 4.45e-32).toBeCloseTo(1, 9);
});

test("a coefficient that the solver would refuse is made smaller", () => {
  const text: ProblemText = {
    sense: "maximize",
    columns: [
      ["x", 1, 0, 300],
      ["y", 1, 0, null],
    ],
    rows: [["r", null, { 0: 1e18, 1: 1e17 }, 1e19]],
  };
  expect(optimum(text).objective).toBeCloseTo(100, 6);
});

test("a gate in a row of tiny coefficients holds", () => {
  const text: ProblemText = {
    sense: "maximize",
    columns: [
      ["x", 1, 0, 300],
      ["gate", -1000, 0, 1, "binary"],
    ],
    rows: [["cap", null, { 0: 1e-8, 1: -1 }, 0]],
  };
  expect(optimum(text).objective).toBe(0);
});

test("only rows that need it are scaled, and columns only where rows cannot help", () => {
  const given = readProblem({ ...GRAMS, rows: [...GRAMS.rows, ["b", 1, { 0: 1, 1: 0.3 }, null]] });
  const { problem } = prepareProblem(given);
  expect(problem.columns).toBe(given.columns);
  expect([...problem.matrix.values.subarray(2)]).toEqual([1, 0.3]);
});

/** Two machines in watts: with the first one on, the second would be idle. The truth is the second alone, at 1.5e9 of at most 2e9. */
const WATTS: ProblemText = {
  sense: "minimize",
  columns: [
    ["on_a", 40, 0, 1, "binary"],
    ["on_b", 4, 0, 1, "binary"],
    ["power_a", 2e-8, 0, null],
    ["power_b", 1e-8, 0, null],
  ],
  rows: [
    ["most_a", null, { 0: -1.8e9, 2: 1 }, 0],
    ["most_b", null, { 1: -2e9, 3: 1 }, 0],
    ["least_b", 0, { 1: -1.3e9, 3: 1 }, null],
    ["need", 1.5e9, { 2: 1, 3: 1 }, null],
  ],
};

test("gates whose large coefficients are needed get a larger unit for their columns, changed back in the answer", () => {
  const { problem } = prepareProblem(readProblem(WATTS));
  const magnitudes = problem.matrix.values.map(Math.abs);
  expect(Math.max(...magnitudes) / Math.min(...magnitudes)).toBeLessThan(100);
  const { objective, values } = optimum(WATTS);
  expect(objective).toBeCloseTo(19, 9);
  expect([...values]).toEqual([0, 1, 0, expect.closeTo(1.5e9, 0)]);
});

test("zeros and terms that cannot make a difference are left out", () => {
  const given = readProblem({
    sense: "minimize",
    columns: [
      ["x", 1, 0, null],
      ["y", 1, 0, 10],
      ["z", 1, 0, 10],
    ],
    rows: [["r", 1, { 0: 1, 1: 0, 2: 5e-17 }, null]],
  });
  const { matrix } = prepareProblem(given).problem;
  expect([[...matrix.starts], [...matrix.indices], [...matrix.values]]).toEqual([[0, 1], [0], [1]]);
});

test("what no scale can hold is refused with row, coefficient and what to do", () => {
  const columns: ProblemText["columns"] = [
    ["gwh", 1, 0, null],
    ["particles", 0, 0, 1e34, "integer"],
  ];
  const text: ProblemText = { sense: "maximize", columns, rows: [["convert", 0, { 0: 1, 1: -4.45e-32 }, 0]] };
  expect(refusalOf(text)).toBe(
    "the coefficient -4.45e-32 of particles in convert is out of the solver's range: the row's magnitudes go from 4.45e-32 to 1; state particles in another unit, or remove the term",
  );
});

test("a bound that solvers read as infinite on the wrong side is refused by name", () => {
  expect(refusalOf({ sense: "minimize", columns: [["x", 1, 1e25, null]], rows: [] })).toContain(
    "the lower bound 1e+25 of the variable x is beyond 1e20",
  );
  expect(
    refusalOf({ sense: "minimize", columns: [["x", 1, 0, null]], rows: [["r", null, { 0: 1 }, -1e21]] }),
  ).toContain("the upper bound -1e+21 of the constraint r is beyond 1e20");
});
