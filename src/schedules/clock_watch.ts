/** Wall time against monotonic time: together they tell a clock that was set from time that went by. */

/** Adjusting a clock in small steps is no jump. */
const JUMP_MS_MIN = 2000;

export class ClockWatch {
  #offset: number | null = null;

  /** How far the wall clock has moved by itself since the last look, in ms; null for none. */
  look(now: number, monotonic: number): number | null {
    const offset = now - monotonic;
    const moved = offset - (this.#offset ?? offset);
    this.#offset = offset;
    return Math.abs(moved) > JUMP_MS_MIN ? Math.round(moved) : null;
  }
}
