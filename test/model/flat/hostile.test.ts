import { describe, expect, test } from "bun:test";
import { compileOf, constraintErrors, errorsOf, modelWith, objectiveErrors, problemOf } from "../setup";

const MILLION = 1_000_000;

function costOf(expression: string): number {
  return problemOf(modelWith({ objective: { sense: "minimize", expression } })).columns.cost[0]!;
}

describe("depth is no danger", () => {
  test("a million parentheses", () => {
    expect(costOf(`${"(".repeat(MILLION)}x${")".repeat(MILLION)}`)).toBe(1);
  });

  test("a million unary signs", () => {
    expect(costOf(`${"-".repeat(MILLION)}x`)).toBe(1);
    expect(costOf(`${"-".repeat(MILLION - 1)}x`)).toBe(-1);
    expect(costOf(`x*${"-".repeat(MILLION)}2`)).toBe(2);
  });

  test("a hundred thousand nested sums, powers and products", () => {
    const depth = 100_000;
    expect(costOf(`${"-(x + ".repeat(depth)}x${")".repeat(depth)}`)).toBe(1);
    expect(costOf(`x${"^1".repeat(depth)}`)).toBe(1);
    expect(costOf(`x${"*1".repeat(depth)}`)).toBe(1);
    expect(costOf(`${"sum(x, ".repeat(depth)}x${")".repeat(depth)}`)).toBe(depth + 1);
    expect(costOf(`x*${"max(2, ".repeat(depth)}1${")".repeat(depth)}`)).toBe(2);
  });

  test("nested indices and functions of variables", () => {
    const depth = 20_000;
    const parameters = { first: [0] };
    const index = `${"first[".repeat(depth)}0${"]".repeat(depth)}`;
    const model = modelWith({ parameters, constraints: [{ expression: `x >= ${index}` }] });
    expect(problemOf(model).rows.lower[0]).toBe(0);
    const nested = problemOf(
      modelWith({ objective: { sense: "minimize", expression: `${"max(y, ".repeat(depth)}x${")".repeat(depth)}` } }),
    );
    expect(nested.columns.auxiliary_count).toBe(depth);
  });

  test.each([
    ["(", "missing_operand"],
    ["[", "missing_operand"],
    ["abs(", "missing_operand"],
    ["demand[", "missing_operand"],
    [")", "missing_operand"],
    ["x(", "missing_operator"],
    ["2^", "missing_operand"],
    ["x,", "misplaced_comma"],
  ])("half a million of %j alone", (piece, code) => {
    expect(objectiveErrors(piece.repeat(MILLION / 2))[0]?.code).toBe(code);
  });

  test("parameters nested beyond the limit are refused, however deep", () => {
    let value: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) value = level % 2 === 0 ? [value] : { k: value };
    expect(errorsOf(modelWith({ parameters: { deep: value } })).map(({ code, path }) => [code, path])).toEqual([
      ["nested_too_deep", "parameters.deep"],
    ]);
    const { diagnostics } = compileOf(modelWith({ constraints: [{ expression: "x >= sum(demand)" }] }), {
      demand: value,
    });
    expect(diagnostics).toEqual([]);
  });
});

describe("names that reach prototypes elsewhere are plain names here", () => {
  test.each(["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"])("%s", (name) => {
    expect(constraintErrors(`${name} <= 3`)[0]?.code).toBe("unknown_name");
    expect(constraintErrors(`${name}(x) <= 3`)[0]?.code).toBe("unknown_function");
    expect(constraintErrors(`x <= cost["${name}"]`)[0]?.code).toBe("unknown_key");
    const problem = problemOf(
      modelWith({ variables: [{ name }], objective: { sense: "minimize", expression: `2*${name}` } }),
    );
    expect(problem.columns.names).toEqual([name]);
    expect(problem.columns.cost[0]).toBe(2);
  });

  test("__proto__ is refused wherever it would be a key of a result, and pollutes nothing", () => {
    const model = JSON.parse(`{"objective": {"sense": "minimize", "expression": "x", "__proto__": {"a": 1}},
      "variables": [{"name": "x"}, {"name": "__proto__"}], "__proto__": {"polluted": 1},
      "constraints": [{"name": "__proto__", "expression": "x <= p[\\"__proto__\\"]"}],
      "parameters": {"__proto__": 1, "p": {"__proto__": 4, "k": 2}}}`);
    expect(errorsOf(model).map(({ code, path }) => [code, path])).toEqual([
      ["unknown_key", "__proto__"],
      ["name_reserved", "parameters.__proto__"],
      ["name_reserved", "parameters.p"],
      ["name_reserved", "variables.1.name"],
      ["unknown_key", "objective.__proto__"],
      ["name_reserved", "constraints.0.name"],
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("a lone surrogate and a bidirectional mark are refused with a place", () => {
    expect(constraintErrors("x + \ud800 <= 1")[0]).toMatchObject({ code: "unknown_symbol", start: 4, end: 5 });
    expect(constraintErrors("x + \u202ey <= 1")[0]).toMatchObject({ code: "unknown_symbol", start: 4, end: 5 });
  });
});

test("an error at the end of a large text is found and placed without delay", () => {
  const text = `${"x +\n".repeat(MILLION)}wrong <= 1`;
  expect(constraintErrors(text)[0]).toMatchObject({ line: MILLION + 1, column: 1, code: "unknown_name" });
});
