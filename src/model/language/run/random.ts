/**
 * Random numbers of a seed: the subtractive generator of Knuth (The Art of Computer Programming, 3.2.2-3.6; "flip" of the Stanford
 * GraphBase), which GLPK uses as well, so that equal seeds give equal models.
 */

const MODULUS = 2 ** 31;
const LENGTH = 55;

export class RandomSource {
  readonly #numbers = new Int32Array(LENGTH + 1);
  #next = 0;

  /** `seed` is an integer from 0 to 2^31 - 1. */
  constructor(seed: number) {
    const numbers = this.#numbers;
    let shifting = seed;
    let previous = difference(seed, 0);
    let next = 1;
    shifting = previous;
    numbers[LENGTH] = previous;
    for (let at = 21; at !== 0; at = (at + 21) % LENGTH) {
      numbers[at] = next;
      next = difference(previous, next);
      shifting = shifting & 1 ? 0x40000000 + (shifting >> 1) : shifting >> 1;
      next = difference(next, shifting);
      previous = numbers[at]!;
    }
    for (let round = 0; round < 5; round += 1) this.#refill();
    // The last number of the fifth round is dropped, as GLPK does.
    this.#next = LENGTH - 1;
  }

  /** A whole number from 0 to 2^24 - 1. */
  irand224(): number {
    const count = 2 ** 24;
    const limit = MODULUS - (MODULUS % count);
    let drawn = this.#draw();
    while (limit <= drawn) drawn = this.#draw();
    return drawn % count;
  }

  /** In [0, 1). */
  uniform01(): number {
    return this.#draw() / MODULUS;
  }

  /** Standard normal, by the polar method. */
  normal01(): number {
    for (;;) {
      const x = -1 + 2 * this.uniform01();
      const y = -1 + 2 * this.uniform01();
      const square = x * x + y * y;
      if (square > 1 || square === 0) continue;
      return y * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  #draw(): number {
    if (this.#next === 0) this.#refill();
    this.#next -= 1;
    return this.#numbers[this.#next + 1]!;
  }

  #refill(): void {
    const numbers = this.#numbers;
    for (let at = 1; at <= LENGTH; at += 1) {
      numbers[at] = difference(numbers[at]!, numbers[at <= 24 ? at + 31 : at - 24]!);
    }
    this.#next = LENGTH;
  }
}

function difference(left: number, right: number): number {
  return (left - right) & 0x7fffffff;
}
