/** Small models for the tests of the model compiler. */
import type { ModelLimits } from "../../src/model/budget";
import { type CompiledModel, compileModel, prepareModel } from "../../src/model/compile";
import type { Diagnostic } from "../../src/model/diagnostics";
import type { Problem } from "../../src/problem/problem";

export const LIMITS: ModelLimits = { nonzeros_max: 20_000_000, seconds_max: 30, monotonic: () => 0 };

export type JsonObject = Record<string, unknown>;

/** A model over x, y, z and two integers, with `changes` at the top. */
export function modelWith(changes: JsonObject): JsonObject {
  return {
    objective: { sense: "minimize", expression: "x" },
    variables: ["x", "y", "z"].map((name) => ({ name, lower_bound: null })),
    constraints: [],
    parameters: { p: 3, zero: 0, demand: [10, 20, 30], cost: { A: 1.5, B: { x: 2.5 } } },
    ...changes,
  };
}

export function compileOf(model: unknown, values: JsonObject = {}): CompiledModel {
  return compileModel(prepareModel(model, LIMITS), values, LIMITS);
}

/** The problem of a sound model; throws the diagnostics otherwise. */
export function problemOf(model: unknown, values: JsonObject = {}): Problem {
  const { problem, diagnostics } = compileOf(model, values);
  if (problem === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  return problem;
}

export function errorsOf(model: unknown, values: JsonObject = {}): readonly Diagnostic[] {
  return compileOf(model, values).diagnostics.filter((diagnostic) => diagnostic.severity === "error");
}

/** Errors of one constraint, in a model that is otherwise sound. */
export function constraintErrors(expression: string): readonly Diagnostic[] {
  return errorsOf(modelWith({ constraints: [{ expression }] }));
}

export function objectiveErrors(expression: string, sense = "minimize"): readonly Diagnostic[] {
  return errorsOf(modelWith({ objective: { sense, expression } }));
}

/** A row as {column name: coefficient} with its bounds. */
export function rowOf(problem: Problem, row: number): { terms: JsonObject; lower: number; upper: number } {
  const terms: JsonObject = {};
  const { starts, indices, values } = problem.matrix;
  for (let at = starts[row]!; at < starts[row + 1]!; at += 1) terms[problem.columns.names[indices[at]!]!] = values[at];
  return { terms, lower: problem.rows.lower[row]!, upper: problem.rows.upper[row]! };
}

/** Activity of each row at `values`. */
export function activities(problem: Problem, values: Float64Array): number[] {
  const { starts, indices, values: coefficients } = problem.matrix;
  return Array.from({ length: problem.rows.count }, (_, row) => {
    let sum = 0;
    for (let at = starts[row]!; at < starts[row + 1]!; at += 1) sum += coefficients[at]! * values[indices[at]!]!;
    return sum;
  });
}

/** Objective at `values`, Hessian and constant included. */
export function objectiveAt(problem: Problem, values: Float64Array): number {
  let sum = problem.offset;
  for (let column = 0; column < problem.columns.count; column += 1)
    sum += problem.columns.cost[column]! * values[column]!;
  const { hessian } = problem;
  if (hessian === null) return sum;
  for (let column = 0; column < problem.columns.count; column += 1) {
    for (let at = hessian.starts[column]!; at < hessian.starts[column + 1]!; at += 1) {
      const row = hessian.indices[at]!;
      const product = hessian.values[at]! * values[row]! * values[column]!;
      sum += row === column ? product / 2 : product;
    }
  }
  return sum;
}
