/** Reads the service's settings for a command: flags, environment, file. */
import { readFileSync } from "node:fs";
import { type Config, readConfig } from "../config";
import { readCertificate } from "../http/edge/certificate";
import { messageOf } from "../log";
import { parsePattern } from "../schedules/cadence";
import { readAuthorities } from "../webhooks/authorities";
import type { ParsedArguments } from "./arguments";
import type { Terminal } from "./terminal";

export type SettingsReading =
  | { readonly config: Config; readonly faults: null }
  | { readonly config: null; readonly faults: readonly string[] };

export function readSettings(terminal: Terminal, parsed: ParsedArguments): SettingsReading {
  const path = parsed.options.config?.[0] ?? terminal.environment.JAOT_CONFIG;
  let file_text: string | null = null;
  try {
    if (path !== undefined) file_text = readFileSync(path, "utf8");
  } catch (error) {
    return {
      config: null,
      faults: [`cannot read --config ${path}: ${messageOf(error)}`],
    };
  }
  const reading = readConfig({ flags: parsed.settings, environment: terminal.environment, file_text });
  if (reading.config === null) return reading;
  const { config } = reading;
  const faults = [
    patternFault(config.backup_at, terminal),
    faultOf(() => config.webhook_ca !== null && readAuthorities(config.webhook_ca)),
    faultOf(() => readCertificate(config)),
  ].filter((one) => one !== null);
  return faults.length === 0 ? reading : { config: null, faults };
}

/** The fault of a setting that config.ts cannot check, because only schedules/ can parse cron patterns. */
function patternFault(backup_at: string, terminal: Terminal): string | null {
  const { fault } = parsePattern(backup_at, "UTC", { spacing_min_seconds: 60, now: terminal.clock.now() });
  return fault === null ? null : `--backup-at: a cron pattern such as "0 3 * * *" is expected: ${fault.message}`;
}

function faultOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
