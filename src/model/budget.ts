/**
 * Limits on the work of compiling one model. Loops over input spend from a Budget; when it is used up the compile stops with
 * BudgetExhausted, which only compile.ts catches and turns into a diagnostic.
 */

/** Limits of one prepare or compile; both start their own count. */
export interface ModelLimits {
  /** Largest number of matrix and Hessian entries, before duplicates are merged. */
  readonly nonzeros_max: number;
  readonly seconds_max: number;
  /** A clock in milliseconds that never goes back: `clock.monotonic`. */
  readonly monotonic: () => number;
}

type BudgetCode = "model_too_large" | "model_time_exceeded";

/** Thrown by Budget inside a compile; never leaves compile.ts. */
export class BudgetExhausted extends Error {
  readonly code: BudgetCode;

  constructor(code: BudgetCode, message: string) {
    super(message);
    this.name = "BudgetExhausted";
    this.code = code;
  }
}

/** Reading the clock costs more than a step, so it is read once in this many steps. */
const STEPS_PER_CLOCK_READING = 4096;

export class Budget {
  readonly #limits: ModelLimits;
  #deadline_ms: number;
  #steps_left = STEPS_PER_CLOCK_READING;
  #nonzeros = 0;

  constructor(limits: ModelLimits) {
    this.#limits = limits;
    this.#deadline_ms = limits.monotonic() + limits.seconds_max * 1000;
  }

  /** Restarts the time limit at `seconds` from now, for work that comes long after the compile. */
  restart(seconds: number): void {
    this.#deadline_ms = this.#limits.monotonic() + seconds * 1000;
    this.#steps_left = STEPS_PER_CLOCK_READING;
  }

  /** Call once for each unit of work, such as a token or a term. */
  step(): void {
    this.#steps_left -= 1;
    if (this.#steps_left <= 0) this.#readClock();
  }

  /** Call for a block of work of `steps` units. */
  steps(steps: number): void {
    this.#steps_left -= steps;
    if (this.#steps_left <= 0) this.#readClock();
  }

  /** Reserves `count` entries of the matrix or the Hessian before they are made. */
  takeNonzeros(count: number): void {
    this.#nonzeros += count;
    if (this.#nonzeros <= this.#limits.nonzeros_max) return;
    throw new BudgetExhausted(
      "model_too_large",
      `the model needs more than ${this.#limits.nonzeros_max} coefficients, the limit max_model_nonzeros; make it smaller or raise the limit`,
    );
  }

  #readClock(): void {
    this.#steps_left = STEPS_PER_CLOCK_READING;
    if (this.#limits.monotonic() <= this.#deadline_ms) return;
    throw new BudgetExhausted(
      "model_time_exceeded",
      `compiling the model took more than ${this.#limits.seconds_max} s, the limit max_model_seconds; make it smaller or raise the limit`,
    );
  }
}
