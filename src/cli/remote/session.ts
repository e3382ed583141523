/** Runs the commands against a running service: one connection, and one exit code for each kind of failure. */
import type { ParsedArguments } from "../arguments";
import { EXIT_CODES } from "../exit_codes";
import { FileFault } from "../model_file";
import { complain, type Terminal } from "../terminal";
import { type Connection, openConnection, Refused, Unreachable } from "./connection";

export interface Session {
  readonly terminal: Terminal;
  readonly parsed: ParsedArguments;
  readonly connection: Connection;
}

/** Thrown for wrong arguments after a command; exit code 2. */
export class Misuse extends Error {}

/** One action of a command: `runs list` is `list`. */
export type Action = (session: Session) => Promise<number>;

/** Makes a command's `run` from a single action. */
export function remote(action: Action): (terminal: Terminal, parsed: ParsedArguments) => Promise<number> {
  return async (terminal, parsed) => {
    try {
      return await action({ terminal, parsed, connection: openConnection(terminal, parsed) });
    } catch (error) {
      if (error instanceof Misuse) return complain(terminal, [error.message], EXIT_CODES.wrong_usage);
      if (error instanceof FileFault) return complain(terminal, [error.message], error.exit_code);
      if (error instanceof Unreachable) return complain(terminal, [error.message], EXIT_CODES.unreachable);
      if (error instanceof Refused) return complain(terminal, [error.message], EXIT_CODES.refused);
      throw error;
    }
  };
}

/** Makes a command's `run` from its actions, chosen by the first word. */
export function remoteActions(actions: Readonly<Record<string, { run: Action; words: readonly string[] }>>) {
  return remote((session) => {
    const [name = "", ...given] = session.parsed.positionals;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    const { command } = session.parsed;
    if (action === undefined) {
      throw new Misuse(`${command} ${name}: one of ${Object.keys(actions).join(", ")} is expected`);
    }
    const needed = action.words.filter((word) => !word.endsWith("?"));
    const missing = needed[given.length];
    if (missing !== undefined) throw new Misuse(`${command} ${name}: ${missing} is missing`);
    if (given.length > action.words.length)
      throw new Misuse(`unexpected ${JSON.stringify(given[action.words.length])}`);
    return action.run(session);
  });
}

/** The word at that place after the action; "" when it was left out. */
export function wordAt(session: Session, index: number): string {
  return session.parsed.positionals[index] ?? "";
}

export function optionOf(session: Session, name: string): string | null {
  return session.parsed.options[name]?.[0] ?? null;
}

/** A whole number given as an option; the default when absent. */
export function numberOption(session: Session, name: string, value: number, min: number, max: number): number {
  const given = optionOf(session, name);
  if (given === null) return value;
  const number = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Misuse(`--${name}: a whole number from ${min} to ${max} is expected, found ${given}`);
}

/** Prints `value` as one line of JSON with --json, otherwise the text that `show` returns. */
export function tell<Value>(session: Session, value: Value, show: (value: Value) => string): void {
  const is_json = session.parsed.options.json !== undefined;
  session.terminal.out(`${is_json ? JSON.stringify(value) : show(value)}\n`);
}
