/** The HiGHS options that the service uses for the measured model; every yardstick and peer uses the same. */
import { type HighsOption, toHighsOptions } from "../../src/solver/highs/highs_options";
import { SOLVE_OPTIONS_DEFAULT } from "../../src/solver/options";

/** Without the feasibility jump, as the service solves a model of 3 columns. */
export function serviceSolverOptions(): Readonly<Record<string, HighsOption>> {
  return toHighsOptions(SOLVE_OPTIONS_DEFAULT, SOLVE_OPTIONS_DEFAULT.time_limit_seconds, false);
}
