/**
 * Sums of an LP file: `3 x - y + 2 z + 5 + [ x^2 - 4 x * y + 7 y^2 ] / 2`. Signs may be repeated; every term but the
 * first needs one, so that a forgotten operator is an error and not a product.
 */
import type { Budget } from "../budget";
import { type QuadraticTermList, TermList } from "../flat/linearize";
import { quote } from "../json";
import type { FileColumns } from "./columns";
import type { FileDiagnostics, Span } from "./file_diagnostics";
import { type LpLexer, TOKEN } from "./lp_lexer";
import { sectionAt } from "./lp_sections";
import { readNumber } from "./numbers";

export class LpExpressions {
  /** Terms of the sum that was read last. */
  readonly terms = new TermList();
  /** Place of the first bracket of any sum. */
  bracket: Span | null = null;

  readonly #lexer: LpLexer;
  readonly #columns: FileColumns;
  readonly #diagnostics: FileDiagnostics;
  readonly #budget: Budget;

  constructor(lexer: LpLexer, columns: FileColumns, diagnostics: FileDiagnostics, budget: Budget) {
    this.#lexer = lexer;
    this.#columns = columns;
    this.#diagnostics = diagnostics;
    this.#budget = budget;
  }

  /**
   * Reads a sum up to the first token that does not belong to it; products go to `quadratic`, and null refuses
   * them. False after an error.
   */
  read(quadratic: QuadraticTermList | null): boolean {
    const { terms } = this;
    const lexer = this.#lexer;
    terms.clear();
    for (let is_first = true; ; is_first = false) {
      this.#budget.step();
      const { sign, is_signed } = this.#readSign();
      const { token } = lexer;
      if (token === TOKEN.name && !(is_first && !is_signed && sectionAt(lexer) !== null)) {
        if (!is_first && !is_signed) return this.#isOver();
        terms.add(this.#readColumn(), sign);
      } else if (token === TOKEN.number) {
        if (!is_first && !is_signed) return this.#isOver();
        if (!this.#readNumberTerm(sign)) return false;
      } else if (token === TOKEN.open) {
        if (!is_first && !is_signed) return this.#isOver();
        if (!this.#readBracket(sign, quadratic)) return false;
      } else if (is_signed) return this.fault("a number, a variable or a bracket is expected behind the sign");
      else return true;
    }
  }

  /** `[signs] number`, or infinity in words; null after an error. */
  readValue(): number | null {
    const lexer = this.#lexer;
    const { sign } = this.#readSign();
    const is_word = lexer.token === TOKEN.name && isInfinity(lexer);
    if (lexer.token !== TOKEN.number && !is_word) {
      this.fault("a number is expected");
      return null;
    }
    const value = is_word ? Infinity : readNumber(lexer.text, lexer.start, lexer.end);
    lexer.next();
    return sign * value + 0;
  }

  /** Reports an error at the current token; returns false. */
  fault(expected: string): false {
    const lexer = this.#lexer;
    const found = lexer.token === TOKEN.end ? "the end of the text" : quote(lexer.spell());
    this.#diagnostics.error("syntax_error", `${expected}, found ${found}`, lexer);
    return false;
  }

  #readSign(): { readonly sign: 1 | -1; readonly is_signed: boolean } {
    const lexer = this.#lexer;
    let sign: 1 | -1 = 1;
    let is_signed = false;
    for (; lexer.token === TOKEN.plus || lexer.token === TOKEN.minus; lexer.next()) {
      if (lexer.token === TOKEN.minus) sign = sign === 1 ? -1 : 1;
      is_signed = true;
    }
    return { sign, is_signed };
  }

  /** True where something new begins without an operator: a section, a label, a line. Reports an error elsewhere. */
  #isOver(): boolean {
    const lexer = this.#lexer;
    if (lexer.is_first_on_line || lexer.isLabel()) return true;
    if (lexer.token === TOKEN.name && sectionAt(lexer) !== null) return true;
    return this.fault("an operator, a relation or a section is expected");
  }

  /** A constant, or a coefficient and its variable. */
  #readNumberTerm(sign: number): boolean {
    const { terms } = this;
    const lexer = this.#lexer;
    const value = this.#readFactor();
    if (value === null) return false;
    if (lexer.token === TOKEN.open) return this.fault("a bracket takes no coefficient; multiply it out");
    if (lexer.token === TOKEN.star) return this.fault("a coefficient stands before its variable without a sign");
    if (lexer.token === TOKEN.name && sectionAt(lexer) === null) terms.add(this.#readColumn(), sign * value);
    else terms.constant += sign * value;
    return true;
  }

  #readFactor(): number | null {
    const lexer = this.#lexer;
    const value = readNumber(lexer.text, lexer.start, lexer.end);
    if (!Number.isFinite(value)) {
      this.#diagnostics.error("number_invalid", `${quote(lexer.spell())} is not a finite number`, lexer);
      return null;
    }
    lexer.next();
    return value;
  }

  #readColumn(): number {
    const lexer = this.#lexer;
    const columns = this.#columns;
    const found = columns.table.find(lexer.start, lexer.end);
    const column = found === -1 ? columns.addMissed(lexer.start, lexer.end, 0) : found;
    lexer.next();
    return column;
  }

  /** `[ products ] / 2`: the division is part of the bracket. */
  #readBracket(sign: number, quadratic: QuadraticTermList | null): boolean {
    const lexer = this.#lexer;
    const location = { start: lexer.start, end: lexer.end };
    if (quadratic === null) {
      const message = "quadratic constraints are not supported; only the objective may hold a bracket";
      this.#diagnostics.error("quadratic_constraint", message, location);
      return false;
    }
    this.bracket ??= location;
    lexer.next();
    for (let is_first = true; lexer.token !== TOKEN.close; is_first = false) {
      this.#budget.step();
      const signed = this.#readSign();
      if (!is_first && !signed.is_signed) return this.fault("an operator or ] is expected");
      if (!this.#readProduct(sign * signed.sign, quadratic)) return false;
    }
    const is_halved = lexer.next() === TOKEN.slash && lexer.next() === TOKEN.number && lexer.spell() === "2";
    if (!is_halved) return this.fault("a bracket is followed by / 2");
    lexer.next();
    return true;
  }

  /** `[number] x ^ 2` or `[number] x * y`. */
  #readProduct(sign: number, quadratic: QuadraticTermList): boolean {
    const lexer = this.#lexer;
    const factor = lexer.token === TOKEN.number ? this.#readFactor() : 1;
    if (factor === null) return false;
    if (lexer.token !== TOKEN.name) return this.fault("a variable is expected");
    const column = this.#readColumn();
    let other = column;
    if (lexer.is(TOKEN.caret)) {
      if (lexer.next() !== TOKEN.number || lexer.spell() !== "2") return this.fault("the exponent 2 is expected");
      lexer.next();
    } else if (lexer.is(TOKEN.star)) {
      if (lexer.next() !== TOKEN.name) return this.fault("a variable is expected");
      other = this.#readColumn();
    } else return this.fault("^ 2 or * and a variable is expected");
    this.#budget.takeNonzeros(1);
    quadratic.columns.push(column);
    quadratic.others.push(other);
    quadratic.coefficients.push((sign * factor) / 2);
    return true;
  }
}

/** True when the current token is a word for infinity. */
export function isInfinity(lexer: LpLexer): boolean {
  const length = lexer.end - lexer.start;
  return (length === 3 || length === 8) && /^inf(?:inity)?$/i.test(lexer.spell());
}
