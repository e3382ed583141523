/** Finds the principal of an API key, checks roles, and builds the refusals for wrong credentials. */
import { createHash } from "node:crypto";
import { Refusal } from "../../refusals";
import { isAtLeast, type Role } from "../../roles";
import { findKeyByHash, type KeyRow } from "../../storage/access";
import type { Context, Principal, VisitParts } from "../context";

type AuthenticationContext = VisitParts & Pick<Context, "clock" | "db">;

/** Every API key begins with this, and no trigger secret does. */
export const KEY_PREFIX = "ok_live_";

/** Each role may do everything that the roles before it may do. */
/** Failures with API keys are counted under one target, because a guessed key would open every route. */
const KEY_TARGET = "api_key";
const LINK_TARGET = "sign_in_link";

/** The facts of a request that identify its sender. */
export interface Visit {
  /** Returns the client's address; called only when it is needed. */
  readonly client: () => string;
  readonly request_id: string;
  /** Returns a signal that is aborted when the client goes away; called only when it is needed. */
  readonly gone: () => AbortSignal | null;
}

/** Finds the principal that holds this key. Refuses 401, and 429 for a client that keeps guessing. */
export function authenticate(context: AuthenticationContext, api_key: string, visit: Visit): Principal {
  const row = findKeyByHash(context.db, hashKey(api_key));
  const fault = row === null ? "unknown API key" : faultOf(row, context.clock.now());
  if (row === null || fault !== null) throw refuseKey(context, row, fault ?? "", visit);
  const { organization_id, workspace_id, user_id, id: key_id, role } = row;
  return {
    ...{ organization_id, workspace_id, user_id, key_id, role },
    ...{ client: visit.client(), request_id: visit.request_id, gone: visit.gone() },
  };
}

/** Refuses a principal whose role is below the one needed. */
export function requireRole(principal: Principal, needed: Role): Principal {
  if (isAtLeast(principal.role, needed)) return principal;
  throw new Refusal("not_allowed", `This needs the role ${needed}; the key's role is ${principal.role}`);
}

/** Records in the audit log that a role was too low. */
export function recordLowRole(context: Pick<Context, "refusal_log">, principal: Principal, request: string): void {
  const { organization_id, key_id, user_id, client, request_id, role } = principal;
  const who = { organization_id, key_id, user_id, client, request_id };
  context.refusal_log.record({ ...who, action: "authorize", object_id: null, detail: `${request} with role ${role}` });
}

/** The refusal of a wrong secret: 401, and 429 after too many failures of this client. It is never called for the right secret.
 * When no secret was given, `missing` says what was found instead; null: a secret was given.
 */
export function refuseSecret(
  context: Pick<Context, "failure_limits" | "refusal_log">,
  trigger: { readonly id: string; readonly organization_id: string },
  missing: string | null,
  visit: Visit,
): Refusal {
  const client = visit.client();
  const { retry_after_seconds, is_news } = context.failure_limits.fail(client, trigger.id);
  if (is_news) {
    context.refusal_log.record({
      organization_id: trigger.organization_id,
      ...{ key_id: null, user_id: null, client, request_id: visit.request_id },
      ...{ action: "authenticate", object_id: trigger.id },
      detail: missing === null ? "wrong trigger secret" : "no trigger secret",
    });
  }
  if (retry_after_seconds === null) {
    const hint = missing === null ? "" : `: ${missing}; send it as Authorization: Bearer SECRET`;
    return new Refusal("invalid_trigger_secret", `Invalid trigger secret${hint}`);
  }
  return tooManyFailures("secrets", retry_after_seconds);
}

/** The refusal of a sign-in link that was used, has expired or never existed: 401, and 429 for a client that keeps trying. */
export function refuseLink(context: Pick<Context, "failure_limits" | "refusal_log">, visit: Visit): Refusal {
  const client = visit.client();
  const { retry_after_seconds, is_news } = context.failure_limits.fail(client, LINK_TARGET);
  if (is_news) {
    context.refusal_log.record({
      ...{ organization_id: null, key_id: null, user_id: null, client, request_id: visit.request_id },
      ...{ action: "authenticate", object_id: null, detail: "wrong sign-in link" },
    });
  }
  if (retry_after_seconds !== null) return tooManyFailures("links", retry_after_seconds);
  return new Refusal(
    "invalid_sign_in_link",
    "This sign-in link is unknown, used or more than an hour old; sign in with an API key instead",
  );
}

export function hashKey(api_key: string): Buffer {
  return createHash("sha256").update(api_key).digest();
}

function refuseKey(
  context: Pick<Context, "failure_limits" | "refusal_log">,
  row: KeyRow | null,
  fault: string,
  visit: Visit,
): Refusal {
  const client = visit.client();
  const { retry_after_seconds, is_news } = context.failure_limits.fail(client, KEY_TARGET);
  if (is_news) {
    context.refusal_log.record({
      ...{ organization_id: row?.organization_id ?? null, key_id: row?.id ?? null, user_id: row?.user_id ?? null },
      ...{ client, request_id: visit.request_id, action: "authenticate", object_id: null, detail: fault },
    });
  }
  if (retry_after_seconds === null) return new Refusal("invalid_api_key", "Invalid API key");
  return tooManyFailures("keys", retry_after_seconds);
}

function faultOf(row: KeyRow, now: number): string | null {
  if (row.revoked_at !== null) return "revoked API key";
  return row.expires_at !== null && row.expires_at <= now ? "expired API key" : null;
}

function tooManyFailures(what: "keys" | "secrets" | "links", retry_after_seconds: number): Refusal {
  return new Refusal(
    "too_many_failures",
    `Too many wrong ${what} from this client; try again in ${retry_after_seconds} s`,
    { retry_after_seconds },
  );
}
