/**
 * Reads MPS as HiGHS does: free form, or fixed form when names contain blanks, which is noticed when lines make no sense
 * otherwise. Sections: NAME OBJSENSE ROWS COLUMNS RHS RANGES BOUNDS QUADOBJ QMATRIX QSECTION ENDATA. The first of several
 * entries for one place counts, with a warning. Stricter than HiGHS, which ignores them: names that ROWS does not
 * declare, invalid numbers and repeated names are errors. RHS of the objective is minus its constant.
 */
import { nearestHint } from "../../nearest";
import type { Problem } from "../../problem/problem";
import type { Budget } from "../budget";
import { DiagnosticList } from "../diagnostic_list";
import { quote } from "../json";
import { COLUMN_FLAG, FileColumns } from "./columns";
import { FileDiagnostics, type Span } from "./file_diagnostics";
import { ColumnwiseEntries, checkQuadratic } from "./matrix";
import { MpsBounds } from "./mps_bounds";
import { type FixedLayout, MpsLines } from "./mps_lines";
import { MpsQuadratic } from "./mps_quadratic";
import { MpsRows, OBJECTIVE_ROW, ROW_TYPE, UNUSED_ROW } from "./mps_rows";
import { KEYWORDS, SECTIONS, type Section, UNSUPPORTED } from "./mps_sections";
import { readBound, readNumber } from "./numbers";

type Form = "free" | "fixed";
/** After this many errors the text is probably not in this form. */
const ERRORS_MAX = 100;
const QUOTE = 0x27;

/** The problem in the text, or null after errors in `list`. Throws only BudgetExhausted. */
export function readMps(text: string, list: DiagnosticList, budget: Budget): Problem | null {
  const free = new DiagnosticList(list);
  const reader = new MpsReader("free", new FileDiagnostics(text, free), budget);
  const problem = reader.read();
  if (problem !== null || !reader.may_be_fixed) {
    list.replaceWith(free);
    return problem;
  }
  const fixed = new DiagnosticList(list);
  const reread = new MpsReader("fixed", new FileDiagnostics(text, fixed), budget).read();
  list.replaceWith(reread !== null || fixed.error_count < free.error_count ? fixed : free);
  return reread;
}

class MpsReader {
  /** True when a line made no sense in free form but may in fixed form. */
  may_be_fixed = false;
  readonly #lines: MpsLines;
  readonly #rows: MpsRows;
  readonly #columns: FileColumns;
  readonly #entries = new ColumnwiseEntries();
  readonly #bounds: MpsBounds;
  readonly #quadratic: MpsQuadratic;
  #section: Section | null = null;
  readonly #seen = new Set<Section>();
  #name = "";
  #is_maximized = false;
  #offset: number | null = null;
  #column = -1;
  #is_integer = false;
  /** The last column with an entry in each row, and whether the current column has a cost. */
  #touched_by = new Int32Array(0);
  #has_cost = false;
  readonly #form: Form;
  readonly #diagnostics: FileDiagnostics;
  readonly #budget: Budget;

  constructor(form: Form, diagnostics: FileDiagnostics, budget: Budget) {
    this.#form = form;
    this.#diagnostics = diagnostics;
    this.#budget = budget;
    this.#lines = new MpsLines(diagnostics.text);
    this.#rows = new MpsRows(diagnostics, budget);
    this.#columns = new FileColumns(diagnostics, budget);
    this.#bounds = new MpsBounds(this.#lines, this.#columns, diagnostics, form === "fixed");
    this.#quadratic = new MpsQuadratic(this.#lines, this.#columns, diagnostics, budget);
  }

  read(): Problem | null {
    const lines = this.#lines;
    const diagnostics = this.#diagnostics;
    while (this.#section !== "ENDATA" && lines.next()) {
      this.#budget.step();
      if (!this.#openSection()) this.#readLine();
      if (diagnostics.error_count > ERRORS_MAX && this.may_be_fixed) return null;
    }
    if (this.#section !== "ENDATA") {
      const end = { start: diagnostics.text.length, end: diagnostics.text.length };
      diagnostics.error("file_incomplete", "the file has no ENDATA line; it may have been cut short", end);
    }
    if (!this.#seen.has("ROWS"))
      diagnostics.error("section_missing", "the file has no ROWS section", { start: 0, end: 0 });
    return diagnostics.error_count > 0 ? null : this.#finish();
  }

  #finish(): Problem | null {
    const diagnostics = this.#diagnostics;
    this.#bounds.finish();
    const linear = {
      name: this.#name,
      sense: this.#is_maximized ? ("maximize" as const) : ("minimize" as const),
      offset: this.#offset ?? 0,
      columns: this.#columns.finish(),
      rows: this.#rows.finish(),
      matrix: this.#entries.toRows(this.#rows.count),
    };
    const hessian = this.#quadratic.finish();
    if (hessian !== null && diagnostics.error_count === 0) {
      checkQuadratic(linear, hessian, diagnostics, this.#quadratic.location, this.#budget);
    }
    return diagnostics.error_count > 0 ? null : { ...linear, hessian };
  }

  /** True when the current line begins a section. */
  #openSection(): boolean {
    const lines = this.#lines;
    if (this.#form === "fixed" ? !lines.is_at_margin : !lines.is_at_margin && lines.count > 1) return false;
    const word = lines.ends[0]! - lines.starts[0]! <= 16 ? lines.spell(0).toUpperCase() : "";
    const section = Object.hasOwn(SECTIONS, word) ? SECTIONS[word]! : null;
    if (section !== null && this.#isHeader(word)) {
      this.#enter(section, word);
      return true;
    }
    if (Object.hasOwn(UNSUPPORTED, word) && (lines.count === 1 || word === "QCMATRIX" || word === "CSECTION")) {
      const message = `the section ${word} (${UNSUPPORTED[word]}) is not supported; write the model without it`;
      this.#diagnostics.error("section_unsupported", message, this.#span(0));
      this.#section = "SKIPPED";
      return true;
    }
    if (!lines.is_at_margin || (this.#form === "free" && (lines.count > 1 || this.#section === "OBJSENSE")))
      return false;
    const message = `${quote(lines.spell(0))} is not a section of an MPS file`;
    this.#diagnostics.error("section_unknown", message, this.#span(0), () => nearestHint(word, KEYWORDS));
    this.#section = "SKIPPED";
    return true;
  }

  /** A line with words after a keyword is data under a name that happens to be a keyword, unless the keyword allows words. */
  #isHeader(word: string): boolean {
    const { count, is_at_margin } = this.#lines;
    if (count === 1 || this.#form === "fixed") return true;
    if (word === "NAME" || word === "OBJSENSE") return is_at_margin && !this.#seen.has("ROWS");
    return word === "QSECTION" && count === 2;
  }

  #enter(section: Section, word: string): void {
    const lines = this.#lines;
    const is_repeated = this.#seen.has(section) && section !== "BOUNDS" && section !== "RHS" && section !== "RANGES";
    if (is_repeated)
      this.#diagnostics.error("section_repeated", `the file has a second section ${word}`, this.#span(0));
    if (section === "COLUMNS" && !this.#seen.has("ROWS"))
      this.#diagnostics.error("section_order", "COLUMNS come before ROWS; put the section ROWS first", this.#span(0));
    this.#seen.add(section);
    this.#section = section;
    if (section === "NAME" && lines.count > 1) this.#name = lines.spell(1).slice(0, 255);
    if (section === "OBJSENSE" && lines.count > 1) this.#readSense(1);
    if (section === "COLUMNS") this.#touched_by = new Int32Array(this.#rows.count).fill(-1);
    if (section === "QUADRATIC") this.#quadratic.open(word, this.#span(0), (field) => this.#isObjective(field));
  }

  #isObjective(field: number): boolean {
    const { starts, ends } = this.#lines;
    const row = this.#rows.table.find(starts[field]!, ends[field]!);
    return row !== -1 && this.#rows.numberOf(row) === OBJECTIVE_ROW;
  }

  #readLine(): void {
    switch (this.#section) {
      case "OBJSENSE":
        this.#readSense(0);
        return;
      case "ROWS":
        this.#readRow();
        return;
      case "COLUMNS":
        this.#readColumn();
        return;
      case "RHS":
      case "RANGES":
        this.#readSides(this.#section);
        return;
      case "BOUNDS":
        if (this.#cut("bound") && !this.#bounds.read()) this.may_be_fixed ||= !this.#lines.is_at_margin;
        return;
      case "QUADRATIC":
        if (this.#cut("entries")) this.#readQuadratic();
        return;
      case "SKIPPED":
        return;
      default:
        this.#fault(`a section such as ROWS is expected here, found ${quote(this.#lines.spell(0))}`);
        this.#section = "SKIPPED";
    }
  }

  /** Splits the line at columns in fixed form; returns true. */
  #cut(layout: FixedLayout): boolean {
    if (this.#form === "fixed") this.#lines.cutFixed(layout);
    return true;
  }

  #readSense(field: number): void {
    const word = this.#lines.spell(field).toUpperCase();
    if (word.startsWith("MAX") || word.startsWith("MIN")) this.#is_maximized = word.startsWith("MAX");
    else
      this.#diagnostics.error(
        "wrong_value",
        `the objective sense is ${quote(word)}, expected MIN or MAX`,
        this.#span(field),
      );
  }

  #readRow(): void {
    const lines = this.#lines;
    const rows = this.#rows;
    const { starts, ends } = lines;
    this.#cut("row");
    const type = this.#diagnostics.text.charCodeAt(starts[0]!);
    const is_type = ends[0] === starts[0]! + 1 && Object.values(ROW_TYPE).some((known) => known === type);
    if (lines.count !== 2 || !is_type) {
      this.#fault("a row is its type N, L, G or E and a name");
      return;
    }
    if (rows.table.find(starts[1]!, ends[1]!) !== -1) {
      const message = `the row ${quote(lines.spell(1))} is declared twice; rename one of them`;
      this.#diagnostics.error("name_duplicate", message, this.#span(1));
      return;
    }
    rows.declareMissed(type, starts[1]!, ends[1]!);
  }

  #readColumn(): void {
    const lines = this.#lines;
    if (lines.count > 1 && this.#diagnostics.text.charCodeAt(lines.starts[1]!) === QUOTE && this.#readMarker()) return;
    this.#cut("entries");
    const { count, starts, ends } = lines;
    // Without a name it is the previous column.
    const is_named = count % 2 === 1 && starts[0] !== ends[0];
    if (count < 2 || count > 5 || (!is_named && this.#column === -1)) {
      this.#fault("a column is its name, a row and a number, and perhaps another row and number");
      return;
    }
    if (is_named && (this.#column === -1 || !this.#columns.table.isSame(this.#column, starts[0]!, ends[0]!)))
      this.#openColumn();
    for (let field = count % 2; field < count; field += 2) this.#readEntry(field);
  }

  #openColumn(): void {
    const { table } = this.#columns;
    const [start, end] = [this.#lines.starts[0]!, this.#lines.ends[0]!];
    const known = table.find(start, end);
    if (known !== -1) {
      const message = `the entries of the column ${quote(this.#lines.spell(0))} are in two places; put them together, or rename one of them`;
      this.#diagnostics.error("name_duplicate", message, this.#span(0));
      this.#column = known;
      return;
    }
    const flags = this.#is_integer ? COLUMN_FLAG.integer : 0;
    this.#column = this.#columns.addMissed(start, end, flags);
    this.#has_cost = false;
  }

  #readEntry(field: number): void {
    const { starts, ends } = this.#lines;
    const row = this.#findRow(field);
    const value = readNumber(this.#diagnostics.text, starts[field + 1]!, ends[field + 1]!);
    if (!Number.isFinite(value)) {
      this.#badNumber(field + 1);
      return;
    }
    if (row === UNUSED_ROW || row === null || value === 0) return;
    const is_repeated = row === OBJECTIVE_ROW ? this.#has_cost : this.#touched_by[row] === this.#column;
    if (is_repeated) {
      const message = `${quote(this.#columns.spell(this.#column))} has a second coefficient in ${quote(this.#lines.spell(field))}; the first one holds`;
      this.#diagnostics.warning("entry_repeated", message, this.#span(field));
    } else if (row === OBJECTIVE_ROW) {
      this.#columns.cost.items[this.#column] = value;
      this.#has_cost = true;
    } else {
      this.#budget.takeNonzeros(1);
      this.#touched_by[row] = this.#column;
      this.#entries.push(this.#column, row, value);
    }
  }

  /** True when the line is a marker, from which columns are integer, or no longer are. */
  #readMarker(): boolean {
    const lines = this.#lines;
    if (!lines.isWord(1, "'MARKER'")) return false;
    const starts_here = lines.count > 2 && lines.isWord(2, "'INTORG'");
    const ends_here = lines.count > 2 && lines.isWord(2, "'INTEND'");
    if (starts_here === ends_here) {
      const found = lines.count > 2 ? lines.spell(2) : "nothing";
      const message = `the marker is ${quote(found)}, expected 'INTORG' or 'INTEND'; special ordered sets are not supported`;
      this.#diagnostics.error("marker_unsupported", message, this.#span(lines.count > 2 ? 2 : 1));
    } else if (starts_here === this.#is_integer) {
      const message = starts_here ? "'INTORG' inside another 'INTORG'" : "'INTEND' without an 'INTORG' before it";
      this.#diagnostics.error("marker_misplaced", message, this.#span(2));
    }
    this.#is_integer = starts_here;
    return true;
  }

  #readSides(section: "RHS" | "RANGES"): void {
    this.#cut("entries");
    const { count } = this.#lines;
    if (count < 2 || count > 5) {
      this.#fault(
        `a line of ${section} is a name that may be left out, a row and a number, and perhaps another row and number`,
      );
      return;
    }
    // An odd number of fields begins with the name of the vector, which has no meaning here.
    for (let field = count % 2; field < count; field += 2) {
      if (section === "RHS") this.#readRhs(field);
      else this.#readRange(field);
    }
  }

  #readRhs(field: number): void {
    const row = this.#findRow(field);
    const value = this.#readSide(field + 1);
    if (row === null || value === null) return;
    if (row === UNUSED_ROW) {
      this.#diagnostics.warning(
        "row_unused",
        `${quote(this.#lines.spell(field))} is a second N row, which is not used`,
        this.#span(field),
      );
      return;
    }
    const is_open = row === OBJECTIVE_ROW || this.#rows.typeOf(row) === (value > 0 ? ROW_TYPE.less : ROW_TYPE.greater);
    if (!Number.isFinite(value) && (row === OBJECTIVE_ROW || !is_open)) {
      const message = `the right side of ${quote(this.#lines.spell(field))} is infinite, so that nothing satisfies it`;
      this.#diagnostics.error("bound_infinite", message, this.#span(field + 1));
      return;
    }
    const is_first = row === OBJECTIVE_ROW ? this.#offset === null : this.#rows.putRhs(row, value);
    if (!is_first) this.#repeatedSide(field, "right side");
    else if (row === OBJECTIVE_ROW) this.#offset = 0 - value;
  }

  #readRange(field: number): void {
    const row = this.#findRow(field);
    const value = this.#readSide(field + 1);
    if (row === null || value === null) return;
    if (row < 0) {
      this.#diagnostics.warning(
        "row_unused",
        `${quote(this.#lines.spell(field))} is no constraint; its range is not used`,
        this.#span(field),
      );
    } else if (!this.#rows.putRange(row, value)) this.#repeatedSide(field, "range");
  }

  #readSide(field: number): number | null {
    const value = readBound(this.#diagnostics.text, this.#lines.starts[field]!, this.#lines.ends[field]!);
    if (!Number.isNaN(value)) return value;
    this.#badNumber(field);
    return null;
  }

  #repeatedSide(field: number, what: string): void {
    const message = `${quote(this.#lines.spell(field))} has a second ${what}; the first one holds`;
    this.#diagnostics.warning("entry_repeated", message, this.#span(field));
  }

  #readQuadratic(): void {
    if (!this.#quadratic.read()) this.may_be_fixed ||= !this.#lines.is_at_margin;
  }

  /** The row of that name; null after a report. */
  #findRow(field: number): number | null {
    const { starts, ends } = this.#lines;
    const name = this.#rows.table.find(starts[field]!, ends[field]!);
    if (name !== -1) return this.#rows.numberOf(name);
    this.may_be_fixed ||= !this.#lines.is_at_margin;
    const found = this.#lines.spell(field);
    const message = `ROWS declares no row ${quote(found)}`;
    this.#diagnostics.error("row_unknown", message, this.#span(field), () =>
      nearestHint(found, this.#rows.table.spelled()),
    );
    return null;
  }

  #badNumber(field: number): void {
    this.may_be_fixed ||= !this.#lines.is_at_margin;
    const message = `${quote(this.#lines.spell(field))} is not a finite number`;
    this.#diagnostics.error("number_invalid", message, this.#span(field));
  }

  #fault(expected: string): void {
    this.may_be_fixed ||= !this.#lines.is_at_margin;
    const { line_start, line_end, count } = this.#lines;
    const fields = count > 8 ? "more than 8" : count;
    const message = `the line has ${fields} ${count === 1 ? "field" : "fields"}: ${expected}`;
    this.#diagnostics.error("line_malformed", message, { start: line_start, end: line_end });
  }

  #span(field: number): Span {
    return { start: this.#lines.starts[field]!, end: this.#lines.ends[field]! };
  }
}
