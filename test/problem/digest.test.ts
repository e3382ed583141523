import { describe, expect, test } from "bun:test";
import { problemDigest, solutionDigest } from "../../src/problem/digest";
import type { Problem } from "../../src/problem/problem";

/** minimize 2x + 3y + 1 with x integer, x + 4y <= 8, x - y >= 0. */
function problem(changes: Partial<Problem> = {}): Problem {
  return {
    name: "plan",
    sense: "minimize",
    offset: 1,
    columns: {
      count: 2,
      names: ["x", "y"],
      kinds: Uint8Array.of(1, 0),
      cost: Float64Array.of(2, 3),
      lower: Float64Array.of(0, 0),
      upper: Float64Array.of(Infinity, 9),
      families: null,
      auxiliary_count: 0,
    },
    rows: {
      count: 2,
      names: ["a", "b"],
      lower: Float64Array.of(-Infinity, 0),
      upper: Float64Array.of(8, Infinity),
      families: null,
      auxiliary_count: 0,
    },
    matrix: {
      starts: Int32Array.of(0, 2, 4),
      indices: Int32Array.of(0, 1, 0, 1),
      values: Float64Array.of(1, 4, 1, -1),
    },
    hessian: null,
    ...changes,
  };
}

const base = problem();
const { columns, rows, matrix } = base;

describe("problems with one digest", () => {
  test.each<[string, Partial<Problem>]>([
    ["the same arrays made again", {}],
    ["another name of the model", { name: "other" }],
    ["families", { columns: { ...columns, families: { names: ["x", "y"], index_tuples: [null, null] } } }],
    ["a bound of minus zero", { columns: { ...columns, lower: Float64Array.of(-0, 0) } }],
    [
      "entries of a row in another order",
      { matrix: { ...matrix, indices: Int32Array.of(1, 0, 1, 0), values: Float64Array.of(4, 1, -1, 1) } },
    ],
  ])("%s", (_, changes) => {
    expect(problemDigest(problem(changes))).toBe(problemDigest(base));
  });

  test("a stored zero counts as no entry", () => {
    const sparse = problem({
      matrix: { starts: Int32Array.of(0, 1, 2), indices: Int32Array.of(0, 1), values: Float64Array.of(1, 2) },
    });
    const padded = problem({
      matrix: { starts: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 1, 1), values: Float64Array.of(1, 0, 2) },
    });
    expect(problemDigest(padded)).toBe(problemDigest(sparse));
  });
});

test("any change that a solver or a reader sees gives another digest", () => {
  const hessian = { starts: Int32Array.of(0, 1, 1), indices: Int32Array.of(0), values: Float64Array.of(2) };
  const changes: Partial<Problem>[] = [
    { sense: "maximize" },
    { offset: 1 + 2 ** -52 },
    { columns: { ...columns, names: ["x", "z"] } },
    { columns: { ...columns, names: ['x","y', ""] } },
    { columns: { ...columns, kinds: Uint8Array.of(2, 0) } },
    { columns: { ...columns, cost: Float64Array.of(3, 2) } },
    { columns: { ...columns, lower: Float64Array.of(0, 1) } },
    { columns: { ...columns, upper: Float64Array.of(9, 9) } },
    { columns: { ...columns, auxiliary_count: 1 } },
    { rows: { ...rows, names: ["b", "a"] } },
    { rows: { ...rows, lower: Float64Array.of(0, 0) } },
    { rows: { ...rows, upper: Float64Array.of(8, 8) } },
    { rows: { ...rows, auxiliary_count: 1 } },
    { matrix: { ...matrix, values: Float64Array.of(1, 4, 1, 1) } },
    { matrix: { ...matrix, starts: Int32Array.of(0, 1, 4), indices: Int32Array.of(0, 0, 1, 1) } },
    { hessian },
    { hessian: { ...hessian, values: Float64Array.of(4) } },
  ];
  const digests = [base, ...changes.map(problem)].map(problemDigest);
  expect(new Set(digests).size).toBe(digests.length);
  expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
});

test("the layout is the documented one, as an independent program computed it", () => {
  expect(problemDigest(base)).toBe("b3d9221250e849b501dce971ed0438f979bfcfa673719e23f3663e87490b672c");
  expect(solutionDigest(Float64Array.of(1, -0, 2.5), 7)).toBe(
    "46ea9ab0c5ab42a8b0940341c41323c171aaffd108ec3605d522bb65d904916b",
  );
});

test("a solution's digest moves with the last bit, and takes minus zero as zero", () => {
  const values = Float64Array.of(1, 0);
  expect(solutionDigest(Float64Array.of(1, -0), -0)).toBe(solutionDigest(values, 0));
  expect(solutionDigest(Float64Array.of(1 + 2 ** -52, 0), 0)).not.toBe(solutionDigest(values, 0));
  expect(solutionDigest(values, 1)).not.toBe(solutionDigest(values, 0));
  expect(solutionDigest(Float64Array.of(1), 0)).not.toBe(solutionDigest(values, 0));
});
