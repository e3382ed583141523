/** The columns of a file as they are read: names by their place in the text, numbers in growing arrays. */
import { nearestHint } from "../../nearest";
import { type Columns, KIND } from "../../problem/problem";
import type { Budget } from "../budget";
import { quote } from "../json";
import { GrowingIntegers, GrowingNumbers } from "../language/run/growing";
import type { FileDiagnostics, Span } from "./file_diagnostics";
import { NameTable } from "./name_table";

const NAME_LENGTH_MAX = 255;

/** Flags set by the sections that mention a column; `kindOf` combines them. */
export const COLUMN_FLAG = { integer: 1, binary: 2, semi: 4, has_lower: 8, has_upper: 16, is_bounded: 32 } as const;

export class FileColumns {
  readonly table: NameTable;
  readonly cost = new GrowingNumbers();
  readonly lower = new GrowingNumbers();
  readonly upper = new GrowingNumbers();
  readonly flags = new GrowingIntegers();

  readonly #diagnostics: FileDiagnostics;

  constructor(diagnostics: FileDiagnostics, budget: Budget) {
    this.#diagnostics = diagnostics;
    this.table = new NameTable(diagnostics.text, budget);
  }

  get count(): number {
    return this.table.count;
  }

  /** Adds a column with bounds 0 and infinity, named as in the table's last unsuccessful `find`. */
  addMissed(start: number, end: number, flags: number): number {
    checkName(this.#diagnostics, "variable", start, end);
    this.cost.push(0);
    this.lower.push(0);
    this.upper.push(Infinity);
    this.flags.push(flags);
    return this.table.addMissed(start, end);
  }

  /** The column of that name. A new one is added with a warning, because it may be a typing error. */
  findOrAdd(start: number, end: number, section: string): number {
    const found = this.table.find(start, end);
    if (found !== -1) return found;
    const name = this.#diagnostics.text.slice(start, end);
    const added = this.addMissed(start, end, 0);
    const message = `${quote(name)} is a variable of ${section} alone: no constraint and no objective uses it`;
    this.#diagnostics.warning("column_unused", message, { start, end }, () =>
      nearestHint(name, except(this.table.spelled(), name)),
    );
    return added;
  }

  has(column: number, flag: number): boolean {
    return (this.flags.items[column]! & flag) !== 0;
  }

  set(column: number, flag: number): void {
    this.flags.items[column]! |= flag;
  }

  spell(column: number): string {
    return this.table.spell(column);
  }

  locationOf(column: number): Span {
    return { start: this.table.startOf(column), end: this.table.endOf(column) };
  }

  finish(): Columns {
    const { count } = this;
    const kinds = new Uint8Array(count);
    for (let column = 0; column < count; column += 1) kinds[column] = this.#kindOf(column);
    this.#checkBounds();
    return {
      count,
      names: Array.from({ length: count }, (_, column) => this.spell(column)),
      kinds,
      cost: this.cost.items.slice(0, count),
      lower: this.lower.items.slice(0, count),
      upper: this.upper.items.slice(0, count),
      families: null,
      auxiliary_count: 0,
    };
  }

  #kindOf(column: number): number {
    const is_integer = this.has(column, COLUMN_FLAG.integer | COLUMN_FLAG.binary);
    if (this.has(column, COLUMN_FLAG.semi)) return is_integer ? KIND.semi_integer : KIND.semicontinuous;
    if (!is_integer) return KIND.continuous;
    const is_unit = this.lower.items[column] === 0 && this.upper.items[column] === 1;
    return is_unit && this.has(column, COLUMN_FLAG.binary) ? KIND.binary : KIND.integer;
  }

  /** The solver needs both bounds of a semi-continuous column. */
  #checkGap(column: number): void {
    const lower = this.lower.items[column]!;
    const upper = this.upper.items[column]!;
    if (!this.has(column, COLUMN_FLAG.semi) || (lower <= 0 && upper >= 0)) return;
    if (Number.isFinite(lower) && Number.isFinite(upper)) return;
    const message = `the semi-continuous variable ${quote(this.spell(column))} has the bounds ${lower} and ${upper}; give it two finite ones`;
    this.#diagnostics.error("bound_infinite", message, this.locationOf(column));
  }

  /** Crossed bounds are legal in a file and make the problem infeasible; infinite bounds on the wrong side are errors. */
  #checkBounds(): void {
    for (let column = 0; column < this.count; column += 1) {
      const lower = this.lower.items[column]!;
      const upper = this.upper.items[column]!;
      this.#checkGap(column);
      if (lower <= upper && lower !== Infinity && upper !== -Infinity) continue;
      const bounds = `${quote(this.spell(column))} has the lower bound ${lower} and the upper bound ${upper}`;
      if (lower === Infinity || upper === -Infinity) {
        const message = `${bounds}: a lower bound must be below 1e20 and an upper bound above -1e20`;
        this.#diagnostics.error("bound_infinite", message, this.locationOf(column));
      } else {
        const message = `${bounds}, so that no solution exists; a lower bound that is not given is 0`;
        this.#diagnostics.warning("bounds_crossed", message, this.locationOf(column));
      }
    }
  }
}

/** Names are stored with results, so they have the same limits as everywhere in this program. */
export function checkName(diagnostics: FileDiagnostics, what: string, start: number, end: number): void {
  const length = end - start;
  if (length > NAME_LENGTH_MAX) {
    const message = `the name of a ${what} has ${length} characters, at most ${NAME_LENGTH_MAX} are allowed`;
    diagnostics.error("name_invalid", message, { start, end });
    return;
  }
  for (let at = start; at < end; at += 1) {
    const code = diagnostics.text.charCodeAt(at);
    if (code >= 0x20 && (code < 0x7f || code > 0x9f)) continue;
    const message = `the name ${quote(diagnostics.text.slice(start, end))} holds a control character; remove it`;
    diagnostics.error("name_invalid", message, { start, end });
    return;
  }
  if (length !== 9 || diagnostics.text.slice(start, end) !== "__proto__") return;
  diagnostics.error("name_reserved", 'the name "__proto__" is reserved; choose another', { start, end });
}

function* except(names: Iterable<string>, left_out: string): Generator<string> {
  for (const name of names) if (name !== left_out) yield name;
}
