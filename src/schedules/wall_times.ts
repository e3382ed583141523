/** The wall-clock times of a pattern, before any time zone: times of day on matching days, in milliseconds of a fake UTC. */

/** Days that match a pattern. */
export interface Days {
  /** Midnight of the first matching day after an instant; null when there is none. */
  nextRun(after: Date): Date | null;
}

const SECOND_MS = 1000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * SECOND_MS;
/** How far ahead to look for two matching days in a row. */
const NEIGHBOUR_YEARS_MAX = 5;

/** Days that match any of several. */
export function anyOf(all: readonly Days[]): Days {
  return {
    nextRun(after) {
      const found = all.flatMap((days) => days.nextRun(after)?.getTime() ?? []);
      return found.length === 0 ? null : new Date(Math.min(...found));
    },
  };
}

/** The day that is this many days before the last one, in each month whose first day matches `months`; a month that is too short has none. */
export function daysBeforeLast(months: Days, count: number): Days {
  return {
    nextRun(after) {
      const start = new Date(after.getTime());
      start.setUTCDate(1);
      start.setUTCHours(0, 0, 0, 0);
      let first = months.nextRun(new Date(start.getTime() - SECOND_MS));
      // The 29th of February is at most 8 years away.
      const end = after.getTime() + 9 * 366 * DAY_MS;
      while (first !== null && first.getTime() <= end) {
        const day = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0) - count * DAY_MS;
        if (day >= first.getTime() && day > after.getTime()) return new Date(day);
        first = months.nextRun(first);
      }
      return null;
    },
  };
}

/** The wall-clock times of a pattern, in order, as milliseconds of a fake UTC: matching days times matching times of day. */
export class WallTimes {
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  /** For each value, the smallest matching one that is not below it; null past the last. */
  readonly #next_second: readonly (number | null)[];
  readonly #next_minute: readonly (number | null)[];
  readonly #next_hour: readonly (number | null)[];
  readonly #days: Days;
  /** No matching day lies in [#asked_day, #found_day), so most questions never reach it. */
  #asked_day = Infinity;
  #found_day = -Infinity;

  constructor(seconds: readonly number[], minutes: readonly number[], hours: readonly number[], days: Days) {
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
    const end = now + NEIGHBOUR_YEARS_MAX * 366 * DAY_MS;
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
