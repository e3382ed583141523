/** Statements for the audit log: rows are added and, when they are old enough, removed, but never changed. */
import { and, count, desc, eq, gte, lt, type SQL } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { audit } from "./schema";
import type { Transaction } from "./writer";

export type AuditRow = typeof audit.$inferSelect;
export type AuditOutcome = AuditRow["outcome"];

/** Filters of a reader; null: no filter. Times in epoch milliseconds, from `from` up to but not including `until`. */
export interface AuditFilter {
  readonly organization_id: string;
  readonly action: string | null;
  readonly outcome: AuditOutcome | null;
  readonly object_id: string | null;
  readonly key_id: string | null;
  readonly from: number | null;
  readonly until: number | null;
}

export function insertAudit(transaction: Transaction, row: Omit<AuditRow, "seq">): void {
  transaction.db.insert(audit).values(row).run();
}

/** Newest first. */
export function listAudit(db: BunSQLiteDatabase, filter: AuditFilter, offset: number, limit: number): AuditRow[] {
  return db.select().from(audit).where(matching(filter)).orderBy(desc(audit.seq)).limit(limit).offset(offset).all();
}

export function countAudit(db: BunSQLiteDatabase, filter: AuditFilter): number {
  return db.select({ n: count() }).from(audit).where(matching(filter)).get()?.n ?? 0;
}

/** Removes up to `limit` rows older than that time. Returns how many were removed. */
export function pruneAudit(transaction: Transaction, before: number, limit: number): number {
  return transaction.client
    .query("DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)")
    .run(before, limit).changes;
}

/** Removes up to `limit` of the oldest refusals, while more than `keep` are stored. Returns how many were removed. */
export function pruneRefusals(transaction: Transaction, keep: number, limit: number): number {
  return transaction.client
    .query(
      `DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE outcome = 'refused'
         AND seq <= (SELECT seq FROM audit WHERE outcome = 'refused' ORDER BY seq DESC LIMIT 1 OFFSET ?1)
       ORDER BY seq LIMIT ?2)`,
    )
    .run(keep, limit).changes;
}

function matching(filter: AuditFilter): SQL | undefined {
  return and(
    eq(audit.organization_id, filter.organization_id),
    filter.action === null ? undefined : eq(audit.action, filter.action),
    filter.outcome === null ? undefined : eq(audit.outcome, filter.outcome),
    filter.object_id === null ? undefined : eq(audit.object_id, filter.object_id),
    filter.key_id === null ? undefined : eq(audit.key_id, filter.key_id),
    filter.from === null ? undefined : gte(audit.at, filter.from),
    filter.until === null ? undefined : lt(audit.at, filter.until),
  );
}
