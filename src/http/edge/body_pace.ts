/**
 * Limits how long a body may take to arrive. The runtime closes a connection that sends less than 16 KB a second for 10 s,
 * without an answer; a radio link sends 3 KB. So that rule is turned off while a body arrives, and this one applies instead:
 * every body has its first seconds, and after that must keep up a minimum pace on average. A sender may have a few slow bodies at a time.
 */
import type { Clock } from "../../clock";
import { Refusal } from "../../refusals";

export interface PaceRules {
  /** Bytes a second on average, once the first seconds are over. */
  readonly rate_min: number;
  /** Bodies of one sender that may take more than the first seconds at one time. */
  readonly slow_bodies_max: number;
  /** Tells a slow sender what to do. */
  readonly advice: string;
}

/** No body counts as slow before this time. */
const FIRST_SECONDS = 10;

export class BodyPace {
  readonly #clock: Clock;
  readonly #rules: PaceRules;
  readonly #slow_of = new Map<string, number>();

  constructor(clock: Clock, rules: PaceRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /**
   * Returns the bytes. Refuses 408 when they come too slowly. `size` is the declared length of the body, or what has come so far
   * if none is declared; `hold` keeps the runtime from closing the connection until there is an answer.
   */
  async watch<Bytes>(reading: Promise<Bytes>, sender: string, size: () => number, hold: () => void): Promise<Bytes> {
    const { promise: cut, reject } = Promise.withResolvers<never>();
    const started_ms = this.#clock.monotonic();
    let is_slow = false;
    const look = (): void => {
      if (!is_slow && !this.#admitSlow(sender)) {
        reject(this.#tooMany());
        return;
      }
      is_slow = true;
      const left_ms =
        FIRST_SECONDS * 1000 + (size() / this.#rules.rate_min) * 1000 - (this.#clock.monotonic() - started_ms);
      if (left_ms > 0) cancel = this.#clock.after(left_ms, look, true);
      else reject(this.#tooSlow());
    };
    let cancel = this.#clock.after(FIRST_SECONDS * 1000, look, true);
    hold();
    try {
      return await Promise.race([reading, cut]);
    } finally {
      cancel();
      if (is_slow) this.#endSlow(sender);
    }
  }

  #admitSlow(sender: string): boolean {
    const slow = this.#slow_of.get(sender) ?? 0;
    if (slow >= this.#rules.slow_bodies_max) return false;
    this.#slow_of.set(sender, slow + 1);
    return true;
  }

  #endSlow(sender: string): void {
    const slow = (this.#slow_of.get(sender) ?? 1) - 1;
    if (slow > 0) this.#slow_of.set(sender, slow);
    else this.#slow_of.delete(sender);
  }

  #tooSlow(): Refusal {
    const { rate_min, advice } = this.#rules;
    return new Refusal("body_too_slow", `The body came at less than ${rate_min} bytes a second; ${advice}`);
  }

  #tooMany(): Refusal {
    const { slow_bodies_max } = this.#rules;
    const message = `${slow_bodies_max} bodies of this sender have been coming for over ${FIRST_SECONDS} s already; send them one after the other`;
    return new Refusal("body_too_slow", message);
  }
}
