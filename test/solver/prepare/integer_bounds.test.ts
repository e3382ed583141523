import { expect, test } from "bun:test";
import type { ColumnKind } from "../../../src/problem/problem";
import { prepareProblem } from "../../../src/solver/prepare/prepare";
import { readProblem } from "../problem_text";

function prepared(kind: ColumnKind, lower: number | null, upper: number | null) {
  return prepareProblem(readProblem({ sense: "minimize", columns: [["trucks", 1, lower, upper, kind]], rows: [] }));
}

function boundsOf(kind: ColumnKind, lower: number | null, upper: number | null): [number, number] {
  const { columns } = prepared(kind, lower, upper).problem;
  return [columns.lower[0]!, columns.upper[0]!];
}

test.each<[ColumnKind, number | null, number | null, number, number]>([
  ["integer", 0, 1.3, 0, 1],
  ["integer", 0.5, 3.9, 1, 3],
  ["integer", -1.5, -0.5, -1, -1],
  ["integer", -0.5, 0.5, 0, 0],
  ["integer", null, 2.5, -Infinity, 2],
  ["integer", 0.5, null, 1, Infinity],
  ["integer", 1.0000000001, 2.9999999999, 1, 3],
  ["integer", 0, 2.9999, 0, 2],
  ["integer", 0, 1_000_000_000.4, 0, 1_000_000_000],
  ["binary", 0.5, 1.5, 1, 1],
  ["semi_integer", 1.2, 4.7, 2, 4],
  ["semi_integer", 1.2, 1.7, 0, 0],
  ["semi_integer", -0.5, -0.2, 0, 0],
  ["continuous", 0.5, 1.3, 0.5, 1.3],
  ["semicontinuous", 0.5, 1.3, 0.5, 1.3],
])("a %p column within %p and %p gets the bounds %p and %p", (kind, lower, upper, low, high) => {
  expect(boundsOf(kind, lower, upper)).toEqual([low, high]);
});

test.each<[ColumnKind, number, number]>([
  ["integer", 1.2, 1.8],
  ["binary", 0.2, 0.8],
  ["integer", 3, 2],
])("a %p column between %p and %p is infeasible by name", (kind, lower, upper) => {
  expect(prepared(kind, lower, upper).infeasible).toContain(
    `trucks has no whole number between its bounds ${lower} and ${upper}`,
  );
});

test("a problem with whole bounds comes back as it is", () => {
  const problem = readProblem({
    sense: "minimize",
    columns: [
      ["a", 1, 0, 3, "integer"],
      ["b", 1, 0.5, 1.5],
    ],
    rows: [["r", 1, { 0: 1, 1: 1 }, null]],
  });
  const { problem: same, infeasible, refused, warnings, restore } = prepareProblem(problem);
  expect(same).toBe(problem);
  expect([infeasible, refused, warnings]).toEqual([null, null, []]);
  const values = Float64Array.of(1, 0.5);
  expect(restore(values, null, null)).toEqual({ values, row_duals: null, reduced_costs: null });
});
