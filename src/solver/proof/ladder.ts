/**
 * Gets from a problem to an answer that is as certain as its status says. The problem is prepared, solved, and checked in the user's own
 * scale; if it is not proven, the problem is solved again more strictly within the run's time. An answer whose optimality stays in doubt is
 * "feasible", with a warning and the gap that was proven.
 *
 *     prepare -> solve -> feasible? (certify.ts) -> proven? (optimality.ts, infeasibility.ts, mixed.ts) -> verdict
 *                  ^                                      | no
 *                  +---------- the next rung -------------+
 */
import { KIND, type Problem } from "../../problem/problem";
import { answerWithout, type Engine, missingCapability, type SolveCallbacks } from "../engine";
import type { SolveOptions } from "../options";
import { prepareProblem } from "../prepare/prepare";
import { solveContinuous } from "./continuous";
import { curvatureOf } from "./convexity";
import { solveMixed } from "./mixed";
import type { Bench } from "./trial";
import type { Verdict } from "./verdict";

/** @param secondsLeft 0 or less when no further solve may begin */
export async function solveToProof(
  engine: Engine,
  problem: Problem,
  options: SolveOptions,
  callbacks: SolveCallbacks,
  secondsLeft: () => number,
): Promise<Verdict> {
  const { hessian, sense } = problem;
  const missing = missingCapability(engine, problem);
  if (missing !== null) return without("error", missing, []);
  const curvature = hessian === null ? "convex" : curvatureOf(hessian, sense === "maximize" ? -1 : 1);
  if (curvature === "not_convex") return without("error", curvatureFault(problem), []);
  const prepared = prepareProblem(problem);
  const { warnings } = prepared;
  if (prepared.refused !== null) return without("error", prepared.refused, warnings);
  if (prepared.infeasible !== null) return without("infeasible", prepared.infeasible, warnings);
  const bench: Bench = { engine, problem, prepared, options, callbacks, secondsLeft };
  const verdict = await (isMixed(problem) ? solveMixed(bench) : solveContinuous(bench, curvature === "strict"));
  return warnings.length === 0 ? verdict : { ...verdict, warnings: [...verdict.warnings, ...warnings] };
}

function isMixed(problem: Problem): boolean {
  return problem.columns.kinds.some((kind) => kind !== KIND.continuous);
}

function curvatureFault({ sense }: Problem): string {
  return sense === "maximize"
    ? "the quadratic objective is not concave, so a maximum that is found may not be the best; make it concave or linear"
    : "the quadratic objective is not convex, so a minimum that is found may not be the best; make it convex or linear";
}

function without(status: "error" | "infeasible", message: string, warnings: readonly string[]): Verdict {
  return { status, raw: answerWithout(status, message), clean: null, mismatch: null, warnings, solves: 0 };
}
