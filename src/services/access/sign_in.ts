/**
 * Signs a browser in without copying a key: a link that works once and for an hour is exchanged for a key that only the
 * browser holds and that expires. Only the link's SHA-256 is stored.
 */
import { createHash } from "node:crypto";
import { toTimestamp } from "../../clock";
import type { Role } from "../../roles";
import { dropStaleLinks, findOpenLink, insertSignInLink, isKeyOfLink, spendLink } from "../../storage/sign_in_links";
import type { Transaction } from "../../storage/writer";
import type { Context, Principal, StorageParts, VisitParts } from "../context";
import { recordChange } from "./audit";
import { refuseLink, type Visit } from "./authentication";
import { type AccessContext, addKey, getKey, type KeyObject, revokeKeyById } from "./keys";

type SignInContext = StorageParts & VisitParts & Pick<Context, "clock" | "ids">;

const LINK_BYTES = 32;
const LINK_LIFE_MS = 3_600_000;
const BROWSER_KEY_DAYS = 1;
const BROWSER_KEY_NAME = "Browser, by sign-in link";

/** The principal that a browser is signed in as. */
export interface Session {
  readonly role: Role;
  readonly key: Pick<KeyObject, "id" | "name" | "prefix" | "expires_at">;
  readonly organization_id: string;
  readonly user_id: string;
  /** True when the key was made for this browser, and signing out ends it. */
  readonly ends_with_sign_out: boolean;
}

/** Creates a link and returns its secret part, which is not stored. */
export async function makeSignInLink(
  context: AccessContext,
  owner: { organization_id: string; user_id: string; role: Role },
  record: (transaction: Transaction) => void = () => {},
): Promise<string> {
  const link = Buffer.from(context.ids.bytes(LINK_BYTES)).toString("hex");
  const created_at = context.clock.now();
  await context.writer.write((transaction) => {
    dropStaleLinks(transaction, created_at);
    const { organization_id, user_id, role } = owner;
    const row = { link_hash: hashLink(link), organization_id, user_id, role, created_at };
    insertSignInLink(transaction, { ...row, expires_at: created_at + LINK_LIFE_MS, key_id: null });
    record(transaction);
  });
  return link;
}

/** Uses a link up and returns the key, which only this answer holds. Refuses 401 for unknown, used and old links alike. */
export async function signInByLink(
  context: SignInContext,
  link: string,
  visit: Visit,
): Promise<{ api_key: string; role: Role; expires_at: string | null }> {
  const link_hash = hashLink(link);
  const made = await context.writer.write((transaction) => {
    const row = findOpenLink(transaction, link_hash, context.clock.now());
    if (row === null) return null;
    const { organization_id, user_id, role } = row;
    const actor = { organization_id, user_id, key_id: null, client: visit.client(), request_id: visit.request_id };
    const input = { name: BROWSER_KEY_NAME, role, expires_days: BROWSER_KEY_DAYS };
    const key = addKey(context, transaction, actor, input);
    spendLink(transaction, link_hash, key.id);
    return key;
  });
  if (made !== null) return { api_key: made.api_key, role: made.role, expires_at: made.expires_at };
  throw refuseLink(context, visit);
}

export function getSession(context: SignInContext, principal: Principal): Session {
  const { id, name, prefix, expires_at } = getKey(context, principal);
  return {
    role: principal.role,
    key: { id, name, prefix, expires_at },
    organization_id: principal.organization_id,
    user_id: principal.user_id,
    ends_with_sign_out: isKeyOfLink(context.db, principal.key_id),
  };
}

/** Ends a browser's own key at once; any other key stays valid, since other programs may hold it. */
export async function signOut(context: SignInContext, principal: Principal): Promise<void> {
  if (isKeyOfLink(context.db, principal.key_id)) {
    await revokeKeyById(context, principal, principal.key_id);
  }
}

/** Creates a link for another device of the same user, and says until when it works. */
export async function shareSession(
  context: SignInContext,
  principal: Principal,
): Promise<{ link: string; expires_at: string }> {
  const expires_at = toTimestamp(context.clock.now() + LINK_LIFE_MS);
  const link = await makeSignInLink(context, principal, (transaction) =>
    recordChange(context, transaction, principal, "session.share", principal.user_id),
  );
  return { link, expires_at };
}

function hashLink(link: string): Buffer {
  return createHash("sha256").update(link).digest();
}
