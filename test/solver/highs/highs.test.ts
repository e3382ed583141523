import { describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/clock";
import { loadSolver } from "../../../src/solver/highs/highs";
import { SOLVER_VERSION } from "../../../src/solver/highs/version";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { marketSplit, PRODUCTION, type ProblemText, readProblem } from "../problem_text";
import { QUIET_CALLBACKS, solver, solveText } from "../solver_fixture";

test("the version told without loading the solver is the solver's own", () => {
  expect(solver.version).toBe(SOLVER_VERSION);
});

describe("quadratic objectives", () => {
  test("a large optimum that is real stays one", () => {
    const far = solveText({ sense: "minimize", columns: [["x", -4e6, null, null]], rows: [], hessian: [[0, 0, 2]] });
    expect(far.raw.status).toBe("optimal");
    expect(far.clean!.values[0]! / 2e6).toBeCloseTo(1, 5);
  });
});

describe("semi-continuous columns", () => {
  test("without an upper bound are refused by name", () => {
    const { raw } = solveText({ sense: "minimize", columns: [["s", 1, 2, null, "semicontinuous"]], rows: [] });
    expect(raw).toMatchObject({ status: "error", message: expect.stringContaining("variable s") });
  });
});

describe("the state between solves", () => {
  test("the time of one solve is not taken from the next", () => {
    solveText(marketSplit(4, 30), { time_limit_seconds: 0.3 });
    for (let round = 0; round < 3; round++)
      expect(solveText(PRODUCTION, { time_limit_seconds: 0.3 }).raw.status).toBe("optimal");
  });

  test("a refused model leaves the instance as it was", async () => {
    const [fresh, used] = [await loadSolver(systemClock), await loadSolver(systemClock)];
    const text: ProblemText = { sense: "minimize", columns: [["x", 1, -5, 5]], rows: [], hessian: [[0, 0, -2]] };
    expect(used.solve(readProblem(text), SOLVE_OPTIONS_DEFAULT, null).status).toBe("error");
    expect(used.is_spoiled).toBe(false);
    for (const next of [PRODUCTION, marketSplit(2, 8)]) {
      const solve = (solver: typeof used) => solver.solve(readProblem(next), SOLVE_OPTIONS_DEFAULT, QUIET_CALLBACKS);
      expect(solve(used)).toEqual(solve(fresh));
    }
  });

  test("a coefficient beyond the solver's reach is refused with its place", () => {
    const { raw } = solveText({ sense: "minimize", columns: [["x", 1, 0, 5]], rows: [["cap", null, { 0: 1e16 }, 1]] });
    expect(raw.message).toContain("x in cap");
    expect(solver.is_spoiled).toBe(false);
  });
});
