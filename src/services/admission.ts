/** Decides whether new work is accepted: not while the service stops, the disk is low or the queue is full. */
import { Refusal } from "../refusals";
import type { Context } from "./context";

const DISK_RETRY_SECONDS = 10;
const QUEUE_RETRY_SECONDS = 5;

/** Refuses 507 while the disk is low: the rest is kept for the results of running work. */
export function requireDiskSpace(context: Pick<Context, "disk">): void {
  if (!context.disk.is_low) return;
  throw new Refusal("storage_full", "The disk is nearly full and nothing new is accepted. Make room, then try again", {
    retry_after_seconds: DISK_RETRY_SECONDS,
  });
}

/** Refuses while the service is stopping: new work would only wait for the next start. */
export function requireAccepting(context: Pick<Context, "isStopping">): void {
  if (!context.isStopping()) return;
  throw new Refusal("shutting_down", "The service is stopping; try again shortly", {
    retry_after_seconds: QUEUE_RETRY_SECONDS,
  });
}

/** Refuses 507 while the disk is low, 429 or 503 when that many more runs do not fit into the queue. */
export function requireRoom(
  context: Pick<Context, "config" | "disk" | "queue">,
  trigger_id: string,
  runs: number,
): void {
  requireDiskSpace(context);
  const { queued_runs_max, queued_runs_per_trigger_max } = context.config;
  const queued = context.queue.queuedOf(trigger_id);
  const retry = { retry_after_seconds: QUEUE_RETRY_SECONDS };
  if (context.queue.total + runs > queued_runs_max) {
    throw new Refusal(
      "queue_full",
      `${context.queue.total} runs are queued and this service keeps at most ${queued_runs_max}; try again later`,
      retry,
    );
  }
  // A batch may be longer than the trigger's queue allows; it is accepted when that queue is empty.
  if (queued_runs_per_trigger_max !== null && queued > 0 && queued + runs > queued_runs_per_trigger_max) {
    throw new Refusal(
      "trigger_queue_full",
      `${queued} runs of this trigger are queued and it may have at most ${queued_runs_per_trigger_max}; try again later`,
      retry,
    );
  }
}
