/**
 * The ledger: the outcome of each instant of a schedule. A tick's key is (schedule, instant), so no instant can fire twice,
 * whoever tries. Instants that made no run share rows as ranges.
 */
import type { Database } from "bun:sqlite";
import { TICK_MACHINE, type TickOutcome, type TickOutcomeBefore } from "../runs/tick";
import type { Transaction } from "./writer";

const IS_WAITING = TICK_MACHINE.is("waiting");
/** Ticks of the clock have an empty item: there is one per instant of a schedule. */
const IS_TICK = "schedule_id = ?1 AND scheduled_for = ?2 AND item = ''";

export interface TickRow {
  readonly schedule_id: string;
  readonly scheduled_for: number;
  readonly outcome: TickOutcome;
  readonly reason: string | null;
  readonly missed_count: number;
  readonly jitter_seconds: number;
  readonly run_id: string | null;
  readonly created_at: number;
}

export type WaitingTick = TickRow & { readonly outcome: "waiting" };

export interface TickRange {
  readonly schedule_id: string;
  readonly first_at: number;
  readonly last_at: number;
  readonly count: number;
  readonly is_count_exact: boolean;
  readonly outcome: "coalesced" | "excluded" | "missed";
  readonly reason: string;
  readonly created_at: number;
}

/** Inserts a tick. False when its instant is already there. */
export function insertTick(transaction: Transaction, tick: TickRow): boolean {
  const { changes } = transaction.client
    .query(
      `INSERT INTO ticks (schedule_id, scheduled_for, outcome, reason, missed_count, jitter_seconds, run_id, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`,
    )
    .run(
      tick.schedule_id,
      tick.scheduled_for,
      tick.outcome,
      tick.reason,
      tick.missed_count,
      tick.jitter_seconds,
      tick.run_id,
      tick.created_at,
    );
  if (changes > 0 && tick.outcome !== "waiting") transaction.tally(`tick ${tick.outcome}`);
  return changes > 0;
}

/** Inserts instants that made no run: a single one as a tick, several as a range. */
export function insertTickRange(transaction: Transaction, range: TickRange): void {
  const { schedule_id, first_at, last_at, count, outcome, reason, created_at } = range;
  if (count === 1) {
    const single = { missed_count: 0, jitter_seconds: 0, run_id: null };
    insertTick(transaction, { schedule_id, scheduled_for: first_at, outcome, reason, created_at, ...single });
    return;
  }
  transaction.client
    .query(
      `INSERT INTO tick_ranges (schedule_id, first_at, last_at, count, is_count_exact, outcome, reason, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
    )
    .run(schedule_id, first_at, last_at, count, range.is_count_exact ? 1 : 0, outcome, reason, created_at);
  transaction.tally(`tick ${outcome}`, count);
}

/** Ticks of a schedule that wait for a run to end, oldest first. The index is named because SQLite would otherwise read the whole ledger for the order. */
export function listWaitingTicks(transaction: Transaction, schedule_id: string): WaitingTick[] {
  return transaction.client
    .query(
      `SELECT * FROM ticks INDEXED BY ticks_waiting WHERE schedule_id = ?1 AND ${IS_WAITING} ORDER BY scheduled_for`,
    )
    .all(schedule_id) as WaitingTick[];
}

/** Sets the outcome of a tick that waited or made no run. False when its outcome has changed in the meantime. */
export function settleTick<To extends TickOutcome>(
  transaction: Transaction,
  tick: Pick<TickRow, "schedule_id" | "scheduled_for"> & { readonly outcome: TickOutcomeBefore<To> },
  end: Pick<TickRow, "reason" | "run_id"> & { readonly outcome: To },
): boolean {
  const move = TICK_MACHINE.move(tick.outcome, end.outcome);
  const { changes } = transaction.client
    .query(`UPDATE ticks SET ${move.set}, reason = ?3, run_id = ?4 WHERE ${IS_TICK} AND ${move.where}`)
    .run(tick.schedule_id, tick.scheduled_for, end.reason, end.run_id);
  if (changes > 0) transaction.tally(`tick ${end.outcome}`);
  return changes > 0;
}

/** Schedules with a waiting tick that may go on: they have no open run, or their policy allows one. */
export function listReleasableSchedules(client: Database, limit: number): string[] {
  const rows = client
    .query(
      `SELECT DISTINCT ticks.schedule_id AS id FROM ticks JOIN schedules ON schedules.id = ticks.schedule_id
       WHERE ticks.${IS_WAITING} AND schedules.is_enabled = 1 AND schedules.deleted_at IS NULL AND (schedules.overlap_policy IN ('allow', 'cancel_previous') OR NOT EXISTS
         (SELECT 1 FROM runs WHERE runs.schedule_id = ticks.schedule_id AND runs.completed_at IS NULL))
       LIMIT ?1`,
    )
    .all(limit);
  return (rows as { id: string }[]).map(({ id }) => id);
}

/** True when a tick of the schedule waits for a run to end. */
export function hasWaitingTick(client: Database, schedule_id: string): boolean {
  const query = client.query(`SELECT 1 FROM ticks WHERE schedule_id = ?1 AND ${IS_WAITING} LIMIT 1`);
  return query.get(schedule_id) !== null;
}

export function findTick(client: Database, schedule_id: string, scheduled_for: number): TickRow | null {
  const query = client.query(`SELECT * FROM ticks WHERE ${IS_TICK}`);
  return query.get(schedule_id, scheduled_for) as TickRow | null;
}

/** The newest range that holds an instant, or null. */
export function findTickRange(client: Database, schedule_id: string, at: number): TickRange | null {
  const row = client
    .query(
      `SELECT * FROM tick_ranges WHERE schedule_id = ?1 AND last_at >= ?2 AND first_at <= ?2 ORDER BY rowid DESC LIMIT 1`,
    )
    .get(schedule_id, at) as StoredRange | null;
  return row === null ? null : { ...row, is_count_exact: row.is_count_exact === 1 };
}

type StoredRange = Omit<TickRange, "is_count_exact"> & { readonly is_count_exact: number };

/** A line of the ledger: one instant, or a range of instants. */
export interface LedgerLine {
  readonly scheduled_for: number;
  /** The last instant of a range; null for one instant. */
  readonly until: number | null;
  readonly count: number;
  readonly is_count_exact: 0 | 1;
  readonly outcome: TickOutcome;
  readonly reason: string | null;
  readonly missed_count: number;
  readonly jitter_seconds: number;
  readonly run_id: string | null;
  readonly created_at: number;
}

/** Lines of a schedule's ledger, newest instant first. Ticks and ranges are each limited before they are merged, so that a page sorts no more than it skips and shows. */
export function listLedger(
  client: Database,
  schedule_id: string,
  outcome: TickOutcome | null,
  offset: number,
  limit: number,
): LedgerLine[] {
  return client
    .query(
      `SELECT * FROM (SELECT * FROM (SELECT scheduled_for, NULL AS until, 1 AS count, 1 AS is_count_exact, outcome, reason, missed_count,
           jitter_seconds, run_id, created_at
         FROM ticks WHERE schedule_id = ?1 AND (?2 IS NULL OR outcome = ?2) ORDER BY scheduled_for DESC LIMIT ?3 + ?4)
       UNION ALL
       SELECT * FROM (SELECT first_at, last_at, count, is_count_exact, outcome, reason, 0, 0, NULL, created_at
         FROM tick_ranges WHERE schedule_id = ?1 AND (?2 IS NULL OR outcome = ?2) ORDER BY last_at DESC LIMIT ?3 + ?4))
       ORDER BY coalesce(until, scheduled_for) DESC LIMIT ?4 OFFSET ?3`,
    )
    .all(schedule_id, outcome, offset, limit) as LedgerLine[];
}

export function countLedger(client: Database, schedule_id: string, outcome: TickOutcome | null): number {
  const row = client
    .query(
      `SELECT (SELECT count(*) FROM ticks WHERE schedule_id = ?1 AND (?2 IS NULL OR outcome = ?2))
         + (SELECT count(*) FROM tick_ranges WHERE schedule_id = ?1 AND (?2 IS NULL OR outcome = ?2)) AS n`,
    )
    .get(schedule_id, outcome);
  return (row as { n: number }).n;
}

/** Removes up to `limit` lines older than `before`; waiting ticks stay. Returns how many were removed. */
export function pruneTicks(transaction: Transaction, before: number, limit: number): number {
  const { client } = transaction;
  const { changes } = client
    .query(
      `DELETE FROM ticks WHERE (schedule_id, scheduled_for, item) IN
         (SELECT schedule_id, scheduled_for, item FROM ticks WHERE created_at < ?1 AND ${TICK_MACHINE.isNot("waiting")} LIMIT ?2)`,
    )
    .run(before, limit);
  if (changes > 0) return changes;
  return client
    .query("DELETE FROM tick_ranges WHERE rowid IN (SELECT rowid FROM tick_ranges WHERE created_at < ?1 LIMIT ?2)")
    .run(before, limit).changes;
}
