/**
 * Counts failed authentications per client and target, a minute at a time, so that guessing is slow. The caller
 * checks the secret first and asks here only when it was wrong: the right secret is never locked out.
 */
import type { Clock } from "../clock";

const WINDOW_MS = 60_000;
const ENTRIES_MAX = 100_000;

export class FailureLimits {
  readonly #clock: Clock;
  readonly #failures_max: number;
  readonly #windows = new Map<string, { started_at: number; failures: number }>();

  constructor(clock: Clock, failures_max: number) {
    this.#clock = clock;
    this.#failures_max = failures_max;
  }

  /** Counts one failure. Returns the seconds to wait when this client has had its share, else null. */
  fail(client: string, target: string): number | null {
    const now = this.#clock.monotonic();
    const key = `${client} ${target}`;
    const window = this.#windows.get(key);
    if (window === undefined || now - window.started_at >= WINDOW_MS) {
      if (this.#windows.size >= ENTRIES_MAX) this.#windows.clear();
      this.#windows.set(key, { started_at: now, failures: 1 });
      return null;
    }
    window.failures += 1;
    if (window.failures <= this.#failures_max) return null;
    return Math.ceil((window.started_at + WINDOW_MS - now) / 1000);
  }
}
