/**
 * Problems with integer or semi-continuous columns. Their bound comes from a search that cannot be repeated cheaply, so we look for reasons
 * to doubt it: beforehand in the numbers (scales.ts), and afterwards in the answer, which must keep its objective when its integers are made
 * whole, and which no single step may improve. If there is doubt the problem is solved more strictly.
 */
import type { Problem } from "../../problem/problem";
import type { SolutionStatus } from "../../problem/solution";
import { relativeGap } from "../answer";
import type { CleanAnswer } from "../certify";
import { type RawAnswer, stopOnly } from "../engine";
import { boxOf, propagate } from "../prepare/box";
import { withIntegersFixed, withoutIntegers, withoutObjective } from "../relaxation";
import { marginSeconds } from "../time_limit";
import { hasImprovingDirection } from "./direction";
import { equilibrateMixed } from "./equilibrate";
import { findImprovement } from "./improvement";
import { proveOptimality } from "./optimality";
import { hasFarBounds, isSteep, objectiveExponent, withScaledObjective } from "./scales";
import { findStray } from "./straying";
import { type Bench, type Rung, readTrial, type Trial, tryRung } from "./trial";
import { boundAt, DISTANCE_MAX, RESCALE, type Verdict } from "./verdict";

/** Beyond rounding errors, below the solver's tolerances. */
const ROUGH_VIOLATION = 1e-9;
/** Share of the remaining time for checking that may be used to save a solution. */
const POLISH_PART = 0.6;

interface Climb {
  readonly trial: Trial;
  /** The reason to doubt the answer, as part of a sentence; null when there is none. */
  readonly doubt: string | null;
}

export async function solveMixed(bench: Bench): Promise<Verdict> {
  const climbs: Climb[] = [];
  const is_steep = isSteep(bench.prepared.problem);
  const { strictness } = bench.engine.capabilities;
  const steps = strictness ? stepsFor(bench.prepared.problem, is_steep) : [PLAIN];
  for (const { rung, is_equilibrated } of steps) {
    if (climbs.length > 0 && bench.secondsLeft() <= 0) break;
    const scaled = is_equilibrated ? { ...bench, prepared: equilibrateMixed(bench.prepared) } : bench;
    const climb = await climbTo(scaled, rung, climbs, is_steep);
    climbs.push(climb);
    if (climb.doubt === null) break;
  }
  return verdictOf(bench, climbs);
}

interface Step {
  readonly rung: Rung;
  readonly is_equilibrated: boolean;
}

/** The only step with an engine that ignores tolerances. */
const PLAIN: Step = { rung: { settings: {}, exponent: 0 }, is_equilibrated: false };

/** From cheap to expensive; a problem whose numbers exceed the usual tolerances skips those first. */
function stepsFor(problem: Problem, is_steep: boolean): readonly Step[] {
  const exponent = objectiveExponent(problem);
  const dearest = problem.columns.cost.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0);
  const absolute_gap = DISTANCE_MAX * 2 ** exponent * Math.min(1, dearest > 0 ? dearest : 1);
  const strict = (tolerance: number, presolve: boolean): Rung => ({
    settings: { feasibility_tolerance: tolerance, integrality_tolerance: tolerance, absolute_gap, presolve },
    exponent,
  });
  const steps: Step[] = [
    { rung: strict(1e-9, false), is_equilibrated: true },
    { rung: strict(1e-10, false), is_equilibrated: true },
    { rung: strict(1e-9, false), is_equilibrated: false },
  ];
  const usual: Rung = exponent === 0 ? { settings: { absolute_gap }, exponent } : strict(1e-9, true);
  if (!is_steep) steps.unshift({ rung: usual, is_equilibrated: false });
  // With columns of up to 1e10 HiGHS may search for ever; its callbacks come too seldom then to stop it.
  const [first] = steps as [Step];
  if (hasFarBounds(problem)) steps.unshift({ ...first, rung: { ...first.rung, is_without_far_bounds: true } });
  return steps;
}

async function climbTo(bench: Bench, rung: Rung, before: readonly Climb[], is_steep: boolean): Promise<Climb> {
  const isFirst = before.length === 0;
  const found = await tryRung(bench, rung, isFirst);
  if (found.prepared_values === null) {
    return { trial: found, doubt: await doubtWithoutSolution(bench, found.raw.status, before, is_steep) };
  }
  const trial = await polished(bench, found, found.prepared_values);
  if (trial.raw.status === "optimal") return { trial, doubt: doubtOf(bench, trial, found.raw.objective, before) };
  return { trial, doubt: isFirst ? null : "the time limit was reached before a stricter solve was done" };
}

/**
 * "Infeasible" is believed when the bounds alone prove it or when two solves say so; a problem with steep rows takes the second one more
 * strictly. An unbounded problem has an unbounded relaxation.
 */
async function doubtWithoutSolution(
  bench: Bench,
  status: SolutionStatus,
  before: readonly Climb[],
  is_steep: boolean,
): Promise<string | null> {
  if (status === "error") return "the solver failed";
  if (before.some(hasSolution)) return `a stricter solve ended as ${status}`;
  if (status === "infeasible") {
    if (before.some(({ trial }) => trial.raw.status === status) || isEmpty(bench.prepared.problem)) return null;
    if (is_steep) return "it was called infeasible";
    return (await hasSolutionAtAll(bench)) ? "it was called infeasible, although it has a solution" : null;
  }
  if (status !== "unbounded") return null;
  const { engine, prepared, options, secondsLeft } = bench;
  const settings = { ...options, time_limit_seconds: Math.max(0, secondsLeft()) };
  const isProven = await hasImprovingDirection(engine, withoutIntegers(prepared.problem), settings);
  return isProven ? null : "it was called unbounded";
}

/** What follows from row to row leaves some column no value. */
function isEmpty(problem: Problem): boolean {
  return !propagate(problem, boxOf(problem), new Uint8Array(problem.rows.count));
}

/** Looks again without the objective, which presolve may have drawn the wrong conclusion from. */
async function hasSolutionAtAll({ engine, prepared, options, secondsLeft, callbacks }: Bench): Promise<boolean> {
  const settings = { ...options, time_limit_seconds: Math.max(0, secondsLeft()) };
  const { values } = await engine.solve(withoutObjective(prepared.problem), settings, stopOnly(callbacks));
  return values !== null;
}

function doubtOf(bench: Bench, { certificate, raw }: Trial, claimed: number, before: readonly Climb[]): string | null {
  const { problem, options } = bench;
  if (certificate?.clean == null) return certificate?.mismatch?.message ?? "it has no values";
  const { clean } = certificate;
  const allowed = DISTANCE_MAX * Math.max(1, Math.abs(clean.objective));
  if (lead(problem, claimed, clean.objective) > allowed) {
    return `its objective went from ${claimed} to ${clean.objective} when its integers were made whole`;
  }
  if (!isWithinGap(raw.dual_bound, clean, options.gap_tolerance)) return "its objective is not the one that was proven";
  const slack = allowed + options.gap_tolerance * Math.abs(clean.objective);
  const improvement = findImprovement(problem, clean, slack);
  if (improvement !== null) {
    return `moving ${problem.columns.names[improvement.column]} alone makes it better by ${improvement.gain}`;
  }
  const best = bestOf(problem, before);
  if (best !== null && lead(problem, best.objective, clean.objective) > slack)
    return "a solve before it found a better one";
  return null;
}

/** By how much the first objective is better than the second. */
function lead(problem: Problem, objective: number, than: number): number {
  return problem.sense === "maximize" ? objective - than : than - objective;
}

/**
 * Rounded integers can break a row with large coefficients, and an integer solve may use up its tolerance of 1e-6 in the
 * rows (2.9999999 for 3) or build on it. Either way the other columns are solved for again around the rounded ones.
 */
async function polished(bench: Bench, trial: Trial, prepared_values: Float64Array): Promise<Trial> {
  const { certificate } = trial;
  const clean = certificate?.clean ?? null;
  const isBroken = certificate?.mismatch?.part === "row";
  const isRough = (clean?.violation ?? 0) > ROUGH_VIOLATION && bench.secondsLeft() > 0;
  const stray = clean === null ? null : findStray(bench.problem, clean.values);
  if (!isBroken && !isRough && stray === null) return trial;
  const spare = isBroken || stray !== null ? POLISH_PART * marginSeconds(bench.options.time_limit_seconds) : 0;
  const again = await solvedAround(bench, trial.rung, prepared_values, Math.max(bench.secondsLeft(), spare));
  if (isMoreExact(again, stray === null ? clean : null) && findStray(bench.problem, again!.values) === null) {
    return { ...trial, certificate: { clean: again!, mismatch: null } };
  }
  return stray === null ? trial : { ...trial, certificate: { clean: null, mismatch: stray } };
}

async function solvedAround(
  bench: Bench,
  rung: Rung,
  prepared_values: Float64Array,
  time_limit_seconds: number,
): Promise<CleanAnswer | null> {
  const fixed = withScaledObjective(withIntegersFixed(bench.prepared.problem, prepared_values), rung.exponent);
  const found = await bench.engine.solve(fixed, { ...bench.options, ...rung.settings, time_limit_seconds }, null);
  return found.status === "optimal" ? (readTrial(bench, rung, found).certificate?.clean ?? null) : null;
}

function isMoreExact(candidate: CleanAnswer | null, than: CleanAnswer | null): boolean {
  return candidate !== null && (than === null || candidate.violation < than.violation);
}

function isWithinGap(bound: number | null, clean: CleanAnswer, gap_tolerance: number): boolean {
  if (bound === null) return true;
  const gap = relativeGap(clean.objective, bound);
  return Math.abs(clean.objective - bound) <= DISTANCE_MAX || (gap !== null && gap <= gap_tolerance + DISTANCE_MAX);
}

async function verdictOf(bench: Bench, climbs: readonly Climb[]): Promise<Verdict> {
  const last = climbs[climbs.length - 1]!;
  const solves = climbs.length;
  const { raw, certificate } = last.trial;
  const { optimum_doubt: doubt, infeasibility_doubt } = bench.prepared;
  if (infeasibility_doubt !== null && raw.status === "infeasible") return unreliable(raw, infeasibility_doubt, solves);
  if (last.doubt === null && (doubt === null || raw.status !== "optimal")) {
    const clean = certificate?.clean ?? null;
    const first = climbs.find(({ trial }) => trial.rung.is_without_far_bounds !== true) ?? last;
    const isConfirmed = raw.values === null && first.trial.raw.status === raw.status;
    const warning = `the solver's first answer was doubtful (${first.doubt}); a stricter solve gave this one`;
    const warnings = first === last || isConfirmed ? [] : [warning];
    return { status: raw.status, raw, clean, mismatch: certificate?.mismatch ?? null, warnings, solves };
  }
  const kept = climbs.filter(hasSolution).reduce<Climb | null>((best, climb) => {
    return best === null || lead(bench.problem, objectiveOf(climb), objectiveOf(best)) > 0 ? climb : best;
  }, null);
  if (kept === null) return withoutSolution(last, solves);
  const clean = kept.trial.certificate!.clean!;
  const dual_bound = await relaxedBound(bench, clean);
  const warnings = [`the optimum is in doubt after ${solves} solves: ${kept.doubt ?? last.doubt ?? doubt}; ${RESCALE}`];
  return { status: "feasible", raw: { ...kept.trial.raw, dual_bound }, clean, mismatch: null, warnings, solves };
}

/** "Infeasible" proves nothing for a problem with gates that the solver cannot handle. */
function unreliable(raw: RawAnswer, doubt: string, solves: number): Verdict {
  const message = `the solver found no solution, which proves nothing here: ${doubt}`;
  return {
    status: "error",
    raw: { ...raw, status: "error", message },
    clean: null,
    mismatch: null,
    warnings: [],
    solves,
  };
}

/** A doubtful claim that there is no solution is not passed on. */
function withoutSolution({ trial, doubt }: Climb, solves: number): Verdict {
  const { raw, certificate } = trial;
  const base = { clean: null, mismatch: certificate?.mismatch ?? null, warnings: [], solves };
  if (raw.status !== "infeasible" && raw.status !== "unbounded") return { ...base, status: raw.status, raw };
  const message = `the solver called the problem ${raw.status}, but that is in doubt (${doubt}); ${RESCALE}`;
  return { ...base, status: "error", raw: { ...raw, status: "error", message } };
}

/** The bound that the relaxation proves for a solution: weak, but fully checked. */
async function relaxedBound({ engine, options, prepared, problem, secondsLeft }: Bench, clean: CleanAnswer) {
  const relaxed = withoutIntegers(prepared.problem);
  const found = await engine.solve(relaxed, { ...options, time_limit_seconds: Math.max(0, secondsLeft()) }, null);
  if (found.multipliers === null || found.values === null) return null;
  const { row_duals } = prepared.restore(found.values, found.multipliers, null);
  const { distance } = proveOptimality(withoutIntegers(problem), clean.values, row_duals!);
  return boundAt(problem, clean.objective, distance);
}

function hasSolution({ trial }: Climb): boolean {
  return trial.certificate?.clean != null;
}

function objectiveOf({ trial }: Climb): number {
  return trial.certificate!.clean!.objective;
}

function bestOf(problem: Problem, climbs: readonly Climb[]): CleanAnswer | null {
  let best: CleanAnswer | null = null;
  for (const { trial } of climbs) {
    const clean = trial.certificate?.clean ?? null;
    if (clean !== null && (best === null || lead(problem, clean.objective, best.objective) > 0)) best = clean;
  }
  return best;
}
