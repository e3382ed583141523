/** Reads the service's settings for a command: flags, environment, file. */
import { readFileSync } from "node:fs";
import { type Config, readConfig } from "../config";
import type { ParsedArguments } from "./arguments";
import type { Terminal } from "./terminal";

export type SettingsReading =
  | { readonly config: Config; readonly problems: null }
  | { readonly config: null; readonly problems: readonly string[] };

export function readSettings(terminal: Terminal, parsed: ParsedArguments): SettingsReading {
  const path = parsed.options.config?.[0] ?? terminal.environment.JAOT_CONFIG;
  let file_text: string | null = null;
  try {
    if (path !== undefined) file_text = readFileSync(path, "utf8");
  } catch (error) {
    return {
      config: null,
      problems: [`cannot read --config ${path}: ${error instanceof Error ? error.message : error}`],
    };
  }
  return readConfig({ flags: parsed.settings, environment: terminal.environment, file_text });
}
