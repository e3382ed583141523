/**
 * "No good result for X": a trigger may say how often it expects one. The alarm is due when this time has passed since the last
 * completed run, or since the expectation began. It is raised once, as event, log line, metric and line of health, and ends
 * with the next good result. A disabled trigger expects nothing; enabling it starts the time again.
 */
import { toTimestamp } from "../../clock";
import { insertDelivery } from "../../storage/deliveries";
import {
  countOverdue,
  listOverdueAt,
  markOverdue,
  moveOverdue,
  type OverdueTrigger,
  type TriggerRow,
} from "../../storage/triggers";
import type { Transaction } from "../../storage/writer";
import type { Context, QueueParts, StorageParts } from "../context";
import type { FireTarget } from "../memory/fire_targets";
import { announceDelivery, draftChosenEvent } from "./delivery_drafts";

type ExpectationContext = StorageParts & QueueParts & Pick<Context, "clock" | "delivery_lanes" | "ids" | "log">;

type Expectation = Pick<TriggerRow, "expect_within_seconds" | "overdue_at" | "overdue_since">;

/** The columns of an expectation that begins now; `seconds` null: none. */
export function beginExpecting(seconds: number | null, is_enabled: boolean, now: number): Expectation {
  const overdue_at = seconds === null || !is_enabled ? null : now + seconds * 1000;
  return { expect_within_seconds: seconds, overdue_at, overdue_since: null };
}

/** Postpones the alarm, in the transaction that completes a run. True when the trigger was overdue until now. */
export function noteGoodResult(transaction: Transaction, target: FireTarget | null, now: number): boolean {
  if (target === null || target.expect_within_seconds === null) return false;
  return moveOverdue(transaction, target.seq, now + target.expect_within_seconds * 1000);
}

/** Raises the alarms that are due. Returns how many were looked at. */
export async function raiseOverdue(context: ExpectationContext, now: number, limit: number): Promise<number> {
  const due = listOverdueAt(context.client, now, limit);
  await Promise.all(due.map((overdue) => raise(context, overdue)));
  return due.length;
}

async function raise(context: ExpectationContext, overdue: OverdueTrigger): Promise<void> {
  const { id: trigger_id, expect_within_seconds, overdue_at } = overdue;
  const target = context.fire_targets.get(trigger_id);
  const expected_since = toTimestamp(overdue_at - expect_within_seconds * 1000);
  const data = { expect_within_seconds, no_good_result_since: expected_since, overdue_since: toTimestamp(overdue_at) };
  const delivery = target === null ? null : draftChosenEvent(context, target, "trigger.overdue", data);
  const is_raised = await context.writer.write((transaction) => {
    if (!markOverdue(transaction, overdue)) return false;
    if (delivery !== null) insertDelivery(transaction, delivery);
    return true;
  });
  if (!is_raised) return;
  announceDelivery(context, delivery);
  context.log.warn("trigger_overdue", { trigger_id, expect_within_seconds, no_good_result_since: expected_since });
}

/** The number of triggers that are overdue now. */
export function overdueCount(context: Pick<Context, "client">): number {
  return countOverdue(context.client);
}
