/** Statements for versions: the frozen texts of a document, numbered from 1. */
import { and, desc, eq } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { versions } from "./schema";
import type { Transaction } from "./writer";

export type VersionRow = typeof versions.$inferSelect;
export type VersionSummary = Omit<VersionRow, "canvas_json" | "model_json" | "content_digest">;

const SUMMARY = {
  id: versions.id,
  document_id: versions.document_id,
  organization_id: versions.organization_id,
  sequence: versions.sequence,
  is_named: versions.is_named,
  version_name: versions.version_name,
  version_description: versions.version_description,
  change_summary: versions.change_summary,
  created_at: versions.created_at,
};

export function insertVersion(transaction: Transaction, row: VersionRow): void {
  transaction.db.insert(versions).values(row).run();
}

export function findVersion(db: BunSQLiteDatabase, document_id: string, id: string): VersionRow | null {
  const where = and(eq(versions.id, id), eq(versions.document_id, document_id));
  return db.select().from(versions).where(where).get() ?? null;
}

/** The model text of any version by its id, for claimed runs. */
export function readVersionModel(
  db: BunSQLiteDatabase,
  id: string,
): { model_json: string | null; content_digest: string } | null {
  const columns = { model_json: versions.model_json, content_digest: versions.content_digest };
  return db.select(columns).from(versions).where(eq(versions.id, id)).get() ?? null;
}

/** The newest version of a document, read inside the transaction. */
export function latestVersion(db: BunSQLiteDatabase, document_id: string): VersionRow | null {
  return (
    db
      .select()
      .from(versions)
      .where(eq(versions.document_id, document_id))
      .orderBy(desc(versions.sequence))
      .limit(1)
      .get() ?? null
  );
}

export function listVersions(
  db: BunSQLiteDatabase,
  document_id: string,
  skip: number,
  limit: number,
): VersionSummary[] {
  return db
    .select(SUMMARY)
    .from(versions)
    .where(eq(versions.document_id, document_id))
    .orderBy(desc(versions.sequence))
    .limit(limit)
    .offset(skip)
    .all();
}

/** Gives a version a name, which keeps it from being pruned. Null when there is no such version. */
export function nameVersion(
  transaction: Transaction,
  document_id: string,
  id: string,
  name: { version_name: string; version_description?: string | null },
): VersionSummary | null {
  const where = and(eq(versions.id, id), eq(versions.document_id, document_id));
  const rows = transaction.db
    .update(versions)
    .set({ ...name, is_named: true })
    .where(where)
    .returning(SUMMARY)
    .all();
  return rows[0] ?? null;
}

/** Removes unnamed versions of a document beyond the newest `keep`, but no pinned ones. Returns how many were removed. */
export function pruneVersions(transaction: Transaction, document_id: string, keep: number): number {
  return transaction.client
    .query(
      `DELETE FROM versions WHERE document_id = ?1 AND is_named = 0
         AND sequence <= (SELECT sequence FROM versions WHERE document_id = ?1 AND is_named = 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)
         AND NOT EXISTS (SELECT 1 FROM triggers WHERE triggers.version_id = versions.id)`,
    )
    .run(document_id, keep).changes;
}
