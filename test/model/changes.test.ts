import { describe, expect, test } from "bun:test";
import { diffModels, summarizeChanges } from "../../src/model/changes";

const BEFORE = {
  name: "plan",
  objective: { sense: "minimize", expression: "x + y" },
  variables: [{ name: "x" }, { name: "y", upper_bound: 4 }],
  constraints: [{ name: "low", expression: "x >= 1" }, { expression: "y >= 1" }],
  parameters: { fee: 1 },
};

describe("the summary of a version", () => {
  test.each([
    [null, BEFORE, "Initial version"],
    [BEFORE, structuredClone(BEFORE), "No changes to the model"],
    [
      BEFORE,
      {
        ...BEFORE,
        constraints: [{ name: "low", expression: "x >= 2" }, { expression: "y >= 2" }],
        variables: [...BEFORE.variables, { name: "z" }],
      },
      "Modified 2 constraints, added 1 variable",
    ],
    [BEFORE, { ...BEFORE, objective: { sense: "maximize", expression: "x + y" } }, "Modified the objective"],
    [
      BEFORE,
      { ...BEFORE, parameters: {}, options: { seed: 1 }, name: "new" },
      "Modified name, added options, removed 1 parameter",
    ],
    [BEFORE, { ...BEFORE, variables: BEFORE.variables.toReversed() }, "No changes to the model"],
    [
      BEFORE,
      null,
      "Modified the objective, removed 2 variables, removed 2 constraints, removed 1 parameter, removed name",
    ],
  ])("case %#", (before, after, summary) => {
    expect(summarizeChanges(before, after)).toBe(summary);
  });

  test("a source text gives the declarations changed, whatever happens to comments and blanks", () => {
    const before = {
      language: "mathprog",
      source: `set T; /* the ; in a comment */ param cost{T} default 2; var x{t in T} >= 0;
        minimize total: sum{t in T} cost[t]*x[t]; s.t. cover{t in T}: x[t] >= 1; # a note; here
        data; set T := a b; param cost := a 1 b 2; end;`,
    };
    const respaced = {
      ...before,
      source: before.source.replaceAll(/\/\*.*\*\/|# a note; here/g, "\n").replaceAll("; ", ";\n\n"),
    };
    expect(summarizeChanges(before, respaced)).toBe("No changes to the model");
    const changed = before.source
      .replace("x[t] >= 1", "x[t] >= 'a;b'")
      .replace("var x", "var y; var x")
      .replace("a 1 b 2", "a 1 b 3");
    expect(summarizeChanges(before, { ...before, source: changed })).toBe(
      "Modified constraint cover and data of cost, added var y",
    );
  });

  test("an unclosed comment or quote in a source text is taken to its end", () => {
    const summarizeSource = (source: string) => summarizeChanges({ source: "" }, { source });
    expect(summarizeSource(`var x; /* var y; ${"/* ;".repeat(200_000)}`)).toBe("Added var x");
    expect(summarizeSource(`var x; # var y; ${"#;".repeat(200_000)}`)).toBe("Added var x");
    expect(summarizeSource(`var x; "var y; ${";".repeat(200_000)}`)).toStartWith("Added var x and ");
    expect(summarizeSource(";".repeat(200_000))).toBe("No changes to the model");
  });
});

test("a diff names what was added, removed and modified, with both texts", () => {
  const after = {
    ...BEFORE,
    variables: [{ name: "y", upper_bound: 5 }, { name: "z" }],
    constraints: [{ name: "low", expression: "x >= 1" }, { expression: "y >= 3" }],
    parameters: { fee: 2, rate: [1] },
  };
  const { summary, variables, constraints, parameters, objective } = diffModels(BEFORE, after);
  expect(variables).toEqual({
    added: [{ name: "z", value: { name: "z" } }],
    removed: [{ name: "x", value: { name: "x" } }],
    modified: [{ name: "y", before: { name: "y", upper_bound: 4 }, after: { name: "y", upper_bound: 5 } }],
  });
  expect(constraints.modified.map(({ name }) => name)).toEqual(["c2"]);
  expect(parameters).toEqual({
    added: [{ name: "rate", value: [1] }],
    removed: [],
    modified: [{ name: "fee", before: 1, after: 2 }],
  });
  expect(objective).toBeNull();
  expect(summary).toBe(
    "Modified 1 variable, modified 1 constraint, modified 1 parameter, added 1 variable, added 1 parameter, removed 1 variable",
  );
});

test("repeated and odd entries are told apart by position", () => {
  const before = { variables: [{ name: "x" }, { name: "x" }, 5, null], constraints: "none", parameters: [] };
  const after = { ...before, variables: [{ name: "x" }, { name: "x", upper_bound: 1 }, 5, null] };
  expect(diffModels(before, after).variables.modified.map(({ name }) => name)).toEqual(["x#2"]);
});
