/**
 * Reads the fields of a cron pattern, including patterns written for other schedulers. A form that means the same
 * in every scheduler is read (`?` for a day, `5/15`, `22-2`, `FRI-MON`, `L-3`, names in full, a year of `*`). A form that means
 * different things in different schedulers, or cannot be kept, is refused with a hint what to write instead.
 */

export interface PatternFault {
  readonly message: string;
  /** 0-based offset in the expression of the wrong field; null when the fault is not in the expression. */
  readonly position: number | null;
}

export interface PatternFields {
  /** Second to day of week, in the order of FIELDS, in numbers and in the forms that croner takes, `L-3` apart. */
  readonly texts: readonly string[];
  /** As they were written, and where; empty for a nickname. */
  readonly written: readonly { readonly text: string; readonly index: number }[];
}

export type FieldsReading = PatternFields | { readonly fault: PatternFault };

const EXPRESSION_LENGTH_MAX = 256;

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FULL_MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER SEPT OCTOBER NOVEMBER DECEMBER".split(
  " ",
);
const FULL_DAYS = "SUNDAY MONDAY TUESDAY TUES WEDNESDAY THURSDAY THURS THUR FRIDAY SATURDAY".split(" ");

interface FieldKind {
  readonly name: string;
  readonly range: string;
  readonly extras: string;
  readonly min: number;
  readonly max: number;
  /** Names of values, the first one of `min`. */
  readonly names: readonly string[];
  readonly full_names: readonly string[];
}

const plain = (name: string, range: string, min: number, max: number, extras = ""): FieldKind => ({
  ...{ name, range, min, max, extras },
  ...{ names: [], full_names: [] },
});

export const FIELDS: readonly FieldKind[] = [
  plain("second", "0-59", 0, 59),
  plain("minute", "0-59", 0, 59),
  plain("hour", "0-23", 0, 23),
  plain("day of month", "1-31", 1, 31, ", L, L-3 or 15W"),
  { ...plain("month", "1-12 or JAN-DEC", 1, 12), names: MONTHS, full_names: FULL_MONTHS },
  { ...plain("day of week", "0-7 or SUN-SAT", 0, 6, ", 5L or 5#2"), names: DAYS, full_names: FULL_DAYS },
];
const FIELDS_COUNT = FIELDS.length;
export const DAY_OF_MONTH = 3;
const MONTH = 4;
export const DAY_OF_WEEK = 5;

/** The fields of an expression; what croner then makes of each is its caller's to ask. */
export function readPatternFields(expression: string): FieldsReading {
  if (expression.length > EXPRESSION_LENGTH_MAX) {
    const message = `the pattern has ${expression.length} characters; at most ${EXPRESSION_LENGTH_MAX} are allowed`;
    return { fault: { message, position: EXPRESSION_LENGTH_MAX } };
  }
  const unwrapped = unwrap(expression);
  const trimmed = unwrapped.trim();
  if (trimmed.startsWith("@")) return readNickname(expression, trimmed.toLowerCase());
  const foreign = foreignForm(trimmed);
  if (foreign !== null) return { fault: { message: foreign, position: 0 } };
  const words = [...unwrapped.matchAll(/\S+/g)].map(([text], i, all) => ({ text, index: all[i]!.index }));
  return arrange(words);
}

type Word = PatternFields["written"][number];

/** Puts words into fields: 5, 6 with leading seconds, or with a year behind as Quartz and EventBridge have it. */
function arrange(words: readonly Word[]): FieldsReading {
  const year = yearOf(words);
  const written = year === null ? words : words.slice(0, -1);
  if (year !== null && !/^[*?]$/.test(year.text)) {
    const message = `the year ${quoted(year.text)} cannot be part of a pattern; leave it out, and give starts_at and ends_at`;
    return { fault: { message, position: year.index } };
  }
  if (written.length !== FIELDS_COUNT && written.length !== FIELDS_COUNT - 1) {
    const message = `a pattern has 5 fields (minute hour day month weekday), or 6 with leading seconds; found ${words.length}`;
    return { fault: { message, position: words[FIELDS_COUNT]?.index ?? 0 } };
  }
  const missing = FIELDS_COUNT - written.length;
  // Where Quartz's rules hold, days of the week count from 1 for Sunday, everywhere else from 0.
  const is_quartz = year !== null || (missing === 0 && written.slice(DAY_OF_MONTH).some(({ text }) => text === "?"));
  const texts: string[] = Array<string>(missing).fill("0");
  for (const [i, word] of written.entries()) {
    const read = readField(word.text, i + missing, is_quartz);
    if (typeof read !== "string") return { fault: { ...read, position: word.index } };
    texts.push(read);
  }
  return { texts, written: [...Array<Word>(missing).fill({ text: "0", index: 0 }), ...written] };
}

/** The word that is a year: the seventh, or the sixth of EventBridge's six, whose `?` stands where no seconds-first pattern has it. */
function yearOf(words: readonly Word[]): Word | null {
  if (words.length === FIELDS_COUNT + 1) return words[FIELDS_COUNT]!;
  const is_shifted = words.length === FIELDS_COUNT && (words[2]!.text === "?" || words[MONTH]!.text === "?");
  return is_shifted ? words[FIELDS_COUNT - 1]! : null;
}

function readField(text: string, index: number, is_quartz: boolean): string | { readonly message: string } {
  const kind = FIELDS[index]!;
  if (text === "?") {
    if (index === DAY_OF_MONTH || index === DAY_OF_WEEK) return "*";
    return {
      message: `the ${kind.name} field cannot be "?", which other schedulers read as any value or as now; write * or a number`,
    };
  }
  if (/^h(?:$|[(/])/i.test(text)) {
    return {
      message: `H, Jenkins's spread, is not read here (${kind.name} field); write a number or */n, and jitter_seconds for the spread`,
    };
  }
  if (is_quartz && index === DAY_OF_WEEK && /(?:^|[,-])\d/.test(text)) {
    return {
      message: `the day of week ${quoted(text)} counts from Sunday = 1 in Quartz and from Sunday = 0 here; write names, such as ${quartzNames(text)} if Quartz's are meant`,
    };
  }
  return text
    .split(",")
    .map((part) => readPart(part, kind, index))
    .join(",");
}

function quartzNames(text: string): string {
  return text.replace(
    /(^|[,-])(\d)/g,
    (_, before: string, digit: string) => before + (DAYS[(Number(digit) + 6) % 7] ?? digit),
  );
}

/** One entry of a list. What is not understood stays as it is, for croner to refuse. */
function readPart(part: string, kind: FieldKind, index: number): string {
  const named = shortNames(part, kind);
  const [, range = "", step] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(named) ?? [];
  if (range === "" || range === "*") return named;
  const [, from_text, to_text] = /^(\w+)(?:-(\w+))?$/.exec(range) ?? [];
  const from = placeOf(from_text, kind);
  const to = placeOf(to_text, kind);
  if (from === null) return named;
  if (to_text === undefined) {
    // 5/15: from 5 on, each 15th.
    return step === undefined || from > kind.max ? named : `${from}-${kind.max}/${step}`;
  }
  if (to === null || from <= to || from > kind.max) return named;
  // Over the end of the field: FRI-MON, 22-2. Sunday may be 7.
  if (index === DAY_OF_WEEK && to === 0 && step === undefined) return `${from}-7`;
  const count = kind.max - kind.min + 1;
  const values = Array.from({ length: to + count - from + 1 }, (_, i) => from + i).filter(
    (_, i) => i % Number(step ?? 1) === 0,
  );
  const wrapped = values.map((value) => (value > kind.max ? value - count : value));
  if (step !== undefined) return wrapped.join(",");
  return `${from}-${kind.max},${kind.min}-${to}`;
}

/** `Monday` is MON, `september` SEP. */
function shortNames(part: string, { full_names }: FieldKind): string {
  return part.replace(/[A-Za-z]{4,}/g, (word) => (full_names.includes(word.toUpperCase()) ? word.slice(0, 3) : word));
}

function placeOf(text: string | undefined, kind: FieldKind): number | null {
  if (text === undefined) return null;
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const place = kind.names.indexOf(text.toUpperCase());
  return place === -1 ? null : place + kind.min;
}

/** EventBridge writes `cron(...)`; the blanks keep what is inside at its place. */
function unwrap(expression: string): string {
  const [, before, inside] = /^(\s*cron\()([^()]*)\)\s*$/i.exec(expression) ?? [];
  return inside === undefined ? expression : " ".repeat(before!.length) + inside;
}

/** What is written instead of patterns elsewhere, told with what to write here; null for anything else. */
function foreignForm(text: string): string | null {
  const zone = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/i.exec(text);
  if (zone !== null)
    return `a zone is no part of a pattern; give timezone ${quoted(zone[1]!)} and the pattern ${quoted(zone[2]!)}`;
  const rate = /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$/i.exec(text);
  if (rate === null) return null;
  return everyMessage(text, Number(rate[1]), rate[2]!.toLowerCase()[0]!);
}

function readNickname(expression: string, nickname: string): FieldsReading {
  const meaning = NICKNAMES[nickname];
  if (meaning !== undefined) return { texts: ["0", ...meaning.split(" ")], written: [] };
  const every = /^@every\s+(\d+)([smhd])$/.exec(nickname);
  const message =
    every !== null
      ? everyMessage(nickname, Number(every[1]), every[2]!)
      : `${quoted(nickname)} is not a nickname; expected one of ${Object.keys(NICKNAMES).join(", ")}`;
  return { fault: { message, position: expression.indexOf("@") } };
}

/** An interval from the start of a process is nothing that a restart could keep; one that divides the clock has a pattern. */
function everyMessage(text: string, count: number, unit: string): string {
  const [size, pattern] = {
    s: [60, `*/${count} * * * * *`],
    m: [60, `*/${count} * * * *`],
    h: [24, `0 */${count} * * *`],
    d: [1, "0 0 * * *"],
  }[unit] as [number, string];
  const instead =
    count > 0 && size % count === 0 ? `write ${quoted(pattern)}` : "write the times of day that are meant";
  return `${quoted(text)} is an interval, and schedules are by the clock; ${instead}`;
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text);
}
