/** Reads numbers in place in a text: exact like `Number`, and several times faster for the short numbers in files. */

const ZERO = 0x30;
const NINE = 0x39;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
/** A decimal of up to this many digits and a power of ten in this range are exact doubles, so their product is rounded once. */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** FORTRAN programs write 1.5D+3. */
const NUMBER_PATTERN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$/;
const INFINITY_PATTERN = /^[+-]?inf(?:inity)?$/i;
const NUMBER_LENGTH_MAX = 400;
/** HiGHS, like most solvers, treats bounds from this value on as infinite. */
const INFINITE_FROM = 1e20;

/** Start of a text, after the byte order mark that some programs write. */
export function startOfText(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

/** The number at [start, end): NaN when there is none, ±Infinity when it is written so or too large for a double. */
export function readNumber(text: string, start: number, end: number): number {
  let at = start;
  const sign = text.charCodeAt(at);
  if (sign === MINUS || sign === PLUS) at += 1;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let has_point = false;
  for (; at < end; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter >= ZERO && letter <= NINE) {
      mantissa = mantissa * 10 + (letter - ZERO);
      digits += 1;
      if (has_point) scale += 1;
    } else if (letter === POINT && !has_point) has_point = true;
    else return readSlowly(text, start, end);
  }
  if (digits === 0 || digits > EXACT_DIGITS_MAX) return readSlowly(text, start, end);
  const value = scale === 0 ? mantissa : mantissa / POWERS_OF_TEN[scale]!;
  return sign === MINUS ? 0 - value : value;
}

/** A bound of a row or column: beyond 1e20 it is infinite. */
export function readBound(text: string, start: number, end: number): number {
  const value = readNumber(text, start, end);
  if (value >= INFINITE_FROM) return Infinity;
  return value <= -INFINITE_FROM ? -Infinity : value;
}

function readSlowly(text: string, start: number, end: number): number {
  if (end - start > NUMBER_LENGTH_MAX) return Number.NaN;
  const word = text.slice(start, end);
  if (NUMBER_PATTERN.test(word)) return Number(word.replace(/[dD]/, "e")) + 0;
  if (!INFINITY_PATTERN.test(word)) return Number.NaN;
  return word.startsWith("-") ? -Infinity : Infinity;
}
