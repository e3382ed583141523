/**
 * Cron patterns and their ticks: the only file that knows croner.
 *
 * croner reads a pattern and says which days match. It works in a fake UTC and its timers are never started, because
 * its own stepping through zones loses ticks in a repeated hour and its jobs do not outlive a process. Time zones are handled here:
 * a matching wall-clock time becomes one instant, two, or none (clock changes), and what then happens depends on the
 * pattern's class. *Interval-like* (minute or hour field starts with `*`) keeps its cadence in elapsed time: both
 * instants, or none. *Fixed-time* (any other) happens once a day: the earlier instant, or the time shifted forward by
 * the gap. Ticks are a set of whole seconds in UTC, so the next one is always later than the instant asked about.
 */

import { Cron } from "croner";
import { toTimestamp } from "../clock";
import { canonicalZone, nearestZone, type OffsetSpan, offsetText, ZoneOffsets } from "./wall_time";

/** Why a tick differs from the wall time in the pattern: it was moved out of a gap, or is one of the two instants of a repeated time. */
export type TickNote = "dst_shifted" | "dst_first" | "dst_repeat";

export interface Tick {
  /** Epoch ms, whole seconds. */
  readonly at: number;
  /** Wall time in the schedule's zone, `2025-03-09T03:30:00`. */
  readonly local_time: string;
  /** Offset from UTC at that instant, `-04:00`. */
  readonly offset: string;
  readonly note: TickNote | null;
}

/** A pattern in a zone, ready to be asked for ticks. */
export interface Pattern {
  readonly is_interval_like: boolean;
  readonly walls: WallTimes;
  readonly offsets: ZoneOffsets;
}

export interface PatternProblem {
  readonly message: string;
  /** 0-based offset in the expression of the wrong field; null when the fault is not in the expression. */
  readonly position: number | null;
}

export type PatternReading =
  | { readonly pattern: Pattern; readonly problem: null }
  | { readonly pattern: null; readonly problem: PatternProblem };

export interface PatternLimits {
  /** Ticks of the pattern may not be closer than this. */
  readonly spacing_min_seconds: number;
  /** Epoch ms from which the pattern must occur within 5 years. */
  readonly now: number;
}

const EXPRESSION_LENGTH_MAX = 256;
const OCCURRENCE_YEARS_MAX = 5;
const SECOND_MS = 1000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * SECOND_MS;
/** The end of the year 9999; later ticks are not searched for. */
const LAST_INSTANT = 253_402_300_799_000;
const CACHED_PATTERNS_MAX = 2000;

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const FIELDS = [
  { name: "second", range: "0-59", extras: "" },
  { name: "minute", range: "0-59", extras: "" },
  { name: "hour", range: "0-23", extras: "" },
  { name: "day of month", range: "1-31", extras: ", L or 15W" },
  { name: "month", range: "1-12 or JAN-DEC", extras: "" },
  { name: "day of week", range: "0-7 or SUN-SAT", extras: ", 5L or 5#2" },
] as const;
const FIELDS_COUNT = FIELDS.length;

/** Reads and checks a pattern: 5 fields, 6 with leading seconds, or a nickname; zone names as IANA has them. */
export function parsePattern(expression: string, zone: string, limits: PatternLimits): PatternReading {
  const known_zone = canonicalZone(zone);
  if (known_zone === null) return wrong(unknownZone(zone), null);
  const fields = readFields(expression);
  if ("problem" in fields) return { pattern: null, problem: fields.problem };
  const pattern = buildPattern(fields, known_zone);
  const first = tickAfter(pattern, limits.now);
  if (first === null || first.at > limits.now + OCCURRENCE_YEARS_MAX * 366 * DAY_MS) {
    return wrong(
      `${quoted(expression)} does not occur within ${OCCURRENCE_YEARS_MAX} years; check day and month`,
      null,
    );
  }
  const spacing = pattern.walls.smallestSpacing(limits.spacing_min_seconds, limits.now);
  if (spacing < limits.spacing_min_seconds) {
    return wrong(
      `${quoted(expression)} has ticks only ${spacing} s apart; this service allows ${limits.spacing_min_seconds} s or more (min_schedule_spacing_seconds)`,
      null,
    );
  }
  return { pattern, problem: null };
}

/** Up to `count` ticks after an instant (epoch ms), in order. Fewer only when the pattern ends. */
export function nextTicks(pattern: Pattern, after: number, count: number): Tick[] {
  return ticksBetween(pattern, after, LAST_INSTANT, count);
}

/** Ticks t with after < t <= until, in order, at most `max` of them. */
export function ticksBetween(pattern: Pattern, after: number, until: number, max: number): Tick[] {
  const ticks: Tick[] = [];
  let tick = max > 0 ? tickAfter(pattern, after) : null;
  while (tick !== null && tick.at <= until) {
    ticks.push(described(tick));
    if (ticks.length === max) break;
    tick = tickAfter(pattern, tick.at);
  }
  return ticks;
}

const cached_patterns = new Map<string, Pattern>();

/** A stored pattern, which was checked when it was stored; null when this program's time zones no longer include its zone. */
export function findPattern(expression: string, zone: string): Pattern | null {
  const key = `${zone} ${expression}`;
  const known = cached_patterns.get(key);
  if (known !== undefined) return known;
  const known_zone = canonicalZone(zone);
  const fields = readFields(expression);
  if (known_zone === null || "problem" in fields) return null;
  const pattern = buildPattern(fields, known_zone);
  if (cached_patterns.size >= CACHED_PATTERNS_MAX) cached_patterns.delete(cached_patterns.keys().next().value!);
  cached_patterns.set(key, pattern);
  return pattern;
}

/** The instant (epoch ms) of the first tick after `after` of a stored pattern, or null. */
export function nextTickAt(expression: string, zone: string, after: number): number | null {
  const pattern = findPattern(expression, zone);
  return pattern === null ? null : (tickAfter(pattern, after)?.at ?? null);
}

/** A tick as numbers, so that listing many of them builds no strings. */
export interface RawTick {
  /** Epoch ms, whole seconds. */
  readonly at: number;
  readonly offset_ms: number;
  readonly note: TickNote | null;
}

/** The same tick with its local time in words. */
export function described(tick: RawTick): Tick {
  const local_time = toTimestamp(tick.at + tick.offset_ms).slice(0, 19);
  return { at: tick.at, local_time, offset: offsetText(tick.offset_ms), note: tick.note };
}

/** The first tick strictly after an instant (epoch ms), or null when there is none. */
export function tickAfter(pattern: Pattern, after: number): RawTick | null {
  const whole_after = Math.max(0, Math.floor(after / SECOND_MS) * SECOND_MS);
  if (!(whole_after < LAST_INSTANT)) return null;
  let span = pattern.offsets.spanAt(whole_after);
  for (;;) {
    const from = Math.max(whole_after, span.from - SECOND_MS);
    const wall = pattern.walls.after(from + span.offset_ms);
    const written = writtenTick(pattern, span, wall);
    const shifted = shiftedTick(pattern, span, from);
    const tick = shifted !== null && (written === null || shifted.at < written.at) ? shifted : written;
    if (tick !== null) return tick;
    if (wall === Infinity || span.to > LAST_INSTANT) return null;
    span = pattern.offsets.spanAt(span.to);
  }
}

/** The tick of the first wall time in this span that the pattern may use; `wall` is the first wall time that matches. */
function writtenTick(pattern: Pattern, span: OffsetSpan, wall: number): RawTick | null {
  const { offset_ms } = span;
  const repeated_until = span.from + span.before_ms;
  const is_repeat = wall < repeated_until;
  if (is_repeat && !pattern.is_interval_like) {
    return writtenTick(pattern, span, pattern.walls.after(repeated_until - SECOND_MS));
  }
  const at = wall - offset_ms;
  if (at >= span.to) return null;
  const comes_again = wall >= span.to + span.after_ms;
  return { at, offset_ms, note: is_repeat ? "dst_repeat" : comes_again ? "dst_first" : null };
}

/** The first tick in this span of a fixed-time pattern whose wall time the clock jumped over. */
function shiftedTick(pattern: Pattern, span: OffsetSpan, from: number): RawTick | null {
  const { offset_ms, before_ms } = span;
  if (pattern.is_interval_like || offset_ms <= before_ms) return null;
  const wall = pattern.walls.after(from + before_ms);
  if (wall >= span.from + offset_ms || wall - before_ms >= span.to) return null;
  return { at: wall - before_ms, offset_ms, note: "dst_shifted" };
}

interface PatternFields {
  /** Second to day of week, in the order of FIELDS. */
  readonly texts: readonly string[];
}

function buildPattern({ texts }: PatternFields, zone: string): Pattern {
  const [second, minute, hour, day_of_month, month, day_of_week] = texts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    is_interval_like: minute.startsWith("*") || hour.startsWith("*"),
    walls: new WallTimes(
      matchingValues(`${second} * * * * *`, SECOND_MS, MINUTE_SECONDS),
      matchingValues(`0 ${minute} * * * *`, MINUTE_SECONDS * SECOND_MS, MINUTE_SECONDS),
      matchingValues(`0 0 ${hour} * * *`, HOUR_SECONDS * SECOND_MS, 24),
      silentCron(`0 0 0 ${day_of_month} ${month} ${day_of_week}`),
    ),
    offsets: offsetsOf(zone),
  };
}

const offsets_of_zones = new Map<string, ZoneOffsets>();

function offsetsOf(zone: string): ZoneOffsets {
  let offsets = offsets_of_zones.get(zone);
  if (offsets === undefined) {
    offsets = new ZoneOffsets(zone);
    offsets_of_zones.set(zone, offsets);
  }
  return offsets;
}

/** A pattern that is only read: croner sets no timer when it has no function to call. */
function silentCron(expression: string): Cron {
  return new Cron(expression, { utcOffset: 0, paused: true, mode: "6-part" });
}

/** Which of 0..count-1 a field matches, from the times that croner finds in the first day of the epoch. */
function matchingValues(expression: string, unit_ms: number, count: number): number[] {
  const cron = silentCron(expression);
  const values: number[] = [];
  let at = cron.nextRun(new Date(-SECOND_MS))?.getTime() ?? Infinity;
  while (at < count * unit_ms) {
    values.push(at / unit_ms);
    at = cron.nextRun(new Date(at))?.getTime() ?? Infinity;
  }
  return values;
}

/** The wall-clock times of a pattern, in order, as milliseconds of a fake UTC: matching days times matching times of day. */
class WallTimes {
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  /** For each value, the smallest matching one that is not below it; null past the last. */
  readonly #next_second: readonly (number | null)[];
  readonly #next_minute: readonly (number | null)[];
  readonly #next_hour: readonly (number | null)[];
  readonly #days: Cron;
  /** No matching day lies in [#asked_day, #found_day), so most questions never reach croner. */
  #asked_day = Infinity;
  #found_day = -Infinity;

  constructor(seconds: readonly number[], minutes: readonly number[], hours: readonly number[], days: Cron) {
    this.#seconds = seconds;
    this.#minutes = minutes;
    this.#next_second = nextTable(seconds, MINUTE_SECONDS);
    this.#next_minute = nextTable(minutes, MINUTE_SECONDS);
    this.#next_hour = nextTable(hours, 24);
    this.#days = days;
  }

  /** The first matching wall time after `wall`, both whole seconds in ms; Infinity when there is none. */
  after(wall: number): number {
    const start = wall + SECOND_MS;
    const today = Math.floor(start / DAY_MS) * DAY_MS;
    const day = this.#dayFrom(today);
    const time = day === today ? this.#timeFrom((start - today) / SECOND_MS) : this.#timeFrom(0);
    if (time !== null) return day + time * SECOND_MS;
    return this.#dayFrom(today + DAY_MS) + this.#timeFrom(0)! * SECOND_MS;
  }

  /** Seconds between the two closest neighbours; stops once two are closer than `enough`. */
  smallestSpacing(enough: number, now: number): number {
    let smallest = DAY_SECONDS;
    let previous = -Infinity;
    for (let time = this.#timeFrom(0); time !== null; time = this.#timeFrom(time + 1)) {
      smallest = Math.min(smallest, time - previous);
      if (smallest < enough) return smallest;
      previous = time;
    }
    const overnight = DAY_SECONDS - previous + this.#timeFrom(0)!;
    return overnight < smallest && this.#hasNeighbours(now) ? overnight : smallest;
  }

  /** True when two days in a row match within the next 5 years. */
  #hasNeighbours(now: number): boolean {
    const end = now + OCCURRENCE_YEARS_MAX * 366 * DAY_MS;
    let day = this.#dayFrom(Math.floor(now / DAY_MS) * DAY_MS);
    while (day < end) {
      const next = this.#dayFrom(day + DAY_MS);
      if (next === day + DAY_MS) return true;
      day = next;
    }
    return false;
  }

  #dayFrom(day: number): number {
    if (day >= this.#asked_day && day <= this.#found_day) return this.#found_day;
    this.#asked_day = day;
    this.#found_day = this.#days.nextRun(new Date(day - SECOND_MS))?.getTime() ?? Infinity;
    return this.#found_day;
  }

  /** Seconds into the day of the first matching time at or after `time`; null past the last. */
  #timeFrom(time: number): number | null {
    const wanted_second = time % MINUTE_SECONDS;
    const wanted_minute = Math.floor(time / MINUTE_SECONDS) % MINUTE_SECONDS;
    const wanted_hour = Math.floor(time / HOUR_SECONDS);
    // Carries like a clock: after the last value of a field the field above moves on and this one starts again.
    const second = this.#next_second[wanted_second]!;
    const minute = this.#next_minute[second === null ? wanted_minute + 1 : wanted_minute]!;
    const hour = this.#next_hour[minute === null ? wanted_hour + 1 : wanted_hour] ?? null;
    if (hour === null) return null;
    if (hour !== wanted_hour || minute === null) return inSeconds(hour, this.#minutes[0]!, this.#seconds[0]!);
    if (minute !== wanted_minute || second === null) return inSeconds(hour, minute, this.#seconds[0]!);
    return inSeconds(hour, minute, second);
  }
}

function inSeconds(hour: number, minute: number, second: number): number {
  return hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second;
}

function nextTable(values: readonly number[], count: number): (number | null)[] {
  // One entry more than there are values, which a carry looks up.
  return Array.from({ length: count + 1 }, (_, wanted) => values.find((value) => value >= wanted) ?? null);
}

function readFields(expression: string): PatternFields | { readonly problem: PatternProblem } {
  if (expression.length > EXPRESSION_LENGTH_MAX) {
    const message = `the pattern has ${expression.length} characters; at most ${EXPRESSION_LENGTH_MAX} are allowed`;
    return { problem: { message, position: EXPRESSION_LENGTH_MAX } };
  }
  const trimmed = expression.trim();
  if (trimmed.startsWith("@")) return readNickname(expression, trimmed.toLowerCase());
  const words = [...expression.matchAll(/\S+/g)];
  if (words.length !== FIELDS_COUNT && words.length !== FIELDS_COUNT - 1) {
    const message = `a pattern has 5 fields (minute hour day month weekday), or 6 with leading seconds; found ${words.length}`;
    return { problem: { message, position: words[FIELDS_COUNT]?.index ?? 0 } };
  }
  const missing = FIELDS_COUNT - words.length;
  for (const [i, word] of words.entries()) {
    if (isReadable(word[0], i + missing)) continue;
    const { name, range, extras } = FIELDS[i + missing]!;
    const expected = `* or numbers ${range}, as lists a,b, ranges a-b, steps */n or a-b/n${extras}`;
    const message = `the ${name} field ${quoted(word[0])} cannot be read; expected ${expected}`;
    return { problem: { message, position: word.index } };
  }
  return { texts: [...Array<string>(missing).fill("0"), ...words.map(([text]) => text)] };
}

function readNickname(expression: string, nickname: string): PatternFields | { readonly problem: PatternProblem } {
  const meaning = NICKNAMES[nickname];
  if (meaning !== undefined) return { texts: ["0", ...meaning.split(" ")] };
  const message = `${quoted(nickname)} is not a nickname; expected one of ${Object.keys(NICKNAMES).join(", ")}`;
  return { problem: { message, position: expression.indexOf("@") } };
}

/** True when croner takes a field, all others being `*`. Its messages count days and months from zero, so they are replaced here. */
function isReadable(text: string, index: number): boolean {
  // croner replaces ? with the current time, which would change the pattern's meaning at each start.
  if (text.includes("?")) return false;
  const fields = Array<string>(FIELDS_COUNT).fill("*");
  fields[index] = text;
  try {
    silentCron(fields.join(" "));
    return true;
  } catch {
    return false;
  }
}

function unknownZone(zone: string): string {
  const nearest = nearestZone(zone);
  const hint = nearest === null ? "expected an IANA name such as Europe/Berlin" : `did you mean ${nearest}?`;
  return `${quoted(zone)} is not a time zone; ${hint}`;
}

function wrong(message: string, position: number | null): PatternReading {
  return { pattern: null, problem: { message, position } };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text);
}
