/** A run in words for a person, and as an exit code for a script. */
import type { RunObject, RunSummary } from "../../services/runs/runs";
import { shownNumber } from "../terminal";
import { facts } from "./table";

const VARIABLES_SHOWN_MAX = 200;

/** 0 for a run that has a solution, 1 for one that ended otherwise. */
export function exitCodeOf(run: Pick<RunObject, "status">): number {
  return run.status === "completed" ? 0 : 1;
}

export function describeRun(run: RunObject): string {
  const result = run.result_data;
  const lines = [
    facts({
      run: run.id,
      status: run.status,
      source: run.source,
      created: run.created_at,
      completed: run.completed_at,
      "solve time": run.execution_time_ms === null ? null : `${run.execution_time_ms.toFixed(1)} ms`,
      message: run.error_message,
      solver: result?.status,
      objective: shownObjective(run),
    }),
  ];
  const solution = Object.entries(result?.solution ?? {});
  for (const [name, value] of solution.slice(0, VARIABLES_SHOWN_MAX)) {
    lines.push(`  ${name}  ${shownNumber(Number(value))}`);
  }
  if (solution.length > VARIABLES_SHOWN_MAX)
    lines.push(`  and ${solution.length - VARIABLES_SHOWN_MAX} more; --json prints all`);
  return lines.join("\n");
}

/** null for a run without an objective. */
export function shownObjective({ result_data }: Pick<RunSummary, "result_data">): string | null {
  const value = result_data?.objective_value ?? null;
  return value === null ? null : shownNumber(value);
}
