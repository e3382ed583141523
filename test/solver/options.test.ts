import { expect, test } from "bun:test";
import { readSolveOptions, SOLVE_OPTIONS_DEFAULT, toHighsOptions } from "../../src/solver/options";

test("absent options take their defaults", () => {
  for (const input of [undefined, null, {}]) expect(readSolveOptions(input).options).toEqual(SOLVE_OPTIONS_DEFAULT);
  expect(readSolveOptions({ seed: 3 }).options).toEqual({ ...SOLVE_OPTIONS_DEFAULT, seed: 3 });
});

test.each([
  [{ time_limit_seconds: 0 }, "time_limit_seconds", "must be a number from 0.01 to 86400, found 0"],
  [{ time_limit_seconds: "5" }, "time_limit_seconds", 'must be a number from 0.01 to 86400, found "5"'],
  [{ time_limit_seconds: Number.NaN }, "time_limit_seconds", "must be a number from 0.01 to 86400, found NaN"],
  [{ gap_tolerance: -1 }, "gap_tolerance", "must be a number from 0 to 1, found -1"],
  [{ seed: 1.5 }, "seed", "must be an integer, found 1.5"],
  [{ seed: 2 ** 31 }, "seed", "must be a number from 0 to 2147483647, found 2147483648"],
  [{ presolve: "on" }, "presolve", 'must be true or false, found "on"'],
  [{ presolve: null }, "presolve", "must be true or false, found null"],
  [
    { solver: "simplex" },
    "solver",
    "is not an option; the options are time_limit_seconds, gap_tolerance, seed, presolve",
  ],
  [[1], "options", "must be an object, found an array"],
])("%j is refused for %s", (input, name, message) => {
  expect(readSolveOptions(input)).toEqual({ options: null, problems: [{ name, message }] });
});

test("every problem is told at once", () => {
  const { problems } = readSolveOptions({ seed: -1, threads: 4, gap_tolerance: 2 });
  expect(problems.map(({ name }) => name)).toEqual(["gap_tolerance", "seed", "threads"]);
});

test("what reaches the solver is silent and never more than the list", () => {
  expect(toHighsOptions({ time_limit_seconds: 9, gap_tolerance: 0.1, seed: 4, presolve: false }, 2.5, false)).toEqual({
    output_flag: false,
    time_limit: 2.5,
    mip_rel_gap: 0.1,
    random_seed: 4,
    presolve: "off",
    mip_heuristic_run_feasibility_jump: false,
    primal_feasibility_tolerance: 1e-7,
    dual_feasibility_tolerance: 1e-7,
    mip_feasibility_tolerance: 1e-6,
    mip_abs_gap: 1e-6,
    qp_regularization_value: 1e-7,
    qp_iteration_limit: 2 ** 31 - 1,
  });
});
