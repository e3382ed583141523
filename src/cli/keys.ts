/** `keys`: API keys on the data directory itself, also while the service runs. */
import { type KeyAccess, openKeyAccess } from "../app";
import { Refusal } from "../refusals";
import { ROLES } from "../roles";
import { commandLineActor, createKey, type KeyObject, listKeyObjects, revokeKeyById } from "../services/access/keys";
import { DataDirectoryError } from "../storage/directory/data_directory";
import type { ParsedArguments } from "./arguments";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

const KEYS_SHOWN_MAX = 100;

export async function keys(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const [action, key_id] = parsed.positionals;
  const found = faultOf(parsed);
  if (found !== null) return complain(terminal, [found], 2);
  try {
    const access = openKeyAccess(config, terminal, parsed.options.org?.[0] ?? null);
    try {
      if (action === "create") return await create(terminal, parsed, access);
      if (action === "revoke") return await revoke(terminal, access, key_id!);
      return list(terminal, parsed, access);
    } finally {
      access.close();
    }
  } catch (error) {
    if (error instanceof Refusal) return complain(terminal, [messageOf(error)], 1);
    if (error instanceof DataDirectoryError) return complain(terminal, [error.message], error.exit_code);
    throw error;
  }
}

/** The message of a refusal. When it is about a single field, its details say more than its sentence. */
function messageOf(refusal: Refusal): string {
  const { detail } = refusal.extras;
  return Array.isArray(detail) ? detail.map((entry: { msg: string }) => entry.msg).join("; ") : refusal.message;
}

function faultOf(parsed: ParsedArguments): string | null {
  const [action, key_id] = parsed.positionals;
  const role = parsed.options.role?.[0];
  const days = parsed.options["expires-days"]?.[0];
  if (action !== "create" && action !== "list" && action !== "revoke") {
    return `keys ${action}: one of create, list, revoke is expected`;
  }
  if (action === "revoke" && key_id === undefined)
    return "keys revoke: the key's id is missing; keys list shows the ids";
  if (action !== "revoke" && key_id !== undefined) return `unexpected ${JSON.stringify(key_id)}`;
  if (action === "create" && parsed.options.name === undefined) return "keys create: give the key a --name";
  if (role !== undefined && !ROLES.some((known) => known === role))
    return `--role: one of ${ROLES.join(", ")} is expected, found ${role}`;
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days))
    return `--expires-days: a whole number from 1 is expected, found ${days}`;
  return null;
}

async function create(terminal: Terminal, parsed: ParsedArguments, access: KeyAccess): Promise<number> {
  const role = ROLES.find((known) => known === parsed.options.role?.[0]);
  const days = parsed.options["expires-days"]?.[0];
  const made = await createKey(access.context, commandLineActor(access.tenant), {
    name: parsed.options.name![0]!,
    role,
    workspace_id: parsed.options.workspace?.[0] ?? null,
    expires_days: days === undefined ? null : Number(days),
  });
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(made)}\n`);
  else terminal.out(`${made.api_key}\n`);
  if (terminal.is_interactive) terminal.err(`${made.id} (${made.role}); the key is shown this once\n`);
  return 0;
}

async function revoke(terminal: Terminal, access: KeyAccess, key_id: string): Promise<number> {
  await revokeKeyById(access.context, commandLineActor(access.tenant), key_id);
  terminal.out(`revoked ${key_id}\n`);
  return 0;
}

function list(terminal: Terminal, parsed: ParsedArguments, access: KeyAccess): number {
  const page = listKeyObjects(access.context, access.tenant.organization_id, 1, KEYS_SHOWN_MAX);
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(page.items)}\n`);
  else for (const key of page.items) terminal.out(`${keyLine(key)}\n`);
  return 0;
}

function keyLine(key: KeyObject): string {
  const state = key.revoked_at === null ? `expires ${key.expires_at ?? "never"}` : `revoked ${key.revoked_at}`;
  return [key.id, key.prefix, key.role.padEnd(6), state, key.name].join("  ");
}
