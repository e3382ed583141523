/** Turns a solver's outcome into the end of the run: its terminal state, its columns and the message that clients read. */
import type { Diagnostic } from "../../model/diagnostics";
import type { SolveOutcome, SolveRecord } from "../../solver/messages";
import { type ClaimedRun, type RunRow, requeueRun } from "../../storage/runs";
import type { Context, ProcessParts, QueueParts, SolvingParts, StorageParts } from "../context";
import type { FireTarget } from "../memory/fire_targets";
import { writePersistently } from "../persistent_write";
import { endRun, NO_OUTCOME, type RunOutcome } from "./run_ends";

type OutcomeContext = ProcessParts &
  StorageParts &
  QueueParts &
  SolvingParts &
  Pick<Context, "delivery_lanes" | "metrics" | "scheduler">;

/** Ends a run as its outcome says, or puts it back into the queue when the run did not cause the outcome. */
export async function settleOutcome(
  context: OutcomeContext,
  run: ClaimedRun,
  target: FireTarget,
  outcome: SolveOutcome,
): Promise<void> {
  // A run that a stop interrupts starts over: the interrupted attempt does not count.
  const is_cut_short = context.isStopping() && outcome.kind !== "solved" && outcome.kind !== "model_error";
  if (outcome.kind === "returned" || is_cut_short) return requeue(context, run, target, false);
  if (outcome.kind === "failed" && outcome.retryable) {
    context.log.warn("solver_lost", {
      run_id: run.id,
      attempt: run.attempt,
      code: outcome.code,
      cause: outcome.message,
    });
    if (run.attempt < context.config.attempts_max) return requeue(context, run, target, true);
  }
  if (outcome.kind === "solved")
    context.version_models.noteTime(target.version_id, outcome.compile_ms + outcome.solve_ms);
  await endRun(context, run, target.id, outcomeOf(run, outcome));
}

async function requeue(
  context: OutcomeContext,
  run: ClaimedRun,
  target: FireTarget,
  was_started: boolean,
): Promise<void> {
  const is_queued = await writePersistently(context, (transaction) =>
    requeueRun(transaction, run, run.attempt - (was_started ? 0 : 1)),
  );
  if (!is_queued) return;
  context.queue.add(target.id, target.priority);
  context.signals.changed(run.id);
}

/** The end of a run after this outcome. */
function outcomeOf(run: ClaimedRun, outcome: Exclude<SolveOutcome, { kind: "returned" }>): RunOutcome {
  switch (outcome.kind) {
    case "solved": {
      const has_solution = outcome.status === "optimal" || outcome.status === "feasible";
      const status = has_solution ? "completed" : outcome.status === "time_limit" ? "timeout" : "failed";
      return { ...reported(outcome), status, error_message: solverError(outcome.error_message) };
    }
    case "model_error":
      return failed(modelErrorMessage(outcome.diagnostics as readonly Diagnostic[]));
    case "timeout":
      return {
        ...reported(outcome.record),
        status: "timeout",
        solver_status: "time_limit",
        error_message: outcome.message,
      };
    case "cancelled":
      return { ...reported(outcome.record), status: "cancelled", error_message: "Cancelled while it ran" };
    case "failed":
      return failed(`${outcome.message} (${outcome.code}, attempt ${run.attempt})`);
  }
}

/** The columns of a solver's report; all empty without a report. */
function reported(record: SolveRecord | null): Omit<RunOutcome, "status"> {
  if (record === null) return { ...NO_OUTCOME, error_message: null };
  const { objective_value, error_message, model_digest, solution_digest, solver_version, result } = record;
  return {
    solver_status: record.status,
    objective_value,
    error_message,
    execution_time_ms: record.compile_ms + record.solve_ms,
    model_digest,
    solution_digest,
    solver_version,
    gap: record.gap,
    result,
    result_summary: record.result_summary,
  };
}

/** The error message in the wording that clients of the documented API know. */
function solverError(message: string | null): string | null {
  return message === null ? null : `Solver error: ${message.replace(/^the /, "")}`;
}

/** The end of a run that failed before the solver answered, or without an answer. */
export function failed(error_message: string): RunOutcome {
  return { ...NO_OUTCOME, status: "failed", solver_status: "error", error_message };
}

/** The end of a run whose attempts have each ended together with the process, so that the run may be the cause. */
export function poisoned(run: RunRow): RunOutcome {
  return failed(
    `The service or its solver went down ${run.attempt} times while this run was the only one in hand; it is not tried again`,
  );
}

function modelErrorMessage(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  const first = errors[0];
  if (first === undefined) return "The model does not compile with this data";
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const where = first.path === undefined ? "" : `${first.path}: `;
  return `The model does not compile with this data: ${where}${first.message}${more}`;
}

/** An orphaned run, as the process that is gone held it. */
export function heldRun({ seq, id, attempt, boot_id, override_data, schedule_id }: RunRow): ClaimedRun {
  return { seq, id, attempt, boot_id: boot_id!, override_data, schedule_id };
}
