/**
 * The offsets of a time zone as plain numbers. Temporal knows each zone's changes, but asking it for every
 * instant would cost more than the rest of a tick, so the changes are kept as spans with one offset each.
 */
import { toTimestamp } from "../clock";
import { nearestName } from "../nearest";
import { FOREIGN_ZONES } from "./foreign_zones";

/** A stretch of time in which a zone keeps one offset; wall time = UTC + offset. */
export interface OffsetSpan {
  /** Epoch ms, inclusive; -Infinity for the first span of a zone. */
  readonly from: number;
  /** Epoch ms, exclusive; Infinity for the last span of a zone. */
  readonly to: number;
  readonly offset_ms: number;
  /** Offset of the span before and of the one after; this span's own where there is none. */
  readonly before_ms: number;
  readonly after_ms: number;
}

/** A query further away than this from the known spans starts new ones there, instead of filling in the years between. */
const WALK_MS_MAX = 30 * 366 * 86_400_000;
const SPANS_MAX = 400;
const ZONE_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

/** The spans of one zone, found when they are first needed. */
export class ZoneOffsets {
  readonly #zone: string;
  #spans: OffsetSpan[] = [];

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The span that holds an instant (epoch ms). */
  spanAt(instant: number): OffsetSpan {
    const spans = this.#spans;
    const is_near = spans.length > 0 && instant >= spans[0]!.from && instant - spans.at(-1)!.to < WALK_MS_MAX;
    if (!is_near || spans.length > SPANS_MAX) this.#spans = [this.#locate(instant)];
    while (this.#spans.at(-1)!.to <= instant) this.#spans.push(this.#locate(this.#spans.at(-1)!.to));
    return this.#spans[lastNotAfter(this.#spans, instant)]!;
  }

  #locate(instant: number): OffsetSpan {
    const at = zoned(instant, this.#zone);
    // "previous" searches strictly before the instant, and the change may be at the instant itself.
    const from = zoned(instant + 1, this.#zone).getTimeZoneTransition("previous")?.epochMilliseconds ?? -Infinity;
    const to = at.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity;
    const offset_ms = offsetOf(at);
    return {
      from,
      to,
      offset_ms,
      before_ms: from === -Infinity ? offset_ms : offsetOf(zoned(from - 1, this.#zone)),
      after_ms: to === Infinity ? offset_ms : offsetOf(zoned(to, this.#zone)),
    };
  }
}

/** The canonical spelling of an IANA zone name, or null for a name that is not one. */
export function canonicalZone(name: string): string | null {
  if (!ZONE_NAME_PATTERN.test(name)) return null;
  try {
    return zoned(0, name).timeZoneId;
  } catch {
    return null;
  }
}

/** The IANA zone that a Windows zone, an abbreviation or an offset most often means; null for any other name. */
export function zoneInstead(name: string): string | null {
  const trimmed = name.trim();
  const known = FOREIGN_ZONES[trimmed.toLowerCase()];
  if (known !== undefined) return known;
  const [, sign, hours, minutes = "00"] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(trimmed) ?? [];
  if (hours === undefined || minutes !== "00" || Number(hours) > 14) return null;
  // The signs of the Etc zones are reversed: UTC+2 is Etc/GMT-2.
  return canonicalZone(`Etc/GMT${sign === "+" ? "-" : "+"}${Number(hours)}`);
}

/** The known zone nearest to a mistyped one, or null. */
export function nearestZone(name: string): string | null {
  return nearestName(name, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
}

/** `+05:30` or `-04:00`; with seconds where an old zone has them. */
export function offsetText(offset_ms: number): string {
  const clock = toTimestamp(Math.abs(offset_ms)).slice(11, 19);
  return `${offset_ms < 0 ? "-" : "+"}${clock.endsWith(":00") ? clock.slice(0, 5) : clock}`;
}

function zoned(instant: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

function offsetOf(at: Temporal.ZonedDateTime): number {
  return at.offsetNanoseconds / 1e6;
}

function lastNotAfter(spans: readonly OffsetSpan[], instant: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle]!.from <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}
