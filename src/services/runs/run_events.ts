/**
 * Live events of a run: its states and the progress of its solve. Event ids are `<attempt>.<elapsed_ms>` for
 * progress, `<attempt>.0` for an open state, `<attempt>.end` for the last one, so that a client which comes back
 * with the id of the event it saw last gets what it missed and nothing twice, also from another process.
 */
import { toTimestamp } from "../../clock";
import type { ProgressPoint } from "../../runs/progress_log";
import { isTerminal } from "../../runs/run";
import { findRun, type RunRow, readProgress } from "../../storage/runs";
import type { Context, Principal, StorageParts } from "../context";
import { type JsonText, requireRun } from "./runs";

type RunEventContext = StorageParts & Pick<Context, "progress" | "signals">;

export interface RunEvent {
  readonly id: string;
  readonly name: "state" | "progress";
  readonly data: JsonText;
  /** True for the last event of a run. */
  readonly is_last: boolean;
}

const EVENT_ID_PATTERN = /^(\d{1,9})\.(\d{1,12}|end)$/;

interface Position {
  readonly attempt: number;
  readonly elapsed_ms: number;
}

/**
 * Delivers the events that a client has not seen, then new ones, until the run has ended or the returned function is called.
 * `last_event_id` is that of the last event seen, null for none; an id that is not one of ours counts as none.
 */
export function watchRun(
  context: RunEventContext,
  principal: Principal,
  trigger_id: string,
  run_id: string,
  last_event_id: string | null,
  deliver: (event: RunEvent) => void,
): () => void {
  requireRun(context, principal, trigger_id, run_id);
  let seen = positionOf(last_event_id);
  let state = "";
  const deliverPoint = (point: ProgressPoint): void => {
    if (!isAfter(point, seen)) return;
    seen = point;
    deliver({ id: `${point.attempt}.${point.elapsed_ms}`, name: "progress", data: pointJson(point), is_last: false });
  };
  const deliverState = (): void => {
    const run = findRun(context.client, trigger_id, run_id);
    if (run === null || `${run.status} ${run.attempt}` === state) return;
    state = `${run.status} ${run.attempt}`;
    const is_last = isTerminal(run.status);
    if (is_last) for (const point of pointsOf(context, run)) deliverPoint(point);
    deliver({ id: `${run.attempt}.${is_last ? "end" : 0}`, name: "state", data: stateJson(run), is_last });
    if (!is_last) for (const point of pointsOf(context, run)) deliverPoint(point);
  };
  const stop = context.signals.watch(run_id, { onChange: deliverState, onProgress: deliverPoint });
  deliverState();
  return stop;
}

/** True when the run has ended and the client has been told so. */
export function hasSeenEnd(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  run_id: string,
  last_event_id: string | null,
): boolean {
  const { run } = requireRun(context, principal, trigger_id, run_id);
  const seen = positionOf(last_event_id);
  return isTerminal(run.status) && seen?.attempt === run.attempt && seen.elapsed_ms === Number.POSITIVE_INFINITY;
}

/** The points kept of a run's solve, for its convergence plot: `{"items": [...]}`. */
export function getProgress(
  context: Pick<Context, "client" | "db" | "progress">,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): JsonText {
  const { run } = requireRun(context, principal, trigger_id, run_id);
  return `{"items":[${pointsOf(context, run).map(pointJson).join(",")}]}`;
}

function pointsOf(context: Pick<Context, "client" | "progress">, run: RunRow): readonly ProgressPoint[] {
  if (!isTerminal(run.status)) return context.progress.pointsOf(run.id);
  return JSON.parse(readProgress(context.client, run.seq) ?? "[]") as ProgressPoint[];
}

function positionOf(event_id: string | null): Position | null {
  const match = event_id === null ? null : EVENT_ID_PATTERN.exec(event_id);
  if (match === null) return null;
  return { attempt: Number(match[1]), elapsed_ms: match[2] === "end" ? Number.POSITIVE_INFINITY : Number(match[2]) };
}

function isAfter(point: Position, seen: Position | null): boolean {
  if (seen === null || point.attempt !== seen.attempt) return seen === null || point.attempt > seen.attempt;
  return point.elapsed_ms > seen.elapsed_ms;
}

function pointJson({ attempt, elapsed_ms, incumbent, bound, gap, nodes }: ProgressPoint): JsonText {
  return JSON.stringify({ attempt, elapsed_ms, incumbent, bound, gap, nodes });
}

function stateJson(run: RunRow): JsonText {
  return JSON.stringify({
    run_id: run.id,
    status: run.status,
    attempt: run.attempt,
    error_message: run.error_message,
    objective_value: run.objective_value,
    started_at: run.started_at === null ? null : toTimestamp(run.started_at),
    completed_at: run.completed_at === null ? null : toTimestamp(run.completed_at),
  });
}
