/** What large bodies on their way may hold together, so that a hundred uploads at once do not fill the memory. */
import { Refusal } from "../../refusals";

const RETRY_SECONDS = 1;

/**
 * Bytes of bodies of senders of one kind, from when they are declared, or as they come, until they are parsed or handed on. One sender
 * has half of it at most. A body alone always fits.
 */
export class BodyRoom {
  readonly #bytes_max: number;
  readonly #advice: string;
  readonly #of_sender = new Map<string, number>();
  #bytes = 0;

  /** `advice` says what a sender who is turned away can do. */
  constructor(bytes_max: number, advice: string) {
    this.#bytes_max = bytes_max;
    this.#advice = advice;
  }

  /** Refuses 503 what goes beyond; what was taken is given back with `release`. */
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
