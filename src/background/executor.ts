/**
 * Moves runs from the queue through the solvers to their end.
 *
 * A turn claims as many runs as the solvers have room for, with triggers taking turns, in one transaction that also
 * counts the attempt; the solvers get the runs after that. Each outcome is written once, fenced by attempt and boot id.
 * services/runs/outcomes.ts decides what an outcome means for its run, services/runs/recovery.ts what a start does with
 * the runs of a process that died.
 */
import { messageOf } from "../log";
import type { KeptText } from "../model/kept_text";
import type { Context, ProcessParts, QueueParts, SolvingParts, StorageParts } from "../services/context";
import type { FireTarget } from "../services/memory/fire_targets";
import { failed, settleOutcome } from "../services/runs/outcomes";
import { endRun } from "../services/runs/run_ends";
import { solveOptionsOf } from "../services/runs/solve_options";
import type { Progress } from "../solver/messages";
import { type ClaimedRun, claimRun, readOverrideData } from "../storage/runs";
import type { Work } from "./loop";

/** Characters or packed bytes of override data above which a run counts as large: no other run waits behind it. */
const LARGE_OVERRIDES_MIN = 16_384;

type ExecutorContext = ProcessParts &
  StorageParts &
  QueueParts &
  SolvingParts &
  Pick<Context, "delivery_lanes" | "metrics" | "scheduler">;

export function createExecutor(context: ExecutorContext): Work {
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
 * Lists the triggers to claim a run of, as many as the solvers have room for; a trigger may be listed more than once.
 * There is more room for quick runs: several wait in a solver's pipe, so that it never waits for this process.
 */
function takeTurns(
  context: ExecutorContext,
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

function claim(
  context: Pick<Context, "boot_id" | "clock" | "writer">,
  turns: readonly FireTarget[],
): Promise<(ClaimedRun | null)[]> {
  const { boot_id, clock, writer } = context;
  return writer.write((transaction) => turns.map(({ seq }) => claimRun(transaction, seq, boot_id, clock.now())));
}

function leave(running_of: Map<string, number>, trigger_id: string): void {
  const running = (running_of.get(trigger_id) ?? 1) - 1;
  if (running === 0) running_of.delete(trigger_id);
  else running_of.set(trigger_id, running);
}

/** Solves one claimed run and records its outcome; never throws. */
async function execute(context: ExecutorContext, run: ClaimedRun, target: FireTarget): Promise<void> {
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
        // Both stay in their stored form: parsing large data here and writing it again for the solver would block this thread.
        bound: target.contract,
        override_data: overrides,
        options: solveOptionsOf(context, model.options),
        // The last attempt of a run gets a solver to itself, because this run may be the one that crashes it.
        quick:
          run.attempt < context.config.attempts_max &&
          !isLarge(overrides) &&
          context.version_models.isQuick(target.version_id),
      },
      { onProgress: (progress) => noteProgress(context, run, progress) },
    );
    context.running.set(run.id, handle);
    context.signals.changed(run.id);
    const outcome = await handle.outcome;
    context.killPoint("solved");
    // The solver has room now, and the next claim shares a commit with the end of this run.
    context.wake.executor();
    await settleOutcome(context, run, target, outcome);
  } catch (error) {
    context.log.error("run_lost_hold", {
      run_id: run.id,
      trigger_id: target.id,
      error: messageOf(error),
    });
  } finally {
    context.running.delete(run.id);
  }
}

/** True for data that take longer to read than a quick solve: no other run may wait behind them. */
function isLarge(overrides: KeptText | null): boolean {
  return overrides !== null && overrides.length > LARGE_OVERRIDES_MIN;
}

function noteProgress(context: Pick<Context, "progress" | "signals">, run: ClaimedRun, progress: Progress): void {
  const point = { attempt: run.attempt, ...progress, elapsed_ms: Math.round(progress.elapsed_ms) };
  context.progress.add(run.id, point);
  context.signals.progressed(run.id, point);
}
