/** A command's access to the world outside: its output, its clock, its environment and its own command line. */
import type { Clock } from "../clock";
import type { Ids } from "../ids";
import { EXIT_CODES, type ExitCode } from "./exit_codes";

export interface Terminal {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True when a person reads the output. */
  readonly is_interactive: boolean;
  /** The words that start this program again, before its command. */
  readonly self: readonly string[];
  readonly out: (text: string) => void;
  /** False once nobody reads the output any more: a command that only prints may end. */
  readonly isRead: () => boolean;
  readonly err: (text: string) => void;
  /** Settles when the process is asked to stop; the second request ends it at once. */
  readonly untilStopped: () => Promise<void>;
}

/** Significant digits shown to a person, because the last digits of a double are rounding noise. `--json` prints all. */
const DIGITS_SHOWN = 12;

/** A number as a person reads it: 5380.7, not 5380.699999999999. */
export function shownNumber(value: number): string {
  return String(Number(value.toPrecision(DIGITS_SHOWN)));
}

/** Erases the current line of a terminal: the only escape sequence that this program sends. */
export const ERASE_LINE = "\r\u001b[K";
/** Control characters except tab and line end, and those that reverse the direction of the text after them. */
const UNSEEN_PATTERN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n|$)/g;

/**
 * Makes text safe for a terminal: a name, a report or an answer could hold sequences that draw, or that type into the shell, so
 * invisible characters are written as `\u001b`, which in JSON means the same. A carriage return at the beginning or the end is our own.
 */
export function seenText(text: string): string {
  const own = text.startsWith(ERASE_LINE) ? ERASE_LINE : text.startsWith("\r") ? "\r" : "";
  return own + text.slice(own.length).replace(UNSEEN_PATTERN, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Prints the faults, one on each line, and returns the exit code. */
export function complain(terminal: Terminal, faults: readonly string[], exit_code: ExitCode): number {
  for (const fault of faults) terminal.err(`jaot-triggers: ${fault}\n`);
  if (exit_code === EXIT_CODES.wrong_usage) terminal.err("jaot-triggers --help shows how it is used\n");
  return exit_code;
}
