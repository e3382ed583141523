/**
 * The common form of all background loops: `runOnce(now)` does one bounded batch and returns how long the loop may rest;
 * start and stop are idempotent; a wake brings the next turn forward. An error is logged and the loop goes on.
 */
import type { Clock } from "../clock";
import { type Log, messageOf } from "../log";

export interface Work {
  readonly name: string;
  /** Does one batch. Returns the milliseconds until there may be more work, 0 for at once, null for "when woken". */
  runOnce(now: number): Promise<number | null>;
  /** Called once, after the last turn has ended; releases what the turns still hold. */
  release?(): Promise<void>;
}

const PAUSE_AFTER_ERROR_MS = 1000;

export class Loop {
  readonly #work: Work;
  readonly #clock: Clock;
  readonly #log: Log;
  #is_started = false;
  #is_woken = false;
  #turn: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(work: Work, clock: Clock, log: Log) {
    this.#work = work;
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    this.#is_started = true;
    this.wake();
  }

  /** Settles when the current turn has ended; no other turn begins. */
  async stop(): Promise<void> {
    this.#is_started = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#turn;
    await this.#work.release?.();
  }

  /** Asks for a turn as soon as possible. */
  wake(): void {
    this.#is_woken = true;
    if (!this.#is_started || this.#turn !== null) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#turn = this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    let rest_ms: number | null = 0;
    while (this.#is_started && (this.#is_woken || rest_ms === 0)) {
      this.#is_woken = false;
      rest_ms = await this.#runOnce();
    }
    this.#turn = null;
    if (this.#is_started && rest_ms !== null) this.#cancelTimer = this.#clock.after(rest_ms, () => this.wake(), true);
  }

  async #runOnce(): Promise<number | null> {
    try {
      return await this.#work.runOnce(this.#clock.now());
    } catch (error) {
      this.#log.error("loop_failed", {
        loop: this.#work.name,
        error: messageOf(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
      return PAUSE_AFTER_ERROR_MS;
    }
  }
}
