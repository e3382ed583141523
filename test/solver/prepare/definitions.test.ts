import { describe, expect, test } from "bun:test";
import { substituteDefinitions } from "../../../src/solver/prepare/definitions";
import { prepareProblem } from "../../../src/solver/prepare/prepare";
import { type ProblemText, readProblem } from "../problem_text";

/** z = 1000 gate, e = 1000 z, x <= e; x costs 1 and has to be at least 8. */
function chain(relation: "=" | "<=", more: ProblemText["rows"] = []): ProblemText {
  const lower = relation === "=" ? 0 : null;
  return {
    sense: "minimize",
    columns: [
      ["gate", 5, 0, 1, "binary"],
      ["z", 0, 0, null],
      ["e", 0, 0, null],
      ["x", 1, 0, null],
    ],
    rows: [
      ["first", lower, { 0: -1000, 1: 1 }, 0],
      ["second", lower, { 1: -1000, 2: 1 }, 0],
      ["use", null, { 2: -1, 3: 1 }, 0],
      ["need", 8, { 3: 1 }, null],
      ...more,
    ],
  };
}

function entriesOf(text: ProblemText, row: number): Record<number, number> {
  const { matrix } = substituteDefinitions(readProblem(text));
  const entries: Record<number, number> = {};
  for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at++)
    entries[matrix.indices[at]!] = matrix.values[at]!;
  return entries;
}

describe("a column that is a multiple of an integer one", () => {
  test("is put into the other rows, along a chain", () => {
    for (const relation of ["=", "<="] as const) {
      expect(entriesOf(chain(relation), 1)).toEqual({ 0: -1e6, 2: 1 });
      expect(entriesOf(chain(relation), 2)).toEqual({ 0: -1e6, 3: 1 });
    }
  });

  test("lets the gate be as small as the need", () => {
    const { problem } = prepareProblem(readProblem(chain("<=")));
    const gate = problem.matrix.values[problem.matrix.starts[2]!]!;
    const x = problem.matrix.values[problem.matrix.starts[2]! + 1]!;
    expect(Math.abs(gate / x)).toBeCloseTo(8, 9);
  });
});

describe("stays in its rows where an inequality alone defines it and", () => {
  test("a larger value would hurt another row", () => {
    expect(entriesOf(chain("<=", [["store", null, { 1: 1 }, 40]]), 1)).toEqual({ 1: -1000, 2: 1 });
  });

  test("a larger value costs", () => {
    const text = chain("<=");
    const columns = text.columns.map((column) => (column[0] === "z" ? (["z", 2, 0, null] as const) : column));
    expect(entriesOf({ ...text, columns }, 1)).toEqual({ 1: -1000, 2: 1 });
  });

  test("its own bound is below the multiple", () => {
    const text = chain("<=");
    const columns = text.columns.map((column) => (column[0] === "z" ? (["z", 0, 0, 500] as const) : column));
    expect(entriesOf({ ...text, columns }, 1)).toEqual({ 1: -1000, 2: 1 });
  });
});

test("a problem without such a column comes back as it is", () => {
  const problem = readProblem({ ...chain("="), rows: [["plain", 1, { 0: 1, 3: 1 }, null]] });
  expect(substituteDefinitions(problem)).toBe(problem);
});
