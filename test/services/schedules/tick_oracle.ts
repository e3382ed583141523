/**
 * What schedules owe, worked out by the plainest means: every minute of a stretch of time is asked of
 * Intl.DateTimeFormat for its wall time, and what is owed is a walk over lists. Nothing of the product is used here.
 */
import { createHash } from "node:crypto";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LATE_MS = 60_000;
const CAUGHT_UP_MAX = 100;

/** A pattern with what its fields mean, said twice: as cron text, and as the values that match. */
export interface PlainPattern {
  readonly text: string;
  readonly is_interval: boolean;
  readonly seconds: readonly number[];
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** null: any. Both given: either matches. */
  readonly days_of_month: ReadonlySet<number> | null;
  readonly days_of_week: ReadonlySet<number> | null;
}

export interface PlainSchedule {
  readonly id: string;
  readonly pattern: PlainPattern;
  readonly zone: string;
  readonly catch_up: "latest" | "none" | "all";
  readonly catch_up_window_seconds: number;
  readonly jitter_seconds: number;
  readonly exclude_dates: readonly string[];
}

/** A tick as the scan finds it: its instant, and its local date. */
export interface PlainTick {
  readonly at: number;
  readonly date: string;
}

/** Wall times of a zone, minute by minute, as milliseconds of a fake UTC. */
export class WallClock {
  readonly from: number;
  readonly #walls: Float64Array;

  constructor(zone: string, from: number, until: number) {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    });
    this.from = from;
    this.#walls = Float64Array.from({ length: (until - from) / MINUTE_MS }, (_, i) =>
      Date.parse(`${format.format(from + i * MINUTE_MS).replace(" ", "T")}Z`),
    );
  }

  /** Every tick of a pattern, in order. */
  scan(pattern: PlainPattern): PlainTick[] {
    const found = new Map<number, PlainTick>();
    const seen = new Set<number>();
    const take = (wall: number, minute_at: number): void => {
      if (!isMatch(pattern, wall)) return;
      for (const second of pattern.seconds) {
        const at = minute_at + second * 1000;
        found.set(at, { at, date: "" });
      }
    };
    for (const [i, wall] of this.#walls.entries()) {
      const at = this.from + i * MINUTE_MS;
      const expected = i === 0 ? wall : this.#walls[i - 1]! + MINUTE_MS;
      // A gap: fixed times in it come as much later as the clock went forward.
      for (let skipped = expected; !pattern.is_interval && skipped < wall; skipped += MINUTE_MS) {
        take(skipped, at + (skipped - expected));
      }
      if (pattern.is_interval || !seen.has(wall)) take(wall, at);
      seen.add(wall);
    }
    return [...found.values()].sort((a, b) => a.at - b.at).map(({ at }) => ({ at, date: this.#dateAt(at) }));
  }

  #dateAt(at: number): string {
    return new Date(this.#walls[Math.floor((at - this.from) / MINUTE_MS)] ?? 0).toISOString().slice(0, 10);
  }
}

function isMatch(pattern: PlainPattern, wall: number): boolean {
  const date = new Date(wall);
  if (!pattern.minutes.has(date.getUTCMinutes()) || !pattern.hours.has(date.getUTCHours())) return false;
  const { days_of_month, days_of_week } = pattern;
  const in_month = days_of_month?.has(date.getUTCDate()) ?? null;
  const in_week = days_of_week?.has(date.getUTCDay()) ?? null;
  if (in_month !== null && in_week !== null) return in_month || in_week;
  return in_month ?? in_week ?? true;
}

/** What one schedule has fired and noted, as a history goes on. */
export class PlainLedger {
  /** `instant missed_count` of each run, in the order in which they were made. */
  readonly runs: string[] = [];
  /** Instants that have a line of their own: these never fire again. */
  readonly #taken = new Set<number>();
  readonly #schedule: PlainSchedule;
  readonly #ticks: readonly PlainTick[];
  #cursor: number;

  constructor(schedule: PlainSchedule, ticks: readonly PlainTick[], made_at: number) {
    this.#schedule = schedule;
    this.#ticks = ticks;
    this.#cursor = Math.floor(made_at / 1000) * 1000;
  }

  turn(now: number): void {
    const come = this.#ticks.filter(({ at }) => at > this.#cursor && at <= now);
    const due = come.filter((tick) => this.#dueAt(tick) <= now);
    if (due.length === 0) return;
    const pending = come.find((tick) => this.#dueAt(tick) > now);
    this.#cursor = Math.max(this.#cursor, pending === undefined ? Math.floor(now / 1000) * 1000 : pending.at - 1000);
    this.#settle(due, now);
  }

  reset(now: number): void {
    if (this.#cursor > now) this.#cursor = Math.floor(now / 1000) * 1000;
  }

  #settle(due: readonly PlainTick[], now: number): void {
    const { catch_up, catch_up_window_seconds, exclude_dates } = this.#schedule;
    const excluded = due.filter(({ date }) => exclude_dates.includes(date));
    const wanted = due.filter(({ date }) => !exclude_dates.includes(date));
    const late = wanted.filter((tick) => now - this.#dueAt(tick) > LATE_MS);
    const on_time = wanted.filter((tick) => now - this.#dueAt(tick) <= LATE_MS);
    const window_from = Math.floor((now - catch_up_window_seconds * 1000) / 1000) * 1000;
    const missed = late.filter(({ at }) => at >= window_from);
    this.#note(excluded);
    this.#note(late.filter(({ at }) => at < window_from));
    if (catch_up === "latest" && missed.length > 0) {
      const all = [...missed, ...on_time];
      this.#note(all.slice(0, -1));
      this.#fire(all.slice(-1), all.length);
      return;
    }
    const made_up_for = catch_up === "all" ? missed.slice(0, CAUGHT_UP_MAX) : [];
    this.#note(missed.slice(made_up_for.length));
    this.#fire(made_up_for, 1);
    this.#fire(on_time, 0);
  }

  #fire(ticks: readonly PlainTick[], missed_count: number): void {
    for (const { at } of ticks) {
      if (this.#taken.has(at)) continue;
      this.#taken.add(at);
      this.runs.push(`${new Date(at).toISOString()} ${missed_count}`);
    }
  }

  /** Only a line of its own keeps an instant from firing after a reset: a range has none. */
  #note(ticks: readonly PlainTick[]): void {
    if (ticks.length === 1) this.#taken.add(ticks[0]!.at);
  }

  #dueAt(tick: PlainTick): number {
    const { id, jitter_seconds } = this.#schedule;
    if (jitter_seconds === 0) return tick.at;
    const next = this.#ticks.find(({ at }) => at > tick.at);
    const half = next === undefined ? jitter_seconds : Math.floor((next.at - tick.at) / 2000);
    const hash = createHash("sha256").update(`${id} ${tick.at}`).digest("hex").slice(0, 12);
    return tick.at + (Number.parseInt(hash, 16) % (Math.min(jitter_seconds, half) + 1)) * 1000;
  }
}

/** Where a scan has to begin and end to hold all of a history, and the tick after it as far as it can bound a jitter. */
export function scanBounds(first: number, last: number): readonly [from: number, until: number] {
  const from = Math.floor((first - 2 * DAY_MS) / DAY_MS) * DAY_MS;
  return [from, Math.ceil((last + 3 * DAY_MS) / DAY_MS) * DAY_MS];
}
