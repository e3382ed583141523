/**
 * Run ids that say where the run lies: `run_`, the run's place in the order of acceptance (11 digits, base 32), 16 random
 * digits (80 bits). The place is the row's key, so a run is found without an index over ids, which was the
 * dearest part of storing one; the random part, compared with the row's, keeps ids from being guessed.
 */
import type { Clock } from "../clock";
import type { Ids } from "../ids";

const PREFIX = "run_";
const PATTERN = /^run_[0-9a-hjkmnp-tv-z]{27}$/;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SEQ_DIGITS = 11;
/** 2025-01-01: seq stays below 2^53 until 2094. */
const EPOCH_MS = 1_735_689_600_000;
/** Runs that one millisecond has room for before the order runs ahead of the clock. */
const RUNS_PER_MS = 4096;

export interface RunId {
  readonly seq: number;
  readonly id: string;
}

/** Gives runs their places: by the clock, always rising, whatever the clock does. */
export class RunIds {
  readonly #clock: Clock;
  readonly #ids: Ids;
  #last: number;

  /** `last` is the highest seq ever stored, 0 for none. */
  constructor(clock: Clock, ids: Ids, last: number) {
    this.#clock = clock;
    this.#ids = ids;
    this.#last = last;
  }

  next(): RunId {
    this.#last = Math.max(this.#last + 1, firstSeqAt(this.#clock.now()));
    return { seq: this.#last, id: PREFIX + digitsOf(this.#last) + this.#ids.randomDigits() };
  }
}

/** No run accepted before this instant has this seq or a higher one, as long as the clock went forward. */
export function firstSeqAt(epoch_ms: number): number {
  return (epoch_ms - EPOCH_MS) * RUNS_PER_MS;
}

/** The seq that an id names, or null when it is no run id. */
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
