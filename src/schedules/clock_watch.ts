/** Compares wall time with monotonic time, which shows when the clock was set. */

/** Adjusting a clock in small steps does not count as a jump. */
const JUMP_MS_MIN = 2000;

export class ClockWatch {
  #offset: number | null = null;

  /** How far the wall clock was set forward or back since the last call, in ms; null when it was not. */
  look(now: number, monotonic: number): number | null {
    const offset = now - monotonic;
    const moved = offset - (this.#offset ?? offset);
    this.#offset = offset;
    return Math.abs(moved) > JUMP_MS_MIN ? Math.round(moved) : null;
  }
}
