import { expect, test } from "bun:test";
import { prepareProblem } from "../../../src/solver/prepare/prepare";
import { type ProblemText, readProblem } from "../problem_text";

function warningsOf(columns: ProblemText["columns"], rows: ProblemText["rows"]): readonly string[] {
  return prepareProblem(readProblem({ sense: "minimize", columns, rows })).warnings;
}

const GATE: ProblemText["columns"][number] = ["y3", 5, 0, 1, "binary"];
const CAP: ProblemText["rows"][number] = ["cap_3", null, { 0: -1e8, 1: 1 }, 0];

test("a big-M is named with what is enough", () => {
  expect(warningsOf([GATE, ["x3", 1, 0, null]], [CAP, ["demand", 40, { 1: 1 }, null]])).toEqual([
    "constraint cap_3: 1e8*y3; 40 is enough",
  ]);
});

test("what is enough may need another bound of the row", () => {
  expect(warningsOf([GATE, ["x3", -1, 0, 30]], [["cap_3", null, { 0: 1e7, 1: 1 }, 1e7 + 4]])).toEqual([
    "constraint cap_3: 1e7*y3; 26 is enough, with 30 as the row's bound",
  ]);
});

test("a big-M that nothing bounds is named with the variable that needs a bound", () => {
  expect(warningsOf([GATE, ["x3", -1, 0, null]], [CAP])).toEqual([
    "constraint cap_3: 1e8*y3 is too large for the solver's tolerances; give x3 a bound, or lower it to what can be reached",
  ]);
});

test("coefficients more digits apart than a double holds are named", () => {
  const columns: ProblemText["columns"] = [
    ["x", 1, 0, null],
    ["z", 1, 0, null],
  ];
  expect(warningsOf(columns, [["r", 1, { 0: 1e-9, 1: 1e7 }, null]])).toEqual([
    "constraint r: 1e-9*x beside 1e7*z is more than 15 digits apart; choose units that bring them together",
  ]);
});

test("many warnings become five", () => {
  const rows = Array.from({ length: 9 }, (_, row) => [`cap_${row}`, null, { 0: -1e8, 1: 1 }, 0] as const);
  const warnings = warningsOf([GATE, ["x3", -1, 0, 40]], rows);
  expect(warnings).toHaveLength(5);
  expect(warnings[4]).toBe("5 further coefficients are too large or too small like these");
});

test("capacities that can be reached and budgets beside single costs are no reason to warn", () => {
  expect(warningsOf([GATE, ["x3", -1, 0, 2e6]], [["cap_3", null, { 0: -2e6, 1: 1 }, 0]])).toEqual([]);
  expect(warningsOf([GATE, ["x3", -1, 0, 1e4]], [["cap_3", null, { 0: -2e6, 1: 1 }, 0]])).toEqual([]);
  expect(warningsOf([GATE, ["x3", 1, 0, null]], [["budget", null, { 0: 5e6, 1: 1 }, 1.2e7]])).toEqual([]);
  expect(warningsOf([GATE, ["x3", 1, 0, 50]], [["cap_3", null, { 0: -20_000, 1: 1 }, 0]])).toEqual([]);
});

test("a claim is in doubt where nothing bounds what a gate sets apart, not where the gate is a capacity", () => {
  const starts: ProblemText["columns"] = [GATE, ["start_a", -1, 0, null], ["start_b", 1, 0, null]];
  const apart: ProblemText["rows"] = [["apart", null, { 0: -1e8, 1: 1, 2: -1 }, 0]];
  const doubtful = prepareProblem(readProblem({ sense: "minimize", columns: starts, rows: apart }));
  expect(doubtful.optimum_doubt).toContain("constraint apart: 1e8*y3 is too large");
  expect(doubtful.infeasibility_doubt).toBe(doubtful.optimum_doubt);
  const sold = prepareProblem(readProblem({ sense: "minimize", columns: [GATE, ["x3", -1, 0, null]], rows: [CAP] }));
  expect([sold.optimum_doubt, sold.infeasibility_doubt]).toEqual([null, null]);
});
