/** Notes about a pattern that a person should read before relying on it: where wall-clock time behaves in an unexpected way. */
import { toTimestamp } from "../clock";
import { type Pattern, ticksBetween } from "./cadence";
import { DAY_OF_MONTH, DAY_OF_WEEK, FIELDS, readPatternFields } from "./pattern_fields";
import { isUneven, stepValues } from "./pattern_words";
import { offsetText } from "./wall_time";

export interface PatternNote {
  readonly code: "clock_forward" | "clock_back" | "either_day" | "not_every_month" | "uneven_step";
  readonly message: string;
}

const DAY_MS = 86_400_000;
const SHORTEST_MONTH_DAYS = 28;
const STEP_VALUES_SHOWN_MAX = 6;
const HOUR = 2;
/** What the values of each field are counted in, and within. */
const UNITS = ["seconds", "minutes", "hours", "days", "months"];
const CYCLES = ["minute", "hour", "day", "month", "year"];
/** Long enough to contain both clock changes of a year. */
const LOOKED_AHEAD_MS = 400 * DAY_MS;
/** Ticks looked at around one change: a pattern of every second has 7,200 in the two hours. */
const TICKS_MAX = 10_000;
const AROUND_MS = 3 * 3_600_000;
const CHANGES_MAX = 2;

/** Notes on a pattern for a schedule that is created at `now`. */
export function notesOf(pattern: Pattern, expression: string, now: number): PatternNote[] {
  const fields = readPatternFields(expression);
  const texts = "fault" in fields || fields.written.length === 0 ? [] : fields.texts;
  return [...(texts.length === 0 ? [] : [...stepNotes(texts), ...dayNotes(texts)]), ...clockNotes(pattern, now)];
}

function stepNotes(texts: readonly string[]): PatternNote[] {
  return texts.flatMap((text, index) =>
    text
      .split(",")
      .filter((part) => part.startsWith("*/") && isUneven(part, index))
      .map((part) => stepNote(part, index)),
  );
}

function stepNote(part: string, index: number): PatternNote {
  const values = stepValues(part, index);
  const { name } = FIELDS[index]!;
  const shown = values.length > STEP_VALUES_SHOWN_MAX ? [...values.slice(0, 3), values.at(-1)!] : values;
  const times = shown.map((value) =>
    index < HOUR ? `:${String(value).padStart(2, "0")}` : index === HOUR ? `${value}:00` : value,
  );
  const is_cut = values.length > STEP_VALUES_SHOWN_MAX;
  const listed = is_cut ? `${times.slice(0, 3).join(", ")} ... ${times.at(-1)}` : times.join(", ");
  const step = part.slice(2);
  const message = `${part} in the ${name} field is ${listed} of each ${CYCLES[index]}, which then starts again: not every ${step} ${UNITS[index]} throughout`;
  return { code: "uneven_step", message };
}

function dayNotes(texts: readonly string[]): PatternNote[] {
  const day_of_month = texts[DAY_OF_MONTH]!;
  const day_of_week = texts[DAY_OF_WEEK]!;
  const notes: PatternNote[] = [];
  if (day_of_month !== "*" && day_of_week !== "*") {
    const message = `Day of month ${day_of_month} and day of week ${day_of_week} are both given: a day that matches either one counts`;
    notes.push({ code: "either_day", message });
  }
  if (day_of_week === "*" && day_of_month.split(",").every(isLateDay)) {
    const message = `Months without a day ${day_of_month} are left out; L is the last day of every month`;
    notes.push({ code: "not_every_month", message });
  }
  if (day_of_month === "*" && day_of_week.split(",").every((part) => part.endsWith("#5"))) {
    const message = `Months without a fifth such day are left out; ${day_of_week.replaceAll("#5", "L")} is the last one of every month`;
    notes.push({ code: "not_every_month", message });
  }
  return notes;
}

/** Of an entry of the day-of-month field: true when some months have none of its days. */
function isLateDay(part: string): boolean {
  const [, first, from_end] = /^(?:(\d{1,2})(?:-\d{1,2}(?:\/\d{1,3})?|W)?|L-(\d{1,2}))$/i.exec(part) ?? [];
  return Number(first) > SHORTEST_MONTH_DAYS || Number(from_end) >= SHORTEST_MONTH_DAYS;
}

function clockNotes(pattern: Pattern, now: number): PatternNote[] {
  const notes: PatternNote[] = [];
  let span = pattern.offsets.spanAt(now);
  while (span.to <= now + LOOKED_AHEAD_MS && notes.length < CHANGES_MAX) {
    const note = changeNote(pattern, span.to, span.offset_ms, span.after_ms);
    if (note !== null) notes.push(note);
    span = pattern.offsets.spanAt(span.to);
  }
  return notes;
}

function changeNote(pattern: Pattern, at: number, before_ms: number, after_ms: number): PatternNote | null {
  const ticks = ticksBetween(pattern, at - AROUND_MS, at + AROUND_MS, TICKS_MAX);
  const was = clockText(at + before_ms);
  const is = clockText(at + after_ms);
  const date = toTimestamp(at + after_ms).slice(0, 10);
  const change = `On ${date} the clock goes from ${was} to ${is} (${offsetText(before_ms)} to ${offsetText(after_ms)})`;
  if (after_ms > before_ms) {
    const shifted = ticks.find(({ note }) => note === "dst_shifted");
    if (shifted !== undefined) {
      const message = `${change}: the tick whose time does not exist comes at ${shifted.local_time.slice(11, 16)}, once`;
      return { code: "clock_forward", message };
    }
    const is_hit = pattern.is_interval_like && pattern.walls.after(at + before_ms - 1000) < at + after_ms;
    return is_hit ? { code: "clock_forward", message: `${change}: no tick falls into the skipped time` } : null;
  }
  const repeated = ticks.filter(({ note }) => note === "dst_first" || note === "dst_repeat");
  if (repeated.length === 0) return null;
  const which = pattern.is_interval_like
    ? "ticks come in both, so the interval is kept"
    : "a tick comes in the first only";
  return { code: "clock_back", message: `${change}, and the time between comes twice: ${which}` };
}

function clockText(wall: number): string {
  return toTimestamp(wall).slice(11, 16);
}
