/**
 * Removes runs past their time, some at a time. Only runs that have ended go, and none whose webhook is still on its
 * way. What was counted on the trigger (`total_runs`) stays.
 */
import type { Database } from "bun:sqlite";
import { DELIVERY_MACHINE } from "../runs/delivery";
import type { Transaction } from "./writer";

/** Runs looked at in one go: many that must stay, open or not yet delivered, may lie in front of those that can go. */
const CANDIDATES_MAX = 2000;

/** Rows of `seq, trigger_seq` that may go, out of those that a subquery gives. */
const REMOVABLE = (candidates: string): string => `SELECT seq, trigger_seq FROM (${candidates}) AS candidates
  WHERE completed_at IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM deliveries WHERE deliveries.run_seq = candidates.seq AND ${DELIVERY_MACHINE.is("pending", "sending")})
  ORDER BY seq LIMIT ?2`;

const REMOVABLE_BY_AGE = REMOVABLE(
  `SELECT seq, trigger_seq, completed_at FROM runs WHERE seq >= 0 AND seq < ?1 ORDER BY seq LIMIT ${CANDIDATES_MAX}`,
);
const REMOVABLE_OF_TRIGGER = REMOVABLE(
  `SELECT seq, trigger_seq, completed_at FROM runs WHERE trigger_seq = ?1 ORDER BY seq LIMIT ${CANDIDATES_MAX}`,
);

/** Removes up to `limit` runs accepted before the place `before_seq`, oldest first. Returns how many went. */
export function pruneRunsBefore(transaction: Transaction, before_seq: number, limit: number): number {
  return remove(transaction.client, REMOVABLE_BY_AGE, before_seq, limit);
}

/** Triggers with more than `keep` stored runs. */
export function listFullTriggers(client: Database, keep: number): { seq: number; id: string }[] {
  return client
    .query("SELECT seq, id FROM triggers WHERE stored_runs > ?1 AND deleted_at IS NULL ORDER BY seq")
    .all(keep) as { seq: number; id: string }[];
}

/** Removes up to `limit` of a trigger's oldest runs, while more than `keep` are stored. Returns how many went. */
export function pruneRunsOf(transaction: Transaction, trigger_seq: number, keep: number, limit: number): number {
  const { client } = transaction;
  const row = client.query("SELECT stored_runs FROM triggers WHERE seq = ?1").get(trigger_seq);
  const { stored_runs } = row as { stored_runs: number };
  return remove(client, REMOVABLE_OF_TRIGGER, trigger_seq, Math.max(0, Math.min(limit, stored_runs - keep)));
}

/** Gives up to `pages` unused pages back to the file system. Returns how many are left unused. */
export function shrinkFile(transaction: Transaction, pages: number): number {
  const { client } = transaction;
  client.query(`PRAGMA incremental_vacuum(${pages})`).all();
  return (client.query("PRAGMA freelist_count").get() as { freelist_count: number }).freelist_count;
}

/** The newest time that was believed when ages were counted; null: none yet. */
export function agedAt(client: Database): number | null {
  return (client.query("SELECT aged_at FROM instance").get() as { aged_at: number | null }).aged_at;
}

export function noteAgedAt(transaction: Transaction, at: number): void {
  transaction.client.query("UPDATE instance SET aged_at = ?1").run(at);
}

function remove(client: Database, removable: string, bound: number, limit: number): number {
  const rows = client.query(removable).all(bound, limit) as { seq: number; trigger_seq: number }[];
  const counts = new Map<number, number>();
  for (const { seq, trigger_seq } of rows) {
    client.query("DELETE FROM runs WHERE seq = ?1").run(seq);
    counts.set(trigger_seq, (counts.get(trigger_seq) ?? 0) + 1);
  }
  for (const [trigger_seq, count] of counts) {
    client.query("UPDATE triggers SET stored_runs = stored_runs - ?2 WHERE seq = ?1").run(trigger_seq, count);
  }
  return rows.length;
}
