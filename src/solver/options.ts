/**
 * What a caller may ask of a solve. This list is ours and short: a raw HiGHS name never passes, since
 * some of them change what is solved (`solver=simplex` drops integrality without a word).
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

const OPTION_NAMES = Object.keys(SOLVE_OPTIONS_DEFAULT) as (keyof SolveOptions)[];
const TIME_LIMIT_SECONDS_MIN = 0.01;
const TIME_LIMIT_SECONDS_MAX = 86_400;
const SEED_MAX = 2 ** 31 - 1;

export interface OptionProblem {
  readonly name: string;
  readonly message: string;
}

export type OptionsReading =
  | { readonly options: SolveOptions; readonly problems: readonly [] }
  | { readonly options: null; readonly problems: readonly OptionProblem[] };

/**
 * Reads options that came from outside; absent ones (also null or undefined as a whole) take their default.
 * Every problem is reported, in the order of the list of options, unknown names last.
 */
export function readSolveOptions(input: unknown): OptionsReading {
  if (input === undefined || input === null) return { options: SOLVE_OPTIONS_DEFAULT, problems: [] };
  if (typeof input !== "object" || Array.isArray(input)) {
    return { options: null, problems: [{ name: "options", message: `must be an object, found ${nameOf(input)}` }] };
  }
  const given = input as Readonly<Record<string, unknown>>;
  const problems: OptionProblem[] = [];
  const options = { ...SOLVE_OPTIONS_DEFAULT };
  for (const name of OPTION_NAMES) {
    if (!Object.hasOwn(given, name) || given[name] === undefined) continue;
    const message = problemWith(name, given[name]);
    if (message !== null) problems.push({ name, message });
    else Object.assign(options, { [name]: given[name] });
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(SOLVE_OPTIONS_DEFAULT, name)) continue;
    problems.push({ name, message: `is not an option; the options are ${OPTION_NAMES.join(", ")}` });
  }
  return problems.length === 0 ? { options, problems: [] } : { options: null, problems };
}

/** How exact the solver has to be: nothing that a caller asks for. A second solve changes it; the first one takes the solver's defaults. */
export interface Strictness {
  /** Largest violation of a row, a bound or the sign of a reduced cost, in the units of the problem that is solved. */
  readonly feasibility_tolerance: number;
  /** Largest distance of an integer column from a whole number while the solver works. */
  readonly integrality_tolerance: number;
  /** Distance between incumbent and bound, in the objective's unit, at which an integer solve stops whatever gap_tolerance says. */
  readonly absolute_gap: number;
  /** Added to the diagonal of a quadratic objective. */
  readonly regularization: number;
  /** Iterations after which a quadratic solve counts as one that cycles. */
  readonly quadratic_iterations_max: number;
}

/** What one solve is run with; strictness that is not named is the solver's own. */
export type SolveSettings = SolveOptions & Partial<Strictness>;

const ITERATIONS_UNLIMITED = 2 ** 31 - 1;

/** The solver's own defaults. */
const STRICTNESS_DEFAULT: Strictness = {
  feasibility_tolerance: 1e-7,
  integrality_tolerance: 1e-6,
  absolute_gap: 1e-6,
  regularization: 1e-7,
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
    qp_regularization_value: strictness.regularization,
    qp_iteration_limit: strictness.quadratic_iterations_max,
  };
}

function problemWith(name: keyof SolveOptions, value: unknown): string | null {
  switch (name) {
    case "time_limit_seconds":
      return problemWithNumber(value, TIME_LIMIT_SECONDS_MIN, TIME_LIMIT_SECONDS_MAX);
    case "gap_tolerance":
      return problemWithNumber(value, 0, 1);
    case "seed":
      return Number.isInteger(value)
        ? problemWithNumber(value, 0, SEED_MAX)
        : `must be an integer, found ${nameOf(value)}`;
    case "presolve":
      return typeof value === "boolean" ? null : `must be true or false, found ${nameOf(value)}`;
  }
}

function problemWithNumber(value: unknown, min: number, max: number): string | null {
  if (typeof value === "number" && value >= min && value <= max) return null;
  return `must be a number from ${min} to ${max}, found ${nameOf(value)}`;
}

/** A value as it may stand in a message: short, and never the content of a container. */
function nameOf(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
