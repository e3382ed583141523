/**
 * Removes old runs in small batches. Only runs that have ended are removed, and none whose webhook is still to be
 * sent. The trigger's counter `total_runs` stays.
 */
import type { Database } from "bun:sqlite";
import { DELIVERY_MACHINE } from "../runs/delivery";
import type { Transaction } from "./writer";

/** Runs examined in one batch: many that must stay, because they are open or not yet delivered, may come before those that can be removed. */
const CANDIDATES_MAX = 2000;

/** Rows of `seq, trigger_seq` that may be removed, among those of a subquery. */
const REMOVABLE = (candidates: string): string => `SELECT seq, trigger_seq FROM (${candidates}) AS candidates
  WHERE completed_at IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM deliveries WHERE deliveries.run_seq = candidates.seq AND ${DELIVERY_MACHINE.is("pending", "sending")})
  ORDER BY seq LIMIT ?2`;

const BY_AGE = `SELECT seq, trigger_seq, completed_at FROM runs WHERE seq > ?3 ORDER BY seq LIMIT ${CANDIDATES_MAX}`;
const REMOVABLE_BY_AGE = REMOVABLE(BY_AGE).replace("completed_at IS NOT NULL", "completed_at < ?1");
const REMOVABLE_OF_TRIGGER = REMOVABLE(
  `SELECT seq, trigger_seq, completed_at FROM runs WHERE trigger_seq = ?1 ORDER BY seq LIMIT ${CANDIDATES_MAX}`,
);

/** How far a pass over the runs has come: it continues after this place until no runs are left. */
export interface AgePass {
  after_seq: number;
}

/** Places of runs that a migration moved are negative, so a pass begins below them. */
export const FIRST_SEQ = Number.MIN_SAFE_INTEGER;

/**
 * Removes up to `limit` runs that ended before `before`, in the order of acceptance, which is the order of their age
 * as long as the clock was right. Returns how many were removed; 0 when the pass is over.
 *
 * The pass stops at runs that ended between then and `now`, since later ones are younger. Runs that are open, or ended under a
 * clock that was ahead, say nothing about later runs, so the pass continues past them.
 */
export function pruneRunsBefore(
  transaction: Transaction,
  pass: AgePass,
  ages: { readonly before: number; readonly now: number },
  limit: number,
): number {
  const { client } = transaction;
  for (;;) {
    const rows = client.query(REMOVABLE_BY_AGE).all(ages.before, limit, pass.after_seq) as RemovableRun[];
    if (rows.length > 0) return remove(transaction, rows);
    const seen = client.query(SEEN_BY_AGE).get(ages.before, ages.now, pass.after_seq) as SeenRuns;
    if (seen.count < CANDIDATES_MAX || seen.young > 0) return 0;
    pass.after_seq = seen.last;
  }
}

interface SeenRuns {
  readonly count: number;
  readonly last: number;
  /** Runs whose age is known and that are not old enough. */
  readonly young: number;
}

const SEEN_BY_AGE = `SELECT count(*) AS count, max(seq) AS last, coalesce(sum(completed_at BETWEEN ?1 AND ?2), 0) AS young FROM (${BY_AGE})`;

/** Triggers with more than `keep` stored runs. */
export function listFullTriggers(client: Database, keep: number): { seq: number; id: string }[] {
  return client
    .query("SELECT seq, id FROM triggers WHERE stored_runs > ?1 AND deleted_at IS NULL ORDER BY seq")
    .all(keep) as { seq: number; id: string }[];
}

/** Removes up to `limit` of a trigger's oldest runs, while more than `keep` are stored. Returns how many were removed. */
export function pruneRunsOf(transaction: Transaction, trigger_seq: number, keep: number, limit: number): number {
  const { client } = transaction;
  const row = client.query("SELECT stored_runs FROM triggers WHERE seq = ?1").get(trigger_seq);
  const { stored_runs } = row as { stored_runs: number };
  const room = Math.max(0, Math.min(limit, stored_runs - keep));
  return remove(transaction, client.query(REMOVABLE_OF_TRIGGER).all(trigger_seq, room) as RemovableRun[]);
}

/** Returns up to `pages` unused pages to the file system. Returns how many unused ones remain. */
export function shrinkFile(transaction: Transaction, pages: number): number {
  const { client } = transaction;
  client.query(`PRAGMA incremental_vacuum(${pages})`).all();
  return (client.query("PRAGMA freelist_count").get() as { freelist_count: number }).freelist_count;
}

/** The newest time that was trusted for computing ages; null: none yet. */
export function agedAt(client: Database): number | null {
  return (client.query("SELECT aged_at FROM instance").get() as { aged_at: number | null }).aged_at;
}

export function noteAgedAt(transaction: Transaction, at: number): void {
  transaction.client.query("UPDATE instance SET aged_at = ?1").run(at);
}

interface RemovableRun {
  readonly seq: number;
  readonly trigger_seq: number;
}

function remove(transaction: Transaction, rows: readonly RemovableRun[]): number {
  const { client } = transaction;
  const counts = new Map<number, number>();
  for (const { seq, trigger_seq } of rows) {
    client.query("DELETE FROM runs WHERE seq = ?1").run(seq);
    counts.set(trigger_seq, (counts.get(trigger_seq) ?? 0) + 1);
  }
  for (const [trigger_seq, count] of counts) {
    client.query("UPDATE triggers SET stored_runs = stored_runs - ?2 WHERE seq = ?1").run(trigger_seq, count);
  }
  const last = rows.at(-1);
  if (last !== undefined) noteRemovedRuns(transaction, last.seq);
  return rows.length;
}

/** No later run gets this place or a lower one, even when no run is left: keeping the newest runs relies on the order of places. */
export function noteRemovedRuns(transaction: Transaction, last_seq: number): void {
  transaction.client
    .query("UPDATE instance SET removed_run_seq = ?1 WHERE removed_run_seq IS NULL OR removed_run_seq < ?1")
    .run(last_seq);
}
