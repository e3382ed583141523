/** QUADOBJ and QSECTION (one triangle of Q) and QMATRIX (all of it): the objective has 0.5 x'Qx added. */
import { nearestHint } from "../../nearest";
import type { Hessian } from "../../problem/problem";
import type { Budget } from "../budget";
import { assembleHessian } from "../flat/hessian";
import { QuadraticTermList } from "../flat/linearize";
import { quote } from "../json";
import type { FileColumns } from "./columns";
import type { FileDiagnostics, Span } from "./file_diagnostics";
import type { MpsLines } from "./mps_lines";
import { readNumber } from "./numbers";

export class MpsQuadratic {
  /** Place where the section begins. */
  location: Span = { start: 0, end: 0 };
  readonly #terms = new QuadraticTermList();
  /** Entries of QMATRIX above the diagonal, which must equal those below. */
  readonly #upper = new QuadraticTermList();
  #is_square = false;

  readonly #lines: MpsLines;
  readonly #columns: FileColumns;
  readonly #diagnostics: FileDiagnostics;
  readonly #budget: Budget;

  constructor(lines: MpsLines, columns: FileColumns, diagnostics: FileDiagnostics, budget: Budget) {
    this.#lines = lines;
    this.#columns = columns;
    this.#diagnostics = diagnostics;
    this.#budget = budget;
  }

  /** Begins the section on the current line. */
  open(word: string, location: Span, isObjective: (field: number) => boolean): void {
    this.location = location;
    this.#is_square = word === "QMATRIX";
    if (word !== "QSECTION" || (this.#lines.count === 2 && isObjective(1))) return;
    const row = this.#lines.count > 1 ? quote(this.#lines.spell(1)) : "nothing";
    const message = `QSECTION names ${row}, not the objective row; quadratic constraints are not supported`;
    this.#diagnostics.error("section_unsupported", message, location);
  }

  /** Reads the current line; false after an error. */
  read(): boolean {
    const lines = this.#lines;
    const diagnostics = this.#diagnostics;
    if (lines.count !== 3 && lines.count !== 5) {
      const message = "an entry of Q is two columns and a number, and perhaps another column and number";
      diagnostics.error("line_malformed", message, { start: lines.line_start, end: lines.line_end });
      return false;
    }
    const column = this.#findColumn(0);
    for (let field = 1; field < lines.count; field += 2) {
      const other = this.#findColumn(field);
      const value = readNumber(diagnostics.text, lines.starts[field + 1]!, lines.ends[field + 1]!);
      if (!Number.isFinite(value)) {
        diagnostics.error(
          "number_invalid",
          `${quote(lines.spell(field + 1))} is not a finite number`,
          this.#span(field + 1),
        );
        return false;
      }
      if (column === -1 || other === -1) return false;
      if (value !== 0) this.#push(column, other, value);
    }
    return true;
  }

  finish(): Hessian | null {
    const { count } = this.#columns;
    const hessian = assembleHessian(this.#terms, count);
    if (this.#is_square) this.#checkSymmetry(hessian, assembleHessian(this.#upper, count));
    return hessian;
  }

  #push(column: number, other: number, value: number): void {
    this.#budget.takeNonzeros(1);
    const terms = this.#is_square && column < other ? this.#upper : this.#terms;
    terms.columns.push(column);
    terms.others.push(other);
    terms.coefficients.push(column === other ? value / 2 : value);
  }

  #checkSymmetry(lower: Hessian | null, upper: Hessian | null): void {
    const left = offDiagonals(lower);
    const right = offDiagonals(upper);
    const wrong = left.find((entry, at) => entry !== right[at]) ?? right[left.length];
    if (wrong === undefined) return;
    const [column, row] = wrong.split(" ").map((position) => quote(this.#columns.spell(Number(position))));
    const message = `QMATRIX is not symmetric at ${column} and ${row}; give each entry off the diagonal twice, or use QUADOBJ`;
    this.#diagnostics.error("quadratic_not_symmetric", message, this.location);
  }

  #findColumn(field: number): number {
    const { starts, ends } = this.#lines;
    const column = this.#columns.table.find(starts[field]!, ends[field]!);
    if (column !== -1) return column;
    const found = this.#lines.spell(field);
    const search = () => nearestHint(found, this.#columns.table.spelled());
    this.#diagnostics.error("column_unknown", `COLUMNS declares no column ${quote(found)}`, this.#span(field), search);
    return -1;
  }

  #span(field: number): Span {
    return { start: this.#lines.starts[field]!, end: this.#lines.ends[field]! };
  }
}

/** `column row value` of each entry off the diagonal, in order. */
function offDiagonals(hessian: Hessian | null): string[] {
  const entries: string[] = [];
  if (hessian === null) return entries;
  for (let column = 0; column + 1 < hessian.starts.length; column += 1) {
    for (let at = hessian.starts[column]!; at < hessian.starts[column + 1]!; at += 1) {
      if (hessian.indices[at] !== column) entries.push(`${column} ${hessian.indices[at]} ${hessian.values[at]}`);
    }
  }
  return entries;
}
