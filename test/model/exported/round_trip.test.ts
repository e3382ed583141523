/** What is written reads back the same: by ourselves, by HiGHS, and with the same optimum by glpsol. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { exportProblem } from "../../../src/model/exported/export";
import { KIND, type Problem } from "../../../src/problem/problem";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { QUIET_CALLBACKS, solver } from "../../solver/solver_fixture";
import { glpsolObjective } from "../imported/glpsol_oracle";
import { readingOf, readWithHighs, solveWithHighs } from "../imported/highs_oracle";
import { fileOf } from "../imported/setup";
import { GLPSOL } from "../language/oracle";
import { problemOf } from "../setup";
import { problems } from "./problems";

const seed = Number(process.env.SEED ?? 20260);
const RUNS = 300;
const GLPSOL_RUNS = 60;

function textOf(problem: Problem, format: "mps" | "lp"): string {
  const written = exportProblem(problem, format);
  if ("error" in written) throw new Error(written.error);
  return written.text;
}

function kindsOf(problem: Problem): readonly number[] {
  return [...problem.columns.kinds];
}

const LINEAR = { is_plain: false, has_ranges: true, is_quadratic: false };
const QUADRATIC = { is_plain: false, has_ranges: true, is_quadratic: true };

describe.each(["mps", "lp"] as const)("%s", (format) => {
  test.each([LINEAR, QUADRATIC])(`reads back the same, seed ${seed}: %j`, (shape) => {
    const property = fc.property(problems(shape), (problem) => {
      const text = textOf(problem, format);
      const again = problemOf(fileOf(format, text));
      expect(readingOf(again)).toEqual(readingOf(problem));
      expect(kindsOf(again)).toEqual(kindsOf(problem));
      expect(new Set(again.columns.names).size).toBe(problem.columns.count);
      // Writing what was read changes nothing any more, names included.
      expect(withoutRemarks(textOf(again, format))).toBe(withoutRemarks(text));
    });
    fc.assert(property, { seed, numRuns: RUNS });
  });

  test.each([
    { ...LINEAR, has_ranges: format === "mps" },
    { ...QUADRATIC, has_ranges: format === "mps" },
  ])(
    `HiGHS reads the same, seed ${seed}: %j`,
    async (shape) => {
      const property = fc.asyncProperty(problems(shape), async (problem) => {
        const text = textOf(problem, format);
        const theirs = await readWithHighs(format, text);
        if (theirs === null) throw new Error(`HiGHS refuses\n${text}`);
        expect(theirs).toEqual(readingOf(problem));
      });
      await fc.assert(property, { seed, numRuns: RUNS });
    },
    60_000,
  );

  test("HiGHS, reading and solving by itself, finds the same optimum", () => {
    let solved = 0;
    const property = fc.property(problems({ ...LINEAR, has_ranges: format === "mps", is_mild: true }), (problem) => {
      const theirs = solveWithHighs(format, textOf(problem, format));
      const again = problemOf(fileOf(format, textOf(problem, format)));
      const options = { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0, time_limit_seconds: 5 };
      const { status, objective } = solver.solve(again, options, QUIET_CALLBACKS);
      expect(status === "optimal").toBe(theirs !== null);
      if (theirs === null) return;
      solved += 1;
      expect(Math.abs(theirs - objective)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(objective)));
    });
    fc.assert(property, { seed, numRuns: RUNS });
    expect(solved).toBeGreaterThan(RUNS / 20);
  }, 60_000);

  test.skipIf(GLPSOL === null)(
    "glpsol finds the same optimum (needs the package glpk-utils)",
    () => {
      const shape = { is_plain: true, has_ranges: format === "mps", is_quadratic: false, is_mild: true };
      let solved = 0;
      const property = fc.property(problems(shape), (problem) => {
        const minimized: Problem = { ...problem, sense: "minimize" };
        const { status, objective } = solver.solve(
          minimized,
          { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0 },
          QUIET_CALLBACKS,
        );
        const form = format === "mps" ? "--freemps" : "--lp";
        const theirs = glpsolObjective(textOf(minimized, format), form, "--nopresol");
        if (status !== "optimal" || theirs === null) return;
        solved += 1;
        expect(Math.abs(theirs - objective)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(objective)));
      });
      fc.assert(property, { seed, numRuns: GLPSOL_RUNS });
      expect(solved).toBeGreaterThan(GLPSOL_RUNS / 6);
    },
    60_000,
  );
});

describe("what a format cannot hold is said", () => {
  test("constraints without variables, in LP", () => {
    const [problem] = fc.sample(problems(LINEAR), { seed, numRuns: 1 });
    const none = new Float64Array(0);
    const columns = {
      ...problem!.columns,
      count: 0,
      names: [],
      kinds: new Uint8Array(0),
      cost: none,
      lower: none,
      upper: none,
    };
    const rows = { ...problem!.rows, count: 1, names: ["r"], lower: Float64Array.of(0), upper: Float64Array.of(1) };
    const matrix = { starts: new Int32Array(2), indices: new Int32Array(0), values: none };
    const empty: Problem = { ...problem!, columns, rows, matrix, hessian: null };
    expect(exportProblem(empty, "lp")).toEqual({ error: expect.stringContaining("export it as MPS") });
    expect(exportProblem(empty, "mps")).toEqual({ text: expect.stringContaining("ROWS") });
  });

  test("a constraint with crossed sides, in MPS", () => {
    const [problem] = fc.sample(problems({ ...LINEAR, is_plain: true }), { seed, numRuns: 1 });
    const rows = { ...problem!.rows, lower: problem!.rows.lower.map(() => 3), upper: problem!.rows.upper.map(() => 2) };
    expect(exportProblem({ ...problem!, rows }, "mps")).toEqual({ error: expect.stringContaining("export it as LP") });
    const again = problemOf(fileOf("lp", textOf({ ...problem!, rows }, "lp")));
    expect([again.rows.lower[0], again.rows.upper[0]]).toEqual([3, 2]);
  });
});

test("a binary with other bounds is written as the integer that it is", () => {
  const [problem] = fc.sample(problems(LINEAR), { seed, numRuns: 1 });
  const { columns } = problem!;
  const kinds = columns.kinds.map(() => KIND.binary);
  const fixed: Problem = {
    ...problem!,
    columns: { ...columns, kinds, lower: columns.lower.map(() => 1), upper: columns.upper.map(() => 1) },
  };
  for (const format of ["mps", "lp"] as const) {
    const again = problemOf(fileOf(format, textOf(fixed, format)));
    expect(readingOf(again)).toEqual(readingOf(fixed));
  }
});

function withoutRemarks(text: string): string {
  return text.replaceAll(/^[*\\].*\n/gm, "");
}
