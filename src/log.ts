/** One line for each event, to standard error: JSON for machines, text for a terminal. No value ever holds a secret or a payload. */
import { type Clock, toTimestamp } from "./clock";

type LogLevel = "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log that writes each line through `write`. */
export function createLog(format: "json" | "text", clock: Clock, write: (line: string) => void): Log {
  const line = format === "json" ? jsonLine : textLine;
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) =>
      write(line(toTimestamp(clock.now()), level, event, fields));
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function jsonLine(time: string, level: LogLevel, event: string, fields: LogFields): string {
  return `${JSON.stringify({ time, level, event, ...fields })}\n`;
}

/** Values are written as JSON, so that a line break or an escape sequence in a user's name stays on its line. */
function textLine(time: string, level: LogLevel, event: string, fields: LogFields): string {
  let text = `${time} ${level.padEnd(5)} ${event}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) text += ` ${name}=${JSON.stringify(value)}`;
  }
  return `${text}\n`;
}

/** The message of a thrown value, which may be something other than an Error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
