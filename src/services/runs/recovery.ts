/**
 * Takes over the runs and deliveries that an earlier process held: they carry a foreign boot id. Runs go back into the queue, or
 * fail when they have used up their attempts; a loss of power is not counted against a run.
 */
import { wasMachineRestarted } from "../../runs/process_identity";
import { listLanes, requeueDeliveries } from "../../storage/deliveries";
import { countQueued, findOrphans, type RunRow, requeueRun } from "../../storage/runs";
import type { Context, ProcessParts, QueueParts, StorageParts } from "../context";
import { heldRun, poisoned } from "./outcomes";
import { endRun } from "./run_ends";

type RecoveryContext = ProcessParts &
  StorageParts &
  QueueParts &
  Pick<Context, "delivery_lanes" | "metrics" | "progress" | "scheduler" | "signals">;

/**
 * Takes over what an earlier process held. Call once, before any loop starts. `was_job_begun` is false when no solver of that process
 * had begun anything.
 */
export async function recover(
  context: RecoveryContext,
  was_job_begun: boolean,
): Promise<{ requeued: number; failed: number }> {
  const { boot_id, writer, clock, config } = context;
  const orphans = findOrphans(context.client, boot_id);
  // With several runs in hand nobody knows which one ended the service, and a loss of power says nothing about any of them.
  const isCharged = (run: RunRow): boolean =>
    was_job_begun && orphans.length === 1 && !wasMachineRestarted(run.boot_id!, boot_id);
  const isSpent = (run: RunRow): boolean => isCharged(run) && run.attempt >= config.attempts_max;
  const spent = orphans.filter(isSpent);
  const open = orphans.filter((run) => !isSpent(run));
  const attemptsOf = (run: RunRow): number => (isCharged(run) ? run.attempt : 0);
  await Promise.all(
    open.map((run) => writer.write((transaction) => requeueRun(transaction, heldRun(run), attemptsOf(run)))),
  );
  await Promise.all(spent.map((run) => endRun(context, heldRun(run), run.trigger_id, poisoned(run))));
  await writer.write((transaction) => requeueDeliveries(transaction, boot_id, clock.now()));
  for (const { trigger_id, at } of listLanes(context.client)) context.delivery_lanes.note(trigger_id, at);
  for (const { trigger_id, priority, queued } of countQueued(context.client)) {
    context.queue.add(trigger_id, priority, queued);
  }
  return { requeued: open.length, failed: spent.length };
}
