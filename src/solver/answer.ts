/**
 * Turns a certified answer into the `Solution` that callers see: with names and families, and without the columns and rows that
 * the compiler added.
 *
 * Sensitivity is the change of the objective, as the caller states it: shadow_price per unit of the row's bound, reduced_cost per unit of
 * the column, for either sense. On a maximize model a binding <= row has a price >= 0, on a minimize model one <= 0.
 */
import { COLUMN_KINDS, type Families, type IndexTuple, type Problem } from "../problem/problem";
import type { ConstraintActivity, Sensitivity, Solution, SolutionStatus, VariableValue } from "../problem/solution";
import { type CleanAnswer, toleranceAt } from "./certify";
import type { RawAnswer } from "./engine";

export interface AnswerContext {
  readonly warnings: readonly string[];
  readonly solve_ms: number;
}

/** The answer of a problem that has a solution. */
export function buildSolution(
  problem: Problem,
  raw: RawAnswer,
  clean: CleanAnswer,
  status: SolutionStatus,
  context: AnswerContext,
): Solution {
  const variables: VariableValue[] = [];
  // Without a prototype, so that a variable called __proto__ or constructor is a key like any other.
  const solution: Record<string, number> = Object.create(null);
  const { columns } = problem;
  for (let column = 0; column < columns.count - columns.auxiliary_count; column++) {
    const name = columns.names[column]!;
    const value = clean.values[column]!;
    const family = familyOf(columns.families, column);
    variables.push({ name, value, type: COLUMN_KINDS[columns.kinds[column]!]!, ...family });
    solution[name] = value;
  }
  return {
    status,
    objective_value: clean.objective,
    variables,
    solution,
    constraints: constraintsOf(problem, clean),
    solve_time_seconds: context.solve_ms / 1000,
    gap: relativeGap(clean.objective, raw.dual_bound),
    dual_bound: raw.dual_bound,
    iterations: raw.iterations,
    nodes: raw.nodes,
    sensitivity: sensitivityOf(problem, raw),
    report: null,
    warnings: context.warnings,
  };
}

/** The answer of a problem without a solution: only what is known. */
export function buildEmptySolution(raw: RawAnswer, context: AnswerContext): Solution {
  return {
    status: raw.status,
    objective_value: null,
    variables: [],
    solution: {},
    constraints: [],
    solve_time_seconds: context.solve_ms / 1000,
    gap: null,
    dual_bound: raw.dual_bound,
    iterations: raw.iterations,
    nodes: raw.nodes,
    sensitivity: null,
    report: null,
    warnings: context.warnings,
  };
}

/** |objective - bound| / |objective|, as in HiGHS; null without a bound, or when the objective is 0 and the bound is not. */
export function relativeGap(objective: number, bound: number | null): number | null {
  if (bound === null) return null;
  const distance = Math.abs(objective - bound);
  if (distance <= 1e-9 * Math.max(1, Math.abs(objective))) return 0;
  return objective === 0 ? null : distance / Math.abs(objective);
}

function constraintsOf(problem: Problem, clean: CleanAnswer): ConstraintActivity[] {
  const { rows } = problem;
  const constraints: ConstraintActivity[] = [];
  for (let row = 0; row < rows.count - rows.auxiliary_count; row++) {
    const activity = clean.activities[row]!;
    const lower = rows.lower[row]!;
    const upper = rows.upper[row]!;
    const nearest = activity - lower <= upper - activity ? lower : upper;
    const slack = Math.min(activity - lower, upper - activity);
    const isFree = slack === Infinity;
    constraints.push({
      name: rows.names[row]!,
      activity,
      lower: lower === -Infinity ? null : lower,
      upper: upper === Infinity ? null : upper,
      slack: isFree ? null : Math.max(0, slack),
      is_binding: !isFree && slack <= toleranceAt(nearest),
      ...familyOf(rows.families, row),
    });
  }
  return constraints;
}

function sensitivityOf(problem: Problem, raw: RawAnswer): Sensitivity | null {
  if (raw.row_duals === null || raw.reduced_costs === null) return null;
  const { columns, rows } = problem;
  return {
    shadow_prices: figuresByName(rows.names, raw.row_duals, rows.count - rows.auxiliary_count),
    reduced_costs: figuresByName(columns.names, raw.reduced_costs, columns.count - columns.auxiliary_count),
  };
}

function figuresByName(names: readonly string[], figures: Float64Array, count: number): Record<string, number> {
  const byName: Record<string, number> = Object.create(null);
  for (let position = 0; position < count; position++) byName[names[position]!] = figures[position]! + 0;
  return byName;
}

function familyOf(
  families: Families | null,
  position: number,
): { family: string | null; index_tuple: IndexTuple | null } {
  if (families === null) return NO_FAMILY;
  return { family: families.names[position] ?? null, index_tuple: families.index_tuples[position] ?? null };
}

const NO_FAMILY = { family: null, index_tuple: null } as const;
