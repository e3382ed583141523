/**
 * Linear and convex quadratic problems: solved, proven in the user's scale, and solved again more strictly until the proof holds.
 * Which rung comes next depends on figures of the answers alone, so the same problem climbs the same way each time.
 */
import { provesInfeasible } from "./infeasibility";
import { type OptimalityProof, proveOptimality } from "./optimality";
import { exponentFor } from "./scales";
import { type Bench, type Rung, type Trial, tryRung } from "./trial";
import { boundAt, DISTANCE_MAX, RESCALE, relativeTo, type Verdict } from "./verdict";

/** A proof this close, relative to the objective, ends the climb; ordinary problems are far below it. */
const DISTANCE_SETTLED = 1e-9;
/** What the regularization of 1e-7 costs a quadratic problem of ordinary size. */
const DISTANCE_SETTLED_QUADRATIC = 1e-7;
const FIRST: Rung = { settings: {}, exponent: 0 };
/** A quadratic solve that takes more iterations is taken to cycle; one that does not needs about one a column and row. */
const ITERATIONS_BASE = 1000;
const ITERATIONS_FACTOR = 20;
const QUADRATIC_SOLVES_MAX = 10;
const NEARING_FACTOR = 100;
/** Tried in turn: small problems that cycle or fail with one of them are solved at once with another. */
const REGULARIZATIONS = [1e-7, 1e-6, 1e-11, 0, 1e-5];
const STRICT_REGULARIZATIONS = [0, 1e-7, 1e-6, 1e-11, 1e-5];

interface Climb {
  readonly trial: Trial;
  readonly proof: OptimalityProof | null;
  readonly is_settled: boolean;
}

/** @param is_strict the objective is strictly convex */
export function solveContinuous(bench: Bench, is_strict: boolean): Verdict {
  const isQuadratic = bench.problem.hessian !== null;
  const climbs: Climb[] = [];
  for (let step = 0; step === 0 || bench.secondsLeft() > 0; step++) {
    const rung = isQuadratic ? quadraticRung(bench, climbs, is_strict) : linearRung(climbs);
    if (rung === null) break;
    const climb = climbTo(bench, rung, step === 0);
    climbs.push(climb);
    if (climb.is_settled) break;
  }
  return verdictOf(bench, climbs);
}

function climbTo(bench: Bench, rung: Rung, is_first: boolean): Climb {
  const trial = tryRung(bench, rung, is_first);
  const { raw, certificate } = trial;
  const clean = certificate?.clean ?? null;
  if (clean !== null && raw.multipliers !== null) {
    const proof = proveOptimality(bench.problem, clean.values, raw.multipliers);
    const settled = bench.problem.hessian === null ? DISTANCE_SETTLED : DISTANCE_SETTLED_QUADRATIC;
    const isClose = relativeTo(clean.objective, proof.distance) <= settled;
    return { trial, proof, is_settled: raw.status === "optimal" && isClose };
  }
  return { trial, proof: null, is_settled: isSettledWithoutSolution(bench, trial) };
}

function isSettledWithoutSolution(bench: Bench, { raw, rung }: Trial): boolean {
  if (raw.status === "unbounded") return true;
  if (raw.status !== "infeasible") return false;
  const settings = { ...bench.options, ...rung.settings, time_limit_seconds: bench.secondsLeft() };
  const ray = bench.engine.infeasibilityRay(bench.prepared.problem, settings);
  return ray !== null && provesInfeasible(bench.prepared.problem, ray);
}

function linearRung(climbs: readonly Climb[]): Rung | null {
  const exponent = exponentFor(climbs.at(-1)?.proof?.price_scale ?? 1);
  switch (climbs.length) {
    case 0:
      return FIRST;
    case 1:
      return { settings: { feasibility_tolerance: 1e-9 }, exponent };
    case 2:
      return { settings: { feasibility_tolerance: 1e-10, presolve: false }, exponent };
    default:
      return null;
  }
}

/**
 * A strictly convex objective needs no regularization. Any other is pulled towards the values that were found, as long as that brings the
 * proof closer by far; where it does not, or a solve fails or cycles, the next regularization is tried.
 */
function quadraticRung({ problem }: Bench, climbs: readonly Climb[], isStrict: boolean): Rung | null {
  const last = climbs.at(-1);
  if (climbs.length >= QUADRATIC_SOLVES_MAX) return null;
  const iterations = ITERATIONS_BASE + ITERATIONS_FACTOR * (problem.columns.count + problem.rows.count);
  const order = isStrict ? STRICT_REGULARIZATIONS : REGULARIZATIONS;
  const before = last?.trial.rung.settings.regularization ?? null;
  const stays = last !== undefined && before !== 0 && isNearing(last, climbs.at(-2));
  const regularization = stays ? before : order[before === null ? 0 : order.indexOf(before) + 1];
  if (regularization == null) return null;
  const center = climbs.findLast(({ proof }) => proof !== null)?.trial.prepared_values ?? null;
  return { settings: { regularization, quadratic_iterations_max: iterations }, exponent: 0, center };
}

/** The first proof with its regularization, or one that is far closer than the one before. */
function isNearing(last: Climb, before: Climb | undefined): boolean {
  if (last.proof === null) return false;
  if (before?.proof == null) return true;
  if (before.trial.rung.settings.regularization !== last.trial.rung.settings.regularization) return true;
  return Number.isFinite(last.proof.distance) && last.proof.distance <= before.proof.distance / NEARING_FACTOR;
}

function verdictOf(bench: Bench, climbs: readonly Climb[]): Verdict {
  const best = climbs.reduce((kept, climb) => (isBetter(climb, kept) ? climb : kept));
  const { raw, certificate } = best.trial;
  const clean = certificate?.clean ?? null;
  const base = { clean, mismatch: certificate?.mismatch ?? null, solves: climbs.length };
  if (clean === null) return { ...base, status: raw.status, raw, warnings: [] };
  const distance = best.proof?.distance ?? Number.POSITIVE_INFINITY;
  const isProven = isAcceptable(best);
  const status = raw.status === "optimal" && !isProven ? "feasible" : raw.status;
  const dual_bound = boundAt(bench.problem, clean.objective, distance);
  const warnings = warningsOf(climbs, best, raw.status === "optimal" && !isProven ? distance : null);
  return { ...base, status, raw: { ...raw, dual_bound }, warnings };
}

/** A settled answer first, then a solution that is proven closer, then any solution. */
function isBetter(climb: Climb, kept: Climb): boolean {
  if (climb.is_settled !== kept.is_settled) return climb.is_settled;
  return distanceOf(climb) < distanceOf(kept);
}

/** Close enough to be called optimal, had it been the only solve. */
function isAcceptable({ trial, proof }: Climb): boolean {
  const clean = trial.certificate?.clean ?? null;
  return clean !== null && proof !== null && relativeTo(clean.objective, proof.distance) <= DISTANCE_MAX;
}

function distanceOf({ proof, trial }: Climb): number {
  if (trial.certificate?.clean == null) return Number.POSITIVE_INFINITY;
  return Math.min(proof?.distance ?? Number.MAX_VALUE, Number.MAX_VALUE);
}

function warningsOf(climbs: readonly Climb[], best: Climb, unproven: number | null): readonly string[] {
  if (unproven !== null) {
    const reach = unproven === Number.POSITIVE_INFINITY ? "an unknown amount" : `up to ${unproven.toPrecision(3)}`;
    return [
      `the optimum was not proven in ${climbs.length} solves: the objective may be better by ${reach}; ${RESCALE}`,
    ];
  }
  if (best === climbs[0] || isAcceptable(climbs[0]!)) return [];
  return [`the solver's first answer (${summaryOf(climbs[0]!)}) was not proven; a stricter solve gave this one`];
}

function summaryOf({ trial }: Climb): string {
  const { raw, certificate } = trial;
  if (certificate === null) return raw.status;
  return certificate.clean === null ? "it broke a constraint" : `objective ${certificate.clean.objective}`;
}
