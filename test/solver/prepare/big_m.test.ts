import { expect, test } from "bun:test";
import type { ColumnKind } from "../../../src/problem/problem";
import { prepareProblem } from "../../../src/solver/prepare/prepare";
import { type ProblemText, readProblem } from "../problem_text";

type ColumnText = ProblemText["columns"][number];

/** The coefficient of `column` in the first row, and that row's bounds, rounded to six places. */
function firstRow(text: ProblemText, column = 0): { coefficient: number; lower: number; upper: number } {
  const { problem } = prepareProblem(readProblem(text));
  const { starts, indices, values } = problem.matrix;
  const entry = indices.subarray(starts[0], starts[1]).indexOf(column);
  const round = (value: number) => Number(value.toFixed(6));
  return {
    coefficient: round(values[entry]!),
    lower: round(problem.rows.lower[0]!),
    upper: round(problem.rows.upper[0]!),
  };
}

const GATE: ColumnText = ["gate", 5, 0, 1, "binary"];

function gated(column: ColumnText, extra: ProblemText["rows"] = [], sense: ProblemText["sense"] = "minimize") {
  return { sense, columns: [GATE, column], rows: [["cap", null, { 0: -1e8, 1: 1 }, 0] as const, ...extra] };
}

test("a column's own bound is enough in place of a big-M", () => {
  expect(firstRow(gated(["x", -1, 0, 40]))).toEqual({ coefficient: -40, lower: -Infinity, upper: 0 });
});

test("a bound that follows from another row is enough", () => {
  expect(firstRow(gated(["x", -1, 0, null], [["limit", null, { 1: 2 }, 80]])).coefficient).toBe(-40);
});

test("what the demand needs is enough for a column that costs", () => {
  expect(firstRow(gated(["x", 1, 0, null], [["demand", 40, { 1: 1 }, null]])).coefficient).toBe(-40);
  expect(firstRow(gated(["x", -1, 0, null], [["demand", 40, { 1: 1 }, null]], "maximize")).coefficient).toBe(-40);
});

test("a column that earns is not held to the demand", () => {
  expect(firstRow(gated(["x", -1, 0, null], [["demand", 40, { 1: 1 }, null]])).coefficient).toBe(-1e8);
  expect(firstRow(gated(["x", 1, 0, null], [["demand", 40, { 1: 1 }, null]], "maximize")).coefficient).toBe(-1e8);
});

test.each<[ColumnKind, number]>([
  ["continuous", 2.5],
  ["integer", 3],
])("the need of a %p column is %p", (kind, need) => {
  expect(firstRow(gated(["x", 1, 0, null, kind], [["demand", 5, { 1: 2 }, null]])).coefficient).toBe(-need);
});

test("a big-M that a closed gate switches off keeps its strict side", () => {
  const text: ProblemText = {
    sense: "minimize",
    columns: [GATE, ["x", -1, 0, 30]],
    rows: [["cap", null, { 0: 1e7, 1: 1 }, 1e7 + 4]],
  };
  expect(firstRow(text)).toEqual({ coefficient: 26, lower: -Infinity, upper: 30 });
});

test("a row that must be reached is tightened as well", () => {
  const text: ProblemText = {
    sense: "minimize",
    columns: [GATE, ["x", 1, -30, 30]],
    rows: [["floor", 4 - 1e7, { 0: -1e7, 1: 1 }, null]],
  };
  expect(firstRow(text)).toEqual({ coefficient: -34, lower: -30, upper: Infinity });
});

test("equalities and ranges keep their coefficients", () => {
  const columns: ColumnText[] = [GATE, ["x", 1, 0, 30]];
  expect(firstRow({ sense: "minimize", columns, rows: [["r", 0, { 0: -1e7, 1: 1 }, 0]] }).coefficient).toBe(-1e7);
  expect(firstRow({ sense: "minimize", columns, rows: [["r", -1e8, { 0: -1e7, 1: 1 }, 0]] }).coefficient).toBe(-1e7);
});

test("an integer count of lots is tightened to what one lot must allow", () => {
  const lots: ColumnText = ["lots", 5, 0, 10, "integer"];
  const rows: ProblemText["rows"] = [["cap", null, { 0: -1e6, 1: 1 }, 0]];
  expect(firstRow({ sense: "minimize", columns: [lots, ["x", -1, 0, 30]], rows }).coefficient).toBe(-30);
});

test("lot sizing with stocks needs no more than all demand", () => {
  const periods = [0, 1, 2];
  const text: ProblemText = {
    sense: "minimize",
    columns: [
      ...periods.map((t) => [`setup${t}`, 9, 0, 1, "binary"] as const),
      ...periods.map((t) => [`make${t}`, 1, 0, null] as const),
      ...periods.map((t) => [`stock${t}`, 0.5, 0, null] as const),
    ],
    rows: [
      ...periods.map((t) => [`cap${t}`, null, { [t]: -1e7, [3 + t]: 1 }, 0] as const),
      ...periods.map(
        (t) => [`balance${t}`, 10, { [3 + t]: 1, [6 + t]: -1, ...(t > 0 && { [5 + t]: 1 }) }, 10] as const,
      ),
    ],
  };
  expect(firstRow(text).coefficient).toBe(-30);
});

test("disjunctive starts need no more than all durations one after the other", () => {
  const text: ProblemText = {
    sense: "minimize",
    columns: [
      ["first", 0, 0, 1, "binary"],
      ["start_a", 0, 0, null],
      ["start_b", 0, 0, null],
      ["makespan", 1, 0, null],
    ],
    rows: [
      ["a_before_b", 3 - 1e6, { 0: -1e6, 1: -1, 2: 1 }, null],
      ["b_before_a", 4, { 0: 1e6, 1: 1, 2: -1 }, null],
      ["end_a", 3, { 1: -1, 3: 1 }, null],
      ["end_b", 4, { 2: -1, 3: 1 }, null],
    ],
  };
  // The end comes at 4 (its least) + 4 + 4 + 3 at the latest, so a starts at 12 and b 3 later.
  expect(firstRow(text)).toEqual({ coefficient: -15, lower: -12, upper: Infinity });
});

test("the far bound of a semi-continuous column comes down to what is needed", () => {
  const text: ProblemText = {
    sense: "minimize",
    columns: [["x", 1, 2, 1e9, "semicontinuous"]],
    rows: [["demand", 40, { 0: 1 }, null]],
  };
  const { columns } = prepareProblem(readProblem(text)).problem;
  expect([columns.lower[0], Number(columns.upper[0]!.toFixed(6))]).toEqual([2, 40]);
});

test("a big-M that nothing bounds stays, and so does an infeasible problem", () => {
  expect(firstRow(gated(["x", -1, 0, null])).coefficient).toBe(-1e8);
  expect(firstRow(gated(["x", -1, 0, 4], [["demand", 40, { 1: 1 }, null]])).coefficient).toBe(-1e8);
});
