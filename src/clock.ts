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

/** RFC 3339 in UTC with milliseconds, the form of every timestamp on the wire. */
export function toTimestamp(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString();
}
