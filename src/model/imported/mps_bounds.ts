/**
 * Lines of BOUNDS, as HiGHS takes them: the first lower and the first upper bound of a column hold; an integer column
 * without any bound is between 0 and 1; a negative upper bound leaves the lower bound at 0 in free form and removes it in fixed form.
 */
import { nearestHint } from "../../nearest";
import { quote } from "../json";
import { COLUMN_FLAG, type FileColumns } from "./columns";
import type { FileDiagnostics, Span } from "./file_diagnostics";
import type { MpsLines } from "./mps_lines";
import { readBound } from "./numbers";

interface BoundKind {
  readonly is_lower: boolean;
  readonly is_upper: boolean;
  readonly has_value: boolean;
  readonly flags: number;
}

const { integer, binary, semi } = COLUMN_FLAG;
const KINDS: Readonly<Record<string, BoundKind>> = {
  UP: { is_lower: false, is_upper: true, has_value: true, flags: 0 },
  LO: { is_lower: true, is_upper: false, has_value: true, flags: 0 },
  FX: { is_lower: true, is_upper: true, has_value: true, flags: 0 },
  FR: { is_lower: true, is_upper: true, has_value: false, flags: 0 },
  MI: { is_lower: true, is_upper: false, has_value: false, flags: 0 },
  PL: { is_lower: false, is_upper: true, has_value: false, flags: 0 },
  BV: { is_lower: true, is_upper: true, has_value: false, flags: integer | binary },
  LI: { is_lower: true, is_upper: false, has_value: true, flags: integer },
  UI: { is_lower: false, is_upper: true, has_value: true, flags: integer },
  SC: { is_lower: false, is_upper: true, has_value: true, flags: semi },
  SI: { is_lower: false, is_upper: true, has_value: true, flags: semi | integer },
};
const BOUND_WORDS = Object.keys(KINDS);

export class MpsBounds {
  readonly #lines: MpsLines;
  readonly #columns: FileColumns;
  readonly #diagnostics: FileDiagnostics;
  readonly #is_fixed: boolean;

  constructor(lines: MpsLines, columns: FileColumns, diagnostics: FileDiagnostics, is_fixed: boolean) {
    this.#lines = lines;
    this.#columns = columns;
    this.#diagnostics = diagnostics;
    this.#is_fixed = is_fixed;
  }

  /** Reads the current line; false after an error. */
  read(): boolean {
    const lines = this.#lines;
    const diagnostics = this.#diagnostics;
    const word = lines.ends[0]! - lines.starts[0]! === 2 ? lines.spell(0).toUpperCase() : "";
    const kind = Object.hasOwn(KINDS, word) ? KINDS[word]! : null;
    if (kind === null) {
      const message = `the bound is of type ${quote(lines.spell(0))}, expected one of ${BOUND_WORDS.join(", ")}`;
      diagnostics.error("bound_unknown", message, this.#span(0), () => nearestHint(lines.spell(0), BOUND_WORDS));
      return false;
    }
    const field = this.#columnField(kind);
    if (field === -1) {
      const value = kind.has_value ? " and a number" : "";
      const message = `a bound of type ${word} is a name that may be left out, a column${value}`;
      diagnostics.error("line_malformed", message, { start: lines.line_start, end: lines.line_end });
      return false;
    }
    const value = kind.has_value ? readBound(diagnostics.text, lines.starts[field + 1]!, lines.ends[field + 1]!) : 0;
    if (Number.isNaN(value)) {
      const message = `${quote(lines.spell(field + 1))} is not a number`;
      diagnostics.error("number_invalid", message, this.#span(field + 1));
      return false;
    }
    const column = this.#columns.findOrAdd(lines.starts[field]!, lines.ends[field]!, "BOUNDS");
    this.#put(column, kind, value, field);
    return true;
  }

  /** Makes integer columns that BOUNDS does not mention binary. */
  finish(): void {
    const columns = this.#columns;
    for (let column = 0; column < columns.count; column += 1) {
      if (!columns.has(column, integer) || columns.has(column, COLUMN_FLAG.is_bounded)) continue;
      columns.set(column, binary);
      columns.upper.items[column] = 1;
    }
  }

  /** Which field names the column; -1 when there are too few or too many. */
  #columnField(kind: BoundKind): number {
    const { count, starts, ends } = this.#lines;
    if (kind.has_value) return count === 4 ? 2 : count === 3 ? 1 : -1;
    if (count === 2) return 1;
    if (count === 4) return 2;
    if (count !== 3) return -1;
    // Three fields: set and column, or column and a number without meaning.
    if (this.#columns.table.find(starts[2]!, ends[2]!) !== -1) return 2;
    return this.#columns.table.find(starts[1]!, ends[1]!) === -1 ? 2 : 1;
  }

  #put(column: number, kind: BoundKind, value: number, field: number): void {
    const columns = this.#columns;
    const { has_lower, has_upper, is_bounded } = COLUMN_FLAG;
    if ((kind.is_lower && columns.has(column, has_lower)) || (kind.is_upper && columns.has(column, has_upper))) {
      const message = `${quote(this.#lines.spell(field))} has such a bound already; the first one holds`;
      this.#diagnostics.warning("entry_repeated", message, this.#span(field));
      return;
    }
    if ((kind.flags & semi) !== 0) columns.flags.items[column]! &= ~integer;
    columns.set(column, kind.flags | is_bounded | (kind.is_lower ? has_lower : 0) | (kind.is_upper ? has_upper : 0));
    if (kind.has_value) {
      if (kind.is_lower) columns.lower.items[column] = value;
      if (kind.is_upper) columns.upper.items[column] = value;
      if (this.#is_fixed && kind.is_upper && value < 0 && columns.lower.items[column] === 0)
        columns.lower.items[column] = -Infinity;
    } else if ((kind.flags & binary) !== 0) columns.upper.items[column] = 1;
    else {
      if (kind.is_lower) columns.lower.items[column] = -Infinity;
      if (kind.is_upper) columns.upper.items[column] = Infinity;
    }
  }

  #span(field: number): Span {
    return { start: this.#lines.starts[field]!, end: this.#lines.ends[field]! };
  }
}
