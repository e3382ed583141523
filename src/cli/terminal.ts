/** What a command has to do with the world outside: its words, its output, its clock and its own command line. */
import type { Clock } from "../clock";
import type { Ids } from "../ids";
import { EXIT_CODES, type ExitCode } from "./exit_codes";

export interface Terminal {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True when a person reads along. */
  readonly is_interactive: boolean;
  /** The words that start this program again, before its command. */
  readonly self: readonly string[];
  readonly out: (text: string) => void;
  /** False once nobody takes what is printed: a command that only prints may end. */
  readonly isRead: () => boolean;
  readonly err: (text: string) => void;
  /** Settles when the process is asked to stop; the second request ends it at once. */
  readonly untilStopped: () => Promise<void>;
}

/** Digits that a person reads: the last ones of a double are noise of binary arithmetic. `--json` prints all. */
const DIGITS_SHOWN = 12;

/** A number as a person reads it: 5380.7, not 5380.699999999999. */
export function shownNumber(value: number): string {
  return String(Number(value.toPrecision(DIGITS_SHOWN)));
}

/** Takes away the line that a terminal shows just now: the only escape sequence that this program sends. */
export const ERASE_LINE = "\r\u001b[K";
/** Control characters but tab and line end, and those that turn the direction of what follows around. */
const UNSEEN_PATTERN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n|$)/g;

/**
 * Text as a terminal may be sent it: a name, a report or an answer could hold sequences that draw, or answer to the shell, so
 * what is not seen is written out as `\u001b`, which in JSON means the same. A carriage return at the begin or the end is ours.
 */
export function seenText(text: string): string {
  const own = text.startsWith(ERASE_LINE) ? ERASE_LINE : text.startsWith("\r") ? "\r" : "";
  return own + text.slice(own.length).replace(UNSEEN_PATTERN, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Tells what went wrong, each on its line, and gives the exit code. */
export function complain(terminal: Terminal, faults: readonly string[], exit_code: ExitCode): number {
  for (const fault of faults) terminal.err(`jaot-triggers: ${fault}\n`);
  if (exit_code === EXIT_CODES.wrong_usage) terminal.err("jaot-triggers --help shows how it is used\n");
  return exit_code;
}
