/** Reading and stopping runs. Their answers go out as the JSON text they are stored as: parsing 100,000 variables would hold the HTTP thread. */
import { toTimestamp } from "../../clock";
import { unpackText } from "../../model/kept_text";
import type { Solution } from "../../problem/solution";
import { Refusal } from "../../refusals";
import { isTerminal, type RunSource, type RunState } from "../../runs/run";
import { insertDelivery } from "../../storage/deliveries";
import {
  cancelQueuedRun,
  countRuns,
  findResult,
  findRun,
  listRuns as listRunRows,
  type RunRow,
  readOverrideData,
} from "../../storage/runs";
import { findTrigger, type TriggerRow } from "../../storage/triggers";
import { unpackedBytes } from "../../zstd";
import { recordChange } from "../access/audit";
import { announceDelivery, draftRunDelivery } from "../alarms/delivery_drafts";
import type { Context, Principal, QueueParts, StorageParts } from "../context";
import { listingPage } from "../listing_page";
import { noteScheduledEnd } from "./run_ends";

type RunContext = StorageParts &
  QueueParts &
  Pick<Context, "clock" | "delivery_lanes" | "ids" | "running" | "scheduler" | "signals">;

/** JSON text, ready to be sent. */
export type JsonText = string;
/** The same, as bytes in UTF-8 where it is long: joining large parts into one text would hold the thread. */
export type JsonBody = JsonText | Buffer;

/** Unpacked override data that one page of a listing shows; the runs themselves show the data beyond it. */
const LISTED_OVERRIDES_BYTES_MAX = 1_048_576;
const LEFT_OUT = 'null,"override_data_left_out":true';
/** A run with a larger part goes out as bytes. */
const TEXT_BYTES_MAX = 65_536;

/** A run as clients read it; built as text by runJson below. */
export interface RunObject<Result = Solution> {
  readonly id: string;
  readonly trigger_id: string;
  readonly organization_id: string;
  readonly status: RunState;
  readonly source: RunSource;
  readonly error_message: string | null;
  readonly attempt: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly execution_time_ms: number | null;
  readonly queue_time_ms: number | null;
  readonly webhook_delivered: boolean | null;
  readonly webhook_attempts: number;
  readonly version_id: string;
  readonly model_digest: string | null;
  readonly solution_digest: string | null;
  readonly solver_version: string | null;
  readonly schedule_id: string | null;
  readonly scheduled_for: string | null;
  /** Missed instants that a tick's run makes up for, itself included; 0: it was on time; null: no tick made it. */
  readonly missed_count: number | null;
  readonly rerun_of: string | null;
  /** The API key that fired it; null: the trigger's secret, or its schedule. */
  readonly fired_by: string | null;
  readonly override_data: unknown;
  readonly result_data: Result | null;
}

/** A run in a listing. */
export interface RunSummary extends RunObject<Pick<Solution, "objective_value" | "status">> {
  /** Set when the page has no room for this run's override data: they are null here, and the run itself shows them. */
  readonly override_data_left_out?: true;
}

export interface RunListQuery {
  readonly page: number;
  readonly page_size: number;
  readonly status: RunState | null;
  readonly source: RunSource | null;
}

/** One page of a trigger's runs, newest first; `result_data` holds only status and objective. */
export function listRuns(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  query: RunListQuery,
): JsonText {
  const { seq } = requireTrigger(context, principal, trigger_id);
  const filter = { trigger_seq: seq, status: query.status, source: query.source };
  const rows = listRunRows(context.client, filter, (query.page - 1) * query.page_size, query.page_size);
  const { items, ...page } = listingPage(rows, countRuns(context.client, filter), query.page, query.page_size);
  let room = LISTED_OVERRIDES_BYTES_MAX;
  const texts = items.map((row) => {
    const overrides = readOverrideData(context.client, row);
    room -= overrides instanceof Uint8Array ? unpackedBytes(overrides) : 0;
    const shown = overrides === null ? "null" : room < 0 ? LEFT_OUT : unpackText(overrides);
    return `${runHead(row)},"override_data":${shown},"result_data":${resultSummary(row)}}`;
  });
  return `{"items":[${texts.join(",")}],${JSON.stringify(page).slice(1)}`;
}

/** A run with everything that is stored about it. */
export function getRun(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): JsonBody {
  return fullRunJson(context, requireRun(context, principal, trigger_id, run_id).run);
}

/** The run as `getRun` shows it, without an access check: for the holder of the trigger's secret who just fired it. */
function fullRunJson(context: Pick<Context, "client">, run: RunRow): JsonBody {
  const overrides = readOverrideData(context.client, run);
  const result = findResult(context.client, run.seq);
  const parts = [runHead(run), ',"override_data":', overrides ?? "null", ',"result_data":', result ?? "null", "}"];
  const is_large = parts.some((part) => part instanceof Uint8Array && unpackedBytes(part) > TEXT_BYTES_MAX);
  if (!is_large) return parts.map(unpackText).join("");
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Bun.zstdDecompressSync(part))),
  );
}

/** Waits up to `timeout_ms` for a run's end. Returns the finished run as JSON, or null when it has not ended. */
export async function waitForRun(
  context: Pick<Context, "client" | "signals">,
  trigger_id: string,
  run_id: string,
  timeout_ms: number,
): Promise<JsonBody | null> {
  let run: RunRow | null = null;
  await context.signals.wait(run_id, timeout_ms, () => {
    run = findRun(context.client, trigger_id, run_id);
    return run === null || isTerminal(run.status);
  });
  const last = run as RunRow | null;
  return last !== null && isTerminal(last.status) ? fullRunJson(context, last) : null;
}

/**
 * Stops a run: a queued one at once, a running one as soon as its solver stops (its best solution is kept).
 * Returns the run as it is then. Refuses a run that has ended.
 */
export async function cancelRun(
  context: RunContext,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): Promise<JsonBody> {
  const { run } = requireRun(context, principal, trigger_id, run_id);
  if (isTerminal(run.status)) throw alreadyFinished(run.status);
  const now = context.clock.now();
  const reason = "Cancelled before it started";
  const target = context.fire_targets.get(trigger_id);
  const ending = {
    status: "cancelled",
    ended_at: now,
    error_message: reason,
    result: null,
    result_summary: null,
  } as const;
  const delivery = draftRunDelivery(context, target, run, ending);
  const was_queued = await context.writer.write((transaction) => {
    recordChange(context, transaction, principal, "run.cancel", run_id);
    if (!cancelQueuedRun(transaction, run.seq, now, reason)) return false;
    if (delivery !== null) insertDelivery(transaction, delivery);
    return true;
  });
  if (was_queued) {
    announceDelivery(context, delivery);
    context.queue.remove(trigger_id);
    context.signals.changed(run_id);
    if (run.schedule_id !== null) noteScheduledEnd(context, run.schedule_id);
  } else {
    const current = requireRun(context, principal, trigger_id, run_id).run;
    if (isTerminal(current.status)) throw alreadyFinished(current.status);
    context.running.get(run_id)?.cancel();
  }
  return getRun(context, principal, trigger_id, run_id);
}

/** The run, when its trigger is this organization's. */
export function requireRun(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): { trigger: TriggerRow; run: RunRow } {
  const trigger = requireTrigger(context, principal, trigger_id);
  const run = findRun(context.client, trigger_id, run_id);
  if (run === null) throw new Refusal("run_not_found", "Run not found");
  return { trigger, run };
}

/** The trigger, when the principal may see it and it is not deleted. */
export function requireTrigger(context: Pick<Context, "db">, principal: Principal, trigger_id: string): TriggerRow {
  const row = findTrigger(context.db, principal, trigger_id);
  if (row === null) throw new Refusal("trigger_not_found", "Trigger not found");
  return row;
}

function alreadyFinished(status: RunState): Refusal {
  return new Refusal("run_already_finished", `Run has already ended: ${status}`);
}

function resultSummary(row: RunRow): JsonText {
  if (row.solver_status === null) return "null";
  return JSON.stringify({ objective_value: row.objective_value, status: row.solver_status });
}

function runHead(row: RunRow): string {
  const fields: Omit<RunObject, "override_data" | "result_data"> = {
    id: row.id,
    trigger_id: row.trigger_id,
    organization_id: row.organization_id,
    status: row.status,
    source: row.source,
    error_message: row.error_message,
    attempt: row.attempt,
    created_at: toTimestamp(row.created_at),
    started_at: timestampOrNull(row.started_at),
    completed_at: timestampOrNull(row.completed_at),
    execution_time_ms: row.execution_time_ms,
    queue_time_ms: row.started_at === null ? null : Math.max(0, row.started_at - row.created_at),
    webhook_delivered: row.webhook_delivered === null ? null : row.webhook_delivered === 1,
    webhook_attempts: row.webhook_attempts,
    version_id: row.version_id,
    model_digest: row.model_digest,
    solution_digest: row.solution_digest,
    solver_version: row.solver_version,
    schedule_id: row.schedule_id,
    scheduled_for: timestampOrNull(row.scheduled_for),
    missed_count: row.missed_count,
    rerun_of: row.rerun_of,
    fired_by: row.fired_by,
  };
  return JSON.stringify(fields).slice(0, -1);
}

function timestampOrNull(at: number | null): string | null {
  return at === null ? null : toTimestamp(at);
}
