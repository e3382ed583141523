import { describe, expect, test } from "bun:test";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { solveToProof } from "../../../src/solver/proof/ladder";
import type { Verdict } from "../../../src/solver/proof/verdict";
import { type ProblemText, readProblem } from "../problem_text";
import { engine, QUIET_CALLBACKS } from "../solver_fixture";

const SECONDS = 20;

function prove(text: ProblemText): Promise<Verdict> {
  const options = { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0, time_limit_seconds: SECONDS };
  return solveToProof(engine, readProblem(text), options, QUIET_CALLBACKS, () => SECONDS);
}

/** A share of a load to be kept low, with quantities of 6e7: the solver's dual tolerance takes the prices of 1e-8 for 0. */
const PEAK_FRACTION: ProblemText = {
  sense: "minimize",
  columns: [
    ["load", 1, 0, null],
    ["feed0", 0, 0, null],
    ["feed1", 0, 0, null],
    ["tank0", 0, 0, null],
    ["tank1", 0, 0, null],
    ["tank2", 0, 0, null],
  ],
  rows: [
    ["c0", 0, { 3: 1 }, 0],
    ["c1", 0, { 4: 1, 3: -1.05, 1: -1.05 }, 0],
    ["c2", 0, { 5: 1, 4: -1.05, 2: -1.05 }, 0],
    ["m0", null, { 1: 1, 0: -6e7 }, 0],
    ["m1", null, { 2: 1, 0: -6.18e7 }, 0],
    ["goal", 3e6, { 5: 1 }, 3e6],
  ],
};

describe("a linear problem", () => {
  test("with prices below the solver's tolerance gets its optimum, and says that it took another solve", async () => {
    const { status, clean, raw, warnings } = await prove(PEAK_FRACTION);
    const truth = 3e6 / (1.1025 * 6e7 + 1.05 * 6.18e7);
    expect([status, clean!.objective]).toEqual(["optimal", expect.closeTo(truth, 9)]);
    expect(raw.dual_bound).toBeCloseTo(truth, 9);
    expect(warnings).toEqual([expect.stringContaining("stricter solve")]);
  });

  test("of ordinary size is solved once", async () => {
    const plan: ProblemText = {
      sense: "maximize",
      columns: [
        ["a", 3, 0, null],
        ["b", 5, 0, null],
      ],
      rows: [
        ["r", null, { 0: 1 }, 4],
        ["s", null, { 1: 2 }, 12],
        ["t", null, { 0: 3, 1: 2 }, 18],
      ],
    };
    expect(await prove(plan)).toMatchObject({ status: "optimal", clean: { objective: 36 }, warnings: [], solves: 1 });
    const impossible: ProblemText = {
      ...plan,
      rows: [...plan.rows, ["u", 7, { 0: 1, 1: 1 }, null], ["v", null, { 1: 1 }, 2]],
    };
    expect(await prove(impossible)).toMatchObject({ status: "infeasible", solves: 1 });
  });
});

describe("a linear problem of small figures", () => {
  // In a unit of 1e-9 the solver's tolerance of 1e-7 is larger than anything that the rows ask for.
  const tiny = (unit: number): ProblemText => ({
    sense: "maximize",
    columns: [
      ["a", 3 / unit, 0, null],
      ["b", 5 / unit, 0, null],
    ],
    rows: [
      ["r", null, { 0: 1 }, 4 * unit],
      ["s", null, { 1: 2 }, 12 * unit],
      ["t", null, { 0: 3, 1: 2 }, 18 * unit],
    ],
  });

  test("keeps its optimum", async () => {
    expect(await prove(tiny(1e-9))).toMatchObject({ status: "optimal", clean: { objective: expect.closeTo(36, 6) } });
  });

  test("that nothing satisfies is infeasible", async () => {
    const { columns, rows, sense } = tiny(1e-9);
    const text: ProblemText = { sense, columns, rows: [...rows, ["u", 11e-9, { 0: 1, 1: 1 }, null]] };
    expect((await prove(text)).status).toBe("infeasible");
  });
});

describe("a linear problem without an optimum", () => {
  test("is unbounded when a direction shows it", async () => {
    const open: ProblemText = {
      sense: "maximize",
      columns: [
        ["x", 1, 0, null],
        ["y", 0, 0, null],
      ],
      rows: [["r", null, { 0: 1, 1: -1 }, 5]],
    };
    expect((await prove(open)).status).toBe("unbounded");
  });
});

describe("a quadratic problem", () => {
  const idle: ProblemText = {
    sense: "minimize",
    columns: [
      ["setpoint", 1, -10, 10],
      ["idle", 0, -10, 10],
    ],
    rows: [],
    hessian: [[0, 0, 1]],
  };

  test("that cycles is solved with another regularization", async () => {
    for (const rows of [[], [["a", null, { 0: 0, 1: 0 }, 1]], [["c", null, { 0: 1 }, 40]]] as ProblemText["rows"][]) {
      expect(await prove({ ...idle, rows })).toMatchObject({
        status: "optimal",
        clean: { objective: expect.closeTo(-0.5, 9) },
      });
    }
  });

  test("keeps an optimum that regularization would move far", async () => {
    // By hand: the linear column goes to its upper bound; 1e-7 on its diagonal would stop it at 1e4.
    const large: ProblemText = {
      sense: "minimize",
      columns: [
        ["x", 0, 1, 10],
        ["quantity", -1e-3, 0, 1e6],
      ],
      rows: [["r", null, { 0: 1, 1: 1 }, 2e6]],
      hessian: [[0, 0, 2]],
    };
    const { status, clean } = await prove(large);
    expect([status, clean!.objective]).toEqual(["optimal", expect.closeTo(1 - 1000, 6)]);
  });

  test("that is flat in an open direction is unbounded, not a large optimum", async () => {
    const open: ProblemText = {
      sense: "minimize",
      columns: [
        ["x", -2, 0, null],
        ["y", -6, 0, null],
      ],
      rows: [["r", null, { 0: 1 }, 20]],
      hessian: [[0, 0, 2]],
    };
    expect(await prove(open)).toMatchObject({ status: "unbounded", clean: null });
    const far: ProblemText = { sense: "minimize", columns: [["x", -4e6, null, null]], rows: [], hessian: [[0, 0, 2]] };
    expect(await prove(far)).toMatchObject({ status: "optimal", clean: { objective: expect.closeTo(-4e12, -4) } });
  });

  test("keeps its optimum in any unit", async () => {
    // By hand: (x - 3)^2 + (y - 1)^2 on x + y <= 2 is best at x = 2, y = 0, whatever the unit of x and y.
    for (const unit of [1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9]) {
      const text: ProblemText = {
        sense: "minimize",
        offset: 10,
        columns: [
          ["x", -6 / unit, 0, null],
          ["y", -2 / unit, 0, null],
          ["idle", 0, -unit, unit],
        ],
        rows: [["r", null, { 0: 1, 1: 1 }, 2 * unit]],
        hessian: [
          [0, 0, 2 / unit / unit],
          [1, 1, 2 / unit / unit],
        ],
      };
      const { status, clean } = await prove(text);
      expect([unit, status, clean?.objective]).toEqual([unit, "optimal", expect.closeTo(2, 6)]);
      expect(clean!.values[0]! / unit).toBeCloseTo(2, 6);
    }
  });

  test("that is a saddle is refused, whatever its diagonal says", async () => {
    const saddle: ProblemText = {
      ...idle,
      hessian: [
        [0, 0, 1],
        [1, 0, -4],
        [1, 1, 1],
      ],
    };
    expect(await prove(saddle)).toMatchObject({
      status: "error",
      raw: { message: expect.stringContaining("not convex") },
    });
    const product: ProblemText = { ...idle, sense: "maximize", hessian: [[1, 0, 1]] };
    expect(await prove(product)).toMatchObject({
      status: "error",
      raw: { message: expect.stringContaining("not concave") },
    });
  });
});

describe("a mixed problem", () => {
  test("whose optimum presolve loses is solved without presolve", async () => {
    const lost: ProblemText = {
      sense: "minimize",
      columns: [
        ["lost", 1, null, null, "integer"],
        ["share", 0, 0, null],
        ["net", 0, null, null, "integer"],
        ["out", 0, 0, null, "integer"],
      ],
      rows: [
        ["r0", 0, { 0: 1, 1: -1 }, null],
        ["r1", 0, { 2: 1, 1: 1, 3: -1 }, 0],
        ["r2", -12, { 1: -68, 3: -1 }, null],
      ],
    };
    expect(await prove(lost)).toMatchObject({ status: "optimal", clean: { objective: 0 } });
  });

  test("with a coefficient of 1e12 is not called infeasible", async () => {
    const gate: ProblemText = {
      sense: "minimize",
      columns: [
        ["gate", 0, 0, 1, "binary"],
        ["line", 0, 0, 1, "binary"],
      ],
      rows: [
        ["a", null, { 0: 100.4534, 1: 1e12 }, 1e12],
        ["b", null, { 0: 100.4534, 1: -1e12 }, 0],
      ],
    };
    expect(await prove(gate)).toMatchObject({ status: "optimal", clean: { objective: 0 } });
  });

  test("pays for what a large coefficient opens", async () => {
    const fixed: ProblemText = {
      sense: "minimize",
      columns: [
        ["y", 10, 0, 1, "binary"],
        ["w", 11, 0, 1, "binary"],
        ["x", 0.1, 0, null],
        ["z", 0.1, 0, null],
      ],
      rows: [
        ["first", null, { 2: 1, 0: -1e7 }, 0],
        ["second", null, { 3: 1, 1: -1e7 }, 0],
        ["demand", 4, { 2: 1, 3: 1 }, null],
      ],
    };
    expect(await prove(fixed)).toMatchObject({ status: "optimal", clean: { objective: expect.closeTo(10.4, 9) } });
  });
});

test("an unbounded problem with integers is unbounded because its relaxation is", async () => {
  const open: ProblemText = {
    sense: "maximize",
    columns: [
      ["x", 1, 0, null, "integer"],
      ["y", 0, 0, null, "integer"],
    ],
    rows: [["r", null, { 0: -1, 1: 1 }, 5]],
  };
  expect(await prove(open)).toMatchObject({ status: "unbounded", clean: null });
});

test("a column that touches nothing dear does not keep an optimum from being proven", async () => {
  // By hand: x = 1 and z = 0; z has no other terms than the rounding errors of a solver.
  const text: ProblemText = {
    sense: "minimize",
    columns: [
      ["x", -2, null, null],
      ["z", 0, null, null],
      ["w", 0, null, null],
    ],
    rows: [["r", 0, { 1: 1, 2: -1 }, 0]],
    hessian: [
      [0, 0, 2],
      [1, 1, 2],
    ],
  };
  const verdict = await prove(text);
  expect(verdict).toMatchObject({ status: "optimal", clean: { objective: expect.closeTo(-1, 9) } });
});
