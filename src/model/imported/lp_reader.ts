/**
 * Reads CPLEX LP as HiGHS does, and also parts of the format that HiGHS refuses: ranges `1 <= x + y <= 4`, `=>`, `=<`, `<`, `>`.
 * Terms of one variable add up, in the objective too; a constant on the left of a constraint is moved to the right.
 */
import type { Problem } from "../../problem/problem";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { assembleHessian } from "../flat/hessian";
import { QuadraticTermList } from "../flat/linearize";
import { RowBuffer } from "../flat/row_buffer";
import { quote } from "../json";
import { GrowingIntegers, GrowingNumbers } from "../language/run/growing";
import { COLUMN_FLAG, checkName, FileColumns } from "./columns";
import { FileDiagnostics, type Span } from "./file_diagnostics";
import { isInfinity, LpExpressions } from "./lp_expressions";
import { LpLexer, TOKEN } from "./lp_lexer";
import { describeUnsupported, type LpSection, sectionAt } from "./lp_sections";
import { checkQuadratic } from "./matrix";
import { NameTable } from "./name_table";

const INFINITE_FROM = 1e20;
const LIST_FLAGS = {
  general: COLUMN_FLAG.integer,
  binary: COLUMN_FLAG.binary,
  semicontinuous: COLUMN_FLAG.semi,
} as const;

/** The problem in the text, or null after errors in `list`. Throws only BudgetExhausted. */
export function readLp(text: string, list: DiagnosticList, budget: Budget): Problem | null {
  return new LpReader(new FileDiagnostics(text, list), budget).read();
}

class LpReader {
  readonly #lexer: LpLexer;
  readonly #columns: FileColumns;
  readonly #expressions: LpExpressions;
  readonly #quadratic = new QuadraticTermList();
  readonly #rows = new RowBuffer(16, 1 << 16);
  readonly #labels: NameTable;
  /** Number of each row's label, -1 where it has none. */
  readonly #row_labels = new GrowingIntegers();
  readonly #row_lower = new GrowingNumbers();
  readonly #row_upper = new GrowingNumbers();
  #is_maximized = false;
  #has_objective = false;
  #offset = 0;

  readonly #diagnostics: FileDiagnostics;
  readonly #budget: Budget;

  constructor(diagnostics: FileDiagnostics, budget: Budget) {
    this.#diagnostics = diagnostics;
    this.#budget = budget;
    this.#lexer = new LpLexer(diagnostics.text);
    this.#columns = new FileColumns(diagnostics, budget);
    this.#labels = new NameTable(diagnostics.text, budget);
    this.#expressions = new LpExpressions(this.#lexer, this.#columns, diagnostics, budget);
  }

  read(): Problem | null {
    const lexer = this.#lexer;
    const diagnostics = this.#diagnostics;
    lexer.next();
    for (;;) {
      const section = lexer.token === TOKEN.name ? sectionAt(lexer) : null;
      if (section === "end") break;
      if (section === null) {
        const expected = "a section such as Minimize, Subject To or End is expected";
        this.#expressions.fault(lexer.token === TOKEN.end ? `${expected}; the file may have been cut short` : expected);
        if (!this.#skipToSection()) break;
      } else this.#readSection(section);
    }
    if (lexer.token === TOKEN.name && lexer.next() !== TOKEN.end)
      this.#expressions.fault("the file goes on after End; the end of the text is expected");
    return diagnostics.error_count > 0 ? null : this.#finish();
  }

  #finish(): Problem | null {
    const diagnostics = this.#diagnostics;
    this.#settleBinaries();
    const linear = {
      name: "",
      sense: this.#is_maximized ? ("maximize" as const) : ("minimize" as const),
      offset: this.#offset,
      columns: this.#columns.finish(),
      rows: {
        count: this.#row_labels.length,
        names: this.#rowNames(),
        lower: this.#row_lower.items.slice(0, this.#row_lower.length),
        upper: this.#row_upper.items.slice(0, this.#row_upper.length),
        families: null,
        auxiliary_count: 0,
      },
      matrix: this.#rows.finish(),
    };
    const hessian = assembleHessian(this.#quadratic, linear.columns.count);
    if (hessian !== null && diagnostics.error_count === 0)
      checkQuadratic(linear, hessian, diagnostics, this.#expressions.bracket!, this.#budget);
    return diagnostics.error_count > 0 ? null : { ...linear, hessian };
  }

  /** A binary without bounds of its own is between 0 and 1. */
  #settleBinaries(): void {
    const columns = this.#columns;
    for (let column = 0; column < columns.count; column += 1) {
      if (!columns.has(column, COLUMN_FLAG.binary)) continue;
      if (columns.lower.items[column] === -Infinity) columns.lower.items[column] = 0;
      if (columns.upper.items[column] === Infinity) columns.upper.items[column] = 1;
      if (columns.lower.items[column]! >= 0 && columns.upper.items[column]! <= 1) continue;
      const message = `${quote(columns.spell(column))} is binary and has bounds beyond 0 and 1, which hold; it is an integer between them`;
      this.#diagnostics.warning("binary_bounds", message, columns.locationOf(column));
    }
  }

  /** Labels, and c1, c2, ... by position for rows that have none. */
  #rowNames(): string[] {
    const taken = new Set<string>(this.#labels.spelled());
    return Array.from({ length: this.#row_labels.length }, (_, row) => {
      const label = this.#row_labels.items[row]!;
      if (label !== -1) return this.#labels.spell(label);
      let name = `c${row + 1}`;
      while (taken.has(name)) name = `_${name}`;
      return name;
    });
  }

  #readSection(section: Exclude<LpSection, "end">): void {
    const lexer = this.#lexer;
    const location = { start: lexer.start, end: lexer.end };
    const word = lexer.spell();
    lexer.next();
    switch (section) {
      case "minimize":
      case "maximize":
        this.#readObjective(section === "maximize", word, location);
        return;
      case "constraints":
        this.#readStatements(() => this.#readConstraint(), true);
        return;
      case "bounds":
        this.#readStatements(() => this.#readBound(), false);
        return;
      case "general":
      case "binary":
      case "semicontinuous":
        this.#readStatements(() => this.#readListed(word, LIST_FLAGS[section]), false);
        return;
      case "unsupported": {
        const message = `the section ${describeUnsupported(word)} is not supported; write the model without it`;
        this.#diagnostics.error("section_unsupported", message, location);
        this.#skipToSection();
      }
    }
  }

  #readObjective(is_maximized: boolean, word: string, location: Span): void {
    const lexer = this.#lexer;
    const expressions = this.#expressions;
    if (this.#has_objective)
      this.#diagnostics.error("section_repeated", `the file has a second objective, ${quote(word)}`, location);
    this.#has_objective = true;
    this.#is_maximized = is_maximized;
    this.#readLabel();
    if (!expressions.read(this.#quadratic)) {
      this.#skipToSection();
      return;
    }
    const { columns, coefficients, constant } = expressions.terms;
    this.#offset = constant;
    for (let at = 0; at < columns.length; at += 1) this.#columns.cost.items[columns[at]!]! += coefficients[at]!;
    if (lexer.token === TOKEN.name) return;
    expressions.fault("an operator or Subject To is expected");
    this.#skipToSection();
  }

  /** Reads statements up to the next section; one that fails is skipped. They have labels and several lines, or neither. */
  #readStatements(readOne: () => boolean, has_labels: boolean): void {
    const lexer = this.#lexer;
    while (lexer.token !== TOKEN.end) {
      this.#budget.step();
      if (lexer.token === TOKEN.name && sectionAt(lexer) !== null) return;
      const { start } = lexer;
      if (readOne()) continue;
      if (lexer.start === start) lexer.next();
      this.#skipStatement(has_labels);
    }
  }

  /** Goes on to the next line that begins a statement. */
  #skipStatement(has_labels: boolean): void {
    const lexer = this.#lexer;
    for (; lexer.token !== TOKEN.end; lexer.next()) {
      this.#budget.step();
      if (!lexer.is_first_on_line) continue;
      if (!has_labels || lexer.isLabel() || (lexer.token === TOKEN.name && sectionAt(lexer) !== null)) return;
    }
  }

  /** Goes to the next section; false at the end of the text. */
  #skipToSection(): boolean {
    const lexer = this.#lexer;
    while (lexer.token !== TOKEN.end) {
      this.#budget.step();
      if (lexer.token === TOKEN.name && lexer.is_first_on_line && sectionAt(lexer) !== null) return true;
      lexer.next();
    }
    return false;
  }

  /** Reads a label and its colon; null when there is none. A label may be a number. */
  #readLabel(): Span | null {
    const lexer = this.#lexer;
    if ((lexer.token !== TOKEN.name && lexer.token !== TOKEN.number) || !lexer.isLabel()) return null;
    const label = { start: lexer.start, end: lexer.end };
    lexer.next();
    lexer.next();
    return label;
  }

  #readConstraint(): boolean {
    const lexer = this.#lexer;
    const expressions = this.#expressions;
    const label = this.#readLabel();
    const start = label === null ? lexer.start : label.start;
    if (this.#isBoundWord()) return this.#readRange(expressions.readValue(), label, start);
    if (!expressions.read(null)) return false;
    if (expressions.terms.columns.length === 0 && isRelation(lexer.token))
      return this.#readRange(expressions.terms.constant, label, start);
    const relation = lexer.token;
    if (!isRelation(relation)) return expressions.fault("an operator or a relation such as <= is expected");
    lexer.next();
    const value = expressions.readValue();
    if (value === null || !this.#isClosed()) return false;
    const lower = relation === TOKEN.less ? -Infinity : boundOf(value);
    const upper = relation === TOKEN.greater ? Infinity : boundOf(value);
    return this.#addRow(label, start, lower, upper);
  }

  /** `value <= sum` and perhaps `<= value`; the lexer is at the first relation. */
  #readRange(value: number | null, label: Span | null, start: number): boolean {
    const lexer = this.#lexer;
    const expressions = this.#expressions;
    const relation = lexer.token;
    if (value === null) return false;
    if (!isRelation(relation)) return expressions.fault("a relation such as <= is expected");
    lexer.next();
    if (!expressions.read(null)) return false;
    if (expressions.terms.columns.length === 0) return expressions.fault("a constraint needs a variable");
    let lower = relation === TOKEN.greater ? -Infinity : boundOf(value);
    let upper = relation === TOKEN.less ? Infinity : boundOf(value);
    if (isRelation(lexer.token)) {
      if (lexer.token !== relation || relation === TOKEN.equal)
        return expressions.fault("both relations of a range point the same way");
      lexer.next();
      const other = expressions.readValue();
      if (other === null) return false;
      if (relation === TOKEN.less) upper = boundOf(other);
      else lower = boundOf(other);
    }
    return this.#isClosed() && this.#addRow(label, start, lower, upper);
  }

  /** A side written as a word: `-inf <= x + y`. */
  #isBoundWord(): boolean {
    const lexer = this.#lexer;
    if (lexer.token === TOKEN.name) return isInfinity(lexer) && !lexer.isLabel();
    if (lexer.token !== TOKEN.minus && lexer.token !== TOKEN.plus) return false;
    return /[-+\s]*inf(?:inity)?\s*[<>=]/iy.test(lexer.text.slice(lexer.start, lexer.start + 64));
  }

  /** True when the constraint ends after the one number that the format allows on its right side. */
  #isClosed(): boolean {
    const lexer = this.#lexer;
    const expressions = this.#expressions;
    if (lexer.token === TOKEN.arrow) {
      const message = "indicator constraints are not supported; write the constraint without ->";
      this.#diagnostics.error("indicator_unsupported", message, lexer);
      return false;
    }
    if (lexer.is_first_on_line || lexer.token === TOKEN.end) return true;
    if (lexer.token === TOKEN.name && (lexer.isLabel() || sectionAt(lexer) !== null)) return true;
    return expressions.fault(
      "the right side is one number; bring variables to the left, and begin the next constraint on a new line",
    );
  }

  #addRow(label: Span | null, start: number, lower: number, upper: number): boolean {
    const diagnostics = this.#diagnostics;
    const expressions = this.#expressions;
    const lexer = this.#lexer;
    const { terms } = expressions;
    const location = label ?? { start, end: Math.min(start + 1, lexer.text.length) };
    if (lower === Infinity || upper === -Infinity) {
      diagnostics.error(
        "bound_infinite",
        "the side of this constraint is infinite, so that nothing satisfies it",
        location,
      );
      return true;
    }
    if (terms.constant !== 0)
      diagnostics.warning(
        "constant_moved",
        `the constant ${terms.constant} is moved to the other side of the relation`,
        location,
      );
    this.#budget.takeNonzeros(terms.columns.length);
    const { is_finite } = this.#rows.append(terms);
    if (!is_finite) diagnostics.error("number_too_large", "a coefficient is too large for a number", location);
    this.#row_lower.push(lower - terms.constant + 0);
    this.#row_upper.push(upper - terms.constant + 0);
    this.#row_labels.push(label === null ? -1 : this.#declareLabel(label));
    return true;
  }

  #declareLabel(label: Span): number {
    const labels = this.#labels;
    const diagnostics = this.#diagnostics;
    const known = labels.find(label.start, label.end);
    if (known === -1) {
      checkName(diagnostics, "row", label.start, label.end);
      return labels.addMissed(label.start, label.end);
    }
    const name = quote(diagnostics.text.slice(label.start, label.end));
    diagnostics.error("name_duplicate", `two constraints are called ${name}; rename one of them`, label);
    return known;
  }

  /** `x <= 4`, `2 <= x <= 4`, `4 >= x`, `x = 3`, `x free`. */
  #readBound(): boolean {
    const lexer = this.#lexer;
    const expressions = this.#expressions;
    if (lexer.token !== TOKEN.name || isInfinity(lexer)) {
      const value = expressions.readValue();
      if (value === null) return false;
      const relation = lexer.token;
      if (!isRelation(relation)) return expressions.fault("a relation such as <= is expected");
      if (lexer.next() !== TOKEN.name) return expressions.fault("a variable is expected");
      const column = this.#readBoundColumn();
      this.#putBound(column, mirrored(relation), value);
      return isRelation(lexer.token) ? this.#readBoundSide(column) : true;
    }
    const column = this.#readBoundColumn();
    if (lexer.token === TOKEN.name && /^free$/i.test(lexer.spell()) && !lexer.isLabel()) {
      lexer.next();
      this.#columns.lower.items[column] = -Infinity;
      this.#columns.upper.items[column] = Infinity;
      return true;
    }
    if (!isRelation(lexer.token)) return expressions.fault("a relation such as <= or the word free is expected");
    return this.#readBoundSide(column);
  }

  #readBoundColumn(): number {
    const column = this.#columns.findOrAdd(this.#lexer.start, this.#lexer.end, "Bounds");
    this.#lexer.next();
    return column;
  }

  #readBoundSide(column: number): boolean {
    const relation = this.#lexer.token;
    this.#lexer.next();
    const value = this.#expressions.readValue();
    if (value === null) return false;
    this.#putBound(column, relation, value);
    return true;
  }

  #putBound(column: number, relation: number, value: number): void {
    if (relation !== TOKEN.less) this.#columns.lower.items[column] = boundOf(value);
    if (relation !== TOKEN.greater) this.#columns.upper.items[column] = boundOf(value);
  }

  #readListed(section: string, flag: number): boolean {
    const lexer = this.#lexer;
    if (lexer.token !== TOKEN.name) return this.#expressions.fault("a variable or a section is expected");
    const column = this.#columns.findOrAdd(lexer.start, lexer.end, section);
    this.#columns.set(column, flag);
    lexer.next();
    return true;
  }
}

function isRelation(token: number): boolean {
  return token === TOKEN.less || token === TOKEN.greater || token === TOKEN.equal;
}

/** The relation with its sides swapped. */
function mirrored(relation: number): number {
  if (relation === TOKEN.less) return TOKEN.greater;
  return relation === TOKEN.greater ? TOKEN.less : relation;
}

function boundOf(value: number): number {
  if (value >= INFINITE_FROM) return Infinity;
  return value <= -INFINITE_FROM ? -Infinity : value;
}
