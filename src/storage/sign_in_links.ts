/** Statements for sign-in links. They are stored as SHA-256, and each works once. */
import { and, eq, gt, isNull, lt } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { signInLinks } from "./schema";
import type { Transaction } from "./writer";

export type SignInLinkRow = typeof signInLinks.$inferSelect;

export function insertSignInLink(transaction: Transaction, row: SignInLinkRow): void {
  transaction.db.insert(signInLinks).values(row).run();
}

/** The link, if it is unused and has not expired. */
export function findOpenLink(transaction: Transaction, link_hash: Buffer, now: number): SignInLinkRow | null {
  const where = and(eq(signInLinks.link_hash, link_hash), isNull(signInLinks.key_id), gt(signInLinks.expires_at, now));
  return transaction.db.select().from(signInLinks).where(where).get() ?? null;
}

export function spendLink(transaction: Transaction, link_hash: Buffer, key_id: string): void {
  transaction.db.update(signInLinks).set({ key_id }).where(eq(signInLinks.link_hash, link_hash)).run();
}

/** Removes the unused links of a user. */
export function dropOpenLinks(transaction: Transaction, user_id: string): void {
  transaction.db
    .delete(signInLinks)
    .where(and(isNull(signInLinks.key_id), eq(signInLinks.user_id, user_id)))
    .run();
}

/** Removes links that expired unused. */
export function dropStaleLinks(transaction: Transaction, now: number): void {
  transaction.db
    .delete(signInLinks)
    .where(and(isNull(signInLinks.key_id), lt(signInLinks.expires_at, now)))
    .run();
}

/** True when the key was issued for a sign-in link, so that it belongs to one browser. */
export function isKeyOfLink(db: BunSQLiteDatabase, key_id: string): boolean {
  return (
    db.select({ key_id: signInLinks.key_id }).from(signInLinks).where(eq(signInLinks.key_id, key_id)).get() !==
    undefined
  );
}
