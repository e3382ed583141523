/** Translates the settings of a solve into HiGHS options. */
import type { SolveSettings, Strictness } from "../options";

const ITERATIONS_UNLIMITED = 2 ** 31 - 1;
/** The solver's default of simplex_scale_strategy. */
const SCALING_CHOSEN = 2;

/** The solver's own defaults. */
const STRICTNESS_DEFAULT: Strictness = {
  feasibility_tolerance: 1e-7,
  integrality_tolerance: 1e-6,
  absolute_gap: 1e-6,
  regularization: 1e-7,
  scaling: true,
  quadratic_iterations_max: ITERATIONS_UNLIMITED,
};

export type HighsOption = number | boolean | string;

/** The HiGHS options of a solve that has `seconds` left; all others keep the solver's defaults. */
export function toHighsOptions(
  settings: SolveSettings,
  seconds: number,
  feasibilityJump: boolean,
): Readonly<Record<string, HighsOption>> {
  const strictness = { ...STRICTNESS_DEFAULT, ...settings };
  return {
    output_flag: false,
    time_limit: Math.max(0, seconds),
    mip_rel_gap: settings.gap_tolerance,
    random_seed: settings.seed,
    presolve: settings.presolve ? "choose" : "off",
    mip_heuristic_run_feasibility_jump: feasibilityJump,
    primal_feasibility_tolerance: strictness.feasibility_tolerance,
    dual_feasibility_tolerance: strictness.feasibility_tolerance,
    mip_feasibility_tolerance: strictness.integrality_tolerance,
    mip_abs_gap: strictness.absolute_gap,
    simplex_scale_strategy: strictness.scaling ? SCALING_CHOSEN : 0,
    qp_regularization_value: strictness.regularization,
    qp_iteration_limit: strictness.quadratic_iterations_max,
  };
}
