/** `version`: prints the versions of the program and of its parts. */
import { SOLVER_VERSION } from "../solver/engines";
import { sqliteVersion } from "../storage/database";
import { PROGRAM_VERSION } from "../version";
import type { ParsedArguments } from "./arguments";
import type { Terminal } from "./terminal";

export async function version(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const versions = {
    "jaot-triggers": PROGRAM_VERSION,
    bun: Bun.version,
    sqlite: sqliteVersion(),
    highs: SOLVER_VERSION.replace("HiGHS ", ""),
  };
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(versions)}\n`);
  else for (const [name, value] of Object.entries(versions)) terminal.out(`${name} ${value}\n`);
  return 0;
}
