/** `orgs`: creates and lists tenants in the data directory itself; no HTTP route does that. */
import { type KeyAccess, openKeyAccess } from "../app";
import { Refusal } from "../refusals";
import { createOrganization, listOrganizationObjects } from "../services/access/keys";
import { DataDirectoryError } from "../storage/directory/data_directory";
import type { ParsedArguments } from "./arguments";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

const NAME_LENGTH_MAX = 200;

export async function orgs(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const found = faultOf(parsed);
  if (found !== null) return complain(terminal, [found], 2);
  const [action, name] = parsed.positionals;
  try {
    const access = openKeyAccess(config, terminal);
    try {
      return action === "create" ? await create(terminal, parsed, access, name!) : list(terminal, parsed, access);
    } finally {
      access.close();
    }
  } catch (error) {
    if (error instanceof Refusal) return complain(terminal, [error.message], 1);
    if (error instanceof DataDirectoryError) return complain(terminal, [error.message], error.exit_code);
    throw error;
  }
}

function faultOf(parsed: ParsedArguments): string | null {
  const [action, name] = parsed.positionals;
  if (action !== "create" && action !== "list") return `orgs ${action}: create or list is expected`;
  if (action === "list") return name === undefined ? null : `unexpected ${JSON.stringify(name)}`;
  if (name === undefined || name.trim() === "") return "orgs create: the name of the organization is missing";
  return name.length > NAME_LENGTH_MAX ? `orgs create: a name has at most ${NAME_LENGTH_MAX} characters` : null;
}

async function create(terminal: Terminal, parsed: ParsedArguments, access: KeyAccess, name: string): Promise<number> {
  const made = await createOrganization(access.context, name);
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(made)}\n`);
  else terminal.out(`${made.api_key}\n`);
  if (terminal.is_interactive) terminal.err(`${made.id}; its first admin key is shown this once\n`);
  return 0;
}

function list(terminal: Terminal, parsed: ParsedArguments, access: KeyAccess): number {
  const items = listOrganizationObjects(access.context);
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(items)}\n`);
  else for (const { id, created_at, name } of items) terminal.out(`${id}  ${created_at}  ${name}\n`);
  return 0;
}
