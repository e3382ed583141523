/** Statements for organizations, users, workspaces and API keys. Keys are stored as SHA-256, never in plain text. */
import type { Database } from "bun:sqlite";
import { and, count, desc, eq, isNull, or, sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { apiKeys, organizations, users, workspaces } from "./schema";
import type { Transaction } from "./writer";

export type KeyRow = typeof apiKeys.$inferSelect;
export type WorkspaceRow = typeof workspaces.$inferSelect;
export type OrganizationRow = typeof organizations.$inferSelect;

/** Order of insertion: ids and times follow the clock, which may have been set back since. */
const FIRST_MADE = {
  organizations: sql`${organizations}.rowid`,
  users: sql`${users}.rowid`,
  workspaces: sql`${workspaces}.rowid`,
};

/** The part of a tenant that a key can see: all of its workspaces, or one. */
export interface Scope {
  readonly organization_id: string;
  readonly workspace_id: string | null;
}

export interface NewTenant {
  readonly organization_id: string;
  readonly user_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly created_at: number;
}

/** Makes a tenant with its first user and workspace. */
export function insertTenant(transaction: Transaction, tenant: NewTenant): void {
  const { organization_id, name, created_at } = tenant;
  transaction.db.insert(organizations).values({ id: organization_id, name, created_at }).run();
  transaction.db.insert(users).values({ id: tenant.user_id, organization_id, name: "admin", created_at }).run();
  transaction.db
    .insert(workspaces)
    .values({ id: tenant.workspace_id, organization_id, name: "Default", created_at })
    .run();
}

/** The first organization with its first user, or null before the first start has ended. */
export function firstTenant(db: BunSQLiteDatabase): { organization_id: string; user_id: string } | null {
  const row = db
    .select({ organization_id: users.organization_id, user_id: users.id })
    .from(users)
    .orderBy(FIRST_MADE.users)
    .limit(1)
    .get();
  return row ?? null;
}

/** All organizations, oldest first. */
export function listOrganizations(db: BunSQLiteDatabase): OrganizationRow[] {
  return db.select().from(organizations).orderBy(FIRST_MADE.organizations).all();
}

export function hasOrganizationNamed(db: BunSQLiteDatabase, name: string): boolean {
  return (
    db.select({ id: organizations.id }).from(organizations).where(eq(organizations.name, name)).get() !== undefined
  );
}

/** The organization of that id or name with its first user, or null. */
export function findTenant(
  db: BunSQLiteDatabase,
  id_or_name: string,
): { organization_id: string; user_id: string } | null {
  const row = db
    .select({ organization_id: users.organization_id, user_id: users.id })
    .from(users)
    .innerJoin(organizations, eq(organizations.id, users.organization_id))
    .where(or(eq(organizations.id, id_or_name), eq(organizations.name, id_or_name)))
    .orderBy(FIRST_MADE.users)
    .limit(1)
    .get();
  return row ?? null;
}

/** The workspace with that id, or the first one; null when the scope does not include it. */
export function findWorkspace(db: BunSQLiteDatabase, scope: Scope, id: string | null): string | null {
  const where = and(inSight(scope), id === null ? undefined : eq(workspaces.id, id));
  return (
    db.select({ id: workspaces.id }).from(workspaces).where(where).orderBy(FIRST_MADE.workspaces).limit(1).get()?.id ??
    null
  );
}

export function listWorkspaces(db: BunSQLiteDatabase, scope: Scope): WorkspaceRow[] {
  return db.select().from(workspaces).where(inSight(scope)).orderBy(FIRST_MADE.workspaces).all();
}

export function hasWorkspaceNamed(db: BunSQLiteDatabase, organization_id: string, name: string): boolean {
  const where = and(eq(workspaces.organization_id, organization_id), eq(workspaces.name, name));
  return db.select({ id: workspaces.id }).from(workspaces).where(where).get() !== undefined;
}

export function insertWorkspace(transaction: Transaction, row: WorkspaceRow): void {
  transaction.db.insert(workspaces).values(row).run();
}

function inSight({ organization_id, workspace_id }: Scope) {
  return and(
    eq(workspaces.organization_id, organization_id),
    workspace_id === null ? undefined : eq(workspaces.id, workspace_id),
  );
}

export function insertKey(transaction: Transaction, row: KeyRow): void {
  transaction.db.insert(apiKeys).values(row).run();
}

export function findKeyByHash(db: BunSQLiteDatabase, key_hash: Buffer): KeyRow | null {
  return db.select().from(apiKeys).where(eq(apiKeys.key_hash, key_hash)).get() ?? null;
}

export function listKeys(db: BunSQLiteDatabase, organization_id: string, offset: number, limit: number): KeyRow[] {
  return db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.organization_id, organization_id))
    .orderBy(desc(apiKeys.id))
    .limit(limit)
    .offset(offset)
    .all();
}

export function countKeys(db: BunSQLiteDatabase, organization_id: string): number {
  return db.select({ n: count() }).from(apiKeys).where(eq(apiKeys.organization_id, organization_id)).get()?.n ?? 0;
}

/** True when any key of any organization is still valid at `now`. */
export function hasLiveKey(db: BunSQLiteDatabase, now: number): boolean {
  const is_live = and(
    isNull(apiKeys.revoked_at),
    sql`(${apiKeys.expires_at} IS NULL OR ${apiKeys.expires_at} > ${now})`,
  );
  return db.select({ id: apiKeys.id }).from(apiKeys).where(is_live).limit(1).get() !== undefined;
}

/** True while the key of the first start is the only one and nothing was created with it. */
export function hasOnlyFirstKey(client: Database): boolean {
  const row = client
    .query("SELECT (SELECT count(*) FROM api_keys) = 1 AND NOT EXISTS (SELECT 1 FROM documents) AS is_so")
    .get() as { is_so: 0 | 1 };
  return row.is_so === 1;
}

/** How many admin keys of the organization are valid at `now`. */
export function countLiveAdminKeys(transaction: Transaction, organization_id: string, now: number): number {
  const live = and(
    eq(apiKeys.organization_id, organization_id),
    eq(apiKeys.role, "admin"),
    isNull(apiKeys.revoked_at),
    sql`(${apiKeys.expires_at} IS NULL OR ${apiKeys.expires_at} > ${now})`,
  );
  return transaction.db.select({ n: count() }).from(apiKeys).where(live).get()?.n ?? 0;
}

/** The key with that id, of that organization. */
export function findKey(transaction: Pick<Transaction, "db">, organization_id: string, key_id: string): KeyRow | null {
  const where = and(eq(apiKeys.id, key_id), eq(apiKeys.organization_id, organization_id));
  return transaction.db.select().from(apiKeys).where(where).get() ?? null;
}

export function revokeKey(transaction: Transaction, key_id: string, now: number): void {
  transaction.db
    .update(apiKeys)
    .set({ revoked_at: now })
    .where(and(eq(apiKeys.id, key_id), isNull(apiKeys.revoked_at)))
    .run();
}
