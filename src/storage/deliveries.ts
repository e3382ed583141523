/**
 * Webhook deliveries at rest: written in the transaction that ends the run, so an answer that is stored is an
 * answer that will be sent. pending -> sending -> delivered | pending (later) | exhausted.
 */
import type { Database } from "bun:sqlite";
import type { Transaction } from "./writer";

export interface NewDelivery {
  readonly id: string;
  readonly organization_id: string;
  readonly trigger_id: string;
  readonly run_seq: number | null;
  readonly event: string;
  readonly payload: Uint8Array;
  readonly created_at: number;
}

/** A delivery that this process has taken to send. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly organization_id: string;
  readonly trigger_id: string;
  readonly run_seq: number | null;
  readonly event: string;
  readonly payload: Uint8Array;
  readonly attempts: number;
  readonly boot_id: string;
}

export function insertDelivery(transaction: Transaction, delivery: NewDelivery): void {
  transaction.client
    .query(
      `INSERT INTO deliveries (id, organization_id, trigger_id, run_seq, event, payload, state, next_at, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?7, ?7)`,
    )
    .run(
      delivery.id,
      delivery.organization_id,
      delivery.trigger_id,
      delivery.run_seq,
      delivery.event,
      delivery.payload,
      delivery.created_at,
    );
}

/** pending -> sending: takes the deliveries that are due, oldest first. The attempt counts before it is made. */
export function claimDeliveries(
  transaction: Transaction,
  boot_id: string,
  now: number,
  limit: number,
): ClaimedDelivery[] {
  return transaction.client
    .query(
      `UPDATE deliveries SET state = 'sending', boot_id = ?1, attempts = attempts + 1, next_at = NULL, updated_at = ?2
       WHERE id IN (SELECT id FROM deliveries WHERE state = 'pending' AND next_at <= ?2 ORDER BY next_at LIMIT ?3)
       RETURNING id, organization_id, trigger_id, run_seq, event, payload, attempts, boot_id`,
    )
    .all(boot_id, now, limit) as ClaimedDelivery[];
}

export interface DeliveryEnd {
  readonly state: "delivered" | "pending" | "exhausted";
  /** When the next attempt is due; for `pending` alone. */
  readonly next_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly now: number;
}

/** sending -> where the attempt led, told to the run too. False when this process no longer holds it. */
export function settleDelivery(transaction: Transaction, claimed: ClaimedDelivery, end: DeliveryEnd): boolean {
  const { changes } = transaction.client
    .query(
      `UPDATE deliveries SET state = ?4, boot_id = NULL, next_at = ?5, last_status = ?6, last_error = ?7, updated_at = ?8
       WHERE id = ?1 AND boot_id = ?2 AND attempts = ?3 AND state = 'sending'`,
    )
    .run(
      claimed.id,
      claimed.boot_id,
      claimed.attempts,
      end.state,
      end.next_at,
      end.last_status,
      end.last_error,
      end.now,
    );
  if (changes > 0 && claimed.run_seq !== null) {
    const delivered = end.state === "pending" ? null : end.state === "delivered" ? 1 : 0;
    transaction.client
      .query(
        "UPDATE runs SET webhook_attempts = ?2, webhook_delivered = coalesce(?3, webhook_delivered) WHERE seq = ?1",
      )
      .run(claimed.run_seq, claimed.attempts, delivered);
  }
  return changes > 0;
}

/** sending -> pending for what a process that is gone was sending. Returns how many. */
export function requeueDeliveries(transaction: Transaction, boot_id: string, now: number): number {
  return transaction.client
    .query(
      "UPDATE deliveries SET state = 'pending', boot_id = NULL, next_at = ?2, updated_at = ?2 WHERE state = 'sending' AND boot_id != ?1",
    )
    .run(boot_id, now).changes;
}

/** The instant of the next due delivery, or null. */
export function nextDeliveryAt(client: Database): number | null {
  const row = client.query("SELECT min(next_at) AS at FROM deliveries WHERE state = 'pending'").get() as {
    at: number | null;
  };
  return row.at;
}
