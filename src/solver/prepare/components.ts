/** Connected sets of items, each item on one of two sides of its set: union-find with parity. */
export class Components {
  readonly #parents: Int32Array;
  /** Whether an item is on the opposite side of its parent. */
  readonly #flips: Uint8Array;
  readonly #broken: Uint8Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, thing) => thing);
    this.#flips = new Uint8Array(count);
    this.#broken = new Uint8Array(count);
  }

  /** The representative of the set of `thing`. */
  rootOf(thing: number): number {
    return this.#find(thing).root;
  }

  /** True when the links within the set contradict each other, or `spoil` was called for one of its items. */
  isBroken(thing: number): boolean {
    return this.#broken[this.#find(thing).root] === 1;
  }

  spoil(thing: number): void {
    this.#broken[this.#find(thing).root] = 1;
  }

  /** Puts two items into one set, on the same side or on opposite sides. */
  link(one: number, other: number, isOpposite: boolean): void {
    const first = this.#find(one);
    const second = this.#find(other);
    const flip = first.flip ^ second.flip ^ (isOpposite ? 1 : 0);
    if (first.root === second.root) {
      if (flip === 1) this.#broken[first.root] = 1;
      return;
    }
    this.#parents[second.root] = first.root;
    this.#flips[second.root] = flip;
    this.#broken[first.root]! |= this.#broken[second.root]!;
  }

  #find(thing: number): { root: number; flip: number } {
    let root = thing;
    let flip = 0;
    while (this.#parents[root] !== root) {
      flip ^= this.#flips[root]!;
      root = this.#parents[root]!;
    }
    // Makes every item on the path point at the root.
    for (let [at, left] = [thing, flip]; this.#parents[at] !== root && at !== root; ) {
      const [parent, own] = [this.#parents[at]!, this.#flips[at]!];
      this.#parents[at] = root;
      this.#flips[at] = left;
      left ^= own;
      at = parent;
    }
    return { root, flip };
  }
}
