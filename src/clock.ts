/**
 * The only source of time and of waiting. Everything else takes a Clock, so that tests move it.
 */

export interface Clock {
  /** Milliseconds since the epoch, wall clock: may jump either way. */
  now(): number;
  /** Milliseconds from an arbitrary start that never go back. */
  monotonic(): number;
  /** Calls back once after delay_ms; the returned function cancels it. Never keeps the process alive by itself when `idle`. */
  after(delay_ms: number, callback: () => void, idle?: boolean): () => void;
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay_ms, callback, idle = false) {
    const timer = setTimeout(callback, delay_ms);
    if (idle) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The range of RFC 3339: the years 0000 to 9999. */
const TIMESTAMP_MIN_MS = -62_167_219_200_000;
const TIMESTAMP_MAX_MS = 253_402_300_799_999;

/** RFC 3339 in UTC with milliseconds, the form of every timestamp on the wire. A time outside its range becomes the nearest one inside. */
export function toTimestamp(epoch_ms: number): string {
  return new Date(Math.min(Math.max(epoch_ms, TIMESTAMP_MIN_MS), TIMESTAMP_MAX_MS)).toISOString();
}

const TIMESTAMP_PATTERN = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Epoch ms of an RFC 3339 timestamp with its offset, or null for anything else. */
export function fromTimestamp(text: string): number | null {
  const date = TIMESTAMP_PATTERN.exec(text)?.[1];
  const at = date === undefined || !isDate(date) ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** True for a date that the calendar has, such as `2026-02-28`. */
export function isDate(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
