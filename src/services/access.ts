/** Keys: making, checking, listing and revoking them. A key is shown once and kept as its SHA-256. */
import { createHash } from "node:crypto";
import { toTimestamp } from "../clock";
import { Refusal } from "../refusals";
import {
  countKeys,
  countLiveAdminKeys,
  findKey,
  findKeyByHash,
  firstTenant,
  insertKey,
  insertTenant,
  type KeyRow,
  listKeys,
  type Role,
  revokeKey,
} from "../storage/access";
import type { Context, Principal } from "./context";
import { type Page, pageOf } from "./page";

/** The part of a context that keys need; the `keys` command has no more. */
export type AccessContext = Pick<Context, "clock" | "ids" | "writer" | "db">;

const KEY_PREFIX = "ok_live_";
const KEY_BYTES = 32;
const SHOWN_PREFIX_LENGTH = 12;
const DAY_MS = 86_400_000;

export interface KeyObject {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly prefix: string;
  readonly organization_id: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export interface NewKey {
  readonly name: string;
  readonly role?: Role | undefined;
  readonly expires_days?: number | null | undefined;
}

/** Makes organization, user, workspace and admin key at the first start. Returns the key when it was made here, null when there is one already or it was given. */
export async function bootstrap(context: AccessContext, given_key: string | null): Promise<string | null> {
  if (firstTenant(context.db) !== null) return null;
  const api_key = given_key ?? makeKey(context);
  const now = context.clock.now();
  const organization_id = context.ids.next("organization");
  const user_id = context.ids.next("user");
  await context.writer.write((transaction) => {
    insertTenant(transaction, {
      organization_id,
      user_id,
      workspace_id: context.ids.next("workspace"),
      name: "Default",
      created_at: now,
    });
    const owner = { organization_id, user_id };
    insertKey(transaction, keyRow(context, owner, api_key, { name: "admin", role: "admin" }));
  });
  return given_key === null ? api_key : null;
}

/** Who a bearer key speaks for; null when it is unknown, revoked or expired. */
export function authenticate(context: AccessContext, api_key: string): Principal | null {
  const row = findKeyByHash(context.db, hashKey(api_key));
  if (row === null || row.revoked_at !== null) return null;
  if (row.expires_at !== null && row.expires_at <= context.clock.now()) return null;
  return { organization_id: row.organization_id, user_id: row.user_id, key_id: row.id, role: row.role };
}

/** A new key; `api_key` is in this answer and nowhere else. */
export async function createKey(
  context: AccessContext,
  owner: { organization_id: string; user_id: string },
  input: NewKey,
): Promise<KeyObject & { api_key: string }> {
  const api_key = makeKey(context);
  const row = keyRow(context, owner, api_key, input);
  await context.writer.write((transaction) => insertKey(transaction, row));
  return { ...keyObject(row), api_key };
}

export function listKeyObjects(
  context: AccessContext,
  organization_id: string,
  page: number,
  page_size: number,
): Page<KeyObject> {
  const rows = listKeys(context.db, organization_id, (page - 1) * page_size, page_size);
  return pageOf(rows.map(keyObject), countKeys(context.db, organization_id), page, page_size);
}

/** Revokes a key at once. The last live admin key stays, so that nobody locks themselves out. */
export async function revokeKeyById(context: AccessContext, organization_id: string, key_id: string): Promise<void> {
  await context.writer.write((transaction) => {
    const now = context.clock.now();
    const row = findKey(transaction, organization_id, key_id);
    if (row === null) throw new Refusal("key_not_found", "API key not found");
    const is_live = row.revoked_at === null && (row.expires_at === null || row.expires_at > now);
    if (row.role === "admin" && is_live && countLiveAdminKeys(transaction, organization_id, now) === 1) {
      throw new Refusal("last_admin_key", "This is the last admin key; create another admin key before revoking it");
    }
    revokeKey(transaction, key_id, now);
  });
}

function makeKey(context: AccessContext): string {
  return KEY_PREFIX + Buffer.from(context.ids.bytes(KEY_BYTES)).toString("hex");
}

function hashKey(api_key: string): Buffer {
  return createHash("sha256").update(api_key).digest();
}

function keyRow(
  context: AccessContext,
  owner: { organization_id: string; user_id: string },
  api_key: string,
  input: NewKey,
): KeyRow {
  const created_at = context.clock.now();
  return {
    id: context.ids.next("key"),
    organization_id: owner.organization_id,
    user_id: owner.user_id,
    name: input.name,
    role: input.role ?? "editor",
    prefix: api_key.slice(0, SHOWN_PREFIX_LENGTH),
    key_hash: hashKey(api_key),
    created_at,
    expires_at: input.expires_days ? created_at + input.expires_days * DAY_MS : null,
    revoked_at: null,
  };
}

function keyObject(row: KeyRow): KeyObject {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    prefix: row.prefix,
    organization_id: row.organization_id,
    created_by: row.user_id,
    created_at: toTimestamp(row.created_at),
    expires_at: row.expires_at === null ? null : toTimestamp(row.expires_at),
    revoked_at: row.revoked_at === null ? null : toTimestamp(row.revoked_at),
  };
}
