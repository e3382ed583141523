import { describe, expect, test } from "bun:test";
import { compileModel, prepareModel } from "../../../src/model/compile";
import { compileOf, errorsOf, LIMITS, modelWith, problemOf } from "../setup";

function found(model: unknown): (string | undefined)[][] {
  return errorsOf(model).map(({ code, path }) => [code, path]);
}

/** A sound model with one variable replaced. */
function variable(entry: unknown) {
  return modelWith({ variables: [{ name: "x" }, entry] });
}

describe("the form of a model is told by its keys", () => {
  test.each([
    [null, "model_form_unknown", null],
    [[], "model_form_unknown", null],
    ["minimize x", "model_form_unknown", null],
    [{}, "model_form_unknown", null],
    [{ model: {} }, "model_form_unknown", null],
    [{ language: "mathprog", source: 5 }, "wrong_type", "language"],
    [{ format: "xls", content: "" }, "wrong_value", "file"],
  ])("%j", (model, code, form) => {
    const prepared = prepareModel(model, LIMITS);
    expect(prepared.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(prepared.form).toBe(form as typeof prepared.form);
    expect(compileModel(prepared, {}, LIMITS)).toMatchObject({ problem: null, diagnostics: prepared.diagnostics });
  });
});

describe("a model of the wrong structure says where", () => {
  test.each([
    [modelWith({ constrants: [] }), "unknown_key", "constrants"],
    [modelWith({ name: 5 }), "wrong_type", "name"],
    [modelWith({ variables: undefined }), "wrong_type", "variables"],
    [modelWith({ variables: {} }), "wrong_type", "variables"],
    [modelWith({ constraints: "x <= 1" }), "wrong_type", "constraints"],
    [modelWith({ constraints: ["x <= 1"] }), "wrong_type", "constraints.0"],
    [modelWith({ constraints: [{ name: "c" }] }), "wrong_type", "constraints.0.expression"],
    [
      modelWith({ constraints: [{ expresion: "x <= 1", expression: "x <= 1" }] }),
      "unknown_key",
      "constraints.0.expresion",
    ],
    [modelWith({ objective: "x" }), "wrong_type", "objective"],
    [modelWith({ objective: { sense: "min", expression: "x" } }), "wrong_value", "objective.sense"],
    [modelWith({ objective: { sense: "minimize" } }), "wrong_type", "objective.expression"],
    [modelWith({ parameters: [1] }), "wrong_type", "parameters"],
    [modelWith({ parameters: { a: "1" } }), "wrong_type", "parameters.a"],
    [modelWith({ parameters: { a: [1, [2, null]] } }), "wrong_type", "parameters.a.1.1"],
    [modelWith({ parameters: { a: { k: Infinity } } }), "wrong_type", "parameters.a.k"],
    [modelWith({ parameters: { sum: 1 } }), "name_reserved", "parameters.sum"],
    [modelWith({ parameters: { x: 1 } }), "name_duplicate", "variables.0.name"],
    [variable({ name: "x" }), "name_duplicate", "variables.1.name"],
    [variable({ name: "max" }), "name_reserved", "variables.1.name"],
    [variable({ name: "__proto__" }), "name_reserved", "variables.1.name"],
    [variable({ name: "" }), "wrong_type", "variables.1.name"],
    [variable({ name: 4 }), "wrong_type", "variables.1.name"],
    [variable({ name: "a\nb" }), "name_invalid", "variables.1.name"],
    [variable({ name: "a".repeat(256) }), "name_invalid", "variables.1.name"],
    [variable("y"), "wrong_type", "variables.1"],
    [variable({ name: "y", type: "int" }), "wrong_value", "variables.1.type"],
    [variable({ name: "y", lower: 1 }), "unknown_key", "variables.1.lower"],
    [variable({ name: "y", lower_bound: "1" }), "wrong_type", "variables.1.lower_bound"],
    [variable({ name: "y", upper_bound: Number("1e400") }), "wrong_type", "variables.1.upper_bound"],
    [variable({ name: "y", lower_bound: 4, upper_bound: 3 }), "bounds_crossed", "variables.1"],
    [variable({ name: "y", upper_bound: -1 }), "bounds_crossed", "variables.1"],
    [modelWith({ options: [] }), "wrong_type", "options"],
    [modelWith({ options: { time_limit: 3 } }), "unknown_key", "options.time_limit"],
    [modelWith({ options: { time_limit_seconds: 0 } }), "wrong_value", "options.time_limit_seconds"],
    [modelWith({ options: { gap_tolerance: 2 } }), "wrong_value", "options.gap_tolerance"],
    [modelWith({ options: { seed: 1.5 } }), "wrong_value", "options.seed"],
  ])("case %#", (model, code, path) => {
    expect(found(model)).toContainEqual([code, path]);
    expect(compileOf(model).problem).toBeNull();
  });

  test("a typo in a key offers the nearest one", () => {
    expect(errorsOf(modelWith({ constrants: [] }))[0]?.hint).toBe('did you mean "constraints"?');
    expect(errorsOf(variable({ name: "y", uper_bound: 3 }))[0]?.hint).toBe('did you mean "upper_bound"?');
  });

  test("an empty list of variables is refused", () => {
    const model = { variables: [], objective: { sense: "minimize", expression: "0" } };
    expect(found(model)).toEqual([["no_variables", "variables"]]);
  });
});

describe("variables", () => {
  test.each([
    [{}, 0, Infinity],
    [{ lower_bound: null }, -Infinity, Infinity],
    [{ upper_bound: null }, 0, Infinity],
    [{ lower_bound: -2, upper_bound: 5 }, -2, 5],
    [{ type: "binary" }, 0, 1],
    [{ type: "binary", lower_bound: null, upper_bound: null }, 0, 1],
    [{ type: "binary", lower_bound: 1 }, 1, 1],
    [{ type: "binary", upper_bound: 7 }, 0, 1],
    [{ type: "integer", lower_bound: -0 }, 0, Infinity],
  ])("%j", (bounds, lower, upper) => {
    const { columns } = problemOf(modelWith({ variables: [{ name: "x", ...bounds }] }));
    expect([columns.lower[0], columns.upper[0]]).toEqual([lower, upper]);
    expect(Object.is(columns.lower[0], -0)).toBe(false);
  });

  test("are counted by kind in the summary", () => {
    const variables = [
      { name: "x" },
      { name: "a", type: "integer" },
      { name: "b", type: "binary" },
      { name: "c", type: "binary" },
    ];
    const { summary } = compileOf(modelWith({ variables, constraints: [{ expression: "x + a <= 3" }] }));
    expect(summary).toEqual({
      num_variables: 4,
      num_constraints: 1,
      num_nonzeros: 2,
      variable_types: { continuous: 1, integer: 1, binary: 2 },
    });
  });
});

describe("constraints", () => {
  test("without a name are called by position, past names already given", () => {
    const constraints = [{ expression: "x <= 1" }, { name: "c3", expression: "x <= 2" }, { expression: "x <= 3" }];
    expect(problemOf(modelWith({ constraints })).rows.names).toEqual(["c1", "c3", "c3_"]);
  });

  test("may not share a name", () => {
    const constraints = [
      { name: "c", expression: "x <= 1" },
      { name: "c", expression: "x <= 2" },
    ];
    expect(found(modelWith({ constraints }))).toEqual([["name_duplicate", "constraints.1.name"]]);
  });

  test("are not needed", () => {
    expect(problemOf(modelWith({ constraints: undefined })).rows.count).toBe(0);
  });
});

test("a value for a parameter that the model does not have is refused with the nearest name", () => {
  const [error] = errorsOf(modelWith({}), { demnd: [1, 2, 3] });
  expect([error?.code, error?.hint]).toEqual(["unknown_input", 'did you mean "demand"?']);
});

test("a value of the wrong shape is a diagnostic, not a crash", () => {
  const model = modelWith({ constraints: [{ expression: "x >= demand[2]" }] });
  for (const demand of [null, "no", 5, [1], { 2: 3 }, [1, 2, "3"], [1, 2, [3]], undefined]) {
    const { problem, diagnostics } = compileOf(model, { demand });
    if (problem === null) expect(diagnostics[0]?.path).toBe("constraints.0.expression");
    else expect(demand).toEqual({ 2: 3 });
  }
});

test("options are read, and null means the caller's default", () => {
  const { options } = prepareModel(modelWith({ options: { time_limit_seconds: 5, seed: null } }), LIMITS);
  expect(options).toEqual({ time_limit_seconds: 5, gap_tolerance: null, seed: null });
});

describe("limits", () => {
  test("too many nonzeros stop the compile with one diagnostic", () => {
    const prepared = prepareModel(modelWith({ constraints: [{ expression: "x + y + z <= 1" }] }), LIMITS);
    const { problem, diagnostics } = compileModel(prepared, {}, { ...LIMITS, nonzeros_max: 3 });
    expect(problem).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toEqual(["model_too_large"]);
  });

  test("products are counted before they are expanded", () => {
    const variables = Array.from({ length: 2000 }, (_, at) => ({ name: `v${at}` }));
    const sum = variables.map(({ name }) => name).join("+");
    const prepared = prepareModel({ variables, objective: { sense: "minimize", expression: `(${sum})^2` } }, LIMITS);
    const { diagnostics } = compileModel(prepared, {}, { ...LIMITS, nonzeros_max: 1_000_000 });
    expect(diagnostics.map(({ code }) => code)).toEqual(["model_too_large"]);
  });

  test("time that runs out stops both prepare and compile", () => {
    const hurried = { nonzeros_max: 1e7, seconds_max: 1, monotonic: ticking(600) };
    const model = modelWith({ constraints: [{ expression: `${"x+".repeat(20_000)}x <= 1` }] });
    expect(prepareModel(model, hurried).diagnostics.map(({ code }) => code)).toEqual(["model_time_exceeded"]);
    const slow = { ...hurried, monotonic: ticking(600) };
    expect(compileModel(prepareModel(model, LIMITS), {}, slow).diagnostics.map(({ code }) => code)).toEqual([
      "model_time_exceeded",
    ]);
  });

  /** A clock that moves on by itself at every reading. */
  function ticking(step_ms: number): () => number {
    let now = 0;
    return () => {
      now += step_ms;
      return now;
    };
  }
});
