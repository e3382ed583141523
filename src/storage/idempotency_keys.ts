/** Idempotency keys of fires, stored in the same transaction as the runs they made. */
import type { Transaction } from "./writer";

export interface IdempotencyRow {
  readonly body_hash: Uint8Array;
  /** One, or those of a batch in order. */
  readonly run_ids: readonly string[];
}

/** The runs that this key made since `created_after`, or null. */
export function findIdempotencyKey(
  transaction: Transaction,
  trigger_id: string,
  key: string,
  created_after: number,
): IdempotencyRow | null {
  const row = transaction.client
    .query("SELECT body_hash, run_ids FROM idempotency_keys WHERE trigger_id = ?1 AND key = ?2 AND created_at > ?3")
    .get(trigger_id, key, created_after) as { body_hash: Uint8Array; run_ids: string } | null;
  return row === null ? null : { body_hash: row.body_hash, run_ids: row.run_ids.split(" ") };
}

/** Stores a key; replaces an expired one. */
export function putIdempotencyKey(
  transaction: Transaction,
  row: IdempotencyRow & { readonly trigger_id: string; readonly key: string; readonly created_at: number },
): void {
  transaction.client
    .query(
      "INSERT OR REPLACE INTO idempotency_keys (trigger_id, key, body_hash, run_ids, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .run(row.trigger_id, row.key, row.body_hash, row.run_ids.join(" "), row.created_at);
}

/** Removes up to `limit` expired keys. Returns how many were removed. */
export function pruneIdempotencyKeys(transaction: Transaction, created_before: number, limit: number): number {
  return transaction.client
    .query(
      "DELETE FROM idempotency_keys WHERE (trigger_id, key) IN (SELECT trigger_id, key FROM idempotency_keys WHERE created_at <= ?1 LIMIT ?2)",
    )
    .run(created_before, limit).changes;
}
