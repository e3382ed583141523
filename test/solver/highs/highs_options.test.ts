import { expect, test } from "bun:test";
import { toHighsOptions } from "../../../src/solver/highs/highs_options";

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
    simplex_scale_strategy: 2,
    qp_regularization_value: 1e-7,
    qp_iteration_limit: 2 ** 31 - 1,
  });
});
