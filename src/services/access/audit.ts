/**
 * The audit log: each change with its principal, time, client address and object. An entry is written in the
 * transaction that makes the change; refused requests are in the same log (memory/refusal_log.ts). No row holds a
 * secret or a payload.
 */
import { toTimestamp } from "../../clock";
import { type AuditFilter, type AuditRow, countAudit, insertAudit, listAudit } from "../../storage/audit";
import type { Transaction } from "../../storage/writer";
import type { Actor, Context } from "../context";
import { type ListingPage, listingPage } from "../listing_page";

export const AUDIT_ACTIONS = [
  "organization.create",
  "workspace.create",
  "key.create",
  "key.revoke",
  "session.share",
  "document.create",
  "document.update",
  "document.delete",
  "document.restore",
  "version.create",
  "version.name",
  "trigger.create",
  "trigger.update",
  "trigger.delete",
  "trigger.toggle",
  "trigger.rotate_secret",
  "schedule.create",
  "schedule.update",
  "schedule.delete",
  "schedule.reset_cursor",
  "schedule.run_tick",
  "run.rerun",
  "run.cancel",
  "delivery.redeliver",
  "webhook.ping",
  "apply",
  // These two record refusals: of a wrong key or secret, and of a role that is too low.
  "authenticate",
  "authorize",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditObject {
  readonly at: string;
  readonly action: string;
  readonly outcome: "done" | "refused";
  readonly object_id: string | null;
  readonly key_id: string | null;
  readonly user_id: string | null;
  readonly client: string;
  readonly request_id: string | null;
  readonly detail: string | null;
}

/** Records a change inside the transaction that makes it. */
export function recordChange(
  context: Pick<Context, "clock">,
  transaction: Transaction,
  actor: Actor,
  action: AuditAction,
  object_id: string,
  detail: string | null = null,
): void {
  const { organization_id, key_id, user_id, client, request_id } = actor;
  const at = context.clock.now();
  const who = { organization_id, key_id, user_id, client, request_id };
  insertAudit(transaction, { ...who, at, action, object_id, outcome: "done", detail });
}

/** The names of the fields that a change gives, never their values. */
export function fieldsOf(change: object): string {
  return Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(", ");
}

/** One page of an organization's log, newest first. */
export function listAuditObjects(
  context: Pick<Context, "db">,
  filter: AuditFilter,
  page: number,
  page_size: number,
): ListingPage<AuditObject> {
  const rows = listAudit(context.db, filter, (page - 1) * page_size, page_size);
  return listingPage(rows.map(auditObject), countAudit(context.db, filter), page, page_size);
}

function auditObject(row: AuditRow): AuditObject {
  return {
    at: toTimestamp(row.at),
    action: row.action,
    outcome: row.outcome,
    object_id: row.object_id,
    key_id: row.key_id,
    user_id: row.user_id,
    client: row.client,
    request_id: row.request_id,
    detail: row.detail,
  };
}
