/**
 * Members of sets as integers: a whole number below 2^30 in size stands for itself, every other number and every string
 * for an index into a table. Equal members have equal integers, so tuples are compared and hashed as integers.
 */

/** From this value on an integer is an index into the table. */
const TABLE_BASE = 2 ** 30;

export class Symbols {
  readonly #values: (number | string)[] = [];
  readonly #indices = new Map<number | string, number>();
  readonly #base: Symbols | null;
  readonly #base_count: number;

  /** Starts with everything in `base` and never changes it. */
  constructor(base: Symbols | null = null) {
    this.#base = base;
    this.#base_count = base === null ? 0 : base.#values.length;
  }

  /** The integer of a number (finite) or string. -0 is 0. */
  intern(value: number | string): number {
    if (typeof value === "number" && Number.isInteger(value) && value < TABLE_BASE && value > -TABLE_BASE)
      return value + 0;
    const inherited = this.#base === null ? undefined : this.#base.#indices.get(value);
    if (inherited !== undefined && inherited < this.#base_count) return TABLE_BASE + inherited;
    const known = this.#indices.get(value);
    if (known !== undefined) return TABLE_BASE + known;
    const index = this.#base_count + this.#values.length;
    this.#indices.set(value, index);
    this.#values.push(value);
    return TABLE_BASE + index;
  }

  valueOf(id: number): number | string {
    if (id < TABLE_BASE) return id;
    const index = id - TABLE_BASE;
    return index < this.#base_count ? this.#base!.#values[index]! : this.#values[index - this.#base_count]!;
  }

  /** As a number, or NaN for a string that does not spell one. */
  numberOf(id: number): number {
    if (id < TABLE_BASE) return id;
    const value = this.valueOf(id);
    return typeof value === "number" ? value : readNumber(value);
  }

  textOf(id: number): string {
    return id < TABLE_BASE ? String(id) : spellValue(this.valueOf(id));
  }
}

/** A number as GLPK prints it (15 significant digits), a string unchanged. */
function spellValue(value: number | string): string {
  return typeof value === "string" ? value : spellNumber(value);
}

/** For GLPK `Infinity` is the largest finite number, and it prints that. */
export function clampNumber(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

/** Like C's `%.15g`. */
export function spellNumber(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number + 0);
  const value = clampNumber(number);
  const exponent = Number(value.toExponential(14).split("e")[1]);
  if (exponent < -4 || exponent >= 15) {
    const [mantissa, power] = value.toExponential(14).split("e") as [string, string];
    const digits = Math.abs(Number(power)).toString().padStart(2, "0");
    return `${trimZeros(mantissa)}e${Number(power) < 0 ? "-" : "+"}${digits}`;
  }
  return trimZeros(value.toFixed(Math.min(100, Math.max(0, 14 - exponent))));
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const NUMBER_PATTERN = /^\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$/;

/** The number that a text spells, or NaN. */
export function readNumber(text: string): number {
  return NUMBER_PATTERN.test(text) ? Number(text) : Number.NaN;
}
