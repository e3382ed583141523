/** Builder documents at rest. Deleting is soft: triggers that pin a version of one keep firing. */
import { and, desc, eq, isNull } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { documents } from "./schema";
import type { Transaction } from "./writer";

export type DocumentRow = typeof documents.$inferSelect;
export type DocumentSummary = Pick<DocumentRow, "id" | "name" | "created_at" | "updated_at">;

export function insertDocument(transaction: Transaction, row: DocumentRow): void {
  transaction.db.insert(documents).values(row).run();
}

export function findDocument(db: BunSQLiteDatabase, organization_id: string, id: string): DocumentRow | null {
  return db.select().from(documents).where(present(organization_id, id)).get() ?? null;
}

export function listDocuments(
  db: BunSQLiteDatabase,
  organization_id: string,
  skip: number,
  limit: number,
): DocumentSummary[] {
  return db
    .select({
      id: documents.id,
      name: documents.name,
      created_at: documents.created_at,
      updated_at: documents.updated_at,
    })
    .from(documents)
    .where(and(eq(documents.organization_id, organization_id), isNull(documents.deleted_at)))
    .orderBy(desc(documents.id))
    .limit(limit)
    .offset(skip)
    .all();
}

/** Changes the given columns; null when the document is not there. */
export function updateDocument(
  transaction: Transaction,
  organization_id: string,
  id: string,
  change: Partial<Pick<DocumentRow, "name" | "model_json" | "canvas_json" | "updated_at" | "deleted_at">>,
): DocumentRow | null {
  const rows = transaction.db.update(documents).set(change).where(present(organization_id, id)).returning().all();
  return rows[0] ?? null;
}

function present(organization_id: string, id: string) {
  return and(eq(documents.id, id), eq(documents.organization_id, organization_id), isNull(documents.deleted_at));
}
