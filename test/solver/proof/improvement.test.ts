import { expect, test } from "bun:test";
import { certify } from "../../../src/solver/certify";
import { findImprovement } from "../../../src/solver/proof/improvement";
import { type ProblemText, readProblem } from "../problem_text";

function improvementOf(text: ProblemText, values: readonly number[], objective: number) {
  const problem = readProblem(text);
  return findImprovement(problem, certify(problem, Float64Array.from(values), objective).clean!, 1e-6);
}

/** The gate costs 2 and lets x through. */
function gate(big: number): ProblemText {
  return {
    sense: "minimize",
    columns: [
      ["gate", 2, 0, 1, "binary"],
      ["x", 0, 0, 9],
    ],
    rows: [["cap", null, { 0: -big, 1: 1 }, 0]],
  };
}

test.each([10, 1e6, 1e9, 1e12])("a gate with a big-M of %p that is in use cannot be shut", (big) => {
  expect(improvementOf(gate(big), [1, 1], 2)).toBeNull();
});

test("a gate that nothing uses can be shut", () => {
  expect(improvementOf(gate(1e9), [1, 0], 2)).toEqual({ column: 0, gain: 2 });
});

test("rounding in a row does not keep a whole step back", () => {
  const text: ProblemText = {
    sense: "maximize",
    columns: [["n", 1, 0, 5, "integer"]],
    rows: [["r", null, { 0: 0.1 }, 0.3]],
  };
  expect(improvementOf(text, [2], 2)).toEqual({ column: 0, gain: 1 });
});
