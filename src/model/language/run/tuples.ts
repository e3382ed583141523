/** An insertion-ordered hash table of tuples of integers of the same arity, numbered from 0. There is no object per tuple. */

const SEED_ONE = 0x9e3779b1;
const SEED_TWO = 0x85ebca77;

export class TupleTable {
  readonly arity: number;
  count = 0;
  /** Tuple t is at ids[t * arity] .. ids[t * arity + arity - 1]. */
  ids: Int32Array;
  /** Tuple number + 1 in each occupied slot, 0 in a free one. */
  #slots: Int32Array;
  #mask: number;

  constructor(arity: number, capacity = 8) {
    this.arity = arity;
    let size = 16;
    while (size < capacity * 2) size *= 2;
    this.ids = new Int32Array(Math.max(1, (size >> 1) * arity));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** Number of the tuple `(id)`, or -1. */
  find1(id: number): number {
    const { ids } = this;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let at = hash1(id) & mask; ; at = (at + 1) & mask) {
      const tuple = slots[at]! - 1;
      if (tuple === -1 || ids[tuple] === id) return tuple;
    }
  }

  find2(first: number, second: number): number {
    const { ids } = this;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let at = hash2(first, second) & mask; ; at = (at + 1) & mask) {
      const tuple = slots[at]! - 1;
      if (tuple === -1 || (ids[tuple * 2] === first && ids[tuple * 2 + 1] === second)) return tuple;
    }
  }

  /** Number of the tuple at `from` in `source`, or -1. */
  find(source: Int32Array, from: number): number {
    const { arity } = this;
    if (arity === 1) return this.find1(source[from]!);
    if (arity === 2) return this.find2(source[from]!, source[from + 1]!);
    const { ids } = this;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let at = hashAt(source, from, arity) & mask; ; at = (at + 1) & mask) {
      const tuple = slots[at]! - 1;
      if (tuple === -1 || isSame(ids, tuple * arity, source, from, arity)) return tuple;
    }
  }

  /** Adds the tuple at `from` in `source` unless it is there; returns its number in both cases. */
  add(source: Int32Array, from: number): number {
    const known = this.find(source, from);
    return known === -1 ? this.append(source, from) : known;
  }

  add1(id: number): number {
    const known = this.find1(id);
    if (known !== -1) return known;
    if (this.count >= this.#slots.length >> 1) this.#grow();
    this.ids[this.count] = id;
    this.#occupy(hash1(id));
    return this.count - 1;
  }

  /** Adds a tuple that is known not to be there. */
  append(source: Int32Array, from: number): number {
    const { arity } = this;
    if (this.count >= this.#slots.length >> 1) this.#grow();
    const to = this.count * arity;
    for (let part = 0; part < arity; part += 1) this.ids[to + part] = source[from + part]!;
    this.#occupy(this.#hashOf(this.count));
    return this.count - 1;
  }

  #hashOf(tuple: number): number {
    const { ids, arity } = this;
    if (arity === 1) return hash1(ids[tuple]!);
    if (arity === 2) return hash2(ids[tuple * 2]!, ids[tuple * 2 + 1]!);
    return hashAt(ids, tuple * arity, arity);
  }

  #occupy(hash: number): void {
    let at = hash & this.#mask;
    while (this.#slots[at] !== 0) at = (at + 1) & this.#mask;
    this.count += 1;
    this.#slots[at] = this.count;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    const ids = new Int32Array(Math.max(1, (size >> 1) * this.arity));
    ids.set(this.ids);
    this.ids = ids;
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    for (let tuple = 0; tuple < this.count; tuple += 1) {
      let at = this.#hashOf(tuple) & this.#mask;
      while (this.#slots[at] !== 0) at = (at + 1) & this.#mask;
      this.#slots[at] = tuple + 1;
    }
  }
}

function hash1(id: number): number {
  const mixed = Math.imul(id, SEED_ONE);
  return mixed ^ (mixed >>> 15);
}

function hash2(first: number, second: number): number {
  const mixed = Math.imul(Math.imul(first, SEED_ONE) ^ (second + 0x7f4a7c15), SEED_TWO);
  return mixed ^ (mixed >>> 15);
}

function hashAt(source: Int32Array, from: number, arity: number): number {
  let mixed = arity;
  for (let part = 0; part < arity; part += 1) {
    mixed = Math.imul(mixed ^ source[from + part]!, SEED_ONE);
    mixed ^= mixed >>> 13;
  }
  return mixed ^ (mixed >>> 16);
}

function isSame(left: Int32Array, left_from: number, right: Int32Array, right_from: number, arity: number): boolean {
  for (let part = 0; part < arity; part += 1) if (left[left_from + part] !== right[right_from + part]) return false;
  return true;
}
