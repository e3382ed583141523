import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { certify } from "../../src/solver/certify";
import { type ProblemText, readProblem } from "./problem_text";
import { arbitraryProblem, SEED, solveText } from "./solver_fixture";

const PLAN: ProblemText = {
  sense: "maximize",
  offset: 100,
  columns: [
    ["n", 3, 0, 10, "integer"],
    ["x", 2, 0, 10],
  ],
  rows: [["cap", null, { 0: 1, 1: 1 }, 12]],
};

function check(text: ProblemText, values: readonly number[], objective: number) {
  return certify(readProblem(text), Float64Array.from(values), objective);
}

describe("a right answer", () => {
  test("comes back clean: whole integers, values on their bounds, no negative zero", () => {
    const { clean } = check(PLAN, [10.0000004, -1e-8], 130.0000012);
    expect(Object.is(clean!.values[1], 0)).toBe(true);
    expect([...clean!.values]).toEqual([10, 0]);
    expect([...clean!.activities]).toEqual([10]);
    expect(clean!.objective).toBe(130);
  });

  test("may be off by rounding where the terms are large", () => {
    const balance: ProblemText = {
      sense: "minimize",
      columns: [
        ["in", 0, 0, null],
        ["out", 0, 0, null],
      ],
      rows: [["balance", 0, { 0: 1e6, 1: -1e6 }, 0]],
    };
    expect(check(balance, [1e6, 1e6 - 1e-6], 0).mismatch).toBeNull();
    expect(check(balance, [1, 1 - 1e-3], 0).mismatch).not.toBeNull();
  });

  test("keeps the solver's point where a step onto the bound would break a steep row", () => {
    const steep: ProblemText = {
      sense: "minimize",
      columns: [
        ["x", 0, 0, null],
        ["y", 0, 0, null],
      ],
      rows: [["r", 5, { 0: 1e5, 1: 1 }, 5]],
    };
    const { clean } = check(steep, [-1e-7, 5.01], 0);
    expect([...clean!.values]).toEqual([-1e-7, 5.01]);
  });
});

describe("a wrong answer", () => {
  test.each([
    ["a bound", [3, 10.1], 129.2, { part: "column", name: "x", found: 10.1, allowed: 10 }],
    ["a row", [5, 8], 131, { part: "row", name: "cap", found: 13, allowed: 12 }],
    ["integrality", [2.5, 1], 109.5, { part: "column", name: "n", found: 2.5, allowed: 3 }],
    ["the objective", [2, 1], 107, { part: "objective", name: null, found: 107, allowed: 108 }],
    ["a number", [Number.NaN, 1], 107, { part: "column", name: "n" }],
  ])("breaks %s and is told with both figures", (_, values, objective, expected) => {
    expect(check(PLAN, values, objective).mismatch).toMatchObject(expected);
  });

  test("that hides behind a large coefficient is found", () => {
    const bigM: ProblemText = {
      sense: "maximize",
      columns: [
        ["x", 1, 0, null],
        ["open", 0, 0, 1, "binary"],
      ],
      rows: [["link", null, { 0: 1, 1: -1e6 }, 0]],
    };
    expect(check(bigM, [0.5, 5e-7], 0.5).mismatch).toMatchObject({ part: "row", name: "link", found: 0.5, allowed: 0 });
  });

  test("of a semi-continuous column lies between 0 and its lower bound", () => {
    const semi: ProblemText = { sense: "minimize", columns: [["s", 1, 4, 9, "semicontinuous"]], rows: [] };
    expect(check(semi, [0], 0).mismatch).toBeNull();
    expect(check(semi, [4], 4).mismatch).toBeNull();
    expect(check(semi, [2], 2).mismatch).toMatchObject({ found: 2, allowed: 4 });
  });

  test("of a quadratic objective is found with its constant and off-diagonal terms", () => {
    const text: ProblemText = {
      sense: "minimize",
      offset: 1,
      columns: [
        ["x", 1, 0, 9],
        ["y", 0, 0, 9],
      ],
      rows: [],
      hessian: [
        [0, 0, 2],
        [1, 0, 3],
        [1, 1, 4],
      ],
    };
    // 1 + 2 + (2*4 + 2*3*6 + 4*9) / 2
    expect(check(text, [2, 3], 43).clean!.objective).toBe(43);
    expect(check(text, [2, 3], 25).mismatch).toMatchObject({ part: "objective", allowed: 43 });
  });
});

test("no answer of the solver to a small problem is turned down", () => {
  for (const kind of ["integer", "continuous"] as const) {
    fc.assert(
      fc.property(arbitraryProblem(kind), (text) => {
        const { raw, clean } = solveText(text);
        expect(raw.status === "optimal").toBe(clean !== null);
      }),
      { seed: SEED + 1, numRuns: 200 },
    );
  }
});

test("linear problems with coefficients from 1e-4 to 1e4 are not turned down", () => {
  const figure = fc.tuple(fc.double({ min: -4, max: 4, noNaN: true }), fc.boolean());
  const scaled = figure.map(([exponent, isNegative]) => (isNegative ? -1 : 1) * 10 ** exponent);
  const size = 8;
  const many = fc.array(scaled, { minLength: size, maxLength: size });
  const problems = fc.record({ cost: many, rows: fc.array(many, { minLength: 3, maxLength: 10 }) });
  fc.assert(
    fc.property(problems, ({ cost, rows }) => {
      const { raw, clean } = solveText({
        sense: "minimize",
        columns: cost.map((value, column) => [`x${column}`, value, 0, 1000]),
        rows: rows.map((row, position) => [`r${position}`, null, { ...row }, Math.abs(row[0]!) * 10]),
      });
      expect(raw.status).toBe("optimal");
      expect(clean).not.toBeNull();
    }),
    { seed: SEED + 2, numRuns: 200 },
  );
});
