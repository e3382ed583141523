/** The command line as a table: a command is one entry, and help, checks and errors follow from it. */
import { flagName, isToggle, publicSettings, SETTINGS, type SettingName } from "../config";
import { nearestName } from "../nearest";

export interface OptionSpec {
  /** Shown in help as the value's name; absent: a switch. */
  readonly value?: string;
  readonly about: string;
  /** May be given more than once. */
  readonly is_repeated?: boolean;
  /** For an option that many would try: why it is refused, and what to use instead. Its value is not repeated. */
  readonly refusal?: string;
}

export interface CommandSpec {
  readonly about: string;
  readonly example: string;
  /** Names of the arguments after the options; one whose name ends in `?` may be left out. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** True when the settings of config.ts are options too. */
  readonly has_settings: boolean;
  /** Left out of the overview, because only the program itself starts it. */
  readonly is_hidden?: boolean;
}

export interface ParsedArguments {
  readonly command: string;
  readonly positionals: readonly string[];
  /** Option name without dashes -> values, in the order given; a switch has one empty value. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Settings given as flags, by setting name. */
  readonly settings: Readonly<Record<string, string>>;
}

export type ArgumentReading =
  | { readonly kind: "run"; readonly parsed: ParsedArguments }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly faults: readonly string[] };

type Commands = Readonly<Record<string, CommandSpec>>;

const PROGRAM = "jaot-triggers";
const DEFAULT_COMMAND = "serve";
/** Columns of a command's words in the overview; longer ones get a line of their own. */
const USAGE_WIDTH = 34;
const HELP_FLAGS = ["--help", "-h"];

/** Reads the words after the program's name. Every wrong word is reported, with the nearest right one. */
export function parseArguments(words: readonly string[], commands: Commands): ArgumentReading {
  const first = words[0];
  if (first === "help" || (first !== undefined && HELP_FLAGS.includes(first)))
    return { kind: "help", text: overview(commands) };
  if (first === "--version") return parseArguments(["version"], commands);
  const is_named = first !== undefined && !first.startsWith("-");
  const command = is_named ? first : DEFAULT_COMMAND;
  const spec = own(commands, command);
  if (spec === undefined) return { kind: "wrong", faults: [unknownWord("command", command, visible(commands))] };
  const rest = is_named ? words.slice(1) : words;
  if (rest.some((word) => HELP_FLAGS.includes(word))) return { kind: "help", text: helpFor(command, spec) };
  return parseWords(command, spec, rest);
}

function parseWords(command: string, spec: CommandSpec, words: readonly string[]): ArgumentReading {
  const faults: string[] = [];
  const options: Record<string, string[]> = {};
  const settings: Record<string, string[]> = {};
  const positionals: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith("--")) {
      positionals.push(word);
      continue;
    }
    const [flag, inline] = splitFlag(word);
    const name = flag.slice(2);
    const setting = spec.has_settings ? publicSettings().find((known) => flagName(known) === flag) : undefined;
    const option = own(optionsOf(spec), name);
    if (setting === undefined && option === undefined) {
      faults.push(unknownWord("option", flag, knownFlags(spec)));
      continue;
    }
    const is_toggle = setting !== undefined && isToggle(setting);
    const takes_value = (setting !== undefined && !is_toggle) || option?.value !== undefined;
    if (!takes_value && !is_toggle && inline !== null) faults.push(`${flag} takes no value`);
    // A flag in the place of a value means that the value was forgotten. A value that begins with -- is given as --flag=--value.
    const value = takes_value
      ? (inline ?? (rest[0]?.startsWith("--") ? undefined : rest.shift()))
      : is_toggle
        ? (inline ?? "true")
        : "";
    if (option?.refusal !== undefined) faults.push(`${flag} is not taken: ${option.refusal}`);
    else if (value === undefined) faults.push(`${flag} needs a value`);
    else if (setting !== undefined) settings[setting] = [...(settings[setting] ?? []), value];
    else options[name] = [...(options[name] ?? []), value];
  }
  checkCounts(spec, { positionals, options, settings }, faults);
  if (faults.length > 0) return { kind: "wrong", faults };
  return { kind: "run", parsed: { command, positionals, options, settings: firstValues(settings) } };
}

function firstValues(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, [first = ""]]) => [name, first]));
}

/** The table's own entry of that name, never an inherited one such as `constructor`. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const CONFIG_OPTION: OptionSpec = {
  value: "FILE",
  about: "settings from a TOML file, by the names below with _ for -",
};

function optionsOf(spec: CommandSpec): CommandSpec["options"] {
  return spec.has_settings ? { ...spec.options, config: CONFIG_OPTION } : spec.options;
}

function splitFlag(word: string): readonly [flag: string, inline: string | null] {
  const at = word.indexOf("=");
  return at === -1 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

interface GivenWords {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly settings: Readonly<Record<string, readonly string[]>>;
}

function checkCounts(spec: CommandSpec, given: GivenWords, faults: string[]): void {
  const { positionals, options, settings } = given;
  const needed = spec.positionals.filter((name) => !name.endsWith("?"));
  for (const name of needed.slice(positionals.length)) faults.push(`${name} is missing`);
  for (const word of positionals.slice(spec.positionals.length)) faults.push(`unexpected ${JSON.stringify(word)}`);
  for (const [name, values] of Object.entries({ ...settings, ...options })) {
    const is_repeated = own(spec.options, name)?.is_repeated === true;
    if (values.length > 1 && !is_repeated) faults.push(`--${name.replaceAll("_", "-")} was given more than once`);
  }
}

function overview(commands: Commands): string {
  const lines = visible(commands).map((name) => {
    const spec = commands[name]!;
    const usage = [name, ...spec.positionals.map(shownPositional)].join(" ");
    const padded =
      usage.length <= USAGE_WIDTH
        ? usage.padEnd(USAGE_WIDTH)
        : `${usage}\n${" ".repeat(PROGRAM.length + USAGE_WIDTH + 3)}`;
    return `  ${PROGRAM} ${padded} ${spec.about}`;
  });
  return `${PROGRAM}: optimization models behind HTTP triggers and cron schedules\n\n${lines.join("\n")}\n\n${PROGRAM} COMMAND --help tells more. Without a command, ${DEFAULT_COMMAND} runs.\n`;
}

function helpFor(command: string, spec: CommandSpec): string {
  const usage = [PROGRAM, command, ...spec.positionals.map(shownPositional), "[options]"].join(" ");
  const own = Object.entries(optionsOf(spec))
    .filter(([, option]) => option.refusal === undefined)
    .map(([name, option]) => optionLine(`--${name}`, option.value, option.about));
  const lines = [...own, ...(spec.has_settings ? publicSettings().map(settingLine) : [])];
  const options = lines.length === 0 ? "" : `\nOptions:\n${lines.join("\n")}\n`;
  return `${usage}\n\n${spec.about}\n${options}\nExample:\n  ${spec.example}\n`;
}

function settingLine(name: SettingName): string {
  const { about, default: value } = SETTINGS[name];
  return optionLine(
    flagName(name),
    isToggle(name) ? undefined : "VALUE",
    value === null || value === false ? about : `${about} (${value})`,
  );
}

function optionLine(flag: string, value: string | undefined, about: string): string {
  return `  ${[flag, ...(value === undefined ? [] : [value])].join(" ").padEnd(38)} ${about}`;
}

function shownPositional(name: string): string {
  return name.endsWith("?") ? `[${name.slice(0, -1)}]` : name;
}

function visible(commands: Commands): string[] {
  return Object.keys(commands).filter((name) => commands[name]?.is_hidden !== true);
}

function knownFlags(spec: CommandSpec): string[] {
  const own = Object.keys(optionsOf(spec)).map((name) => `--${name}`);
  return spec.has_settings ? [...own, ...publicSettings().map(flagName)] : own;
}

function unknownWord(what: string, found: string, known: readonly string[]): string {
  const nearest = nearestName(found, known);
  return `unknown ${what} ${found}${nearest === null ? `; ${PROGRAM} --help lists them` : `; did you mean ${nearest}?`}`;
}
