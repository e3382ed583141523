/**
 * What a schedule has to do at a moment, as plain data: which instants make a run now, which get only a line in the ledger, and
 * how far the cursor moves. Nothing here reads a clock or a table, and the work is bounded however long the service was down.
 *
 * Instants between the cursor and now are handled in order. One that is more than a minute late was missed: within the
 * window `catch_up` decides what happens to it, before the window it is only counted. One that is on time fires. The cursor
 * then moves to where everything before it is done, and the next instant always follows from the cursor alone.
 */

import { createHash } from "node:crypto";
import { toTimestamp } from "../clock";
import { findPattern, type Pattern, type RawTick, tickAfter } from "./cadence";

export const OVERLAP_POLICIES = ["skip", "buffer_one", "allow", "cancel_previous"] as const;

export const CATCH_UPS = ["latest", "none", "all"] as const;
export type CatchUp = (typeof CATCH_UPS)[number];

/** The settings of a schedule that decide when it fires. */
export interface Timing {
  readonly id: string;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly catch_up: CatchUp;
  readonly catch_up_window_seconds: number;
  readonly jitter_seconds: number;
  /** Epoch ms; ticks before the first two and after the third do not exist. */
  readonly starts_at: number | null;
  readonly pause_until: number | null;
  readonly ends_at: number | null;
  /** JSON, a list of local dates; null: none. */
  readonly exclude_dates: string | null;
}

/** An instant that makes a run. */
export interface PlannedTick {
  readonly at: number;
  readonly is_shifted: boolean;
  readonly jitter_seconds: number;
  /** Missed instants that this run makes up for, including its own; 0: it is on time. */
  readonly missed_count: number;
}

/** Instants that make no run. */
export interface PlannedLine {
  readonly first_at: number;
  readonly last_at: number;
  readonly count: number;
  /** False when there are more than this. */
  readonly is_count_exact: boolean;
  readonly outcome: "coalesced" | "excluded" | "missed";
  readonly reason: string;
}

/** What comes next; null when the pattern or the schedule has ended. */
export interface NextTick {
  /** The next instant that makes a run; null when all that are left are excluded. */
  readonly run_at: number | null;
  /** When the ticker has to look again. */
  readonly due_at: number;
}

export interface TickPlan {
  readonly fire: readonly PlannedTick[];
  readonly lines: readonly PlannedLine[];
  readonly cursor_at: number;
  readonly next: NextTick | null;
}

/** Lateness up to this is normal: a busy machine, a quick restart. */
const LATE_MS = 60_000;
const CAUGHT_UP_MAX = 100;
/** Instants that are examined one by one, which takes about 30 ms. Further ones are not counted. */
const COUNTED_MAX = 100_000;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const SEARCH_MS_MIN = 60_000;

/** What a schedule with its cursor at `cursor_at` has to do at `now`. `is_hurried`: does not wait for jitter. */
export function planTicks(timing: Timing, cursor_at: number, now: number, is_hurried = false): TickPlan {
  const ticks = ticksOf(timing);
  if (ticks === null) return { fire: [], lines: [], cursor_at, next: null };
  const first = ticks.after(cursor_at);
  if (first === null || !isDue(ticks, first, now, is_hurried)) {
    return { fire: [], lines: [], cursor_at, next: nextOf(ticks, cursor_at) };
  }
  const owed = new Owed(ticks, now, is_hurried);
  owed.take(cursor_at);
  const reached = Math.max(cursor_at, owed.waiting === null ? wholeSecond(now) : owed.waiting.at - SECOND_MS);
  return { ...owed.settled(), cursor_at: reached, next: nextOf(ticks, reached) };
}

/** The first instant after the cursor that makes a run, and when to look for it. */
export function nextTickOf(timing: Timing, cursor_at: number): NextTick | null {
  const ticks = ticksOf(timing);
  return ticks === null ? null : nextOf(ticks, cursor_at);
}

/** A future instant as it is shown to people. */
export interface ForeseenTick {
  readonly tick: RawTick;
  readonly is_excluded: boolean;
  readonly jitter_seconds: number;
}

/** Up to `max` instants after `after`, in order, excluded ones too, none after `until`. */
export function foreseeTicks(timing: Timing, after: number, max: number, until = Infinity): ForeseenTick[] {
  const ticks = ticksOf(timing);
  const found: ForeseenTick[] = [];
  let tick = ticks?.after(after) ?? null;
  while (ticks !== null && tick !== null && tick.at <= until && found.length < max) {
    found.push({ tick, is_excluded: ticks.isExcluded(tick), jitter_seconds: ticks.jitterOf(tick) });
    tick = ticks.after(tick.at);
  }
  return found;
}

/** The tick of a schedule at exactly that instant, or null. */
export function tickAt(timing: Timing, at: number): RawTick | null {
  const tick = ticksOf(timing)?.after(at - SECOND_MS) ?? null;
  return tick?.at === at ? tick : null;
}

/** The instants of one schedule. */
class Ticks {
  readonly timing: Timing;
  readonly #pattern: Pattern;
  readonly #from: number;
  readonly #until: number;
  /** Local days, counted from the epoch. */
  readonly #excluded_days: ReadonlySet<number>;

  constructor(timing: Timing, pattern: Pattern) {
    this.timing = timing;
    this.#pattern = pattern;
    this.#from = Math.max(timing.starts_at ?? -Infinity, timing.pause_until ?? -Infinity);
    this.#until = timing.ends_at ?? Infinity;
    this.#excluded_days = timing.exclude_dates === null ? NO_DAYS : daysOf(timing.exclude_dates);
  }

  after(instant: number): RawTick | null {
    const tick = tickAfter(this.#pattern, Math.max(instant, this.#from - 1));
    return tick === null || tick.at > this.#until ? null : tick;
  }

  isExcluded(tick: RawTick): boolean {
    return this.#excluded_days.size > 0 && this.#excluded_days.has(Math.floor((tick.at + tick.offset_ms) / DAY_MS));
  }

  /** The first tick after an instant that is not excluded; whole excluded days are skipped. */
  includedAfter(instant: number): RawTick | null {
    let tick = this.after(instant);
    while (tick !== null && this.isExcluded(tick)) {
      const wall = tick.at + tick.offset_ms;
      const midnight = (Math.floor(wall / DAY_MS) + 1) * DAY_MS - tick.offset_ms;
      tick = this.after(Math.min(midnight, this.#pattern.offsets.spanAt(tick.at).to) - SECOND_MS);
    }
    return tick;
  }

  /**
   * Seconds that a tick waits: from a hash, so that it is the same after a restart, and at most half the time to the next
   * tick, so that ticks keep their order.
   */
  jitterOf(tick: RawTick): number {
    const { id, jitter_seconds } = this.timing;
    if (jitter_seconds === 0) return 0;
    const next = tickAfter(this.#pattern, tick.at);
    const half = next === null ? Infinity : Math.floor((next.at - tick.at) / SECOND_MS / 2);
    const hash = createHash("sha256").update(`${id} ${tick.at}`).digest();
    return hash.readUIntBE(0, 6) % (Math.min(jitter_seconds, half) + 1);
  }
}

const NO_DAYS: ReadonlySet<number> = new Set();

function ticksOf(timing: Timing): Ticks | null {
  const pattern = findPattern(timing.cron_expression, timing.timezone);
  return pattern === null ? null : new Ticks(timing, pattern);
}

function daysOf(exclude_dates: string): ReadonlySet<number> {
  return new Set((JSON.parse(exclude_dates) as string[]).map((date) => Date.parse(`${date}T00:00:00Z`) / DAY_MS));
}

function nextOf(ticks: Ticks, cursor_at: number): NextTick | null {
  const tick = ticks.after(cursor_at);
  if (tick === null) return null;
  const run_at = ticks.isExcluded(tick) ? (ticks.includedAfter(tick.at)?.at ?? null) : tick.at;
  return { run_at, due_at: tick.at + ticks.jitterOf(tick) * SECOND_MS };
}

function isDue(ticks: Ticks, tick: RawTick, now: number, is_hurried: boolean): boolean {
  return tick.at <= now && (is_hurried || tick.at + ticks.jitterOf(tick) * SECOND_MS <= now);
}

/** Instants of one kind, in order. */
class Span {
  first_at = Infinity;
  last_at = -Infinity;
  count = 0;
  is_count_exact = true;

  add(at: number): void {
    this.first_at = Math.min(this.first_at, at);
    this.last_at = Math.max(this.last_at, at);
    this.count += 1;
  }

  line(outcome: PlannedLine["outcome"], reason: string): PlannedLine[] {
    const { first_at, last_at, count, is_count_exact } = this;
    return count === 0 ? [] : [{ first_at, last_at, count, is_count_exact, outcome, reason }];
  }
}

/** Sorts due instants into those that fire and those that are only recorded. */
class Owed {
  /** An instant that has come but whose jitter has not passed. */
  waiting: RawTick | null = null;
  readonly #ticks: Ticks;
  readonly #now: number;
  readonly #is_hurried: boolean;
  /** Instants before this are not examined one by one; with a short window, those that are on time still are. */
  readonly #counted_until: number;
  readonly #window_from: number;
  readonly #jitter_ms: number;
  readonly #too_old = new Span();
  readonly #excluded = new Span();
  /** Missed within the window and not fired. */
  readonly #missed = new Span();
  readonly #fire: PlannedTick[] = [];
  /** Only for `latest`: the newest missed instant so far. */
  #newest: RawTick | null = null;

  constructor(ticks: Ticks, now: number, is_hurried: boolean) {
    this.#ticks = ticks;
    this.#now = now;
    this.#is_hurried = is_hurried;
    this.#jitter_ms = ticks.timing.jitter_seconds * SECOND_MS;
    this.#window_from = wholeSecond(now - ticks.timing.catch_up_window_seconds * SECOND_MS);
    this.#counted_until = Math.min(this.#window_from, wholeSecond(now - LATE_MS - this.#jitter_ms)) - SECOND_MS;
  }

  take(cursor_at: number): void {
    let at = this.#countOld(cursor_at);
    let counted = 0;
    for (let tick = this.#ticks.after(at); tick !== null && tick.at <= this.#now; tick = this.#ticks.after(at)) {
      at = tick.at;
      if (!this.#isDue(tick)) {
        this.waiting = tick;
        return;
      }
      this.#sort(tick);
      counted += 1;
      if (counted === COUNTED_MAX) at = this.#leap(at);
    }
  }

  settled(): Pick<TickPlan, "fire" | "lines"> {
    const { timing } = this.#ticks;
    const window = `it came up before the catch-up window of ${timing.catch_up_window_seconds} s`;
    const lines = [
      ...this.#excluded.line("excluded", "its local date is in exclude_dates"),
      ...this.#too_old.line("missed", `${window} (catch_up_window_seconds)`),
    ];
    const newest = this.#newest;
    if (newest !== null) {
      const missed_count = this.#missed.count + 1;
      this.#fire.push(this.#planned(newest, missed_count));
      lines.push(...this.#missed.line("coalesced", `the run for ${toTimestamp(newest.at)} makes up for it (catch_up)`));
    } else lines.push(...this.#missed.line("missed", REASON_NOT_CAUGHT_UP[timing.catch_up]));
    return { fire: this.#fire, lines };
  }

  /** Counts what is older than the window, up to a bound. Returns where the window begins. */
  #countOld(cursor_at: number): number {
    const end = this.#counted_until;
    let at = cursor_at;
    for (let tick = this.#ticks.after(at); tick !== null && tick.at <= end; tick = this.#ticks.after(at)) {
      at = tick.at;
      if (this.#ticks.isExcluded(tick)) this.#excluded.add(at);
      else this.#too_old.add(at);
      if (this.#too_old.count + this.#excluded.count < COUNTED_MAX) continue;
      this.#too_old.is_count_exact = false;
      this.#too_old.last_at = Math.max(this.#too_old.last_at, this.#newestBefore(end, at) ?? at);
      break;
    }
    return Math.max(cursor_at, end);
  }

  #sort(tick: RawTick): void {
    const { catch_up } = this.#ticks.timing;
    if (this.#ticks.isExcluded(tick)) this.#excluded.add(tick.at);
    else if (!this.#isLate(tick) && this.#newest === null) this.#fire.push(this.#planned(tick, 0));
    else if (tick.at < this.#window_from && this.#newest === null) this.#too_old.add(tick.at);
    else if (catch_up === "latest") {
      if (this.#newest !== null) this.#missed.add(this.#newest.at);
      this.#newest = tick;
    } else if (catch_up === "all" && this.#fire.length < CAUGHT_UP_MAX) this.#fire.push(this.#planned(tick, 1));
    else this.#missed.add(tick.at);
  }

  /** Skips what is beyond the counting limit: goes on to the instants that are on time, and for `latest` to the newest. */
  #leap(at: number): number {
    const near = this.#now - LATE_MS - this.#jitter_ms - SECOND_MS;
    if (near <= at) return at;
    this.#missed.is_count_exact = false;
    const newest = this.#newestBefore(near, at);
    if (newest === null) return near;
    if (this.#newest !== null) {
      this.#missed.add(this.#newest.at);
      this.#newest = tickAt(this.#ticks.timing, newest);
    } else this.#missed.add(newest);
    return near;
  }

  /** The newest tick that is not excluded in (after, until], searched backwards in growing steps. */
  #newestBefore(until: number, after: number): number | null {
    for (let step = SEARCH_MS_MIN; ; step *= 2) {
      const from = Math.max(after, until - step);
      let newest: number | null = null;
      let tick = this.#ticks.includedAfter(from);
      while (tick !== null && tick.at <= until) {
        newest = tick.at;
        tick = this.#ticks.includedAfter(tick.at);
      }
      if (newest !== null || from === after) return newest;
    }
  }

  #planned(tick: RawTick, missed_count: number): PlannedTick {
    const is_shifted = tick.note === "dst_shifted";
    return { at: tick.at, is_shifted, missed_count, jitter_seconds: this.#ticks.jitterOf(tick) };
  }

  /** Computes jitter only where it makes a difference. */
  #isDue(tick: RawTick): boolean {
    if (this.#is_hurried || tick.at + this.#jitter_ms <= this.#now) return true;
    return isDue(this.#ticks, tick, this.#now, false);
  }

  #isLate(tick: RawTick): boolean {
    const late = this.#now - tick.at - LATE_MS;
    if (late <= 0 || this.#jitter_ms === 0) return late > 0;
    return late > this.#jitter_ms || late > this.#ticks.jitterOf(tick) * SECOND_MS;
  }
}

const REASON_NOT_CAUGHT_UP: Readonly<Record<CatchUp, string>> = {
  latest: "",
  none: "the service did not run at that time, and catch_up is none",
  all: `the service did not run at that time, and at most ${CAUGHT_UP_MAX} are caught up at once`,
};

function wholeSecond(instant: number): number {
  return Math.floor(instant / SECOND_MS) * SECOND_MS;
}
