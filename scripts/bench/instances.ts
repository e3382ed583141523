/** MPS files of the size of Netlib and MIPLIB instances, made from a seed, with every feature of the format. */
import { seededNumbers } from "../faults/seeded";

export interface InstanceSize {
  readonly rows: number;
  readonly columns: number;
  readonly entries_per_column: number;
}

/** `blanks`: fixed form with blanks in names, which readers of free form refuse. */
export type InstanceForm = "free" | "fixed" | "blanks";

type Fields = readonly [first: string, ...rest: string[]];

/** An MPS file. The same seed gives the same model in every form, except for what HiGHS does not read in fixed form with blanks. */
export function makeMps(size: InstanceSize, form: InstanceForm, seed: number): string {
  return new InstanceMaker(size, form, seed).make();
}

class InstanceMaker {
  readonly #random: () => number;
  readonly #pieces: string[] = [];
  /** Column of each marker's end, so that bounds know what is integer. */
  readonly #is_integer: boolean[] = [];

  readonly #size: InstanceSize;
  readonly #form: InstanceForm;

  constructor(size: InstanceSize, form: InstanceForm, seed: number) {
    this.#size = size;
    this.#form = form;
    const next = seededNumbers(seed);
    this.#random = () => next(1_000_000) / 1_000_000;
  }

  make(): string {
    this.#head("* made from a seed");
    this.#head("NAME          INSTANCE");
    if (this.#random() < 0.5 && this.#form !== "blanks") this.#head("OBJSENSE\n    MAX");
    this.#makeRows();
    this.#makeColumns();
    this.#makeSides();
    this.#makeBounds();
    this.#head("ENDATA");
    return this.#pieces.join("");
  }

  #makeRows(): void {
    this.#head("ROWS");
    this.#line("N", this.#row(-1));
    for (let row = 0; row < this.#size.rows; row += 1) {
      this.#line("LGE".charAt(row % 3), this.#row(row));
      if (row === 10) this.#line("N", this.#row(-2));
    }
  }

  #makeColumns(): void {
    this.#head("COLUMNS");
    let is_integer = false;
    for (let column = 0; column < this.#size.columns; column += 1) {
      if (this.#random() < 0.02) {
        is_integer = !is_integer;
        this.#mark(is_integer, column);
      }
      this.#is_integer.push(is_integer);
      this.#makeColumn(column);
    }
    if (is_integer) this.#mark(false, this.#size.columns);
  }

  #mark(is_integer: boolean, column: number): void {
    const word = is_integer ? "'INTORG'" : "'INTEND'";
    this.#head(`    M${String(column).padEnd(7)}  'MARKER'                 ${word}`);
  }

  #makeColumn(column: number): void {
    const { rows, entries_per_column } = this.#size;
    const entries: [string, string][] = [];
    if (this.#random() < 0.8) entries.push([this.#row(-1), this.#number()]);
    if (this.#random() < 0.1) entries.push([this.#row(-2), this.#number()]);
    const step = 1 + Math.floor(this.#random() * 7);
    let row = Math.floor(this.#random() * rows);
    const count = Math.min(1 + Math.floor(this.#random() * 2 * entries_per_column), Math.floor(rows / step));
    for (let entry = 0; entry < Math.max(1, count); entry += 1) {
      entries.push([this.#row(row % rows), this.#number()]);
      row += step;
    }
    for (let at = 0; at < entries.length; at += 2)
      this.#line("", this.#column(column), ...entries[at]!, ...(entries[at + 1] ?? []));
  }

  #makeSides(): void {
    this.#head("RHS");
    // HiGHS confuses a set with a row of the same name, and RHS may be such a name.
    const set = this.#form === "blanks" ? "SET 1" : "SET1";
    this.#line("", set, this.#row(-1), "-12.5");
    const { rows } = this.#size;
    for (let row = 0; row < rows; row += 1)
      if (this.#random() < 0.7) this.#line("", set, this.#row(row), this.#number());
    this.#head("RANGES");
    for (let row = 0; row < rows; row += 1)
      if (this.#random() < 0.1) this.#line("", "RNG", this.#row(row), this.#number());
  }

  #makeBounds(): void {
    this.#head("BOUNDS");
    const kinds = this.#form === "blanks" ? PLAIN_BOUNDS : ALL_BOUNDS;
    for (let column = 0; column < this.#size.columns; column += 1) {
      const is_needed = this.#form === "blanks" && this.#is_integer[column];
      if (!is_needed && this.#random() < 0.6) continue;
      const kind = is_needed ? "UP" : kinds[Math.floor(this.#random() * kinds.length)]!;
      if (VALUELESS.includes(kind)) this.#line(kind, "BND", this.#column(column));
      else if (kind === "LO UP") {
        this.#line("LO", "BND", this.#column(column), "-3.5");
        this.#line("UP", "BND", this.#column(column), "12");
      } else this.#line(kind, "BND", this.#column(column), String(1 + Math.floor(this.#random() * 90)));
    }
  }

  #row(row: number): string {
    const letter = row === -1 ? "COST" : row === -2 ? "IDLE" : `R${row.toString(36).toUpperCase()}`;
    return this.#form === "blanks" ? `${letter.slice(0, 1)} ${letter.slice(1)}` : letter;
  }

  #column(column: number): string {
    const name = column.toString(36).toUpperCase();
    return this.#form === "blanks" ? `X ${name}` : `X${name}`;
  }

  /** Up to 12 characters, as many as fixed form has. */
  #number(): string {
    const value = (this.#random() - 0.4) * 10 ** Math.floor(this.#random() * 6);
    const style = this.#random();
    if (style < 0.4) return String(Math.round(value) || 1);
    if (style < 0.9) return value.toPrecision(5).slice(0, 12);
    return value.toExponential(3).slice(0, 12);
  }

  #head(text: string): void {
    this.#pieces.push(text, "\n");
  }

  /** Field 1, then fields 2 to 6, at their columns in fixed form. */
  #line(type: string, ...fields: Fields): void {
    if (this.#form === "free") {
      this.#pieces.push(" ", type === "" ? "" : `${type} `, fields.join(" "), "\n");
      return;
    }
    const [name, row, value, row_2, value_2] = fields;
    let text = ` ${type.padEnd(3)}${name!.padEnd(10)}`;
    if (row !== undefined) text += row.padEnd(10);
    if (value !== undefined) text += value.padStart(12);
    if (row_2 !== undefined) text += `   ${row_2.padEnd(8)}  ${value_2!.padStart(12)}`;
    this.#pieces.push(text, "\n");
  }
}

const VALUELESS = ["FR", "MI", "PL", "BV"];
const PLAIN_BOUNDS = ["UP", "LO", "FX", "FR", "MI", "PL", "LO UP"];
const ALL_BOUNDS = [...PLAIN_BOUNDS, "BV", "LI", "UI", "SC", "SI"];
