/** The delay of the event loop, measured by the runtime itself: the time that a long computation keeps everyone else waiting. */
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

  /** The delays since the last call, in seconds. */
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

/** Converts to seconds. An empty histogram gives NaN, which counts as 0. */
function lateness(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds * NANOSECONDS) : 0;
}
