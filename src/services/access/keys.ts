/** Creates, checks, lists and revokes API keys. A key is shown once and kept as its SHA-256. */
import { toTimestamp } from "../../clock";
import { Refusal } from "../../refusals";
import type { Role } from "../../roles";
import {
  countKeys,
  countLiveAdminKeys,
  findKey,
  firstTenant,
  hasOrganizationNamed,
  insertKey,
  insertTenant,
  type KeyRow,
  listKeys,
  listOrganizations,
  type NewTenant,
  revokeKey,
} from "../../storage/access";
import { dropOpenLinks } from "../../storage/sign_in_links";
import type { Transaction } from "../../storage/writer";
import type { Actor, Context, Principal } from "../context";
import { type ListingPage, listingPage } from "../listing_page";
import { recordChange } from "./audit";
import { hashKey, KEY_PREFIX } from "./authentication";
import { requireWorkspace } from "./workspaces";

/** The parts of a context that keys need; the `keys` command has only these. */
export type AccessContext = Pick<Context, "clock" | "ids" | "writer" | "db">;

const KEY_BYTES = 32;
const SHOWN_PREFIX_LENGTH = 12;
const DAY_MS = 86_400_000;

export interface KeyObject {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** null: every workspace. */
  readonly workspace_id: string | null;
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
  readonly workspace_id?: string | null | undefined;
  readonly expires_days?: number | null | undefined;
}

/**
 * Creates organization, user, workspace and admin key at the first start. Returns the key when it was created here,
 * null when there is one already or it was given.
 */
export async function bootstrap(context: AccessContext, given_key: string | null): Promise<string | null> {
  if (firstTenant(context.db) !== null) return null;
  const api_key = given_key ?? makeKey(context);
  const { tenant, key } = draftTenant(context, "Default", api_key);
  await context.writer.write((transaction) => {
    insertTenant(transaction, tenant);
    insertKey(transaction, key);
  });
  return given_key === null ? api_key : null;
}

export interface OrganizationObject {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

/** Creates a further tenant with its first admin key; only this answer holds `api_key`. */
export async function createOrganization(
  context: AccessContext,
  name: string,
): Promise<OrganizationObject & { api_key: string }> {
  const api_key = makeKey(context);
  const { tenant, key } = draftTenant(context, name, api_key);
  const { organization_id, user_id, created_at } = tenant;
  await context.writer.write((transaction) => {
    if (hasOrganizationNamed(transaction.db, name)) {
      throw new Refusal(
        "organization_exists",
        `There is an organization ${JSON.stringify(name)} already; choose another name`,
      );
    }
    insertTenant(transaction, tenant);
    insertKey(transaction, key);
    const actor = commandLineActor({ organization_id, user_id });
    recordChange(context, transaction, actor, "organization.create", organization_id, name);
    recordChange(context, transaction, actor, "key.create", key.id, describeKey(key));
  });
  return { id: organization_id, name, created_at: toTimestamp(created_at), api_key };
}

export function listOrganizationObjects(context: AccessContext): OrganizationObject[] {
  return listOrganizations(context.db).map(({ id, name, created_at }) => ({
    id,
    name,
    created_at: toTimestamp(created_at),
  }));
}

/** The principal of commands that work on the data directory itself. */
export function commandLineActor(tenant: { organization_id: string; user_id: string }): Actor & { user_id: string } {
  return { ...tenant, key_id: null, client: "command line", request_id: null };
}

/** Creates a key; only this answer holds `api_key`. */
export async function createKey(
  context: AccessContext,
  actor: Actor & { user_id: string },
  input: NewKey,
): Promise<KeyObject & { api_key: string }> {
  const api_key = makeKey(context);
  const row = keyRow(context, actor, api_key, input);
  if (row.workspace_id !== null) {
    if (row.role === "admin") throw adminLimited();
    requireWorkspace(context, { organization_id: row.organization_id, workspace_id: null }, row.workspace_id);
  }
  await context.writer.write((transaction) => {
    insertKey(transaction, row);
    recordChange(context, transaction, actor, "key.create", row.id, describeKey(row));
  });
  return { ...keyObject(row), api_key };
}

export function listKeyObjects(
  context: AccessContext,
  organization_id: string,
  page: number,
  page_size: number,
): ListingPage<KeyObject> {
  const rows = listKeys(context.db, organization_id, (page - 1) * page_size, page_size);
  return listingPage(rows.map(keyObject), countKeys(context.db, organization_id), page, page_size);
}

/** Revokes a key at once. The last live admin key stays, so that nobody locks themselves out. */
export async function revokeKeyById(context: AccessContext, actor: Actor, key_id: string): Promise<void> {
  const { organization_id } = actor;
  await context.writer.write((transaction) => {
    const now = context.clock.now();
    const row = findKey(transaction, organization_id, key_id);
    if (row === null) throw new Refusal("key_not_found", "API key not found");
    if (row.revoked_at !== null) return;
    const is_live = row.expires_at === null || row.expires_at > now;
    if (row.role === "admin" && is_live && countLiveAdminKeys(transaction, organization_id, now) === 1) {
      throw new Refusal("last_admin_key", "This is the last admin key; create another admin key before revoking it");
    }
    revokeKey(transaction, key_id, now);
    // A link does not record the key that made it, so all open links of the user end when one of the user's keys is revoked.
    dropOpenLinks(transaction, row.user_id);
    recordChange(context, transaction, actor, "key.revoke", key_id, describeKey(row));
  });
}

/** Inserts a new key inside the caller's transaction; `api_key` is shown once. */
export function addKey(
  context: AccessContext,
  transaction: Transaction,
  actor: Actor & { user_id: string },
  input: NewKey,
): KeyObject & { api_key: string } {
  const api_key = makeKey(context);
  const row = keyRow(context, actor, api_key, input);
  insertKey(transaction, row);
  recordChange(context, transaction, actor, "key.create", row.id, describeKey(row));
  return { ...keyObject(row), api_key };
}

function draftTenant(context: AccessContext, name: string, api_key: string): { tenant: NewTenant; key: KeyRow } {
  const owner = { organization_id: context.ids.next("organization"), user_id: context.ids.next("user") };
  const workspace_id = context.ids.next("workspace");
  const tenant = { ...owner, workspace_id, name, created_at: context.clock.now() };
  return { tenant, key: keyRow(context, owner, api_key, { name: "admin", role: "admin" }) };
}

function describeKey(row: KeyRow): string {
  return `${row.prefix}, ${row.role}, ${JSON.stringify(row.name)}`;
}

function adminLimited(): Refusal {
  const msg =
    "an admin key sees every workspace, since it could make a key that does; give another role, or no workspace_id";
  return new Refusal("validation_failed", msg, {
    detail: [{ loc: ["body", "workspace_id"], msg, type: "admin_limited" }],
  });
}

/** The key's own row, for its name and its expiry. */
export function getKey(context: AccessContext, principal: Pick<Principal, "organization_id" | "key_id">): KeyObject {
  const row = findKey(context, principal.organization_id, principal.key_id);
  if (row === null) throw new Refusal("key_not_found", "API key not found");
  return keyObject(row);
}

function makeKey(context: AccessContext): string {
  return KEY_PREFIX + Buffer.from(context.ids.bytes(KEY_BYTES)).toString("hex");
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
    workspace_id: input.workspace_id ?? null,
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
    workspace_id: row.workspace_id,
    prefix: row.prefix,
    organization_id: row.organization_id,
    created_by: row.user_id,
    created_at: toTimestamp(row.created_at),
    expires_at: row.expires_at === null ? null : toTimestamp(row.expires_at),
    revoked_at: row.revoked_at === null ? null : toTimestamp(row.revoked_at),
  };
}
