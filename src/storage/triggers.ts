/** Statements for triggers. A deleted one disappears at once; its runs are removed in small batches (background/pruner.ts). */
import type { Database } from "bun:sqlite";
import { and, desc, eq, isNull } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import type { Scope } from "./access";
import { noteRemovedRuns } from "./run_retention";
import { purgeSchedule } from "./schedules";
import { documents, schedules, triggers } from "./schema";
import type { Transaction } from "./writer";

export type TriggerRow = typeof triggers.$inferSelect;

/** A trigger with the facts from other tables that its object shows. */
export interface TriggerView {
  readonly trigger: TriggerRow;
  readonly model_name: string;
  readonly has_active_schedule: boolean;
}

/** SQLite assigns `seq`. */
export function insertTrigger(transaction: Transaction, row: Omit<TriggerRow, "seq">): void {
  transaction.db.insert(triggers).values(row).run();
}

/** A trigger of any organization: the fire route knows only its id. */
export function findTriggerById(db: BunSQLiteDatabase, id: string): TriggerRow | null {
  return (
    db
      .select()
      .from(triggers)
      .where(and(eq(triggers.id, id), isNull(triggers.deleted_at)))
      .get() ?? null
  );
}

export function findTrigger(db: BunSQLiteDatabase, scope: Scope, id: string): TriggerRow | null {
  return db.select().from(triggers).where(present(scope, id)).get() ?? null;
}

/** Triggers that the scope includes, newest first, as the API shows them. */
export function listTriggers(
  db: BunSQLiteDatabase,
  filter: Scope & { document_id: string | null; id: string | null },
): TriggerView[] {
  const conditions = [inSight(filter), isNull(triggers.deleted_at)];
  if (filter.document_id !== null) conditions.push(eq(triggers.document_id, filter.document_id));
  if (filter.id !== null) conditions.push(eq(triggers.id, filter.id));
  const rows = db
    .select({ trigger: triggers, model_name: documents.name })
    .from(triggers)
    .innerJoin(documents, eq(documents.id, triggers.document_id))
    .where(and(...conditions))
    .orderBy(desc(triggers.id))
    .all();
  const active = activeTriggerIds(db, filter.organization_id);
  return rows.map((row) => ({ ...row, has_active_schedule: active.has(row.trigger.id) }));
}

/** Changes the given columns; null when there is no such trigger. */
export function updateTrigger(
  transaction: Transaction,
  scope: Scope,
  id: string,
  change: Partial<TriggerRow>,
): TriggerRow | null {
  return transaction.db.update(triggers).set(change).where(present(scope, id)).returning().all()[0] ?? null;
}

/** How many triggers have a sealed webhook secret. */
export function countSealedSecrets(client: Database): number {
  const row = client
    .query("SELECT count(*) AS n FROM triggers WHERE webhook_secret IS NOT NULL AND deleted_at IS NULL")
    .get();
  return (row as { n: number }).n;
}

/** Records whether the last attempt of a trigger's webhook succeeded. Returns since when all have failed, or null. */
export function noteWebhook(transaction: Transaction, id: string, is_ok: boolean, now: number): number | null {
  const { client } = transaction;
  if (is_ok) {
    client
      .query("UPDATE triggers SET webhook_failing_since = NULL WHERE id = ?1 AND webhook_failing_since IS NOT NULL")
      .run(id);
    return null;
  }
  client
    .query("UPDATE triggers SET webhook_failing_since = ?2 WHERE id = ?1 AND webhook_failing_since IS NULL")
    .run(id, now);
  const row = client.query("SELECT webhook_failing_since AS since FROM triggers WHERE id = ?1").get(id);
  return (row as { since: number | null } | null)?.since ?? null;
}

/** Stops sending until the webhook is changed. */
export function disableWebhook(transaction: Transaction, id: string, reason: string, now: number): void {
  transaction.client
    .query("UPDATE triggers SET webhook_disabled_at = ?3, webhook_disabled_reason = ?2 WHERE id = ?1")
    .run(id, reason, now);
}

/** After a good result: moves the alarm on and ends one that was raised. True when one was. */
export function moveOverdue(transaction: Transaction, seq: number, overdue_at: number): boolean {
  const row = transaction.client
    .query("SELECT overdue_since FROM triggers WHERE seq = ?1 AND expect_within_seconds IS NOT NULL AND is_enabled = 1")
    .get(seq) as { overdue_since: number | null } | null;
  if (row === null) return false;
  transaction.client
    .query("UPDATE triggers SET overdue_at = ?2, overdue_since = NULL WHERE seq = ?1")
    .run(seq, overdue_at);
  return row.overdue_since !== null;
}

export interface OverdueTrigger {
  readonly id: string;
  readonly expect_within_seconds: number;
  readonly overdue_at: number;
}

/** Triggers whose alarm is due, the longest due first. */
export function listOverdueAt(client: Database, now: number, limit: number): OverdueTrigger[] {
  return client
    .query(
      `SELECT id, expect_within_seconds, overdue_at FROM triggers
       WHERE overdue_at IS NOT NULL AND overdue_at <= ?1 AND deleted_at IS NULL ORDER BY overdue_at LIMIT ?2`,
    )
    .all(now, limit) as OverdueTrigger[];
}

/** Raises the alarm of a trigger. False when a good result or a change came first. */
export function markOverdue(transaction: Transaction, { id, overdue_at }: OverdueTrigger): boolean {
  const { changes } = transaction.client
    .query("UPDATE triggers SET overdue_since = overdue_at, overdue_at = NULL WHERE id = ?1 AND overdue_at = ?2")
    .run(id, overdue_at);
  return changes > 0;
}

/** How many triggers are overdue, over all organizations. */
export function countOverdue(client: Database): number {
  const row = client
    .query("SELECT count(*) AS n FROM triggers WHERE overdue_since IS NOT NULL AND deleted_at IS NULL")
    .get();
  return (row as { n: number }).n;
}

/** Ids of deleted triggers that still have rows. */
export function listDeletedTriggers(client: Database, limit: number): string[] {
  const rows = client.query("SELECT id FROM triggers WHERE deleted_at IS NOT NULL LIMIT ?1").all(limit) as {
    id: string;
  }[];
  return rows.map((row) => row.id);
}

/**
 * Removes up to `limit` rows of a deleted trigger, its runs first and the trigger itself last.
 * Returns how many were removed; 0 when nothing is left.
 */
export function purgeTrigger(transaction: Transaction, id: string, limit: number): number {
  for (const table of ["deliveries", "idempotency_keys", "runs"] as const) {
    if (table === "runs") noteLastRun(transaction, id);
    const { changes } = transaction.client.query(PURGE[table]).run(id, limit);
    if (changes > 0) return changes;
  }
  const schedule = transaction.client.query("SELECT id FROM schedules WHERE trigger_id = ?1 LIMIT 1").get(id);
  if (schedule !== null) return purgeSchedule(transaction, (schedule as { id: string }).id, limit);
  return transaction.client.query("DELETE FROM triggers WHERE id = ?1 AND deleted_at IS NOT NULL").run(id).changes;
}

function noteLastRun(transaction: Transaction, id: string): void {
  const query = transaction.client.query(
    "SELECT max(seq) AS seq FROM runs WHERE trigger_seq = (SELECT seq FROM triggers WHERE id = ?1)",
  );
  const { seq } = query.get(id) as { seq: number | null };
  if (seq !== null) noteRemovedRuns(transaction, seq);
}

const PURGE = {
  deliveries: "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE trigger_id = ?1 LIMIT ?2)",
  idempotency_keys:
    "DELETE FROM idempotency_keys WHERE (trigger_id, key) IN (SELECT trigger_id, key FROM idempotency_keys WHERE trigger_id = ?1 LIMIT ?2)",
  runs: "DELETE FROM runs WHERE seq IN (SELECT seq FROM runs WHERE trigger_seq = (SELECT seq FROM triggers WHERE id = ?1) LIMIT ?2)",
};

function activeTriggerIds(db: BunSQLiteDatabase, organization_id: string): Set<string> {
  const rows = db
    .select({ trigger_id: schedules.trigger_id })
    .from(schedules)
    .where(
      and(eq(schedules.organization_id, organization_id), eq(schedules.is_enabled, true), isNull(schedules.deleted_at)),
    )
    .all();
  return new Set(rows.map((row) => row.trigger_id));
}

function present(scope: Scope, id: string) {
  return and(eq(triggers.id, id), inSight(scope), isNull(triggers.deleted_at));
}

function inSight({ organization_id, workspace_id }: Scope) {
  return and(
    eq(triggers.organization_id, organization_id),
    workspace_id === null ? undefined : eq(triggers.workspace_id, workspace_id),
  );
}
