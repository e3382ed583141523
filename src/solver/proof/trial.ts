/** One solve with its settings: its answer in the user's scale, checked against the user's own problem. */
import type { Problem } from "../../problem/problem";
import { type Certificate, certify, objectiveOf } from "../certify";
import { type Engine, type RawAnswer, type SolveCallbacks, stopOnly } from "../engine";
import type { SolveOptions, SolveSettings } from "../options";
import type { PreparedProblem } from "../prepare/prepare";
import { withMagnifiedBounds, withoutFarBounds, withScaledObjective } from "./scales";

/** One step of a ladder. */
export interface Rung {
  readonly settings: Partial<SolveSettings>;
  /** The objective is multiplied by 2 to this power. */
  readonly exponent: number;
  /**
   * Prepared values that the regularization of a quadratic objective pulls towards, instead of towards 0. With the values that were found
   * before, its distortion vanishes (the proximal point method).
   */
  readonly center?: Float64Array | null;
  /** Bounds of 1e9 and more are left out: the certificate checks them, and the solver need not start from them. */
  readonly is_without_far_bounds?: boolean;
  /** All bounds of a linear problem are multiplied by 2 to this power. */
  readonly magnitude?: number;
}

export interface Trial {
  readonly rung: Rung;
  /** The answer in the user's scale. */
  readonly raw: RawAnswer;
  /** As the solver returned them for the prepared problem. */
  readonly prepared_values: Float64Array | null;
  /** null without values. */
  readonly certificate: Certificate | null;
}

/** A run's solves: they share its time and its callbacks. */
export interface Bench {
  readonly engine: Engine;
  readonly problem: Problem;
  readonly prepared: PreparedProblem;
  readonly options: SolveOptions;
  readonly callbacks: SolveCallbacks;
  secondsLeft(): number;
}

/** The first solve of a run reports progress and solutions; later ones only check for a stop. */
export async function tryRung(bench: Bench, rung: Rung, is_first: boolean): Promise<Trial> {
  const { engine, prepared, options } = bench;
  const reached = rung.is_without_far_bounds ? withoutFarBounds(prepared.problem) : prepared.problem;
  const magnified = withMagnifiedBounds(reached, rung.magnitude ?? 0);
  const problem = withPull(withScaledObjective(magnified, rung.exponent), rung);
  const settings = { ...options, ...rung.settings, time_limit_seconds: Math.max(0, bench.secondsLeft()) };
  const callbacks = is_first ? scaledBack(bench, rung.exponent) : stopOnly(bench.callbacks);
  return readTrial(bench, rung, await engine.solve(problem, settings, callbacks));
}

/** Half the regularization of |x - center|^2 instead of |x|^2, but for a constant. */
function withPull(problem: Problem, { center, settings }: Rung): Problem {
  if (center == null || settings.regularization === undefined) return problem;
  const pull = (problem.sense === "maximize" ? 1 : -1) * settings.regularization;
  const cost = problem.columns.cost.map((price, column) => price + pull * center[column]!);
  return { ...problem, columns: { ...problem.columns, cost } };
}

/** Puts an answer for the prepared problem into the user's scale and checks it. */
export function readTrial(bench: Bench, rung: Rung, found: RawAnswer): Trial {
  const raw = restored(bench.prepared, minified(found, rung.magnitude ?? 0), 2 ** -rung.exponent);
  if (raw.values === null) return { rung, raw, prepared_values: null, certificate: null };
  // With a pull the solver's objective is a different one.
  const objective = rung.center == null ? raw.objective : objectiveOf(bench.problem, raw.values).value;
  return { rung, raw, prepared_values: found.values, certificate: certify(bench.problem, raw.values, objective) };
}

/** Back from a problem with magnified bounds: prices are the same in both. */
function minified(found: RawAnswer, magnitude: number): RawAnswer {
  if (magnitude === 0) return found;
  const factor = 2 ** -magnitude;
  const dual_bound = found.dual_bound === null ? null : found.dual_bound * factor;
  const values = found.values?.map((value) => value * factor) ?? null;
  return { ...found, values, objective: found.objective * factor, dual_bound };
}

function restored(prepared: PreparedProblem, found: RawAnswer, factor: number): RawAnswer {
  const scaled = (figures: Float64Array | null) =>
    factor === 1 || figures === null ? figures : figures.map((figure) => figure * factor);
  const objective = found.objective * factor;
  const dual_bound = found.dual_bound === null ? null : found.dual_bound * factor;
  if (found.values === null) return { ...found, objective, dual_bound };
  const { values, row_duals } = prepared.restore(found.values, scaled(found.multipliers), null);
  const duals = prepared.restore(found.values, scaled(found.row_duals), scaled(found.reduced_costs));
  return { ...found, ...duals, values, multipliers: row_duals, objective, dual_bound };
}

function scaledBack({ prepared, callbacks }: Bench, exponent: number): SolveCallbacks {
  const factor = 2 ** -exponent;
  const scaled = (figure: number | null) => (figure === null ? null : figure * factor);
  return {
    onTurn: () => callbacks.onTurn(),
    isInterrupted: () => callbacks.isInterrupted(),
    onProgress: (progress) =>
      callbacks.onProgress({ ...progress, incumbent: scaled(progress.incumbent), bound: scaled(progress.bound) }),
    onIncumbent: (values, objective) =>
      callbacks.onIncumbent(prepared.restore(values, null, null).values, objective * factor),
  };
}
