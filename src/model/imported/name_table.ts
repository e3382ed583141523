/**
 * Names of a text, stored as positions in it. They are found and compared in place, so that a file of a million entries makes a
 * string only for each column and row. Open addressing, linear probing; long chains, which only
 * a hostile file has, are charged to the budget.
 */
import type { Budget } from "../budget";
import { GrowingIntegers } from "../language/run/growing";

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Free probes of a lookup. */
const PROBES_FREE = 8;

export class NameTable {
  readonly #starts = new GrowingIntegers();
  readonly #ends = new GrowingIntegers();
  readonly #hashes = new GrowingIntegers();
  /** Number of a name + 1 in each slot, 0 where there is none; a power of two, at most half full. */
  #slots = new Int32Array(1024);
  /** Where the last unsuccessful lookup ended. */
  #vacancy = 0;
  #missed_hash = 0;

  readonly #text: string;
  readonly #budget: Budget;

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The number of the name at [start, end), from 0 in order of `add`; -1 when it is not in the table. */
  find(start: number, end: number): number {
    const text = this.#text;
    const slots = this.#slots;
    let hash = FNV_OFFSET;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
    hash ^= hash >>> 15;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 1; ; probes += 1) {
      const name = slots[slot]! - 1;
      if (name === -1) break;
      if (this.#hashes.items[name] === hash && this.isSame(name, start, end)) return name;
      slot = (slot + 1) & mask;
      if (probes > PROBES_FREE) this.#budget.step();
    }
    this.#vacancy = slot;
    this.#missed_hash = hash;
    return -1;
  }

  /** Adds the name of the last unsuccessful `find` and returns its number. */
  addMissed(start: number, end: number): number {
    const name = this.#starts.length;
    this.#starts.push(start);
    this.#ends.push(end);
    this.#hashes.push(this.#missed_hash);
    this.#slots[this.#vacancy] = name + 1;
    if (this.#starts.length * 2 > this.#slots.length) this.#grow();
    return name;
  }

  startOf(name: number): number {
    return this.#starts.items[name]!;
  }

  endOf(name: number): number {
    return this.#ends.items[name]!;
  }

  isSame(name: number, start: number, end: number): boolean {
    const text = this.#text;
    const from = this.#starts.items[name]!;
    if (this.#ends.items[name]! - from !== end - start) return false;
    for (let at = start, other = from; at < end; at += 1, other += 1) {
      if (text.charCodeAt(at) !== text.charCodeAt(other)) return false;
    }
    return true;
  }

  spell(name: number): string {
    return this.#text.slice(this.#starts.items[name], this.#ends.items[name]);
  }

  /** Yields the names as texts, for the search for the nearest one, which stops early. */
  *spelled(): Generator<string> {
    for (let name = 0; name < this.count; name += 1) yield this.spell(name);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (let name = 0; name < this.#starts.length; name += 1) {
      let slot = this.#hashes.items[name]! & mask;
      for (let probes = 1; slots[slot] !== 0; probes += 1) {
        slot = (slot + 1) & mask;
        if (probes > PROBES_FREE) this.#budget.step();
      }
      slots[slot] = name + 1;
    }
    this.#slots = slots;
  }
}
