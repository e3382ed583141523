import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { prepareModel } from "../../src/model/compile";
import { findMisfits, shapeOf, shapeSize } from "../../src/model/shapes";
import { LIMITS, modelWith } from "./setup";

test("the inputs of a flat model are its parameters", () => {
  const large = Array.from({ length: 101 }, () => 1);
  const { inputs } = prepareModel(
    modelWith({ parameters: { fee: 2, demand: [1, 2], cost: { A: { x: 1 } }, large } }),
    LIMITS,
  );
  expect(
    inputs.map(({ name, kind, type, size, value, required, index_sets }) => ({
      name,
      kind,
      type,
      size,
      value,
      required,
      index_sets,
    })),
  ).toEqual([
    { name: "fee", kind: "parameter", type: "number", size: 1, value: 2, required: false, index_sets: [] },
    { name: "demand", kind: "parameter", type: "array", size: 2, value: [1, 2], required: false, index_sets: [] },
    {
      name: "cost",
      kind: "parameter",
      type: "object",
      size: 1,
      value: { A: { x: 1 } },
      required: false,
      index_sets: [],
    },
    { name: "large", kind: "parameter", type: "array", size: 101, value: null, required: false, index_sets: [] },
  ]);
});

describe("a shape", () => {
  test("is small for a large regular value", () => {
    const matrix = Array.from({ length: 300 }, () => Array.from({ length: 200 }, () => 1));
    expect(shapeOf(matrix)).toEqual({
      type: "array",
      length: 300,
      of: { type: "array", length: 200, of: { type: "number" } },
    });
    expect(shapeSize(shapeOf(matrix))).toBe(60_000);
  });

  const nested = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 4 }),
    ),
  })).value;

  /** Numbers replaced by others: the same shape by construction. */
  function shifted(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value), (_, item) => (typeof item === "number" ? item + 1 : item));
  }

  test("is fitted by its own value and by other numbers, after a trip through JSON", () => {
    fc.assert(
      fc.property(nested, (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const shape = JSON.parse(JSON.stringify(shapeOf(plain)));
        expect(findMisfits(plain, shape, "v")).toEqual([]);
        expect(findMisfits(shifted(plain), shape, "v")).toEqual([]);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  test("is not fitted by a value of another shape", () => {
    const skeleton = (value: unknown) =>
      JSON.stringify(value, (_, item) => {
        if (typeof item === "number") return 0;
        if (typeof item !== "object" || Array.isArray(item)) return item;
        return Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)));
      });
    let fits = 0;
    fc.assert(
      fc.property(nested, nested, (left, right) => {
        const is_same = skeleton(left) === skeleton(right);
        if (is_same) fits += 1;
        expect(findMisfits(right, shapeOf(left), "v").length === 0).toBe(is_same);
      }),
      { seed: 11, numRuns: 3000 },
    );
    expect(fits).toBeGreaterThan(20);
  });

  test("of a value a hundred thousand deep is made and checked without trouble", () => {
    let value: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) value = [value];
    const shape = shapeOf(value);
    expect(shapeSize(shape)).toBe(1);
    expect(findMisfits([value], shape, "v")).toHaveLength(1);
  });

  test("lists ten misfits at most", () => {
    expect(findMisfits(new Array(1000).fill("no"), shapeOf(new Array(1000).fill(1)), "v")).toHaveLength(10);
  });
});
