/** Limits the memory of all large bodies that are arriving, so that a hundred uploads at once do not fill it. */
import { Refusal } from "../../refusals";

const RETRY_SECONDS = 1;

/**
 * Counts the bytes of bodies from one kind of sender: from the moment they are declared, or as they come, until they are parsed
 * or passed on. One sender gets at most half. A single body always fits.
 */
export class BodyRoom {
  readonly #bytes_max: number;
  readonly #advice: string;
  readonly #of_sender = new Map<string, number>();
  #bytes = 0;

  /** `advice` tells a refused sender what to do. */
  constructor(bytes_max: number, advice: string) {
    this.#bytes_max = bytes_max;
    this.#advice = advice;
  }

  /** Takes room for these bytes; refuses 503 when there is not enough. Give it back with `release`. */
  take(sender: string, bytes: number): void {
    const of_sender = this.#of_sender.get(sender) ?? 0;
    const is_sender_full = of_sender > 0 && of_sender + bytes > this.#bytes_max / 2;
    if (is_sender_full || (this.#bytes > 0 && this.#bytes + bytes > this.#bytes_max)) {
      throw new Refusal("bodies_full", `Too many large bodies are on their way; ${this.#advice}`, {
        retry_after_seconds: RETRY_SECONDS,
      });
    }
    this.#bytes += bytes;
    this.#of_sender.set(sender, of_sender + bytes);
  }

  release(sender: string, bytes: number): void {
    this.#bytes -= bytes;
    const left = (this.#of_sender.get(sender) ?? 0) - bytes;
    if (left > 0) this.#of_sender.set(sender, left);
    else this.#of_sender.delete(sender);
  }
}
