/** The ledger of a schedule: the outcome of each instant, and a run by hand for an instant that made none. */
import { toTimestamp } from "../../clock";
import { Refusal } from "../../refusals";
import { isRunnableByHand, type TickOutcome } from "../../runs/tick";
import { tickAt } from "../../schedules/tick_plan";
import { insertDelivery } from "../../storage/deliveries";
import { insertRun } from "../../storage/runs";
import type { ScheduleRow } from "../../storage/schedules";
import {
  countLedger,
  findTick,
  findTickRange,
  insertTick,
  type LedgerLine,
  listLedger,
  settleTick,
} from "../../storage/ticks";
import type { Transaction } from "../../storage/writer";
import { recordChange } from "../access/audit";
import { requireAccepting, requireDiskSpace } from "../admission";
import { announceDelivery, draftDeliveryOfRefusedRun } from "../alarms/delivery_drafts";
import type { Context, Principal, QueueParts, StorageParts } from "../context";
import { type ListingPage, listingPage } from "../listing_page";
import { announce } from "../runs/fire";
import { requireSchedule, type ScheduleChoice } from "./schedules";
import { draftTickRun } from "./tick_settling";

type TickContext = StorageParts & QueueParts & Pick<Context, "clock" | "delivery_lanes" | "ids" | "isStopping">;

const BY_HAND = "run by hand";

export interface TickObject {
  readonly scheduled_for: string;
  /** The last instant of a range; null for a single one. */
  readonly until: string | null;
  readonly count: number;
  /** False when the range holds more instants than were counted. */
  readonly is_count_exact: boolean;
  readonly outcome: TickOutcome;
  readonly reason: string | null;
  /** Missed instants that its run makes up for, itself included; 0: it was on time. */
  readonly missed_count: number;
  readonly jitter_seconds: number;
  readonly run_id: string | null;
  readonly created_at: string;
}

/** One page of the ledger, newest first. */
export function listTicks(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
  query: { page: number; page_size: number; outcome: TickOutcome | null },
): ListingPage<TickObject> {
  const { id } = requireSchedule(context, principal, trigger_id, choice);
  const { page, page_size, outcome } = query;
  const lines = listLedger(context.client, id, outcome, (page - 1) * page_size, page_size);
  return listingPage(lines.map(tickObject), countLedger(context.client, id, outcome), page, page_size);
}

/** Queues the run that a tick did not get because it was missed, coalesced or excluded. Refuses one that has a run, or waits for its turn. */
export async function runTick(
  context: TickContext,
  principal: Principal,
  trigger_id: string,
  choice: ScheduleChoice,
  scheduled_for: number,
): Promise<{ run_id: string; status: string }> {
  requireAccepting(context);
  requireDiskSpace(context);
  const schedule = requireSchedule(context, principal, trigger_id, choice);
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw new Refusal("trigger_not_found", "Trigger not found");
  if (!target.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const now = context.clock.now();
  const run = draftTickRun(context, target, schedule, { scheduled_for, missed_count: 1 });
  const delivery = draftDeliveryOfRefusedRun(context, target, run);
  await context.writer.write((transaction) => {
    takeTick(transaction, schedule, scheduled_for, run.id, now);
    insertRun(transaction, run);
    if (delivery !== null) insertDelivery(transaction, delivery);
    const told = `of ${schedule.id} for ${toTimestamp(scheduled_for)}`;
    recordChange(context, transaction, principal, "schedule.run_tick", run.id, told);
  });
  announceDelivery(context, delivery);
  if (run.status === "queued") announce(context, target);
  return { run_id: run.id, status: run.status };
}

/** Gives the tick to the run, or refuses. */
function takeTick(
  transaction: Transaction,
  schedule: ScheduleRow,
  scheduled_for: number,
  run_id: string,
  now: number,
): void {
  const end = { outcome: "fired", reason: BY_HAND, run_id } as const;
  const tick = findTick(transaction.client, schedule.id, scheduled_for);
  if (tick !== null) {
    const { outcome } = tick;
    if (isRunnableByHand(outcome) && settleTick(transaction, { ...tick, outcome }, end)) return;
    throw new Refusal("tick_has_run", sentenceOfTaken(tick.outcome), { fields: { run_id: tick.run_id } });
  }
  const range = findTickRange(transaction.client, schedule.id, scheduled_for);
  if (range === null || tickAt(schedule, scheduled_for) === null) {
    throw new Refusal(
      "tick_not_found",
      `The ledger has no tick for ${toTimestamp(scheduled_for)}; GET .../ticks lists those that made no run`,
    );
  }
  const whole = { schedule_id: schedule.id, scheduled_for, missed_count: 1, jitter_seconds: 0, created_at: now };
  insertTick(transaction, { ...whole, ...end });
}

function sentenceOfTaken(outcome: TickOutcome): string {
  if (outcome === "waiting") return "This tick waits for the run before it to end, and then runs by itself";
  if (outcome === "skipped_overlap") return "This tick has a run that was skipped; rerun that run instead";
  return "This tick has had its run; rerun that run instead";
}

function tickObject(line: LedgerLine): TickObject {
  const { count, outcome, reason, missed_count, jitter_seconds, run_id } = line;
  return {
    scheduled_for: toTimestamp(line.scheduled_for),
    until: line.until === null ? null : toTimestamp(line.until),
    count,
    is_count_exact: line.is_count_exact === 1,
    ...{ outcome, reason, missed_count, jitter_seconds, run_id },
    created_at: toTimestamp(line.created_at),
  };
}
