/** What `apply` last wrote, by name. With it `apply` notices what others have changed since. */
import { and, asc, eq } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { appliedObjects } from "./schema";
import type { Transaction } from "./writer";

export type AppliedRow = typeof appliedObjects.$inferSelect;

/** The record to use: each workspace has its own, and keys that see all workspaces share one. */
export interface AppliedScope {
  readonly organization_id: string;
  /** "": all workspaces. */
  readonly workspace_id: string;
}

export function listApplied(db: BunSQLiteDatabase, scope: AppliedScope): AppliedRow[] {
  return db
    .select()
    .from(appliedObjects)
    .where(inScope(scope))
    .orderBy(asc(appliedObjects.kind), asc(appliedObjects.name))
    .all();
}

export function replaceApplied(transaction: Transaction, scope: AppliedScope, rows: readonly AppliedRow[]): void {
  transaction.db.delete(appliedObjects).where(inScope(scope)).run();
  for (const row of rows) transaction.db.insert(appliedObjects).values(row).run();
}

function inScope({ organization_id, workspace_id }: AppliedScope) {
  return and(eq(appliedObjects.organization_id, organization_id), eq(appliedObjects.workspace_id, workspace_id));
}
