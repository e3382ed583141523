/** A linear form being summed up: coefficients by column and a constant. One buffer serves every row of a model. */

export class Form {
  count = 0;
  constant = 0;
  columns = new Int32Array(64);
  coefficients = new Float64Array(64);
  /** Place of each column in `columns`; valid only where `columns` agrees, so that clearing costs nothing. */
  #positions = new Int32Array(64);

  clear(): void {
    this.count = 0;
    this.constant = 0;
  }

  add(column: number, coefficient: number): void {
    if (column >= this.#positions.length) this.#growPositions(column);
    const position = this.#positions[column]!;
    if (position < this.count && this.columns[position] === column) {
      this.coefficients[position]! += coefficient;
      return;
    }
    if (this.count === this.columns.length) this.#grow();
    this.#positions[column] = this.count;
    this.columns[this.count] = column;
    this.coefficients[this.count] = coefficient;
    this.count += 1;
  }

  #growPositions(column: number): void {
    const positions = new Int32Array(Math.max(column + 1, this.#positions.length * 2));
    positions.set(this.#positions);
    this.#positions = positions;
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
