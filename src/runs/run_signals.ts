/** Tells those who wait for a run, in this process, that it has ended. Nothing is kept: the database is the truth. */
import type { Clock } from "../clock";

export class RunSignals {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles when the run ends (true) or after `timeout_ms` (false). Ask the database before and after. */
  wait(run_id: string, timeout_ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const listeners = this.#waiting.get(run_id) ?? new Set();
      this.#waiting.set(run_id, listeners);
      const settle = (ended: boolean): void => {
        stop();
        listeners.delete(wake);
        if (listeners.size === 0) this.#waiting.delete(run_id);
        resolve(ended);
      };
      const wake = (): void => settle(true);
      const stop = this.#clock.after(timeout_ms, () => settle(false));
      listeners.add(wake);
    });
  }

  /** Wakes everyone who waits for this run. */
  ended(run_id: string): void {
    for (const wake of [...(this.#waiting.get(run_id) ?? [])]) wake();
  }
}
