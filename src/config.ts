/**
 * Every setting, defined once: its name, flag, environment name, unit, default and bounds. A flag beats the environment,
 * which beats the file. All problems are reported together, so that a person can fix them in one go.
 */
import { isIP } from "node:net";
import { KILL_AT_PATTERN, KILL_POINTS } from "./kill_points";
import { messageOf } from "./log";
import { nearestName } from "./nearest";

interface Setting<Kind extends string, Value> {
  readonly kind: Kind;
  readonly about: string;
  readonly default: Value;
  /** Named in the configuration file and on the command line; `false`: environment only, for secrets. */
  readonly is_public: boolean;
  readonly min?: number;
  readonly max?: number;
  /** The word `none` means that there is no value. */
  readonly may_be_none?: boolean;
  readonly words?: readonly string[];
  /** The form that a text must have; the message about a wrong one ends with `expected`. */
  readonly form?: { readonly isFitting: (text: string) => boolean; readonly expected: string };
}

const whole = (about: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): Setting<"whole", number> => ({
  kind: "whole",
  about,
  default: value,
  is_public: true,
  min,
  max,
});
const decimal = (about: string, value: number, min: number, max: number): Setting<"decimal", number> => ({
  kind: "decimal",
  about,
  default: value,
  is_public: true,
  min,
  max,
});
const wholeOrNone = (about: string, min: number, value: number | null = null): Setting<"whole", number | null> => ({
  kind: "whole",
  about,
  default: value,
  is_public: true,
  min,
  may_be_none: true,
});
const text = (about: string, value: string): Setting<"text", string> => ({
  kind: "text",
  about,
  default: value,
  is_public: true,
});
const textOrNone = (about: string): Setting<"text", string | null> => ({
  kind: "text",
  about,
  default: null,
  is_public: true,
});
/** A setting that is turned on by its flag alone, or by `true`. */
const toggle = (about: string): Setting<"toggle", boolean> => ({
  kind: "toggle",
  about,
  default: false,
  is_public: true,
});
const secret = (about: string, expected: string, pattern: RegExp): Setting<"text", string | null> => ({
  kind: "text",
  about,
  default: null,
  is_public: false,
  form: { isFitting: (given) => pattern.test(given), expected },
});
const word = <Word extends string>(about: string, value: Word, words: readonly Word[]): Setting<"word", Word> => ({
  kind: "word",
  about,
  default: value,
  is_public: true,
  words,
});

const PUBLIC_HOST_PATTERN = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?)(:\d{1,5})?$/i;
/** An origin as browsers write it: without a path, and without the scheme's default port. */
const ORIGIN_PATTERN = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?)(:\d{1,5})?$/;

export const SETTINGS = {
  host: text("address to listen on", "127.0.0.1"),
  port: whole("port to listen on; 0 takes a free one", 8421, 0, 65_535),
  data_dir: text("directory of the database, the key file and the lock", "./jaot-data"),
  workers: wholeOrNone("solver processes; default cores - 1, at least 1; 0 accepts and keeps, solves nothing", 0),
  drain_seconds: whole("seconds that running solves get after SIGTERM", 10, 0, 3600),
  log_requests: word("requests in the log: none, problems (5xx, and slow ones), or all", "problems", [
    "none",
    "problems",
    "all",
  ]),
  slow_request_ms: whole("time from which a request counts as slow, milliseconds", 1000, 1),
  metrics: word("who may read /metrics: keys (API keys of any role), or public", "keys", ["keys", "public"]),
  mcp: toggle("offers /mcp to agents: models, triggers, fires and runs, under the same API keys"),
  log: word("format of the log; auto is text on a terminal, json elsewhere", "auto", ["auto", "json", "text"]),
  admin_key: secret(
    "first admin key; without it one is made and printed once",
    "ok_live_ and 64 hex digits",
    /^ok_live_[0-9a-f]{64}$/,
  ),
  secret_key: secret(
    "key that seals webhook secrets; without it a key file is made",
    "32 bytes, as 64 hex digits or as base64",
    // 43 digits of base64 hold 258 bits, two more than the key, so the 2 lowest bits of the last digit must be zero.
    /^([0-9a-fA-F]{64}|[0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=)$/,
  ),
  kill_at: secret(
    "for crash tests: where the process ends as if the power failed",
    `${KILL_POINTS.join(", ")}, a colon and a count`,
    KILL_AT_PATTERN,
  ),
  max_body_mb: whole("largest request body, MiB", 16, 1, 1024),
  body_bytes_per_second_min: whole(
    "slowest upload of a sender with a key or secret in the header, bytes a second on the whole, after its first 10 s",
    1000,
    1,
  ),
  max_model_nonzeros: whole("largest compiled model, coefficients", 20_000_000, 1),
  max_model_seconds: whole("longest compile, seconds", 30, 1, 3600),
  time_limit_seconds_max: whole("longest solve that a model or request may ask for, seconds", 86_400, 1),
  queued_runs_max: whole("runs that may wait, over all triggers", 1_000_000, 1),
  queued_runs_per_trigger_max: wholeOrNone("runs of one trigger that may wait; none: no limit", 1, 100_000),
  attempts_max: whole("times a run may take its solver or this process down before it is failed", 3, 1, 100),
  runs_keep_days: whole("days that ended runs are kept", 90, 1, 36_500),
  runs_keep_per_trigger: whole("ended runs kept of each trigger, the newest", 10_000, 1),
  unnamed_versions_max: whole("unnamed versions kept of each document", 50, 1),
  solver_idle_seconds: whole("seconds after which an idle solver process beyond the first is stopped", 120, 1),
  solver_memory_max_mb: wholeOrNone(
    "memory of one solver process, MiB; default the smaller of 2560 and 60 % of memory / workers",
    64,
  ),
  wait_seconds_max: whole("longest Prefer: wait of a fire, seconds", 60, 0, 3600),
  failures_per_minute_max: whole("wrong keys or secrets a client may send to one target in a minute", 20, 1),
  public_host: {
    ...textOrNone(
      "further names that clients may reach this service by, comma-separated, each with its port unless that is this one's",
    ),
    form: {
      isFitting: (given: string) => given.split(",").every((entry) => PUBLIC_HOST_PATTERN.test(entry.trim())),
      expected: "a comma-separated list such as jaot.plant.example,10.1.2.3:8443",
    },
  },
  admit_bare_host: toggle(
    "lets requests under /api/v2 with a key or secret leave out the Host (HTTP/1.0) or its port, as small devices do",
  ),
  cors_origin: {
    ...textOrNone("origins of other pages that may use the API from a browser, comma-separated"),
    form: {
      isFitting: (given: string) => given.split(",").every((entry) => ORIGIN_PATTERN.test(entry.trim())),
      expected: "a comma-separated list such as https://planning.example,http://localhost:3000",
    },
  },
  clock_trust_hours: whole(
    "hours of running after which a clock that jumped ahead by more than a day is believed and old records are removed by it",
    24,
    0,
    8760,
  ),
  audit_keep_days: whole("days that the audit log is kept", 365, 1, 36_500),
  min_schedule_spacing_seconds: whole("shortest distance between two ticks of a schedule, seconds", 1, 1),
  tls_cert: textOrNone("file with the certificate to serve TLS with, PEM, the chain after it; needs tls_key"),
  tls_key: textOrNone("file with the certificate's private key, PEM, without a passphrase"),
  backup_dir: textOrNone("directory for scheduled backups; none: no backups are made by themselves"),
  backup_at: text("when scheduled backups are made: a cron pattern in the machine's time zone", "0 3 * * *"),
  backups_keep: whole("scheduled backups kept, the newest", 7, 1, 10_000),
  webhook_targets: {
    ...text("where webhooks may go: private, public, or a comma-separated list of CIDRs and host names", "private"),
    form: {
      isFitting: (given: string) => given.split(",").every((entry) => isNetworkOrHost(entry.trim())),
      expected: "private, public, or a comma-separated list such as 10.0.0.0/8,hooks.example.com",
    },
  },
  webhook_ca: textOrNone("file with a private certificate authority for webhook receivers, PEM"),
  webhook_timeout_seconds: whole(
    "seconds that a webhook attempt may take in all, from the look-up of the name",
    30,
    1,
    300,
  ),
  webhook_retry_scale: decimal("factor on the waiting times between webhook attempts, for tests", 1, 0, 1000),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<string, infer Value> ? Value : never;
};

/** The entries of a setting that is a comma-separated list; an empty list for null. */
export function listOf(value: string | null): string[] {
  return value === null ? [] : value.split(",").map((entry) => entry.trim());
}

/** The variable that sets a setting: JAOT_ and its name in capitals. */
function environmentName(name: SettingName): string {
  return `JAOT_${name.toUpperCase()}`;
}

/** The flag that sets a setting: its name with dashes. */
export function flagName(name: SettingName): string {
  return `--${name.replaceAll("_", "-")}`;
}

/** True for a setting whose flag takes no value. */
export function isToggle(name: SettingName): boolean {
  return SETTINGS[name].kind === "toggle";
}

/** Names the settings that a flag or a file may set. */
export function publicSettings(): SettingName[] {
  return settingNames().filter((name) => SETTINGS[name].is_public);
}

/** The sources of the values; the caller has read the file. */
export interface ConfigSources {
  /** By name of the setting, as typed. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of the TOML file, if one was given. */
  readonly file_text: string | null;
}

export type ConfigReading =
  | { readonly config: Config; readonly faults: null }
  | { readonly config: null; readonly faults: readonly string[] };

/** Reads all sources. Returns a good value for every setting, or every problem. */
export function readConfig(sources: ConfigSources): ConfigReading {
  const faults: string[] = [];
  const file = readFile(sources.file_text, faults);
  reportUnknownVariables(sources.environment, faults);
  const config: Record<string, SettingValue | null> = {};
  for (const name of settingNames()) {
    const [given, origin] = firstGiven(name, sources, file);
    const is_none = given === "none" && "may_be_none" in SETTINGS[name];
    const value =
      given === undefined ? SETTINGS[name].default : is_none ? null : parseValue(name, given, origin, faults);
    if (value !== undefined) config[name] = value;
  }
  return faults.length > 0 ? { config: null, faults } : { config: config as Config, faults: null };
}

function settingNames(): SettingName[] {
  return Object.keys(SETTINGS) as SettingName[];
}

/** JAOT_ variables that are not settings of the service: CONFIG names the file, the others belong to the client commands. */
const OTHER_VARIABLES = [
  "JAOT_CONFIG",
  "JAOT_URL",
  "JAOT_API_KEY",
  "JAOT_KEY_FILE",
  "JAOT_TRIGGER_SECRET",
  "JAOT_WEBHOOK_SECRET",
  "JAOT_CA",
];

function reportUnknownVariables(environment: ConfigSources["environment"], faults: string[]): void {
  const known = [...settingNames().map(environmentName), ...OTHER_VARIABLES];
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith("JAOT_") && !known.includes(variable)) faults.push(unknown("variable", variable, known));
  }
}

function readFile(file_text: string | null, faults: string[]): Record<string, unknown> {
  if (file_text === null) return {};
  try {
    const table = Bun.TOML.parse(file_text) as Record<string, unknown>;
    const known = publicSettings();
    for (const key of Object.keys(table)) {
      if (known.includes(key as SettingName)) continue;
      faults.push(secretInFile(key) ?? unknown("key in the configuration file:", key, known));
    }
    return table;
  } catch (error) {
    faults.push(`the configuration file is not TOML: ${messageOf(error)}`);
    return {};
  }
}

function secretInFile(key: string): string | null {
  const name = settingNames().find((one) => one === key);
  return name === undefined ? null : `${key} is a secret and not read from a file; give it as ${environmentName(name)}`;
}

function firstGiven(
  name: SettingName,
  sources: ConfigSources,
  file: Record<string, unknown>,
): readonly [given: unknown, place: string] {
  const variable = environmentName(name);
  if (sources.flags[name] !== undefined) return [sources.flags[name], flagName(name)];
  if (sources.environment[variable] !== undefined) return [sources.environment[variable], variable];
  return [file[name], `${name} in the configuration file`];
}

function parseValue(name: SettingName, given: unknown, origin: string, faults: string[]): SettingValue | undefined {
  const setting: Setting<string, unknown> = SETTINGS[name];
  const is_number = setting.kind === "whole" || setting.kind === "decimal";
  const parse = is_number ? parseNumber : setting.kind === "toggle" ? parseToggle : parseText;
  const value: SettingValue | undefined = parse(setting, given);
  if (value !== undefined) return value;
  const found = setting.is_public ? `, found ${shown(given)}` : "";
  faults.push(`${origin}: ${is_number ? expectedNumber(setting) : expectedText(setting)} is expected${found}`);
  return undefined;
}

type SettingValue = string | number | boolean;

function parseToggle(_: Setting<string, unknown>, given: unknown): boolean | undefined {
  if (given === true || given === "true" || given === "1") return true;
  return given === false || given === "false" || given === "0" ? false : undefined;
}

function parseNumber(setting: Setting<string, unknown>, given: unknown): number | undefined {
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  const is_right_kind = typeof value === "number" && (setting.kind === "decimal" || Number.isSafeInteger(value));
  return is_right_kind && value >= min && value <= max ? value : undefined;
}

/** A list in the file means the same as its entries joined by commas. */
function parseText(setting: Setting<string, unknown>, given: unknown): string | undefined {
  const value = Array.isArray(given) && given.every((entry) => typeof entry === "string") ? given.join(",") : given;
  if (typeof value !== "string" || value === "") return undefined;
  const is_fitting = setting.words?.includes(value) ?? setting.form?.isFitting(value) ?? true;
  return is_fitting ? value : undefined;
}

function expectedNumber({
  kind,
  may_be_none = false,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: Setting<string, unknown>): string {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  return `${kind === "whole" ? "a whole number" : "a number"} ${range}${may_be_none ? " or none" : ""}`;
}

function expectedText(setting: Setting<string, unknown>): string {
  if (setting.kind === "toggle") return "true or false";
  if (setting.words !== undefined) return `one of ${setting.words.join(", ")}`;
  return setting.form?.expected ?? "text";
}

function shown(given: unknown): string {
  return typeof given === "number" ? String(given) : JSON.stringify(given);
}

const HOST_NAME_PATTERN = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i;
const PREFIX_LENGTH_PATTERN = /^\d{1,3}$/;

/** `private` and `public` pass as host names here; the webhook code decides what they mean. */
function isNetworkOrHost(entry: string): boolean {
  const [address = "", length, ...rest] = entry.split("/");
  const version = isIP(address);
  if (entry.includes("%")) return false;
  if (version === 0) return length === undefined && HOST_NAME_PATTERN.test(entry) && !/^[\d.]+$/.test(entry);
  if (length === undefined) return true;
  return rest.length === 0 && PREFIX_LENGTH_PATTERN.test(length) && Number(length) <= (version === 4 ? 32 : 128);
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `unknown ${what} ${name}${nearest === null ? "" : `; did you mean ${nearest}?`}`;
}
