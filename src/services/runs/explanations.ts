/** Explains a run in sentences, for people who did not write its model: how it ended, what limits the answer, what to do next. */
import type { Solution } from "../../problem/solution";
import { isTerminal } from "../../runs/run";
import type { Context, Principal } from "../context";
import { getRun, type RunObject } from "./runs";

/** Number of rows and columns that are named; the others are counted. */
const NAMED_MAX = 10;

export interface Explanation {
  readonly run_id: string;
  readonly status: RunObject["status"];
  readonly solver_status: Solution["status"] | null;
  readonly objective_value: number | null;
  readonly error_message: string | null;
  readonly sentences: readonly string[];
}

export function explainRun(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): Explanation {
  const run = JSON.parse(getRun(context, principal, trigger_id, run_id).toString()) as RunObject;
  const { status, error_message, result_data } = run;
  return {
    run_id: run.id,
    status,
    solver_status: result_data?.status ?? null,
    objective_value: result_data?.objective_value ?? null,
    error_message,
    sentences: sentencesOf(run),
  };
}

function sentencesOf(run: RunObject): string[] {
  if (!isTerminal(run.status)) return [`The run is ${run.status}; ask again later.`];
  const why = run.error_message === null ? "" : `: ${run.error_message}`;
  const { result_data: result } = run;
  if (result === null) return [`${END_WORDS[run.status] ?? run.status}${why}.`];
  if (result.objective_value === null) return [noSolution(result), ...warnings(result)];
  return [
    optimum(result),
    ...binding(result),
    ...prices(result),
    ...largest(result),
    ...(run.attempt > 1 ? [`It took ${run.attempt} attempts: a solver or the service went away under it.`] : []),
    ...warnings(result),
  ];
}

const END_WORDS: Partial<Record<RunObject["status"], string>> = {
  validation_failed: "The data that was sent does not fit the model, so nothing was solved",
  skipped_overlap: "The run before it had not ended, so this tick was skipped",
  cancelled: "The run was stopped before there was an answer",
  failed: "The run failed",
  timeout: "The time limit was reached before any solution",
};

function noSolution({ status }: Solution): string {
  switch (status) {
    case "infeasible":
      return "No values satisfy all constraints and bounds together; loosen a limit or check the data that was sent.";
    case "unbounded":
      return "The objective can be improved without end; a bound or a constraint is missing, or a sign is wrong.";
    case "time_limit":
      return "The time limit was reached before any solution; that does not mean that there is none. Give it more time.";
    default:
      return "The solver ended without a solution.";
  }
}

function optimum({ status, objective_value, gap, dual_bound, variables }: Solution): string {
  const value = `${spell(objective_value!)} over ${variables.length} variables`;
  if (status === "optimal")
    return `The optimum is ${value}: nothing better is possible within the gap that was asked for.`;
  const rest = gap === null ? "" : `; it is proven to be within ${(gap * 100).toFixed(2)} % of the best possible`;
  const bound = dual_bound === null ? "" : ` (no solution can beat ${spell(dual_bound)})`;
  return `A limit stopped the solver with a solution of ${value}${rest}${bound}.`;
}

function binding({ constraints }: Solution): string[] {
  const tight = constraints.filter(({ is_binding }) => is_binding).map(({ name }) => name);
  if (tight.length === 0) return constraints.length === 0 ? [] : ["No constraint is at its limit."];
  return [`At their limit are ${listed(tight)}, of ${constraints.length} constraints.`];
}

function prices({ sensitivity }: Solution): string[] {
  if (sensitivity === null) return [];
  const worth = Object.entries(sensitivity.shadow_prices)
    .filter(([, price]) => price !== 0)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  if (worth.length === 0) return [];
  const [name, price] = worth[0]!;
  return [
    `One unit more of room in ${name} changes the objective by ${spell(price)}, more than in any other constraint.`,
  ];
}

function largest({ variables }: Solution): string[] {
  const used = variables.filter(({ value }) => value !== 0);
  if (used.length === 0) return ["Every variable is 0."];
  const named = [...used].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, NAMED_MAX);
  const values = named.map(({ name, value }) => `${name} = ${spell(value)}`).join(", ");
  return [`${used.length} variables are not 0${used.length > NAMED_MAX ? ", the largest" : ""}: ${values}.`];
}

function warnings(result: Solution): string[] {
  return result.warnings.map((warning) => `Warning: ${warning}`);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(", ");
  return names.length > NAMED_MAX ? `${shown} and ${names.length - NAMED_MAX} more` : shown;
}

function spell(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}
