/** How late the event loop is, measured by the runtime itself: what a long computation does to everyone else. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e-9;

export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** In seconds since this was asked last. */
  take(): { mean: number; p99: number; max: number } {
    const { mean, max } = this.#histogram;
    const delay = {
      mean: lateness(mean),
      p99: lateness(this.#histogram.percentile(99)),
      max: lateness(max),
    };
    this.#histogram.reset();
    return delay;
  }
}

/** An empty histogram answers NaN. */
function lateness(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds * NANOSECONDS) : 0;
}
