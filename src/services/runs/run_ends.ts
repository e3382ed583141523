/** Ends a run: the solver's report becomes the run's terminal state, its stored answer and its delivery, in one transaction. */
import type { EndState } from "../../runs/run";
import { insertDelivery } from "../../storage/deliveries";
import { type ClaimedRun, finishRun, type RunEnd, resultText, type StoredResult } from "../../storage/runs";
import { PAYLOAD_BYTES_MAX } from "../../webhooks/payload";
import { unpackedBytes } from "../../zstd";
import { announceDelivery, draftRunDelivery } from "../alarms/delivery_drafts";
import { noteGoodResult } from "../alarms/expectations";
import { noteRunEnd, type ScheduleAlert } from "../alarms/schedule_alerts";
import type { Context, ProcessParts, QueueParts, StorageParts } from "../context";
import { writePersistently } from "../persistent_write";

type RunEndContext = ProcessParts &
  StorageParts &
  QueueParts &
  Pick<Context, "delivery_lanes" | "metrics" | "progress" | "scheduler" | "signals">;

/** The end of a run, before it is written. */
export interface RunOutcome {
  readonly status: EndState;
  readonly solver_status: string | null;
  readonly objective_value: number | null;
  readonly error_message: string | null;
  readonly execution_time_ms: number | null;
  readonly model_digest: string | null;
  readonly solution_digest: string | null;
  readonly solver_version: string | null;
  readonly gap: number | null;
  readonly result: StoredResult | null;
  /** JSON of the answer without its large parts. */
  readonly result_summary: string | null;
}

export const NO_OUTCOME: Omit<RunOutcome, "status" | "error_message"> = {
  solver_status: null,
  objective_value: null,
  execution_time_ms: null,
  model_digest: null,
  solution_digest: null,
  solver_version: null,
  gap: null,
  result: null,
  result_summary: null,
};

/** Ends a claimed run. Returns false, and changes nothing, when another attempt has claimed the run since. */
export async function endRun(
  context: RunEndContext,
  run: ClaimedRun,
  trigger_id: string,
  outcome: RunOutcome,
): Promise<boolean> {
  const now = context.clock.now();
  const points = context.progress.pointsOf(run.id);
  const progress = points.length === 0 ? null : JSON.stringify(points);
  const end: RunEnd = { ...outcome, completed_at: now, progress };
  const target = context.fire_targets.get(trigger_id);
  const delivery = draftRunDelivery(context, target, run, {
    status: outcome.status,
    ended_at: now,
    error_message: outcome.error_message,
    result: outcome.result === null ? null : resultForPayload(outcome.result),
    result_summary: outcome.result_summary,
  });
  const bytes = (outcome.result?.data.length ?? 0) + (delivery?.payload.length ?? 0) + 256;
  context.killPoint("before_result_commit");
  const ended = await writePersistently(
    context,
    (transaction) => {
      if (!finishRun(transaction, run, end)) return null;
      if (delivery !== null) insertDelivery(transaction, delivery);
      const alert = noteRunEnd(context, transaction, target, run, outcome);
      if (alert !== null && alert.delivery !== null) insertDelivery(transaction, alert.delivery);
      const is_relieved = outcome.status === "completed" && noteGoodResult(transaction, target, now);
      return { alert, is_relieved };
    },
    bytes,
  );
  context.killPoint("after_result_commit");
  if (ended === null) return false;
  context.progress.forget(run.id);
  context.signals.changed(run.id);
  context.metrics.solved(outcome.status, outcome);
  announceDelivery(context, delivery);
  if (ended.is_relieved) context.log.info("trigger_no_longer_overdue", { trigger_id, run_id: run.id });
  if (run.schedule_id !== null) afterScheduledRun(context, trigger_id, run.schedule_id, ended.alert);
  return true;
}

/** Tells the scheduler that a run of that schedule has ended: a tick may wait for it. */
export function noteScheduledEnd(context: Pick<Context, "scheduler" | "wake">, schedule_id: string): void {
  context.scheduler.ended_schedules.add(schedule_id);
  context.wake.ticker();
}

function afterScheduledRun(
  context: RunEndContext,
  trigger_id: string,
  schedule_id: string,
  alert: ScheduleAlert | null,
): void {
  noteScheduledEnd(context, schedule_id);
  if (alert === null) return;
  const { consecutive_failures, delivery } = alert;
  context.log.warn("schedule_failing", { trigger_id, schedule_id, consecutive_failures });
  announceDelivery(context, delivery);
}

/** The result for a payload. undefined when it alone is too large; it is not unpacked then. */
function resultForPayload(result: StoredResult): string | undefined {
  const bytes = result.is_compressed ? unpackedBytes(result.data) : result.data.length;
  return bytes > PAYLOAD_BYTES_MAX ? undefined : resultText(result);
}
