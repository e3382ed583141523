import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { deriveModel } from "../../src/model/canvas";
import { compileOf, errorsOf, problemOf, rowOf } from "./setup";

const CANVAS = {
  nodes: [
    { id: "n1", type: "variable", data: { name: "widgets", type: "integer", lower_bound: 0, upper_bound: 40 } },
    { id: "n2", type: "variable", data: { name: "plain gadgets" } },
    { id: "n3", type: "constraint", data: { name: "hours", operator: "<=", rhs: 100 } },
    { id: "n4", type: "constraint", data: { operator: ">=", rhs: -5 } },
    { id: "n5", type: "objective", data: { sense: "maximize" } },
    { id: "n6", type: "note", data: { text: "ignored" } },
  ],
  edges: [
    { source: "n1", target: "n3", data: { coefficient: 2.5 } },
    { source: "n2", target: "n3", data: { coefficient: -1e-7 } },
    { source: "n2", target: "n4" },
    { source: "n1", target: "n5", data: { coefficient: 30 } },
    { source: "n2", target: "n5", data: { coefficient: "12.5" } },
    { source: "n2", target: "n5", data: { coefficient: null } },
    { source: "n6", target: "n5" },
    { source: "n1", target: "n6" },
  ],
};

describe("a canvas draws a model", () => {
  test("of its variable, constraint and objective nodes and the edges between them", () => {
    const problem = problemOf(deriveModel(CANVAS));
    expect(problem.sense).toBe("maximize");
    expect(problem.columns.names).toEqual(["widgets", "plain gadgets"]);
    expect([...problem.columns.kinds]).toEqual([1, 0]);
    expect([...problem.columns.upper]).toEqual([40, Infinity]);
    expect([...problem.columns.cost]).toEqual([30, 13.5]);
    expect(problem.rows.names).toEqual(["hours", "n4"]);
    expect(rowOf(problem, 0)).toEqual({
      terms: { widgets: 2.5, "plain gadgets": -1e-7 },
      lower: -Infinity,
      upper: 100,
    });
    expect(rowOf(problem, 1)).toEqual({ terms: { "plain gadgets": 1 }, lower: -5, upper: Infinity });
  });

  test("an unfinished drawing gives a model whose diagnostics say what is missing", () => {
    const [first] = errorsOf(deriveModel({ nodes: CANVAS.nodes.slice(0, 2), edges: [] }));
    expect(first?.path).toBe("objective");
    const twins = { nodes: [...CANVAS.nodes, { id: "n9", type: "variable", data: { name: "widgets" } }], edges: [] };
    expect(errorsOf(deriveModel(twins)).map(({ code }) => code)).toContain("name_duplicate");
    const odd = { nodes: CANVAS.nodes, edges: [{ source: "n1", target: "n3", data: { coefficient: { a: 1 } } }] };
    expect(errorsOf(deriveModel(odd)).map(({ path }) => path)).toEqual(["constraints.0.expression"]);
  });

  test("nothing, a note alone or nodes without a type draw none", () => {
    const nothing = [null, undefined, 5, "canvas", [], {}, { nodes: {} }];
    const odd = [{ nodes: [null, 1, { id: 1, type: "variable" }] }, { nodes: [CANVAS.nodes[5]] }];
    for (const canvas of [...nothing, ...odd]) expect(deriveModel(canvas)).toBeNull();
  });

  test("no canvas is too odd to be read", () => {
    const node = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      type: fc.constantFrom("variable", "constraint", "objective"),
      data: fc.jsonValue(),
    });
    const edge = fc.record({
      source: fc.constantFrom("a", "b", "c"),
      target: fc.constantFrom("a", "b", "c"),
      data: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(node), fc.array(edge), (nodes, edges) => {
        const { problem, diagnostics } = compileOf(deriveModel({ nodes, edges }));
        expect(problem === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
