import { describe, expect, test } from "bun:test";
import { compileModel, prepareModel } from "../../../src/model/compile";
import { compileOf, type JsonObject, LIMITS, modelWith, objectiveAt, problemOf, rowOf } from "../setup";

/** Cost of x, y, z and the constant of a linear objective. */
function linear(expression: string): number[] {
  const problem = problemOf(modelWith({ objective: { sense: "minimize", expression } }));
  return [...problem.columns.cost, problem.offset];
}

function row(expression: string) {
  return rowOf(problemOf(modelWith({ constraints: [{ expression }] })), 0);
}

describe("an expression means what it would on paper", () => {
  test.each([
    ["2*x + 3*y - z + 7", [2, 3, -1, 7]],
    ["2x", [2, 0, 0, 0]],
    ["2 x", [2, 0, 0, 0]],
    ["3(x + y)", [3, 3, 0, 0]],
    ["(x + y)(2)", [2, 2, 0, 0]],
    ["(1 + 1)x", [2, 0, 0, 0]],
    ["2^2x", [4, 0, 0, 0]],
    ["1/2x", [0.5, 0, 0, 0]],
    ["x/4 + y/0.5", [0.25, 2, 0, 0]],
    ["-2^2 * x", [-4, 0, 0, 0]],
    ["2^-1 x", [0.5, 0, 0, 0]],
    ["2^3^2 * x", [512, 0, 0, 0]],
    ["2**3 * x", [8, 0, 0, 0]],
    ["10 - 4 - 3 + x", [1, 0, 0, 3]],
    ["24/4/3 * x", [2, 0, 0, 0]],
    ["2*-x", [-2, 0, 0, 0]],
    ["- -x", [1, 0, 0, 0]],
    ["+x", [1, 0, 0, 0]],
    ["-(x - (y - z))", [-1, 1, -1, 0]],
    ["1e3x + .5y + 5.z", [1000, 0.5, 5, 0]],
    ["2e3", [0, 0, 0, 2000]],
    ["2E-1x", [0.2, 0, 0, 0]],
    ["123456789012345678901234567890 x", [1.2345678901234568e29, 0, 0, 0]],
    ["0.1x + 123456.789y", [0.1, 123456.789, 0, 0]],
    ["x^1 + y^0 + z", [1, 0, 1, 1]],
    ["x**(p - 2)", [1, 0, 0, 0]],
    ["x + x + x - y + y", [3, 0, 0, 0]],
    ["sum(x, 2y, p)", [1, 2, 0, 3]],
    ["sum(demand) * x", [60, 0, 0, 0]],
    ["sum(cost) + x", [1, 0, 0, 4]],
    ["x + sum(demand, y)", [1, 1, 0, 60]],
    ["pow(2, 3) * x + pow(y, 1)", [8, 1, 0, 0]],
    ["abs(-p) * x + min(4, p) * y + max(demand) * z", [3, 3, 30, 0]],
    ["p*x + demand[1]*y + demand[p - 1]*z", [3, 20, 30, 0]],
    ['cost["A"]*x + cost[\'B\']["x"]*y', [1.5, 2.5, 0, 0]],
    ["  x\n\t+ y ", [1, 1, 0, 0]],
    ["`x` + y", [1, 1, 0, 0]],
    ["x*0", [0, 0, 0, 0]],
  ])("%s", (expression, expected) => {
    expect(linear(expression)).toEqual(expected);
  });

  test("a unary sign is looser than a power", () => {
    const model = modelWith({ objective: { sense: "maximize", expression: "-x^2" } });
    expect(objectiveAt(problemOf(model), Float64Array.of(3, 0, 0))).toBe(-9);
  });

  test("2e is a product where e is declared, and digits inside a name belong to it", () => {
    const variables = [{ name: "e" }, { name: "x1y2" }, { name: "e3" }];
    const model = modelWith({ variables, objective: { sense: "minimize", expression: "2e + 3x1y2 + 4*e3 + 2e-e" } });
    expect([...problemOf(model).columns.cost]).toEqual([3, 3, 4]);
  });

  test("letters of any script make names, and any other name stands between backquotes", () => {
    const variables = [{ name: "größe" }, { name: "数量" }, { name: "plant a.1" }, { name: "tick`ed" }];
    const expression = "größe + 2数量 + 3`plant a.1` + 4`tick``ed`";
    const problem = problemOf(modelWith({ variables, objective: { sense: "minimize", expression } }));
    expect([...problem.columns.cost]).toEqual([1, 2, 3, 4]);
  });
});

describe("a constraint becomes one row", () => {
  test.each([
    ["x + y <= 10", { x: 1, y: 1 }, -Infinity, 10],
    ["x + y ≤ 10", { x: 1, y: 1 }, -Infinity, 10],
    ["x >= 2*y + 3", { x: 1, y: -2 }, 3, Infinity],
    ["5 ≥ x", { x: -1 }, -5, Infinity],
    ["x = y", { x: 1, y: -1 }, 0, 0],
    ["x == 4 + x - x", { x: 1 }, 4, 4],
    ["2 <= x + y + 1 <= 8", { x: 1, y: 1 }, 1, 7],
    ["8 >= x - 1 >= demand[0] - 20", { x: 1 }, -9, 9],
    ["demand[0] <= x + p", { x: -1 }, -Infinity, -7],
    ["3 <= 5", {}, -Infinity, 2],
    ["x - x <= 3", {}, -Infinity, 3],
    ["0 = 0", {}, 0, 0],
    ["0.1 + 0.2 = 0.3", {}, 0.3 - (0.1 + 0.2), 0.3 - (0.1 + 0.2)],
  ])("%s", (expression, terms, lower, upper) => {
    const found = row(expression);
    expect(found.terms).toEqual(terms);
    expect(found.lower).toBeCloseTo(lower, 12);
    expect(found.upper).toBeCloseTo(upper, 12);
  });

  test("no bound or constant is minus zero", () => {
    const problem = problemOf(
      modelWith({
        objective: { sense: "minimize", expression: "-0*x - 0" },
        constraints: [{ expression: "-x <= -0" }],
      }),
    );
    expect(Object.is(problem.offset, 0)).toBe(true);
    expect(Object.is(problem.rows.upper[0], 0)).toBe(true);
    expect([...problem.columns.cost].every((cost) => Object.is(cost, 0))).toBe(true);
  });

  test("a strict comparison is taken as not strict, with a warning", () => {
    const { problem, diagnostics } = compileOf(
      modelWith({ constraints: [{ expression: "x + y < 10" }, { expression: "x > 1" }] }),
    );
    expect([problem!.rows.upper[0], problem!.rows.lower[1]]).toEqual([10, 1]);
    expect(diagnostics.map(({ code, severity, path, start, end }) => [code, severity, path, start, end])).toEqual([
      ["strict_relation", "warning", "constraints.0.expression", 6, 7],
      ["strict_relation", "warning", "constraints.1.expression", 2, 3],
    ]);
  });

  test("entries of a row are merged, sorted by column, and dropped when they cancel", () => {
    const { matrix } = problemOf(modelWith({ constraints: [{ expression: "z + x + 2z + y - y >= 1" }] }));
    expect([...matrix.indices]).toEqual([0, 2]);
    expect([...matrix.values]).toEqual([1, 3]);
  });
});

describe("parameters", () => {
  test("values given at compile replace the model's own", () => {
    const model = modelWith({ constraints: [{ expression: "x >= demand[1] + p" }] });
    expect(rowOf(problemOf(model), 0).lower).toBe(23);
    expect(rowOf(problemOf(model, { demand: [0, 7, 0] }), 0).lower).toBe(10);
    expect(rowOf(problemOf(model, { p: -20 }), 0).lower).toBe(0);
  });

  test("one prepared model compiles again and again without remembering", () => {
    const prepared = prepareModel(modelWith({ constraints: [{ expression: "p*x >= 1" }] }), LIMITS);
    const coefficient = (values: JsonObject) => compileModel(prepared, values, LIMITS).problem!.matrix.values[0];
    expect([coefficient({}), coefficient({ p: 5 }), coefficient({}), coefficient({ p: -1 })]).toEqual([3, 5, 3, -1]);
  });

  test("two problems of one prepared model share no array", () => {
    const prepared = prepareModel(modelWith({ constraints: [{ expression: "x >= 1" }] }), LIMITS);
    const [first, second] = [0, 1].map(() => compileModel(prepared, {}, LIMITS).problem!);
    first!.columns.upper.fill(0);
    first!.matrix.values.fill(0);
    expect(second!.columns.upper[0]).toBe(Infinity);
    expect(second!.matrix.values[0]).toBe(1);
    expect(compileModel(prepared, {}, LIMITS).problem!.columns.upper[0]).toBe(Infinity);
  });
});
