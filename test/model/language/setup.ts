/** Algebraic models for tests: compiled through compile.ts, solved by the real solver. */
import { compileModel, prepareModel } from "../../../src/model/compile";
import type { Diagnostic } from "../../../src/model/diagnostics";
import type { Solution } from "../../../src/problem/solution";
import { buildEmptySolution, buildSolution } from "../../../src/solver/answer";
import { certify } from "../../../src/solver/certify";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { QUIET_CALLBACKS, solver } from "../../solver/solver_fixture";
import { compileOf, type JsonObject, LIMITS } from "../setup";

/** MathProg source as a model. */
export function mathprog(source: string, more: JsonObject = {}): JsonObject {
  return { language: "mathprog", source, ...more };
}

export function jmodel(source: string, more: JsonObject = {}): JsonObject {
  return { language: "jmodel", source, ...more };
}

/** Solves a model with `values` in place of its inputs; the report is in the solution. */
export function solveModel(model: JsonObject, values: JsonObject = {}): Solution {
  const { problem, report, diagnostics } = compileModel(prepareModel(model, LIMITS), values, LIMITS);
  if (problem === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  const raw = solver.solve(problem, { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0 }, QUIET_CALLBACKS);
  const context = { warnings: [], solve_ms: 0 };
  if (raw.values === null) return buildEmptySolution(raw, context);
  const { clean } = certify(problem, raw.values, raw.objective);
  if (clean === null) throw new Error("the solution did not pass its check");
  const solution = buildSolution(problem, raw, clean, raw.status, context);
  return { ...solution, report: report?.(clean.values, solution) ?? null };
}

/** What `source` prints around its solution. */
export function reportOf(source: string, more: JsonObject = {}): string | null {
  return solveModel(mathprog(source, more)).report;
}

/** Errors as `line:column code message`, and the hint behind them. */
export function faultsOf(model: JsonObject, values: JsonObject = {}): readonly string[] {
  return compileOf(model, values)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(spellFault);
}

function spellFault({ line, column, code, message, hint }: Diagnostic): string {
  return `${line}:${column} ${code} ${message}${hint === undefined ? "" : ` (${hint})`}`;
}
