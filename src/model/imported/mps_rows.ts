/** Rows of an MPS file: ROWS declares them, RHS and RANGES give their numbers, and their bounds follow from the three. */
import type { Rows } from "../../problem/problem";
import type { Budget } from "../budget";
import { GrowingIntegers } from "../language/run/growing";
import { checkName } from "./columns";
import type { FileDiagnostics } from "./file_diagnostics";
import { NameTable } from "./name_table";

export const ROW_TYPE = { greater: 0x47, equal: 0x45, less: 0x4c, free: 0x4e } as const;
/** Values for names of rows that are not constraints: the objective, or one of the other N rows, which are not used. */
export const OBJECTIVE_ROW = -1;
export const UNUSED_ROW = -2;

export class MpsRows {
  readonly table: NameTable;
  /** Constraint of each name, OBJECTIVE_ROW or UNUSED_ROW. */
  readonly #numbers = new GrowingIntegers();
  /** Name and type of each constraint. */
  readonly #names = new GrowingIntegers();
  readonly #types = new GrowingIntegers();
  has_objective = false;
  count = 0;
  #rhs = new Float64Array(0);
  #ranges = new Float64Array(0);
  #has_rhs = new Uint8Array(0);

  readonly #diagnostics: FileDiagnostics;

  constructor(diagnostics: FileDiagnostics, budget: Budget) {
    this.#diagnostics = diagnostics;
    this.table = new NameTable(diagnostics.text, budget);
  }

  /** Declares a row named as in the table's last unsuccessful `find`. The first N row is the objective. */
  declareMissed(type: number, start: number, end: number): void {
    checkName(this.#diagnostics, "row", start, end);
    const name = this.table.addMissed(start, end);
    if (type === ROW_TYPE.free) {
      this.#numbers.push(this.has_objective ? UNUSED_ROW : OBJECTIVE_ROW);
      this.has_objective = true;
      return;
    }
    this.#numbers.push(this.count);
    this.#names.push(name);
    this.#types.push(type);
    this.count += 1;
  }

  /** The constraint, OBJECTIVE_ROW or UNUSED_ROW that a name of the table stands for. */
  numberOf(name: number): number {
    return this.#numbers.items[name]!;
  }

  typeOf(row: number): number {
    return this.#types.items[row]!;
  }

  /** False when the row already has a right side: the first one counts. */
  putRhs(row: number, value: number): boolean {
    this.#open();
    if (this.#has_rhs[row] === 1) return false;
    this.#has_rhs[row] = 1;
    this.#rhs[row] = value;
    return true;
  }

  /** False when the row already has a range: the first one counts. */
  putRange(row: number, value: number): boolean {
    this.#open();
    if (!Number.isNaN(this.#ranges[row])) return false;
    this.#ranges[row] = value;
    return true;
  }

  finish(): Rows {
    this.#open();
    const { count } = this;
    const lower = new Float64Array(count);
    const upper = new Float64Array(count);
    for (let row = 0; row < count; row += 1) {
      const rhs = this.#rhs[row]!;
      const type = this.#types.items[row]!;
      const range = this.#ranges[row]!;
      lower[row] = type === ROW_TYPE.less ? -Infinity : rhs;
      upper[row] = type === ROW_TYPE.greater ? Infinity : rhs;
      if (Number.isNaN(range) || !Number.isFinite(rhs)) continue;
      if (type === ROW_TYPE.less || (type === ROW_TYPE.equal && range < 0)) lower[row] = rhs - Math.abs(range);
      else upper[row] = rhs + Math.abs(range);
    }
    const names = Array.from({ length: count }, (_, row) => this.table.spell(this.#names.items[row]!));
    return { count, names, lower, upper, families: null, auxiliary_count: 0 };
  }

  #open(): void {
    if (this.#rhs.length === this.count) return;
    this.#rhs = new Float64Array(this.count);
    this.#ranges = new Float64Array(this.count).fill(Number.NaN);
    this.#has_rhs = new Uint8Array(this.count);
  }
}
