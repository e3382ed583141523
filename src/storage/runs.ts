/**
 * Statements for runs. Each transition of runs/run.ts is one guarded statement here, built from that table: it names the state it leaves and,
 * where a process holds the run, the attempt and boot id, which fence off a late writer. "No row changed" is an
 * answer that the caller has to handle: someone else moved the run first.
 */
import type { Database } from "bun:sqlite";
import { type KeptText, packText } from "../model/kept_text";
import {
  type BirthState,
  type EndState,
  RUN_MACHINE,
  type RunSource,
  type RunState,
  runSourceCode,
  runSourceOf,
  runStateCode,
  runStateOf,
} from "../runs/run";
import { seqOfRunId } from "../runs/run_id";
import type { Move } from "../runs/state_machine";
import type { Transaction } from "./writer";

/** A run without its large values. Times in epoch milliseconds. */
export interface RunRow {
  readonly seq: number;
  readonly id: string;
  readonly organization_id: string;
  readonly trigger_id: string;
  readonly version_id: string;
  readonly status: RunState;
  readonly source: RunSource;
  readonly attempt: number;
  readonly boot_id: string | null;
  readonly override_data: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly completed_at: number | null;
  readonly solver_status: string | null;
  readonly objective_value: number | null;
  readonly error_message: string | null;
  readonly execution_time_ms: number | null;
  readonly model_digest: string | null;
  readonly solution_digest: string | null;
  readonly solver_version: string | null;
  readonly schedule_id: string | null;
  readonly scheduled_for: number | null;
  /** Instants that a tick's run makes up for, including its own; 0: it was on time; null: no tick made it. */
  readonly missed_count: number | null;
  readonly rerun_of: string | null;
  readonly fired_by: string | null;
  readonly webhook_delivered: 0 | 1 | null;
  readonly webhook_attempts: number;
}

export interface NewRun {
  readonly seq: number;
  readonly id: string;
  readonly trigger_seq: number;
  readonly status: BirthState;
  readonly source: RunSource;
  readonly override_data: KeptText | null;
  readonly created_at: number;
  readonly error_message: string | null;
  readonly schedule_id: string | null;
  readonly scheduled_for: number | null;
  /** Instants that a tick's run makes up for, including its own; 0: it was on time; null: no tick made it. */
  readonly missed_count: number | null;
  readonly rerun_of: string | null;
  readonly fired_by: string | null;
}

/** Predicates of the partial indexes of open runs: SQLite uses such an index only when a statement repeats its predicate exactly. */
const IS_QUEUED = RUN_MACHINE.is("queued");
const IS_HELD = "boot_id IS NOT NULL";
const IS_OPEN = "completed_at IS NULL";

const CLAIM = RUN_MACHINE.move("queued", "running");
const REQUEUE = RUN_MACHINE.move("running", "queued");
const CANCEL = RUN_MACHINE.move("queued", "cancelled");
const FINISH: { readonly [End in EndState]: Move } = {
  completed: RUN_MACHINE.move("running", "completed"),
  failed: RUN_MACHINE.move("running", "failed"),
  timeout: RUN_MACHINE.move("running", "timeout"),
  cancelled: RUN_MACHINE.move("running", "cancelled"),
};

/** A run with the columns it has from its trigger. */
const SELECT_RUN = `SELECT runs.*, triggers.id AS trigger_id, triggers.organization_id, triggers.version_id
  FROM runs JOIN triggers ON triggers.seq = runs.trigger_seq`;

/** Inserts a run, queued or already refused, and counts it on its trigger. */
export function insertRun(transaction: Transaction, run: NewRun): void {
  const { client } = transaction;
  const { override_data: given } = run;
  // A text stays on the row; what is packed lies in a table of its own.
  const kept = typeof given === "string" ? packText(given) : given;
  client
    .query(
      `INSERT INTO runs (seq, id, trigger_seq, status, source, override_data, created_at, completed_at, error_message, schedule_id, scheduled_for, missed_count, rerun_of, fired_by)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`,
    )
    .run(
      run.seq,
      run.id,
      run.trigger_seq,
      runStateCode(run.status),
      runSourceCode(run.source),
      typeof kept === "string" ? kept : null,
      run.created_at,
      run.status === "queued" ? null : run.created_at,
      run.error_message,
      run.schedule_id,
      run.scheduled_for,
      run.missed_count,
      run.rerun_of,
      run.fired_by,
    );
  if (kept instanceof Uint8Array) {
    client.query("INSERT INTO run_inputs (run_seq, data) VALUES (?1, ?2)").run(run.seq, kept);
  }
  transaction.countRun(run.trigger_seq, run.created_at);
  transaction.tally(run.status === "queued" ? `accepted ${run.source}` : `ended ${run.status}`);
}

/** A run that this process holds: what solving and ending it need. */
export interface ClaimedRun extends RunFence {
  readonly id: string;
  readonly override_data: string | null;
  readonly schedule_id: string | null;
}

/** queued -> running: takes the oldest queued run of a trigger for this process. Null when it has none. */
export function claimRun(
  transaction: Transaction,
  trigger_seq: number,
  boot_id: string,
  now: number,
): ClaimedRun | null {
  return transaction.client
    .query(
      `UPDATE runs SET ${CLAIM.set}, attempt = attempt + 1, boot_id = ?2, started_at = ?3
       WHERE seq = (SELECT seq FROM runs WHERE trigger_seq = ?1 AND ${CLAIM.where} ORDER BY seq LIMIT 1)
       RETURNING seq, id, attempt, boot_id, override_data, schedule_id`,
    )
    .get(trigger_seq, boot_id, now) as ClaimedRun | null;
}

/** The end of a run. The result is written once, into a table of its own. */
export interface RunEnd {
  readonly status: EndState;
  readonly completed_at: number;
  readonly solver_status: string | null;
  readonly objective_value: number | null;
  readonly error_message: string | null;
  readonly execution_time_ms: number | null;
  readonly model_digest: string | null;
  readonly solution_digest: string | null;
  readonly solver_version: string | null;
  /** JSON of the answer, compressed or not. */
  readonly result: StoredResult | null;
  /** JSON of the progress points; null when there are none. */
  readonly progress: string | null;
}

export interface StoredResult {
  readonly is_compressed: boolean;
  readonly data: Uint8Array;
}

/** Identifies the holder of a running run: any other writer changes nothing. */
export interface RunFence {
  readonly seq: number;
  readonly attempt: number;
  readonly boot_id: string;
}

/** running -> terminal, with its result. False when the run no longer belongs to this attempt. */
export function finishRun(transaction: Transaction, fence: RunFence, end: RunEnd): boolean {
  const { client } = transaction;
  const move = FINISH[end.status];
  const { changes } = client
    .query(
      `UPDATE runs SET ${move.set}, boot_id = NULL, completed_at = ?4, solver_status = ?5, objective_value = ?6, error_message = ?7,
         execution_time_ms = ?8, model_digest = ?9, solution_digest = ?10, solver_version = ?11
       WHERE seq = ?1 AND attempt = ?2 AND boot_id = ?3 AND ${move.where}`,
    )
    .run(
      fence.seq,
      fence.attempt,
      fence.boot_id,
      end.completed_at,
      end.solver_status,
      end.objective_value,
      end.error_message,
      end.execution_time_ms,
      end.model_digest,
      end.solution_digest,
      end.solver_version,
    );
  if (changes === 0) return false;
  transaction.tally(`ended ${end.status}`);
  if (end.result !== null) {
    client
      .query("INSERT INTO run_results (run_seq, is_compressed, data) VALUES (?1, ?2, ?3)")
      .run(fence.seq, end.result.is_compressed ? 1 : 0, end.result.data);
  }
  if (end.progress !== null) {
    client
      .query("INSERT INTO run_progress (run_seq, data) VALUES (?1, ?2)")
      .run(fence.seq, Bun.zstdCompressSync(end.progress));
  }
  return true;
}

/** queued -> cancelled. False when it has been claimed or has ended in the meantime. */
export function cancelQueuedRun(transaction: Transaction, seq: number, now: number, reason: string): boolean {
  const { changes } = transaction.client
    .query(`UPDATE runs SET ${CANCEL.set}, completed_at = ?2, error_message = ?3 WHERE seq = ?1 AND ${CANCEL.where}`)
    .run(seq, now, reason);
  if (changes > 0) transaction.tally("ended cancelled");
  return changes > 0;
}

/** running -> queued. `attempts` is how many attempts count against the run from now on. */
export function requeueRun(transaction: Transaction, fence: RunFence, attempts: number): boolean {
  const { changes } = transaction.client
    .query(
      `UPDATE runs SET ${REQUEUE.set}, boot_id = NULL, started_at = NULL, attempt = ?4
       WHERE seq = ?1 AND attempt = ?2 AND boot_id = ?3 AND ${REQUEUE.where}`,
    )
    .run(fence.seq, fence.attempt, fence.boot_id, attempts);
  return changes > 0;
}

/** Runs that are still marked as held by a dead process. */
export function findOrphans(client: Database, boot_id: string): RunRow[] {
  const rows = client.query(`${SELECT_RUN} WHERE ${IS_HELD} AND boot_id != ?1`).all(boot_id);
  return (rows as StoredRun[]).map(runOf);
}

/** Triggers with queued runs and how many each has; the one with the oldest run first. */
export function countQueued(client: Database): { trigger_id: string; priority: number; queued: number }[] {
  return client
    .query(
      `SELECT triggers.id AS trigger_id, triggers.priority, counted.queued FROM
         (SELECT trigger_seq, count(*) AS queued, min(seq) AS first FROM runs WHERE ${IS_QUEUED} GROUP BY trigger_seq) AS counted
         JOIN triggers ON triggers.seq = counted.trigger_seq ORDER BY counted.first`,
    )
    .all() as { trigger_id: string; priority: number; queued: number }[];
}

/** The highest seq that was ever stored, 0 for none. Runs below zero were moved there by a migration and are the oldest. */
export function lastRunSeq(client: Database): number {
  const row = client
    .query("SELECT max(0, coalesce(max(seq), 0), coalesce((SELECT removed_run_seq FROM instance), 0)) AS seq FROM runs")
    .get();
  return (row as { seq: number }).seq;
}

const FIND = `${SELECT_RUN} WHERE runs.id = ?1 AND triggers.id = ?2`;
const FIND_IN_PLACE = `${FIND} AND runs.seq = ?3`;
/** The ids of runs that a migration moved no longer contain their place; they have an index of their own. */
const FIND_MOVED = `${FIND} AND runs.seq < 0`;

/** One run of a trigger, or null. */
export function findRun(client: Database, trigger_id: string, run_id: string): RunRow | null {
  const seq = seqOfRunId(run_id);
  const row = seq === null ? null : client.query(FIND_IN_PLACE).get(run_id, trigger_id, seq);
  const found = (row ?? client.query(FIND_MOVED).get(run_id, trigger_id)) as StoredRun | null;
  return found === null ? null : runOf(found);
}

/** True while a run of this schedule is queued or running. */
export function scheduleHasOpenRun(client: Database, schedule_id: string): boolean {
  const query = client.query(`SELECT 1 FROM runs WHERE schedule_id = ?1 AND ${IS_OPEN} LIMIT 1`);
  return query.get(schedule_id) !== null;
}

/** Runs of a schedule that are queued or running, oldest first. */
export function listOpenRunsOf(client: Database, schedule_id: string): RunRow[] {
  const query = client.query(`${SELECT_RUN} WHERE schedule_id = ?1 AND ${IS_OPEN} ORDER BY runs.seq`);
  return (query.all(schedule_id) as StoredRun[]).map(runOf);
}

export interface RunFilter {
  readonly trigger_seq: number;
  readonly status: RunState | null;
  readonly source: RunSource | null;
}

/** Runs of a trigger, newest first. The inner select stays inside an index, so deep pages cost only index steps. */
export function listRuns(client: Database, filter: RunFilter, offset: number, limit: number): RunRow[] {
  const { where, values } = filterClause(filter);
  const query = client.query(
    `${SELECT_RUN} WHERE runs.seq IN (SELECT seq FROM runs WHERE ${where} ORDER BY seq DESC LIMIT ? OFFSET ?) ORDER BY runs.seq DESC`,
  );
  return (query.all(...values, limit, offset) as StoredRun[]).map(runOf);
}

/** How many stored runs match a filter; without one it is the trigger's own counter. */
export function countRuns(client: Database, filter: RunFilter): number {
  if (filter.status === null && filter.source === null) {
    const row = client.query("SELECT stored_runs FROM triggers WHERE seq = ?1").get(filter.trigger_seq);
    return (row as { stored_runs: number } | null)?.stored_runs ?? 0;
  }
  const { where, values } = filterClause(filter);
  return (client.query(`SELECT count(*) AS n FROM runs WHERE ${where}`).get(...values) as { n: number }).n;
}

function filterClause(filter: RunFilter): { where: string; values: number[] } {
  const values = [filter.trigger_seq];
  let where = "trigger_seq = ?";
  if (filter.status !== null) {
    where += ` AND status = ? AND ${INDEX_OF_STATE[filter.status] ?? "completed_at IS NOT NULL"}`;
    values.push(runStateCode(filter.status));
  }
  if (filter.source !== null) {
    where += " AND source = ?";
    values.push(runSourceCode(filter.source));
  }
  return { where, values };
}

/** The predicate of the partial index of runs in an open state; SQLite uses the index only when a statement repeats it. */
const INDEX_OF_STATE: Partial<Record<RunState, string>> = { queued: IS_QUEUED, running: IS_HELD };

/** A row as SQLite returns it. */
type StoredRun = Omit<RunRow, "status" | "source"> & { readonly status: number; readonly source: number };

function runOf(row: StoredRun): RunRow {
  return { ...row, status: runStateOf(row.status), source: runSourceOf(row.source) };
}

/** The override data as they were sent, as they are kept; null when nothing was. */
export function readOverrideData(client: Database, run: Pick<NewRun, "seq" | "override_data">): KeptText | null {
  if (run.override_data !== null) return run.override_data;
  const row = client.query("SELECT data FROM run_inputs WHERE run_seq = ?1").get(run.seq);
  return (row as { data: Uint8Array } | null)?.data ?? null;
}

/** The stored answer as it is kept: JSON text, or that packed; null when there is none. */
export function findResult(client: Database, run_seq: number): KeptText | null {
  const row = client.query("SELECT is_compressed, data FROM run_results WHERE run_seq = ?1").get(run_seq) as {
    is_compressed: 0 | 1;
    data: Uint8Array;
  } | null;
  if (row === null) return null;
  return row.is_compressed === 1 ? row.data : resultText({ is_compressed: false, data: row.data });
}

/** JSON of the progress points of a run; null when there are none. */
export function readProgress(client: Database, run_seq: number): string | null {
  const row = client.query("SELECT data FROM run_progress WHERE run_seq = ?1").get(run_seq) as {
    data: Uint8Array;
  } | null;
  return row === null ? null : Bun.zstdDecompressSync(row.data).toString("utf8");
}

/** JSON text of an answer that may be compressed. */
export function resultText(result: StoredResult): string {
  const bytes = result.is_compressed ? Bun.zstdDecompressSync(result.data) : result.data;
  return new TextDecoder().decode(bytes);
}

/** When the oldest waiting run was accepted; null when none waits. Costs one index step per trigger with waiting runs. */
export function oldestQueuedAt(client: Database): number | null {
  const row = client
    .query(
      `WITH RECURSIVE lane (trigger_seq) AS (
         SELECT min(trigger_seq) FROM runs WHERE ${IS_QUEUED}
         UNION ALL
         SELECT (SELECT min(trigger_seq) FROM runs WHERE ${IS_QUEUED} AND trigger_seq > lane.trigger_seq)
         FROM lane WHERE lane.trigger_seq IS NOT NULL
       )
       SELECT created_at FROM runs WHERE seq = (
         SELECT min((SELECT min(seq) FROM runs WHERE ${IS_QUEUED} AND runs.trigger_seq = lane.trigger_seq))
         FROM lane WHERE lane.trigger_seq IS NOT NULL
       )`,
    )
    .get() as { created_at: number } | null;
  return row?.created_at ?? null;
}
