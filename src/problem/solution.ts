/**
 * The answer to a problem. `status` says what the solution is. When a limit stopped the solver it is `feasible`
 * if there was a solution and `time_limit` if there was none, never `infeasible`.
 */
import type { ColumnKind, IndexTuple } from "./problem";

const SOLUTION_STATUSES = ["optimal", "feasible", "infeasible", "unbounded", "time_limit", "error"] as const;
export type SolutionStatus = (typeof SOLUTION_STATUSES)[number];

export interface VariableValue {
  readonly name: string;
  /** Integer columns hold exact integers; -0 is 0. */
  readonly value: number;
  readonly type: ColumnKind;
  readonly family: string | null;
  readonly index_tuple: IndexTuple | null;
}

export interface ConstraintActivity {
  readonly name: string;
  readonly activity: number;
  /** null: no bound on that side. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Distance to the nearest bound; null for a free row. */
  readonly slack: number | null;
  readonly is_binding: boolean;
  readonly family: string | null;
  readonly index_tuple: IndexTuple | null;
}

/** Linear problems only: the change of the objective per unit of a row's bound, and per unit of a nonbasic column. */
export interface Sensitivity {
  readonly shadow_prices: Readonly<Record<string, number>>;
  readonly reduced_costs: Readonly<Record<string, number>>;
}

/** `result_data` of a run and the answer of POST /solve. Null where the status has no such figure. */
export interface Solution {
  readonly status: SolutionStatus;
  readonly objective_value: number | null;
  readonly variables: readonly VariableValue[];
  readonly solution: Readonly<Record<string, number>>;
  readonly constraints: readonly ConstraintActivity[];
  readonly solve_time_seconds: number;
  /** Relative gap between objective and bound; 0 for a proven optimum of a linear problem. */
  readonly gap: number | null;
  readonly dual_bound: number | null;
  readonly iterations: number;
  readonly nodes: number;
  readonly sensitivity: Sensitivity | null;
  readonly report: string | null;
  readonly warnings: readonly string[];
}
