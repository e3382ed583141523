/** Converts between cron patterns and choices in words. A pattern that no choice describes is shown and kept as it is written. */

export type Rhythm = "minutes" | "hourly" | "daily" | "monthly" | "pattern";

export interface Picked {
  readonly rhythm: Rhythm;
  /** The number of minutes between ticks. */
  readonly every: number;
  readonly minute: number;
  /** "06:30". */
  readonly time: string;
  /** Days from 1 (Monday) to 7 (Sunday); empty means every day. */
  readonly days: readonly string[];
  readonly day_of_month: number;
  readonly pattern: string;
}

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const DEFAULT: Picked = {
  rhythm: "daily",
  every: 15,
  minute: 0,
  time: "06:00",
  days: ["1", "2", "3", "4", "5"],
  day_of_month: 1,
  pattern: "0 6 * * 1-5",
};

/** The choice that gives this pattern; the kind `pattern` when no choice does. */
export function pickedOf(cron_expression: string | null): Picked {
  if (cron_expression === null) return DEFAULT;
  const found = [minutes, hourly, daily, monthly].map((read) => read(cron_expression)).find((pick) => pick !== null);
  const picked = { ...DEFAULT, pattern: cron_expression };
  return found === undefined ? { ...picked, rhythm: "pattern" } : { ...picked, ...found };
}

export function patternOf(picked: Picked): string {
  const [hour = 0, minute = 0] = picked.time.split(":").map(Number);
  switch (picked.rhythm) {
    case "minutes":
      return picked.every === 1 ? "* * * * *" : `*/${picked.every} * * * *`;
    case "hourly":
      return `${picked.minute} * * * *`;
    case "daily":
      return `${minute} ${hour} * * ${daysPattern(picked.days)}`;
    case "monthly":
      return `${minute} ${hour} ${picked.day_of_month} * *`;
    case "pattern":
      return picked.pattern;
  }
}

function daysPattern(days: readonly string[]): string {
  const sorted = [...days].sort();
  if (sorted.length === 0 || sorted.length === WEEKDAYS.length) return "*";
  const is_run = sorted.every((day, i) => Number(day) === Number(sorted[0]) + i);
  return is_run && sorted.length > 2 ? `${sorted[0]}-${sorted.at(-1)}` : sorted.join(",");
}

function minutes(text: string): Partial<Picked> | null {
  const match = /^\*(?:\/(\d{1,2}))? \* \* \* \*$/.exec(text);
  return match === null ? null : { rhythm: "minutes", every: Number(match[1] ?? 1) };
}

function hourly(text: string): Partial<Picked> | null {
  const match = /^(\d{1,2}) \* \* \* \*$/.exec(text);
  return match === null ? null : { rhythm: "hourly", minute: Number(match[1]) };
}

function daily(text: string): Partial<Picked> | null {
  const match = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[1-7](?:-[1-7])?(?:,[1-7])*)$/.exec(text);
  if (match === null) return null;
  const days = match[3] === "*" ? [] : daysIn(match[3]!);
  return { rhythm: "daily", time: timeOf(match[2]!, match[1]!), days };
}

function daysIn(field: string): string[] {
  return field.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
  });
}

function monthly(text: string): Partial<Picked> | null {
  const match = /^(\d{1,2}) (\d{1,2}) (\d{1,2}) \* \*$/.exec(text);
  if (match === null) return null;
  return { rhythm: "monthly", time: timeOf(match[2]!, match[1]!), day_of_month: Number(match[3]) };
}

function timeOf(hour: string, minute: string): string {
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}
