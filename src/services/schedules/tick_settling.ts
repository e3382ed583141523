/**
 * Turns due instants into runs and ledger lines. Everything that an instant leads to is one transaction over the schedule as it
 * stands in that transaction: the tick with its unique key, its run, and the cursor. So a crash leaves all of it or nothing,
 * an edit comes wholly before or wholly after it, and any other attempt finds the tick there. Messages to other
 * parts of the process are returned, and sent after the commit.
 */
import { toTimestamp } from "../../clock";
import { misfitMessage, validateOverrideData } from "../../model/override_data";
import { type PlannedTick, planTicks, tickAt } from "../../schedules/tick_plan";
import { insertDelivery, type NewDelivery } from "../../storage/deliveries";
import { cancelQueuedRun, insertRun, listOpenRunsOf, type NewRun, scheduleHasOpenRun } from "../../storage/runs";
import { advanceSchedule, type ScheduleRow } from "../../storage/schedules";
import { findTick, insertTick, insertTickRange, listWaitingTicks, settleTick, type TickRow } from "../../storage/ticks";
import type { Transaction } from "../../storage/writer";
import { announceDelivery, draftDeliveryOfRefusedRun, draftRunDelivery } from "../alarms/delivery_drafts";
import { draftAutoDisabled, VALIDATION_FAILURES_MAX } from "../alarms/schedule_alerts";
import type { Context, QueueParts } from "../context";
import { fromText } from "../documents/documents";
import type { FireTarget } from "../memory/fire_targets";
import { announce, draftRun } from "../runs/fire";

type TickSettlingContext = QueueParts &
  Pick<Context, "client" | "clock" | "delivery_lanes" | "ids" | "log" | "running" | "signals">;

const SHIFTED = "its local time does not exist on that day, so it came that much later as the clock went forward";
const SKIPPED = "the run before it had not ended (overlap_policy skip)";
const MADE_WAY = "Cancelled: the next tick of its schedule came (overlap_policy cancel_previous)";

/** Events to announce after the commit. */
export interface TickEffects {
  readonly queued: number;
  readonly deliveries: readonly NewDelivery[];
  /** Runs that were queued and are cancelled now. */
  readonly cancelled: readonly string[];
  /** Runs in a solver that have to be cancelled. */
  readonly to_cancel: readonly string[];
  readonly disabled_reason: string | null;
}

/** The outcome of an instant that is due. */
type Decision = "fire" | "skip" | "wait";

/** Settles every instant of the schedule that is due, and moves its cursor on. `is_hurried`: does not wait for jitter. */
export function settleDue(
  context: TickSettlingContext,
  transaction: Transaction,
  schedule: ScheduleRow,
  target: FireTarget,
  now: number,
  is_hurried = false,
): TickEffects {
  const plan = planTicks(schedule, schedule.cursor_at, now, is_hurried);
  const { id: schedule_id } = schedule;
  for (const line of plan.lines) insertTickRange(transaction, { ...line, schedule_id, created_at: now });
  const settling = new Settling(context, transaction, schedule, target, now);
  for (const tick of plan.fire) settling.take(tick);
  const { effects, disabled_reason } = settling;
  advanceSchedule(transaction, schedule_id, {
    is_enabled: disabled_reason === null,
    disabled_reason,
    validation_failures: settling.validation_failures,
    cursor_at: plan.cursor_at,
    next_run_at: disabled_reason === null ? (plan.next?.run_at ?? null) : null,
    due_at: disabled_reason === null ? (plan.next?.due_at ?? null) : null,
    last_run_at: settling.last_run_at,
    updated_at: disabled_reason === null ? schedule.updated_at : now,
  });
  return effects;
}

/** Lets the oldest waiting tick go on, when the schedule has no open run any more. */
export function releaseWaiting(
  context: TickSettlingContext,
  transaction: Transaction,
  schedule: ScheduleRow,
  target: FireTarget,
  now: number,
): TickEffects {
  const settling = new Settling(context, transaction, schedule, target, now);
  settling.release();
  const { disabled_reason } = settling;
  advanceSchedule(transaction, schedule.id, {
    is_enabled: disabled_reason === null,
    disabled_reason,
    validation_failures: settling.validation_failures,
    cursor_at: schedule.cursor_at,
    next_run_at: disabled_reason === null ? schedule.next_run_at : null,
    due_at: disabled_reason === null ? schedule.due_at : null,
    last_run_at: settling.last_run_at,
    updated_at: disabled_reason === null ? schedule.updated_at : now,
  });
  return settling.effects;
}

/** Records due instants and waiting ticks as missed, because the schedule is being stopped. */
export function closeDue(transaction: Transaction, schedule: ScheduleRow, now: number, reason: string): void {
  const { id: schedule_id } = schedule;
  for (const tick of listWaitingTicks(transaction, schedule_id)) {
    settleTick(transaction, tick, { outcome: "missed", reason, run_id: null });
  }
  if (schedule.due_at === null) return;
  const { lines, fire } = planTicks(schedule, schedule.cursor_at, now, true);
  const single = { count: 1, is_count_exact: true, outcome: "missed", reason } as const;
  const unfired = fire.map(({ at }) => ({ first_at: at, last_at: at, ...single }));
  for (const line of [...lines, ...unfired]) insertTickRange(transaction, { ...line, schedule_id, created_at: now });
}

/** Tells the rest of the process, after the commit. */
export function tellEffects(
  context: TickSettlingContext,
  target: FireTarget,
  schedule_id: string,
  effects: TickEffects,
): void {
  if (effects.queued > 0) announce(context, target, effects.queued);
  for (const delivery of effects.deliveries) announceDelivery(context, delivery);
  for (const run_id of effects.cancelled) {
    context.queue.remove(target.id);
    context.signals.changed(run_id);
  }
  for (const run_id of effects.to_cancel) context.running.get(run_id)?.cancel();
  const { disabled_reason: reason } = effects;
  if (reason !== null) context.log.warn("schedule_disabled", { schedule_id, trigger_id: target.id, reason });
}

/** A run for a tick, with the present data of the schedule: queued, or refused because they do not fit. */
export function draftTickRun(
  context: Pick<Context, "clock" | "run_ids">,
  target: FireTarget,
  schedule: ScheduleRow,
  tick: { readonly scheduled_for: number; readonly missed_count: number },
): NewRun {
  const override_data = fromText(schedule.override_data);
  const { scheduled_for, missed_count } = tick;
  const draft = { ...draftRun(context, target, schedule.override_data, "cron"), schedule_id: schedule.id };
  const fields = validateOverrideData(target.bound, override_data);
  const refusal = { status: "validation_failed", error_message: misfitMessage(fields) } as const;
  return { ...draft, scheduled_for, missed_count, ...(fields.length === 0 ? {} : refusal) };
}

/** One schedule inside one transaction. */
class Settling {
  validation_failures: number;
  last_run_at: number | null;
  disabled_reason: string | null = null;
  readonly #context: TickSettlingContext;
  readonly #transaction: Transaction;
  readonly #schedule: ScheduleRow;
  readonly #target: FireTarget;
  readonly #now: number;
  #queued = 0;
  readonly #deliveries: NewDelivery[] = [];
  readonly #cancelled: string[] = [];
  readonly #to_cancel = new Set<string>();

  constructor(
    context: TickSettlingContext,
    transaction: Transaction,
    schedule: ScheduleRow,
    target: FireTarget,
    now: number,
  ) {
    this.#context = context;
    this.#transaction = transaction;
    this.#schedule = schedule;
    this.#target = target;
    this.#now = now;
    this.validation_failures = schedule.validation_failures;
    this.last_run_at = schedule.last_run_at;
  }

  get effects(): TickEffects {
    return {
      queued: this.#queued,
      deliveries: this.#deliveries,
      cancelled: this.#cancelled,
      to_cancel: [...this.#to_cancel],
      disabled_reason: this.disabled_reason,
    };
  }

  /** Writes an instant that has come into the ledger and, where it makes a run, stores the run. */
  take(planned: PlannedTick): void {
    const { at: scheduled_for, missed_count, jitter_seconds } = planned;
    const { id: schedule_id } = this.#schedule;
    // An instant that is in the ledger already is done; the unique key enforces it.
    if (findTick(this.#transaction.client, schedule_id, scheduled_for) !== null) return;
    const tick = { schedule_id, scheduled_for, missed_count, jitter_seconds, created_at: this.#now, run_id: null };
    if (this.disabled_reason !== null) {
      insertTick(this.#transaction, { ...tick, outcome: "missed", reason: this.disabled_reason });
      return;
    }
    const run = draftTickRun(this.#context, this.#target, this.#schedule, tick);
    const decision = run.status === "queued" ? this.#decide(tick) : "fire";
    if (decision === "wait") insertTick(this.#transaction, { ...tick, outcome: "waiting", reason: null });
    else {
      const made = decision === "skip" ? ({ ...run, status: "skipped_overlap" } as const) : run;
      insertTick(this.#transaction, { ...tick, ...endOf(made, planned.is_shifted) });
      this.#store(tick, made);
    }
  }

  release(): void {
    const { overlap_policy, id } = this.#schedule;
    const waiting = listWaitingTicks(this.#transaction, id);
    const oldest = waiting[0];
    if (oldest === undefined) return;
    if (overlap_policy === "cancel_previous" && waiting.some((tick) => !this.#isBacklog(tick))) this.#cancelOpen();
    if (overlap_policy !== "allow" && scheduleHasOpenRun(this.#transaction.client, id)) return;
    const run = draftTickRun(this.#context, this.#target, this.#schedule, oldest);
    const is_shifted = tickAt(this.#schedule, oldest.scheduled_for)?.note === "dst_shifted";
    settleTick(this.#transaction, oldest, endOf(run, is_shifted));
    this.#store(oldest, run);
  }

  /** The decision of the overlap policy on a tick. */
  #decide(tick: ComingTick): Decision {
    const { overlap_policy, id } = this.#schedule;
    if (overlap_policy === "allow") return "fire";
    const others = listWaitingTicks(this.#transaction, id);
    if (others.length === 0 && !scheduleHasOpenRun(this.#transaction.client, id)) return "fire";
    if (this.#isBacklog(tick)) return "wait";
    if (overlap_policy === "skip") return "skip";
    const reason = `the tick of ${toTimestamp(tick.scheduled_for)} took its place (overlap_policy ${overlap_policy})`;
    for (const other of others.filter((one) => !this.#isBacklog(one))) {
      settleTick(this.#transaction, other, { outcome: "coalesced", reason, run_id: null });
    }
    if (overlap_policy === "buffer_one") return "wait";
    this.#cancelOpen();
    const is_free =
      !others.some((other) => this.#isBacklog(other)) && !scheduleHasOpenRun(this.#transaction.client, id);
    return is_free ? "fire" : "wait";
  }

  /** True for one of several missed ticks that are made up for in turn: no newer tick replaces it, and it cancels no run. */
  #isBacklog(tick: ComingTick): boolean {
    return this.#schedule.catch_up === "all" && tick.missed_count > 0;
  }

  /** Cancels the open runs: queued ones at once; those in a solver are asked to stop, repeatedly if needed. */
  #cancelOpen(): void {
    for (const run of listOpenRunsOf(this.#transaction.client, this.#schedule.id)) {
      if (run.status === "running") this.#to_cancel.add(run.id);
      else if (cancelQueuedRun(this.#transaction, run.seq, this.#now, MADE_WAY)) {
        this.#cancelled.push(run.id);
        const ending = { status: "cancelled", ended_at: this.#now, error_message: MADE_WAY } as const;
        const nothing = { result: null, result_summary: null };
        this.#deliver(draftRunDelivery(this.#context, this.#target, run, { ...ending, ...nothing }));
      }
    }
  }

  /** Stores the run that a tick makes. */
  #store(tick: ComingTick, run: NewRun): void {
    insertRun(this.#transaction, run);
    if (run.status === "queued") this.#queued += 1;
    this.#deliver(draftDeliveryOfRefusedRun(this.#context, this.#target, run));
    if (run.status === "skipped_overlap") return;
    this.last_run_at = Math.max(this.last_run_at ?? 0, tick.scheduled_for);
    this.#countMisfit(run);
  }

  #countMisfit(run: NewRun): void {
    this.validation_failures = run.status === "queued" ? 0 : this.validation_failures + 1;
    if (this.validation_failures < VALIDATION_FAILURES_MAX) return;
    this.disabled_reason = `its data did not fit ${this.validation_failures} times in a row: ${run.error_message}`;
    this.#deliver(draftAutoDisabled(this.#context, this.#target, this.#schedule, this.disabled_reason));
    for (const tick of listWaitingTicks(this.#transaction, this.#schedule.id)) {
      settleTick(this.#transaction, tick, { outcome: "missed", reason: this.disabled_reason, run_id: null });
    }
  }

  #deliver(delivery: NewDelivery | null): void {
    if (delivery === null) return;
    insertDelivery(this.#transaction, delivery);
    this.#deliveries.push(delivery);
  }
}

/** Tick fields that the overlap policy reads. */
type ComingTick = Pick<TickRow, "scheduled_for" | "missed_count">;

/** The outcome in the ledger of a tick that has a run. */
function endOf(
  run: NewRun,
  is_shifted: boolean,
): Pick<TickRow, "reason" | "run_id"> & { readonly outcome: "fired" | "shifted" | "skipped_overlap" } {
  if (run.status === "skipped_overlap") return { outcome: "skipped_overlap", reason: SKIPPED, run_id: run.id };
  const reason = run.error_message ?? (is_shifted ? SHIFTED : null);
  return { outcome: is_shifted ? "shifted" : "fired", reason, run_id: run.id };
}
