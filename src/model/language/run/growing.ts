/** Typed arrays that grow as values are appended. */

export class GrowingIntegers {
  length = 0;
  items = new Int32Array(64);

  push(value: number): void {
    if (this.length === this.items.length) {
      const items = new Int32Array(this.length * 2);
      items.set(this.items);
      this.items = items;
    }
    this.items[this.length] = value;
    this.length += 1;
  }
}

export class GrowingNumbers {
  length = 0;
  items = new Float64Array(64);

  push(value: number): void {
    if (this.length === this.items.length) {
      const items = new Float64Array(this.length * 2);
      items.set(this.items);
      this.items = items;
    }
    this.items[this.length] = value;
    this.length += 1;
  }
}
