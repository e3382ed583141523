/**
 * Refused requests, for the audit log. Their number a minute is limited over all clients, so that nobody can fill the disk with refusals; the next row tells how many were left out.
 */
import type { Clock } from "../../clock";
import { firstTenant } from "../../storage/access";
import { insertAudit } from "../../storage/audit";
import type { Transaction, Writer } from "../../storage/writer";

/** Refusals written in a minute, over all clients. */
const REFUSALS_PER_MINUTE_MAX = 100;
const MINUTE_MS = 60_000;

/** A refused request, as the audit log records it. */
export interface RefusedVisit {
  /** null: it belongs to no tenant, so the log of the first one, which runs the installation, gets it. */
  readonly organization_id: string | null;
  readonly key_id: string | null;
  readonly user_id: string | null;
  readonly client: string;
  readonly request_id: string | null;
  readonly action: "authenticate" | "authorize";
  readonly object_id: string | null;
  readonly detail: string;
}

export class RefusalLog {
  readonly #clock: Clock;
  readonly #writer: Pick<Writer, "write">;
  #minute_started_at = Number.NEGATIVE_INFINITY;
  #written = 0;
  #left_out = 0;

  constructor(clock: Clock, writer: Pick<Writer, "write">) {
    this.#clock = clock;
    this.#writer = writer;
  }

  /** Writes a row in the background; the answer never waits for it. When the disk is full, rows are lost, but the service goes on. */
  record(visit: RefusedVisit): void {
    const now = this.#clock.monotonic();
    if (now - this.#minute_started_at >= MINUTE_MS) {
      this.#minute_started_at = now;
      this.#written = 0;
    }
    if (this.#written >= REFUSALS_PER_MINUTE_MAX) {
      this.#left_out += 1;
      return;
    }
    this.#written += 1;
    const left_out = this.#left_out === 0 ? "" : `; ${this.#left_out} more before it are not in this log`;
    this.#left_out = 0;
    const row = { ...visit, at: this.#clock.now(), outcome: "refused" as const, detail: visit.detail + left_out };
    const insert = (transaction: Transaction): void => {
      const organization_id = row.organization_id ?? firstTenant(transaction.db)?.organization_id;
      if (organization_id !== undefined) insertAudit(transaction, { ...row, organization_id });
    };
    this.#writer.write(insert).catch(() => {});
  }
}
