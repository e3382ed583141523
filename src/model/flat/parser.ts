/**
 * Parses one expression of a flat model into ExpressionCode: operator precedence with an explicit stack, so that no
 * depth of parentheses or signs can overflow anything. Loosest to tightest: `<= >= =`, `+ -`, `* /` and implicit
 * products, unary signs, `^` (from the right), calls and brackets.
 * A product sign may be left out after a number or `)` and before a name or `(`; it binds like `*`: `1/2x` is `(1/2)*x`.
 * Unknown names and missing product signs are reported and skipped, so that one pass finds several; the first
 * error of any other kind ends the expression.
 */
import { nearestHint } from "../../nearest";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { quote } from "../json";
import { type ExpressionCode, FUNCTION, FUNCTION_NAMES, OP } from "./code";
import { ExpressionReader, expressionPath, OBJECTIVE, type ParsedExpression } from "./expression_reader";
import { type Relation, TOKEN } from "./lexer";
import { BINARY_OF_TOKEN, OPEN_CALL, OPEN_INDEX, OPEN_PARENTHESIS, PRECEDENCE } from "./precedence";

/** Declared names: a variable's value is its column, a parameter's is -1 - its position. */
type SymbolTable = ReadonlyMap<string, number>;

/** Kind of the previous token, which decides what may follow it. */
type Operand = "number" | "closed" | "name" | "indexable" | "text";

export class ExpressionParser extends ExpressionReader {
  readonly #symbols: SymbolTable;
  readonly #code: ExpressionCode;
  readonly #budget: Budget;
  /** The operator stack: open operators and brackets, where each started, and for a call its function and arguments so far. */
  #operators: number[] = [];
  #operator_starts: number[] = [];
  #calls: { name: number; argument_count: number }[] = [];
  #sides: number[] = [];
  #relations: Relation[] = [];
  #operand: Operand = "number";
  #wants_operand = true;

  constructor(symbols: SymbolTable, code: ExpressionCode, list: DiagnosticList, budget: Budget) {
    super(list);
    this.#symbols = symbols;
    this.#code = code;
    this.#budget = budget;
  }

  /** Parses `text`, the expression at `position`. Throws only when the budget is exhausted. */
  parse(text: string, position: number): ParsedExpression {
    this.begin(text, position);
    this.#operators = [];
    this.#operator_starts = [];
    this.#calls = [];
    this.#sides = [];
    this.#relations = [];
    this.#wants_operand = true;
    if (this.lexer.kind === TOKEN.end)
      this.stop("expression_empty", "the expression is empty; write at least a number", 0, text.length);
    while (!this.is_over) {
      this.#budget.step();
      if (this.lexer.kind === TOKEN.invalid) this.stopAtFault();
      else if (this.#wants_operand) this.#readOperand();
      else this.#readOperator();
    }
    return { text, position, sides: this.#sides, relations: this.#relations, is_valid: this.is_valid };
  }

  #readOperand(): void {
    const { lexer } = this;
    const code = this.#code;
    switch (lexer.kind) {
      case TOKEN.number:
        code.pushNumber(lexer.number, lexer.start, lexer.end);
        this.#haveOperand("number");
        return;
      case TOKEN.name:
        this.#readName();
        return;
      case TOKEN.minus:
        this.#open(OP.negate, lexer.start);
        lexer.advance();
        return;
      case TOKEN.plus:
        lexer.advance();
        return;
      case TOKEN.open:
        this.#open(OPEN_PARENTHESIS, lexer.start);
        lexer.advance();
        return;
      case TOKEN.text:
        this.#readText();
        return;
      default:
        this.#stopAtMissingOperand();
    }
  }

  #haveOperand(operand: Operand): void {
    this.#operand = operand;
    this.#wants_operand = false;
    this.lexer.advance();
  }

  #readName(): void {
    const { lexer } = this;
    const code = this.#code;
    const { word, start, end, is_quoted } = lexer;
    const symbol = this.#symbols.get(word);
    if (symbol !== undefined) {
      if (symbol >= 0) code.pushLeaf(OP.variable, symbol, start, end);
      else code.pushLeaf(OP.parameter, -1 - symbol, start, end);
      this.#haveOperand(symbol >= 0 ? "name" : "indexable");
      return;
    }
    lexer.advance();
    const is_call = (lexer.kind as number) === TOKEN.open;
    const name = is_quoted ? -1 : FUNCTION_NAMES.indexOf(word);
    if (name !== -1 && !is_call) {
      this.stop("function_without_call", `${word} is a function; write ${word}(...)`, start, end);
      return;
    }
    if (name === -1) this.#reportUnknown(word, is_call, start, end);
    if (is_call) {
      this.#open(OPEN_CALL, start);
      this.#calls.push({ name: name === -1 ? FUNCTION.sum : name, argument_count: 1 });
      lexer.advance();
      return;
    }
    code.pushNumber(0, start, end);
    this.#operand = "indexable";
    this.#wants_operand = false;
  }

  #reportUnknown(word: string, is_call: boolean, start: number, end: number): void {
    const candidates = is_call ? FUNCTION_NAMES : this.#symbols.keys();
    const hint = this.list.hint(() => nearestHint(word, candidates));
    if (is_call) {
      const message = `there is no function ${quote(word)}; there are ${FUNCTION_NAMES.toSorted().join(", ")}`;
      this.addError("unknown_function", message, start, end, { hint });
    } else {
      const message = `unknown name ${quote(word)}; declare it in variables or parameters`;
      this.addError("unknown_name", message, start, end, { hint });
    }
  }

  #readText(): void {
    const { lexer } = this;
    if (this.#operators.at(-1) !== OPEN_INDEX) {
      const message = `the text ${quote(lexer.word)} can only be a key, as in cost["A"]`;
      this.stop("misplaced_text", message, lexer.start, lexer.end);
      return;
    }
    this.#code.pushText(lexer.word, lexer.start, lexer.end);
    this.#haveOperand("text");
  }

  #readOperator(): void {
    const { kind, start, end } = this.lexer;
    if (this.#operand === "text" && kind !== TOKEN.close_bracket && kind !== TOKEN.comma) {
      this.stop("misplaced_text", 'a key in quotes stands alone in its brackets, as in cost["A"]', start, end);
      return;
    }
    const binary = BINARY_OF_TOKEN.get(kind);
    if (binary !== undefined) {
      this.#pushOperator(binary);
      this.lexer.advance();
      return;
    }
    switch (kind) {
      case TOKEN.number:
      case TOKEN.name:
      case TOKEN.open:
      case TOKEN.text:
        this.#multiplyImplicitly();
        return;
      case TOKEN.close:
        this.#closeParenthesis();
        return;
      case TOKEN.close_bracket:
        this.#closeIndex();
        return;
      case TOKEN.open_bracket:
        this.#openIndex();
        return;
      case TOKEN.comma:
        this.#nextArgument();
        return;
      case TOKEN.relation:
        this.#readRelation();
        return;
      default:
        this.#finish();
    }
  }

  #pushOperator(operator: number): void {
    const precedence = PRECEDENCE[operator]!;
    this.#reduce(operator === OP.power ? precedence + 1 : precedence);
    this.#open(operator, this.lexer.start);
    this.#wants_operand = true;
  }

  #multiplyImplicitly(): void {
    const { kind, start, end, text } = this.lexer;
    const may_follow = this.#operand === "number" || this.#operand === "closed";
    if (!may_follow || kind === TOKEN.number || kind === TOKEN.text) {
      const found = quote(text.slice(start, end));
      const last = this.#code.count - 1;
      const before = quote(text.slice(Math.max(this.#code.start[last]!, start - 60), this.#code.end[last]!));
      const message = `an operator is missing between ${before} and ${found}; a product is written with *`;
      this.addError("missing_operator", message, start, end);
    }
    this.#pushOperator(OP.multiply);
  }

  /** Applies the operators on the stack that bind at least as tightly as `precedence`, down to the innermost opening bracket. */
  #reduce(precedence: number): void {
    for (;;) {
      const operator = this.#operators.at(-1);
      if (operator === undefined || PRECEDENCE[operator]! < precedence || PRECEDENCE[operator] === 0) return;
      this.#operators.pop();
      const start = this.#operator_starts.pop()!;
      if (operator === OP.negate) this.#code.pushNegation(start);
      else this.#applyBinary(operator);
    }
  }

  #applyBinary(operator: number): void {
    const code = this.#code;
    const right = code.count - 1;
    if (operator === OP.divide && code.varying[right] === 1) {
      const message = "division by a variable is not linear; multiply the constraint out";
      this.addError("division_by_variable", message, code.start[right]!, code.end[right]!);
    }
    if (operator === OP.power && code.varying[right] === 1) {
      const message = "a variable in an exponent is not linear; an exponent is 0, 1 or 2";
      this.addError("exponent_not_constant", message, code.start[right]!, code.end[right]!);
    }
    code.pushBinary(operator);
  }

  #open(operator: number, start: number): void {
    this.#operators.push(operator);
    this.#operator_starts.push(start);
  }

  #closeParenthesis(): void {
    this.#reduce(1);
    const { end } = this.lexer;
    const opened = this.#operators.at(-1);
    if (opened !== OPEN_PARENTHESIS && opened !== OPEN_CALL) {
      this.#stopAtStrayClose();
      return;
    }
    this.#operators.pop();
    const start = this.#operator_starts.pop()!;
    if (opened === OPEN_PARENTHESIS) this.#code.widen(start, end);
    else this.#applyCall(start, end);
    this.#haveOperand("closed");
  }

  #applyCall(start: number, end: number): void {
    const { name, argument_count } = this.#calls.pop()!;
    const expected = name === FUNCTION.pow ? 2 : name === FUNCTION.abs ? 1 : argument_count;
    if (argument_count !== expected) {
      const message = `${FUNCTION_NAMES[name]!} takes ${expected} ${expected === 1 ? "value" : "values"}, found ${argument_count}`;
      this.addError("wrong_argument_count", message, start, end);
    }
    this.#code.pushCall(name, argument_count, start, end);
  }

  #openIndex(): void {
    const { start, end } = this.lexer;
    if (this.#operand !== "indexable") {
      const message =
        "only a parameter can be followed by [ ]; a variable named with brackets stands between backquotes";
      this.stop("not_indexable", message, start, end);
      return;
    }
    this.#open(OPEN_INDEX, start);
    this.#wants_operand = true;
    this.lexer.advance();
  }

  #closeIndex(): void {
    this.#reduce(1);
    const code = this.#code;
    if (this.#operators.at(-1) !== OPEN_INDEX) {
      this.#stopAtStrayClose();
      return;
    }
    this.#operators.pop();
    this.#operator_starts.pop();
    const index = code.count - 1;
    if (code.varying[index] === 1) {
      const message = "an index must be a number, a key or made of parameters; a variable is only known after solving";
      this.addError("index_not_constant", message, code.start[index]!, code.end[index]!);
    }
    code.pushBinary(OP.index, this.lexer.end);
    this.#haveOperand("indexable");
  }

  #nextArgument(): void {
    this.#reduce(1);
    const { start, end } = this.lexer;
    const opened = this.#operators.at(-1);
    if (opened !== OPEN_CALL) {
      const of_index = 'one index to a pair of brackets: write cost["A"]["x"]';
      const of_other = "a comma only separates the values of a function, as in max(a, b)";
      this.stop("misplaced_comma", opened === OPEN_INDEX ? of_index : of_other, start, end);
      return;
    }
    this.#calls.at(-1)!.argument_count += 1;
    this.#wants_operand = true;
    this.lexer.advance();
  }

  #readRelation(): void {
    this.#reduce(1);
    const { lexer } = this;
    const { start, end } = lexer;
    if (this.#operators.length > 0) {
      this.stop("misplaced_relation", "a comparison cannot stand inside parentheses or brackets", start, end);
      return;
    }
    if (this.position === OBJECTIVE) {
      this.stop("relation_in_objective", "an objective has no comparison; move it to constraints", start, end);
      return;
    }
    if (this.#relations.length === 2) {
      this.stop("too_many_relations", "at most two comparisons, as in 2 <= x + y <= 8; split the rest", start, end);
      return;
    }
    if (lexer.is_strict) {
      const message = `a strict comparison means the same as ${lexer.relation} here: solvers know no strict inequality`;
      this.list.warning("strict_relation", message, {
        path: expressionPath(this.position),
        text: lexer.text,
        start,
        end,
      });
    }
    this.#sides.push(this.#code.count - 1);
    this.#relations.push(lexer.relation);
    this.#wants_operand = true;
    lexer.advance();
  }

  /** The end of the text after a complete operand. */
  #finish(): void {
    this.#reduce(1);
    this.is_over = true;
    const opened_at = this.#operator_starts.at(-1);
    if (opened_at !== undefined) {
      const bracket = this.#operators.at(-1) === OPEN_INDEX ? "]" : ")";
      this.stop("unclosed_bracket", `this is never closed; add \`${bracket}\``, opened_at, opened_at + 1);
      return;
    }
    this.#sides.push(this.#code.count - 1);
    if (this.position === OBJECTIVE) return;
    if (this.#relations.length === 0) {
      const message = "a constraint needs a comparison: <=, >= or =";
      this.addError("relation_missing", message, 0, this.lexer.text.length);
    } else if (this.#relations.length === 2) {
      this.#checkRange();
    }
  }

  #checkRange(): void {
    const [first, second] = this.#relations;
    const { length } = this.lexer.text;
    if (first !== second || first === "=") {
      const message = `a range goes one way, as in 2 <= x + y <= 8; found ${first} and ${second}; write two constraints`;
      this.addError("mixed_range", message, 0, length);
      return;
    }
    for (const side of [this.#sides[0]!, this.#sides[2]!]) {
      if (this.#code.varying[side] === 0) continue;
      const message = "the outer sides of a range are constants; write two constraints";
      this.addError("range_with_variables", message, this.#code.start[side]!, this.#code.end[side]!);
    }
  }

  #stopAtMissingOperand(): void {
    const { start, end, text, kind } = this.lexer;
    const found = kind === TOKEN.end ? "the end of the expression" : quote(text.slice(start, end));
    const is_behind_relation = kind === TOKEN.end && this.#operators.length === 0 && this.#sides.length > 0;
    const said = is_behind_relation ? "there is nothing to the right of the comparison; " : `found ${found}, `;
    this.stop("missing_operand", `${said}expected a number, a name or a parenthesis`, start, end);
  }

  #stopAtStrayClose(): void {
    const { start, end, text } = this.lexer;
    const found = text.slice(start, end);
    const opened_at = this.#operator_starts.at(-1);
    if (opened_at === undefined) {
      this.stop("stray_bracket", `\`${found}\` closes nothing; remove it or open it before`, start, end);
      return;
    }
    const opened = this.#operators.at(-1) === OPEN_INDEX ? "[" : "(";
    this.stop("stray_bracket", `found \`${found}\` where the \`${opened}\` before it is still open`, start, end);
  }
}
