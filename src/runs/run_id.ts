/**
 * Run ids: `run_`, the run's place in the order of acceptance (11 digits, base 32), 16 random
 * digits (80 bits). The place is the row's key, so a run is found without an index over ids, which was the
 * most expensive part of storing one; the random part, compared with the row's, keeps ids from being guessed.
 */
import type { Ids } from "../ids";

const PREFIX = "run_";
const PATTERN = /^run_[0-9a-hjkmnp-tv-z]{27}$/;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SEQ_DIGITS = 11;
export interface RunId {
  readonly seq: number;
  readonly id: string;
}

/** Gives each run the next place, whatever the clock does. */
export class RunIds {
  readonly #ids: Ids;
  #last: number;

  /** `last` is the highest seq ever stored, 0 for none. */
  constructor(ids: Ids, last: number) {
    this.#ids = ids;
    this.#last = last;
  }

  next(): RunId {
    this.#last += 1;
    return { seq: this.#last, id: PREFIX + digitsOf(this.#last) + this.#ids.randomDigits() };
  }
}

/** The seq that an id names, or null when it is not a run id. */
export function seqOfRunId(id: string): number | null {
  if (!PATTERN.test(id)) return null;
  let seq = 0;
  for (let i = PREFIX.length; i < PREFIX.length + SEQ_DIGITS; i += 1) seq = seq * 32 + ALPHABET.indexOf(id[i]!);
  return Number.isSafeInteger(seq) ? seq : null;
}

function digitsOf(seq: number): string {
  let rest = seq;
  let digits = "";
  for (let i = 0; i < SEQ_DIGITS; i += 1) {
    digits = ALPHABET[rest % 32]! + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}
