/** Statements for documents. Deleting is soft: triggers that pin a version of one keep firing. */
import { and, desc, eq, isNull } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import type { Scope } from "./access";
import { documents } from "./schema";
import type { Transaction } from "./writer";

export type DocumentRow = typeof documents.$inferSelect;
export type DocumentSummary = Pick<DocumentRow, "id" | "name" | "created_at" | "updated_at">;

export function insertDocument(transaction: Transaction, row: DocumentRow): void {
  transaction.db.insert(documents).values(row).run();
}

export function findDocument(db: BunSQLiteDatabase, scope: Scope, id: string): DocumentRow | null {
  return db.select().from(documents).where(present(scope, id)).get() ?? null;
}

export function listDocuments(db: BunSQLiteDatabase, scope: Scope, skip: number, limit: number): DocumentSummary[] {
  return db
    .select({
      id: documents.id,
      name: documents.name,
      created_at: documents.created_at,
      updated_at: documents.updated_at,
    })
    .from(documents)
    .where(and(inSight(scope), isNull(documents.deleted_at)))
    .orderBy(desc(documents.id))
    .limit(limit)
    .offset(skip)
    .all();
}

/** Changes the given columns; null when there is no such document. */
export function updateDocument(
  transaction: Transaction,
  scope: Scope,
  id: string,
  change: Partial<
    Pick<DocumentRow, "name" | "workspace_id" | "model_json" | "canvas_json" | "updated_at" | "deleted_at">
  >,
): DocumentRow | null {
  const rows = transaction.db.update(documents).set(change).where(present(scope, id)).returning().all();
  return rows[0] ?? null;
}

function present(scope: Scope, id: string) {
  return and(eq(documents.id, id), inSight(scope), isNull(documents.deleted_at));
}

function inSight({ organization_id, workspace_id }: Scope) {
  return and(
    eq(documents.organization_id, organization_id),
    workspace_id === null ? undefined : eq(documents.workspace_id, workspace_id),
  );
}
