import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../../../src/clock";
import { loadSolver } from "../../../src/solver/highs/highs";
import { SOLVER_VERSION } from "../../../src/solver/highs/version";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { marketSplit, PRODUCTION, type ProblemText, readProblem } from "../problem_text";
import { arbitraryProblem, QUIET_CALLBACKS, SEED, solver, solveText } from "../solver_fixture";

const bits = (values: Float64Array | null) => (values === null ? null : Buffer.from(values.buffer).toString("hex"));

/** Best objective over all whole points of the box; null when none satisfies the rows. */
function enumerate(text: ProblemText): number | null {
  const better = text.sense === "maximize" ? Math.max : Math.min;
  let best: number | null = null;
  let points: number[][] = [[]];
  for (const [, , lower, upper] of text.columns) {
    const choices = Array.from({ length: upper! - lower! + 1 }, (_, step) => lower! + step);
    points = points.flatMap((point) => choices.map((choice) => [...point, choice]));
  }
  for (const point of points) {
    const isInside = text.rows.every(([, lower, coefficients, upper]) => {
      const activity = point.reduce((sum, value, column) => sum + value * (coefficients[column] ?? 0), 0);
      return activity >= (lower ?? -Infinity) && activity <= (upper ?? Infinity);
    });
    if (!isInside) continue;
    const value = point.reduce((sum, x, column) => sum + x * text.columns[column]![1], text.offset ?? 0);
    best = best === null ? value : better(best, value);
  }
  return best;
}

test("the version told without loading the solver is the solver's own", () => {
  expect(solver.version).toBe(SOLVER_VERSION);
});

describe("what a problem is", () => {
  test("the production plan has its known optimum", () => {
    const { raw, clean } = solveText(PRODUCTION);
    expect(raw.status).toBe("optimal");
    expect([...clean!.values]).toEqual([11, 40, 25]);
    expect(clean!.objective).toBe(3650);
    expect(raw.dual_bound).toBeCloseTo(3650, 6);
  });

  test("small integer problems agree with the enumeration of every point", () => {
    fc.assert(
      fc.property(arbitraryProblem("integer"), (text) => {
        const { raw, clean } = solveText(text);
        const best = enumerate(text);
        if (best === null) expect(raw.status).toBe("infeasible");
        else expect([raw.status, clean?.objective]).toEqual(["optimal", best]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("without columns the objective is the constant, and the rows still count", () => {
    const text: ProblemText = { sense: "minimize", offset: 7, columns: [], rows: [["r", -1, {}, 1]] };
    expect(solveText(text).clean!.objective).toBe(7);
    expect(solveText({ ...text, rows: [["r", 1, {}, null]] }).raw.status).toBe("infeasible");
  });

  test("without rows the bounds decide", () => {
    const text: ProblemText = { sense: "maximize", columns: [["x", 2, 0, 5.5, "integer"]], rows: [] };
    expect([...solveText(text).clean!.values]).toEqual([5]);
    expect(solveText({ ...text, columns: [["x", 2, 0, null]] }).raw.status).toBe("unbounded");
  });

  test("bounds that cross are infeasible", () => {
    expect(solveText({ sense: "minimize", columns: [["x", 1, 2, 1]], rows: [] }).raw.status).toBe("infeasible");
  });

  test.each([true, false])("unbounded and infeasible integer problems are told apart, presolve %p", (presolve) => {
    const open: ProblemText = {
      sense: "maximize",
      columns: [
        ["x", 1, 0, null, "integer"],
        ["y", 0, 0, null, "integer"],
      ],
      rows: [["r", null, { 0: -1, 1: 1 }, 5]],
    };
    expect(solveText(open, { presolve }).raw.status).toBe("unbounded");
    // The relaxation is unbounded in x, yet 2y + 2z = 1 has no whole solution.
    const empty: ProblemText = {
      sense: "maximize",
      columns: [
        ["x", 1, 0, null],
        ["y", 0, 0, 1, "binary"],
        ["z", 0, 0, 1, "binary"],
      ],
      rows: [["r", 1, { 1: 2, 2: 2 }, 1]],
    };
    expect(solveText(empty, { presolve }).raw.status).toBe("infeasible");
  });

  test("a linear problem that is unbounded or infeasible is told which", () => {
    const columns: ProblemText["columns"] = [
      ["x", 1, 0, null],
      ["y", 1, 0, null],
    ];
    const rows: ProblemText["rows"] = [["r", 1, { 0: 1, 1: -1 }, null]];
    expect(solveText({ sense: "maximize", columns, rows }).raw.status).toBe("unbounded");
    const contradiction: ProblemText["rows"] = [...rows, ["s", null, { 0: 1, 1: -1 }, 0]];
    expect(solveText({ sense: "maximize", columns, rows: contradiction }).raw.status).toBe("infeasible");
  });
});

describe("quadratic objectives", () => {
  const columns: ProblemText["columns"] = [
    ["x", -2, 0, null],
    ["y", -6, 0, null],
  ];
  const rows: ProblemText["rows"] = [["r", null, { 0: 1, 1: 1 }, 2]];

  test("a convex one is minimised, and its negative maximised to the negative", () => {
    // 0.5 * (2xx - 4xy + 4yy) - 2x - 6y on x + y <= 2: by hand x = 0.8, y = 1.2.
    const hessian: ProblemText["hessian"] = [
      [0, 0, 2],
      [1, 0, -2],
      [1, 1, 4],
    ];
    const down = solveText({ sense: "minimize", columns, rows, hessian });
    expect(down.clean!.objective).toBeCloseTo(-7.2, 6);
    expect(down.clean!.values[0]).toBeCloseTo(0.8, 6);
    const up = solveText({
      sense: "maximize",
      columns: columns.map(([name, cost, lower, upper]) => [name, -cost, lower, upper] as const),
      rows,
      hessian: hessian.map(([row, column, value]) => [row, column, -value] as const),
    });
    expect(up.clean!.objective).toBeCloseTo(7.2, 6);
  });

  test("a large optimum that is real stays one", () => {
    const far = solveText({ sense: "minimize", columns: [["x", -4e6, null, null]], rows: [], hessian: [[0, 0, 2]] });
    expect(far.raw.status).toBe("optimal");
    expect(far.clean!.values[0]! / 2e6).toBeCloseTo(1, 5);
  });

  test("one with integer variables is refused in words", () => {
    const text: ProblemText = {
      sense: "minimize",
      columns: [["n", 1, 0, 5, "integer"]],
      rows: [],
      hessian: [[0, 0, 2]],
    };
    expect(solveText(text).raw).toMatchObject({ status: "error", message: expect.stringContaining("quadratic") });
  });
});

describe("semi-continuous columns", () => {
  const semi = (cost: number, lower: number, upper: number, demand: number): ProblemText => ({
    sense: "minimize",
    columns: [
      ["s", cost, lower, upper, "semicontinuous"],
      ["rest", 10, 0, null],
    ],
    rows: [["demand", demand, { 0: 1, 1: 1 }, null]],
  });

  test("are 0 or within their bounds", () => {
    expect([...solveText(semi(1, 5, 8, 3)).clean!.values]).toEqual([5, 0]);
    expect(solveText(semi(11, 5, 8, 3)).clean!.values[0]).toBe(0);
  });

  test("may have bounds that the solver's own form refuses", () => {
    expect([...solveText(semi(1, 5, 1e6, 2e5)).clean!.values]).toEqual([2e5, 0]);
    const negative: ProblemText = { sense: "maximize", columns: [["s", 1, -9, -4, "semi_integer"]], rows: [] };
    expect([...solveText(negative).clean!.values]).toEqual([0]);
    expect([...solveText({ ...negative, sense: "minimize" }).clean!.values]).toEqual([-9]);
  });

  test("without an upper bound are refused by name", () => {
    const { raw } = solveText({ sense: "minimize", columns: [["s", 1, 2, null, "semicontinuous"]], rows: [] });
    expect(raw).toMatchObject({ status: "error", message: expect.stringContaining("variable s") });
  });
});

describe("the state between solves", () => {
  test("the same problem gives the same bits whatever was solved before", () => {
    const others = [marketSplit(1, 8), { ...PRODUCTION, sense: "minimize" as const }, TRANSPORT, INFEASIBLE];
    for (const text of [PRODUCTION, TRANSPORT, marketSplit(2, 10)]) {
      const first = solveText(text).raw;
      for (const other of others) {
        solveText(other, { seed: 7, gap_tolerance: 0.5, presolve: false, time_limit_seconds: 0.05 });
        const again = solveText(text).raw;
        expect(bits(again.values)).toBe(bits(first.values));
        expect(bits(again.row_duals)).toBe(bits(first.row_duals));
        expect([again.objective, again.dual_bound, again.nodes]).toEqual([
          first.objective,
          first.dual_bound,
          first.nodes,
        ]);
      }
    }
  });

  test("a fresh instance and one without callbacks give the same bits", async () => {
    const fresh = await loadSolver(systemClock);
    for (const text of [PRODUCTION, TRANSPORT, marketSplit(3, 12)]) {
      const here = solver.solve(readProblem(text), SOLVE_OPTIONS_DEFAULT, QUIET_CALLBACKS);
      const there = fresh.solve(readProblem(text), SOLVE_OPTIONS_DEFAULT, null);
      expect(bits(there.values)).toBe(bits(here.values));
      expect([there.objective, there.dual_bound, there.nodes]).toEqual([here.objective, here.dual_bound, here.nodes]);
    }
  });

  test("the time of one solve is not taken from the next", () => {
    solveText(marketSplit(4, 30), { time_limit_seconds: 0.3 });
    for (let round = 0; round < 3; round++)
      expect(solveText(PRODUCTION, { time_limit_seconds: 0.3 }).raw.status).toBe("optimal");
  });

  test("a refused model spoils the instance and says so", async () => {
    const fresh = await loadSolver(systemClock);
    const text: ProblemText = { sense: "minimize", columns: [["x", 1, -5, 5]], rows: [], hessian: [[0, 0, -2]] };
    const raw = fresh.solve(readProblem(text), SOLVE_OPTIONS_DEFAULT, null);
    expect(raw.status).toBe("error");
    expect(fresh.is_spoiled).toBe(true);
  });

  test("a coefficient beyond the solver's reach is refused with its place", () => {
    const { raw } = solveText({ sense: "minimize", columns: [["x", 1, 0, 5]], rows: [["cap", null, { 0: 1e16 }, 1]] });
    expect(raw.message).toContain("x in cap");
    expect(solver.is_spoiled).toBe(false);
  });
});

describe("limits and stops", () => {
  const hard = readProblem(marketSplit(4, 30));

  test("a limit with a solution in hand is feasible, with a bound", () => {
    const raw = solver.solve(hard, { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: 0.4 }, QUIET_CALLBACKS);
    expect(raw.status).toBe("feasible");
    expect(raw.objective).toBeGreaterThan(raw.dual_bound!);
  });

  test("an interrupt stops it and keeps the best solution, which was told before", () => {
    const told: number[] = [];
    const callbacks = {
      shouldInterrupt: () => told.length >= 2,
      onProgress: () => {},
      onIncumbent: (_: Float64Array, objective: number) => void told.push(objective),
    };
    const raw = solver.solve(hard, SOLVE_OPTIONS_DEFAULT, callbacks);
    expect(raw.status).toBe("feasible");
    expect(raw.objective).toBeLessThanOrEqual(told.at(-1)! + 1e-6);
  });

  test("progress has the incumbent on one side of the bound", () => {
    const seen: { incumbent: number | null; bound: number | null }[] = [];
    const options = { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: 0.4 };
    solver.solve(hard, options, { ...QUIET_CALLBACKS, onProgress: (progress) => void seen.push(progress) });
    expect(seen.length).toBeGreaterThan(0);
    for (const { incumbent, bound } of seen) {
      if (incumbent !== null && bound !== null) expect(incumbent).toBeGreaterThanOrEqual(bound - 1e-6);
    }
  });
});

const TRANSPORT: ProblemText = {
  sense: "minimize",
  columns: [
    ["s1t1", 2, 0, null],
    ["s1t2", 3, 0, null],
    ["s2t1", 4, 0, null],
    ["s2t2", 1, 0, null],
  ],
  rows: [
    ["s1", null, { 0: 1, 1: 1 }, 20],
    ["s2", null, { 2: 1, 3: 1 }, 30],
    ["t1", 15, { 0: 1, 2: 1 }, null],
    ["t2", 30.5, { 1: 1, 3: 1 }, null],
  ],
};

const INFEASIBLE: ProblemText = { sense: "minimize", columns: [["x", 1, 0, 1]], rows: [["r", 2, { 0: 1 }, null]] };
