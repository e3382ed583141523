/**
 * Moves runs from the queue through the solvers to their end.
 *
 * A turn claims as many runs as the solvers have room for, triggers taking turns, in one transaction that also
 * counts the attempt; only then does a solver see them. What comes back is written once, fenced by attempt and boot
 * id. If this process dies, the next one finds its runs under a foreign boot id and queues them again (recover), or
 * fails those that have used up their attempts. A machine that lost its power is not held against a run.
 */
import type { Diagnostic } from "../model/diagnostics";
import { wasMachineRestarted } from "../runs/process_identity";
import type { Context } from "../services/context";
import type { FireTarget } from "../services/memory/fire_targets";
import { writePersistently } from "../services/persistent_write";
import { endRun, NO_OUTCOME, type RunOutcome } from "../services/runs/run_ends";
import { solveOptionsOf } from "../services/runs/solve";
import type { Progress, SolveOutcome, SolveReport } from "../solver/messages";
import { listLanes, requeueDeliveries } from "../storage/deliveries";
import {
  type ClaimedRun,
  claimRun,
  countQueued,
  findOrphans,
  type RunRow,
  readOverrideData,
  requeueRun,
} from "../storage/runs";
import type { Work } from "./loop";

/** Takes over what an earlier process held. Call once, before any loop starts. */
export async function recover(context: Context): Promise<{ requeued: number; failed: number }> {
  const { boot_id, writer, clock, config } = context;
  const orphans = findOrphans(context.client, boot_id);
  const isSpent = (run: RunRow): boolean =>
    run.attempt >= config.attempts_max && !wasMachineRestarted(run.boot_id!, boot_id);
  const spent = orphans.filter(isSpent);
  const open = orphans.filter((run) => !isSpent(run));
  await Promise.all(open.map((run) => writer.write((transaction) => requeueRun(transaction, heldRun(run), true))));
  await Promise.all(spent.map((run) => endRun(context, heldRun(run), run.trigger_id, poisoned(run))));
  await writer.write((transaction) => requeueDeliveries(transaction, boot_id, clock.now()));
  for (const { trigger_id, at } of listLanes(context.client)) context.delivery_lanes.note(trigger_id, at);
  for (const { trigger_id, priority, queued } of countQueued(context.client)) {
    context.queue.add(trigger_id, priority, queued);
  }
  return { requeued: open.length, failed: spent.length };
}

export function createExecutor(context: Context): Work {
  const running_of = new Map<string, number>();
  const mayRun = (target: FireTarget): boolean =>
    target.max_concurrent_runs === null || (running_of.get(target.id) ?? 0) < target.max_concurrent_runs;
  return {
    name: "executor",
    async runOnce() {
      if (context.config.workers === 0) return null;
      const turns = takeTurns(context, mayRun, running_of);
      if (turns.length === 0) return null;
      const claimed = await claim(context, turns).catch((error: unknown) => {
        for (const { id } of turns) leave(running_of, id);
        throw error;
      });
      for (const [i, run] of claimed.entries()) {
        const target = turns[i]!;
        if (run === null) {
          context.queue.clear(target.id);
          leave(running_of, target.id);
          continue;
        }
        context.queue.remove(target.id);
        context.killPoint("claimed");
        void execute(context, run, target).finally(() => {
          leave(running_of, target.id);
          context.wake.executor();
        });
      }
      return 0;
    },
  };
}

/**
 * Triggers to claim a run of, as many as the solvers have room for; a trigger may be in it more than once. Quick
 * runs have more room: several wait in a solver's pipe, so that it never waits for this process.
 */
function takeTurns(
  context: Context,
  mayRun: (target: FireTarget) => boolean,
  running_of: Map<string, number>,
): FireTarget[] {
  const turns: FireTarget[] = [];
  const taken = new Map<string, number>();
  const room = context.solvers.freeSlots();
  const quick_room = context.solvers.freeSlots(true);
  const fits = (trigger_id: string): boolean => {
    if ((taken.get(trigger_id) ?? 0) >= context.queue.queuedOf(trigger_id)) return false;
    const target = context.fire_targets.get(trigger_id);
    if (target === null) return false;
    return turns.length < (context.version_models.isQuick(target.version_id) ? quick_room : room) && mayRun(target);
  };
  while (turns.length < quick_room) {
    const trigger_id = context.queue.takeTurn(fits);
    const target = trigger_id === null ? null : context.fire_targets.get(trigger_id);
    if (target === null) break;
    taken.set(target.id, (taken.get(target.id) ?? 0) + 1);
    running_of.set(target.id, (running_of.get(target.id) ?? 0) + 1);
    turns.push(target);
  }
  return turns;
}

function claim(context: Context, turns: readonly FireTarget[]): Promise<(ClaimedRun | null)[]> {
  const { boot_id, clock, writer } = context;
  return writer.write((transaction) => turns.map(({ seq }) => claimRun(transaction, seq, boot_id, clock.now())));
}

function leave(running_of: Map<string, number>, trigger_id: string): void {
  const running = (running_of.get(trigger_id) ?? 1) - 1;
  if (running === 0) running_of.delete(trigger_id);
  else running_of.set(trigger_id, running);
}

/** Takes one claimed run through a solver to its end; never throws. */
async function execute(context: Context, run: ClaimedRun, target: FireTarget): Promise<void> {
  try {
    const model = context.version_models.get(target.version_id);
    if (model === null) {
      await endRun(context, run, target.id, failed("The version of this run is gone"));
      return;
    }
    const overrides = readOverrideData(context.client, run);
    const handle = context.solvers.submit(
      {
        model,
        bound: target.bound,
        override_data: overrides === null ? null : JSON.parse(overrides),
        options: solveOptionsOf(context, model.options),
        // A run that has been through a crash is alone in its solver: it may be the one that crashes it.
        quick: run.attempt === 1 && context.version_models.isQuick(target.version_id),
      },
      { onProgress: (progress) => noteProgress(context, run, progress) },
    );
    context.running.set(run.id, handle);
    context.signals.changed(run.id);
    const outcome = await handle.outcome;
    context.killPoint("solved");
    // The solver has room now; the next claim shares the commit that ends this run.
    context.wake.executor();
    await settle(context, run, target, outcome);
  } catch (error) {
    context.log.error("run_lost_hold", {
      run_id: run.id,
      trigger_id: target.id,
      error: error instanceof Error ? error.message : String(error),
    });
  } finally {
    context.running.delete(run.id);
  }
}

function noteProgress(context: Context, run: ClaimedRun, progress: Progress): void {
  const point = { attempt: run.attempt, ...progress, elapsed_ms: Math.round(progress.elapsed_ms) };
  context.progress.add(run.id, point);
  context.signals.progressed(run.id, point);
}

async function settle(context: Context, run: ClaimedRun, target: FireTarget, outcome: SolveOutcome): Promise<void> {
  // What a stop cuts short starts over: no attempt was used up by the run's own doing.
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

async function requeue(context: Context, run: ClaimedRun, target: FireTarget, was_started: boolean): Promise<void> {
  const is_queued = await writePersistently(context, (transaction) => requeueRun(transaction, run, was_started));
  if (!is_queued) return;
  context.queue.add(target.id, target.priority);
  context.signals.changed(run.id);
}

/** What a solver's word means for the run. */
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
        ...reported(outcome.report),
        status: "timeout",
        solver_status: "time_limit",
        error_message: outcome.message,
      };
    case "cancelled":
      return { ...reported(outcome.report), status: "cancelled", error_message: "Cancelled while it ran" };
    case "failed":
      return failed(`${outcome.message} (${outcome.code}, attempt ${run.attempt})`);
  }
}

/** The columns of what a solver reported; all empty without a report. */
function reported(report: SolveReport | null): Omit<RunOutcome, "status"> {
  if (report === null) return { ...NO_OUTCOME, error_message: null };
  const { objective_value, error_message, model_digest, solution_digest, solver_version, result } = report;
  return {
    solver_status: report.status,
    objective_value,
    error_message,
    execution_time_ms: report.compile_ms + report.solve_ms,
    model_digest,
    solution_digest,
    solver_version,
    gap: report.gap,
    result,
    result_summary: report.result_summary,
  };
}

/** The wording that clients of the documented API know. */
function solverError(message: string | null): string | null {
  return message === null ? null : `Solver error: ${message.replace(/^the /, "")}`;
}

function failed(error_message: string): RunOutcome {
  return { ...NO_OUTCOME, status: "failed", solver_status: "error", error_message };
}

function poisoned(run: RunRow): RunOutcome {
  return failed(
    `The service or its solver went down ${run.attempt} times while this run was being solved; it is not tried again`,
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

/** An orphan as the process that is gone held it. */
function heldRun({ seq, id, attempt, boot_id, override_data, schedule_id }: RunRow): ClaimedRun {
  return { seq, id, attempt, boot_id: boot_id!, override_data, schedule_id };
}
