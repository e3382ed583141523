/**
 * The options of a solve. The list is short, and HiGHS's own names are never passed through, because
 * some of them change what is solved (`solver=simplex` silently drops integrality). The options in a model are
 * checked in model/options.ts.
 */

export interface SolveOptions {
  /** Wall time of the whole attempt, compilation included. */
  readonly time_limit_seconds: number;
  /** Relative distance between the incumbent and the bound at which an integer solve stops. */
  readonly gap_tolerance: number;
  readonly seed: number;
  readonly presolve: boolean;
}

export const SOLVE_OPTIONS_DEFAULT: SolveOptions = {
  time_limit_seconds: 300,
  gap_tolerance: 1e-4,
  seed: 0,
  presolve: true,
};

/** How exact the solver has to be. Callers cannot set this: the first solve uses the solver's defaults, and further solves are stricter. */
export interface Strictness {
  /** Largest violation of a row, a bound or the sign of a reduced cost, in the units of the problem that is solved. */
  readonly feasibility_tolerance: number;
  /** Largest distance of an integer column from a whole number while the solver works. */
  readonly integrality_tolerance: number;
  /** Distance between incumbent and bound, in the objective's unit, at which an integer solve stops whatever gap_tolerance says. */
  readonly absolute_gap: number;
  /** Added to the diagonal of a quadratic objective. */
  readonly regularization: number;
  /** Whether the solver scales a linear problem itself. */
  readonly scaling: boolean;
  /** Iterations after which a quadratic solve is taken to cycle. */
  readonly quadratic_iterations_max: number;
}

/** The settings of one solve; missing parts of the strictness are the solver's defaults. */
export type SolveSettings = SolveOptions & Partial<Strictness>;
