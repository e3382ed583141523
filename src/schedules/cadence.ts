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
import {
  DAY_OF_MONTH,
  FIELDS,
  type FieldsReading,
  type PatternFault,
  type PatternFields,
  quoted,
  readPatternFields,
} from "./pattern_fields";
import { canonicalZone, nearestZone, type OffsetSpan, offsetText, ZoneOffsets, zoneInstead } from "./wall_time";
import { anyOf, type Days, daysBeforeLast, WallTimes } from "./wall_times";

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

export type PatternReading =
  | { readonly pattern: Pattern; readonly fault: null }
  | { readonly pattern: null; readonly fault: PatternFault };

export interface PatternLimits {
  /** Ticks of the pattern may not be closer than this. */
  readonly spacing_min_seconds: number;
  /** Epoch ms from which the pattern must occur within 5 years. */
  readonly now: number;
}

const OCCURRENCE_YEARS_MAX = 5;
const SECOND_MS = 1000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * SECOND_MS;
/** The end of the year 9999; later ticks are not searched for. */
const LAST_INSTANT = 253_402_300_799_000;
const CACHED_PATTERNS_MAX = 2000;

/** A month of 31 days has one so far before its last. */
const FROM_END_DAYS_MAX = 30;

/** Reads and checks a pattern (pattern_fields.ts says what is read); zone names as IANA has them. */
export function parsePattern(expression: string, zone: string, limits: PatternLimits): PatternReading {
  const known_zone = canonicalZone(zone);
  if (known_zone === null) return wrong(unknownZone(zone), null);
  const fields = readFields(expression);
  if ("fault" in fields) return { pattern: null, fault: fields.fault };
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
  return { pattern, fault: null };
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
  if (known_zone === null || "fault" in fields) return null;
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
      daysOf(day_of_month, month, day_of_week),
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

function readFields(expression: string): FieldsReading {
  const reading = readPatternFields(expression);
  if ("fault" in reading) return reading;
  for (const [index, { text, index: position }] of reading.written.entries()) {
    if (isReadable(reading.texts[index]!, index)) continue;
    const { name, range, extras } = FIELDS[index]!;
    const expected = `* or numbers ${range}, as lists a,b, ranges a-b, steps */n or a-b/n${extras}`;
    return { fault: { message: `the ${name} field ${quoted(text)} cannot be read; expected ${expected}`, position } };
  }
  return reading;
}

/** True when croner takes a field, all others being `*`. Its messages count days and months from zero, so they are replaced here. */
function isReadable(text: string, index: number): boolean {
  // croner replaces ? with the current time, which would change the pattern's meaning at each start.
  if (text.includes("?")) return false;
  const fields = Array<string>(FIELDS.length).fill("*");
  const parts = index === DAY_OF_MONTH ? dayParts(text) : null;
  if (parts?.from_end.some((days) => days > FROM_END_DAYS_MAX)) return false;
  const alone = parts === null ? [text] : [...parts.alone, ...(parts.listed === "" ? [] : [parts.listed])];
  try {
    for (const one of alone) silentCron(fields.with(index, one).join(" "));
    return true;
  } catch {
    return false;
  }
}

/** Of a day-of-month field: what croner takes in one list, what it takes only alone, and days before the last one of the month. */
function dayParts(text: string): { listed: string; alone: string[]; from_end: number[] } {
  const parts = text.toUpperCase().split(",");
  const from_end = parts.flatMap((part) => /^L-(\d{1,2})$/.exec(part)?.[1] ?? []).map(Number);
  const alone = parts.length === 1 ? [] : parts.filter((part) => /W$/.test(part));
  const listed = parts.filter((part) => !alone.includes(part) && !/^L-\d{1,2}$/.test(part));
  return { listed: listed.join(","), alone, from_end };
}

/** The days that match any of the parts: both day fields restricted mean either, as in croner. */
function daysOf(day_of_month: string, month: string, day_of_week: string): Days {
  const { listed, alone, from_end } = dayParts(day_of_month);
  const days: Days[] = alone.map((part) => silentCron(`0 0 0 ${part} ${month} *`));
  if (listed !== "") days.push(silentCron(`0 0 0 ${listed} ${month} ${day_of_week}`));
  else if (day_of_week !== "*") days.push(silentCron(`0 0 0 * ${month} ${day_of_week}`));
  days.push(...from_end.map((count) => daysBeforeLast(silentCron(`0 0 0 1 ${month} *`), count)));
  return days.length === 1 ? days[0]! : anyOf(days);
}

function unknownZone(zone: string): string {
  const instead = zoneInstead(zone);
  if (instead !== null)
    return `${quoted(zone)} is not a time zone by its IANA name; write ${instead}, or the zone of your city`;
  const nearest = nearestZone(zone);
  const hint = nearest === null ? "expected an IANA name such as Europe/Berlin" : `did you mean ${nearest}?`;
  return `${quoted(zone)} is not a time zone; ${hint}`;
}

function wrong(message: string, position: number | null): PatternReading {
  return { pattern: null, fault: { message, position } };
}
