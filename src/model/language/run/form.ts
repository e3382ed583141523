/** A linear form being summed up: coefficients by column and a constant. One buffer serves every row of a model. */

export class Form {
  count = 0;
  constant = 0;
  columns = new Int32Array(64);
  coefficients = new Float64Array(64);
  /** Place of each column in `columns`; valid only where `columns` agrees, so that clearing costs nothing. */
  #places = new Int32Array(64);

  clear(): void {
    this.count = 0;
    this.constant = 0;
  }

  add(column: number, coefficient: number): void {
    if (column >= this.#places.length) this.#growPlaces(column);
    const place = this.#places[column]!;
    if (place < this.count && this.columns[place] === column) {
      this.coefficients[place]! += coefficient;
      return;
    }
    if (this.count === this.columns.length) this.#grow();
    this.#places[column] = this.count;
    this.columns[this.count] = column;
    this.coefficients[this.count] = coefficient;
    this.count += 1;
  }

  #growPlaces(column: number): void {
    const places = new Int32Array(Math.max(column + 1, this.#places.length * 2));
    places.set(this.#places);
    this.#places = places;
  }

  #grow(): void {
    const columns = new Int32Array(this.columns.length * 2);
    columns.set(this.columns);
    this.columns = columns;
    const coefficients = new Float64Array(columns.length);
    coefficients.set(this.coefficients);
    this.coefficients = coefficients;
  }
}
