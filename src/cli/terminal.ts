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

/** Tells what went wrong, each on its line, and gives the exit code. */
export function complain(terminal: Terminal, problems: readonly string[], exit_code: ExitCode): number {
  for (const problem of problems) terminal.err(`jaot-triggers: ${problem}\n`);
  if (exit_code === EXIT_CODES.wrong_usage) terminal.err("jaot-triggers --help shows how it is used\n");
  return exit_code;
}
