/**
 * Statements for webhook deliveries. A delivery is written in the transaction that ends the run, so every stored answer
 * will be sent. Each move of runs/delivery.ts is one guarded statement here, built from that table.
 * Deliveries to a trigger's webhook have no `destination_id`.
 */
import type { Database } from "bun:sqlite";
import { type AttemptEnd, DELIVERY_MACHINE, type DeliveryState } from "../runs/delivery";
import type { Move } from "../runs/state_machine";
import type { Transaction } from "./writer";

const IS_PENDING = DELIVERY_MACHINE.is("pending");
const IS_ENDED = DELIVERY_MACHINE.is("delivered", "exhausted");
/** Every delivery is inserted in this state. */
const BIRTH_STATE: DeliveryState = "pending";
/** Deliveries that wait to be sent to the trigger's webhook. */
const WAITS_IN_LANE = `trigger_id = ?1 AND destination_id IS NULL AND ${IS_PENDING}`;

const CLAIM = DELIVERY_MACHINE.move("pending", "sending");
const PUT_BACK = DELIVERY_MACHINE.move("sending", "pending");
const ABANDON = DELIVERY_MACHINE.move("pending", "exhausted");
const REDELIVER = DELIVERY_MACHINE.move(["pending", "delivered", "exhausted"], "pending");
const SETTLE: { readonly [End in AttemptEnd]: Move } = {
  delivered: DELIVERY_MACHINE.move("sending", "delivered"),
  pending: PUT_BACK,
  exhausted: DELIVERY_MACHINE.move("sending", "exhausted"),
};

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
  readonly trigger_id: string;
  readonly run_seq: number | null;
  readonly attempts: number;
  readonly boot_id: string;
}

export function insertDelivery(transaction: Transaction, delivery: NewDelivery): void {
  transaction.client
    .query(
      `INSERT INTO deliveries (id, organization_id, trigger_id, run_seq, event, payload, state, next_at, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, '${BIRTH_STATE}', ?7, ?7, ?7)`,
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

/** pending -> sending: takes a trigger's deliveries that are due, oldest first. The attempt is counted before it is made. */
export function claimDeliveries(
  transaction: Transaction,
  trigger_id: string,
  boot_id: string,
  now: number,
  limit: number,
): ClaimedDelivery[] {
  return transaction.client
    .query(
      `UPDATE deliveries SET ${CLAIM.set}, boot_id = ?2, attempts = attempts + 1, next_at = NULL, updated_at = ?3
       WHERE id IN (SELECT id FROM deliveries WHERE ${WAITS_IN_LANE} AND next_at <= ?3 ORDER BY next_at LIMIT ?4) AND ${CLAIM.where}
       RETURNING id, trigger_id, run_seq, attempts, boot_id`,
    )
    .all(trigger_id, boot_id, now, limit) as ClaimedDelivery[];
}

/** sending -> pending for a delivery that was taken but not sent: the attempt does not count. */
export function giveBackDelivery(transaction: Transaction, claimed: ClaimedDelivery, now: number): void {
  transaction.client
    .query(
      `UPDATE deliveries SET ${PUT_BACK.set}, boot_id = NULL, attempts = attempts - 1, next_at = ?4, updated_at = ?4
       WHERE id = ?1 AND boot_id = ?2 AND attempts = ?3 AND ${PUT_BACK.where}`,
    )
    .run(claimed.id, claimed.boot_id, claimed.attempts, now);
}

/** The bytes that are sent, or null when the delivery is gone. */
export function readPayload(client: Database, id: string): Uint8Array | null {
  const row = client.query("SELECT payload FROM deliveries WHERE id = ?1").get(id) as { payload: Uint8Array } | null;
  return row?.payload ?? null;
}

/** When the next delivery of a trigger is due, or null. */
export function nextDeliveryAt(client: Database, trigger_id: string): number | null {
  const query = client.query(`SELECT min(next_at) AS at FROM deliveries WHERE ${WAITS_IN_LANE}`);
  return (query.get(trigger_id) as { at: number | null }).at;
}

/** Triggers with waiting deliveries, each with the instant of its earliest one. */
export function listLanes(client: Database): { trigger_id: string; at: number }[] {
  return client
    .query(
      `SELECT trigger_id, min(next_at) AS at FROM deliveries WHERE ${IS_PENDING} AND destination_id IS NULL GROUP BY trigger_id`,
    )
    .all() as { trigger_id: string; at: number }[];
}

/** One attempt, as the delivery's log records it. */
export interface AttemptRecord {
  readonly at: number;
  readonly http_status: number | null;
  readonly duration_ms: number;
  readonly error: string | null;
  readonly answer: string;
}

export interface DeliveryEnd {
  readonly state: AttemptEnd;
  /** When the next attempt is due; only for `pending`. */
  readonly next_at: number | null;
  readonly attempt: AttemptRecord;
  readonly now: number;
}

/** sending -> the state that the attempt led to; updates the run too. False when this process no longer holds it. */
export function settleDelivery(transaction: Transaction, claimed: ClaimedDelivery, end: DeliveryEnd): boolean {
  const { client } = transaction;
  const { attempt } = end;
  const move = SETTLE[end.state];
  const { changes } = client
    .query(
      `UPDATE deliveries SET ${move.set}, boot_id = NULL, next_at = ?4, last_status = ?5, last_error = ?6, updated_at = ?7
       WHERE id = ?1 AND boot_id = ?2 AND attempts = ?3 AND ${move.where}`,
    )
    .run(claimed.id, claimed.boot_id, claimed.attempts, end.next_at, attempt.http_status, attempt.error, end.now);
  if (changes === 0) return false;
  client
    .query("INSERT OR REPLACE INTO delivery_attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    .run(
      claimed.id,
      claimed.attempts,
      attempt.at,
      attempt.http_status,
      attempt.duration_ms,
      attempt.error,
      attempt.answer,
    );
  if (claimed.run_seq !== null) {
    const delivered = end.state === "pending" ? null : end.state === "delivered" ? 1 : 0;
    client
      .query(
        "UPDATE runs SET webhook_attempts = ?2, webhook_delivered = coalesce(?3, webhook_delivered) WHERE seq = ?1",
      )
      .run(claimed.run_seq, claimed.attempts, delivered);
  }
  return true;
}

/** pending -> exhausted for all waiting deliveries of a trigger; updates the runs too. Returns how many. */
export function abandonDeliveries(transaction: Transaction, trigger_id: string, reason: string, now: number): number {
  const { client } = transaction;
  client
    .query(`UPDATE runs SET webhook_delivered = 0 WHERE seq IN (SELECT run_seq FROM deliveries WHERE ${WAITS_IN_LANE})`)
    .run(trigger_id);
  return client
    .query(
      `UPDATE deliveries SET ${ABANDON.set}, next_at = NULL, last_error = ?2, updated_at = ?3 WHERE ${WAITS_IN_LANE} AND ${ABANDON.where}`,
    )
    .run(trigger_id, reason, now).changes;
}

/** delivered, exhausted or pending -> pending, due now. False while an attempt is under way. */
export function redeliver(transaction: Transaction, id: string, now: number): boolean {
  const { changes } = transaction.client
    .query(`UPDATE deliveries SET ${REDELIVER.set}, next_at = ?2, updated_at = ?2 WHERE id = ?1 AND ${REDELIVER.where}`)
    .run(id, now);
  return changes > 0;
}

/** sending -> pending for deliveries that a dead process was sending. Returns how many. */
export function requeueDeliveries(transaction: Transaction, boot_id: string, now: number): number {
  return transaction.client
    .query(
      `UPDATE deliveries SET ${PUT_BACK.set}, boot_id = NULL, next_at = ?2, updated_at = ?2 WHERE ${PUT_BACK.where} AND boot_id != ?1`,
    )
    .run(boot_id, now).changes;
}

/** Removes up to `limit` deliveries without a run that ended before `before`; others are removed with their run. Returns how many were removed. */
export function pruneDeliveries(transaction: Transaction, before: number, limit: number): number {
  return transaction.client
    .query(
      `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
         WHERE run_seq IS NULL AND created_at < ?1 AND ${IS_ENDED} LIMIT ?2)`,
    )
    .run(before, limit).changes;
}

/** A delivery, as the log shows it. */
export interface DeliveryRow {
  readonly id: string;
  readonly trigger_id: string;
  readonly run_id: string | null;
  readonly event: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

const SELECT_DELIVERY = `SELECT deliveries.id, deliveries.trigger_id, runs.id AS run_id, event, state, attempts, next_at, last_status,
    last_error, deliveries.created_at, deliveries.updated_at
  FROM deliveries LEFT JOIN runs ON runs.seq = deliveries.run_seq`;

/** Deliveries of a trigger, newest first. */
export function listDeliveries(
  client: Database,
  trigger_id: string,
  state: DeliveryState | null,
  offset: number,
  limit: number,
): DeliveryRow[] {
  return client
    .query(
      `${SELECT_DELIVERY} WHERE deliveries.trigger_id = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY deliveries.id DESC LIMIT ?3 OFFSET ?4`,
    )
    .all(trigger_id, state, limit, offset) as DeliveryRow[];
}

export function countDeliveries(client: Database, trigger_id: string, state: DeliveryState | null): number {
  const query = client.query(
    "SELECT count(*) AS n FROM deliveries WHERE trigger_id = ?1 AND (?2 IS NULL OR state = ?2)",
  );
  return (query.get(trigger_id, state) as { n: number }).n;
}

/** One delivery of a trigger with the bytes that are sent, or null. */
export function findDelivery(
  client: Database,
  trigger_id: string,
  id: string,
): (DeliveryRow & { readonly payload: Uint8Array }) | null {
  const columns = SELECT_DELIVERY.replace("SELECT ", "SELECT payload, ");
  return client.query(`${columns} WHERE deliveries.trigger_id = ?1 AND deliveries.id = ?2`).get(trigger_id, id) as
    | (DeliveryRow & { readonly payload: Uint8Array })
    | null;
}

/** The attempts of a delivery, first to last. */
export function listAttempts(client: Database, delivery_id: string): AttemptRecord[] {
  return client
    .query(
      "SELECT at, http_status, duration_ms, error, answer FROM delivery_attempts WHERE delivery_id = ?1 ORDER BY number",
    )
    .all(delivery_id) as AttemptRecord[];
}

/** Deliveries that wait for their first or another attempt. */
export function countPendingDeliveries(client: Database): number {
  return (client.query(`SELECT count(*) AS n FROM deliveries WHERE ${IS_PENDING}`).get() as { n: number }).n;
}
