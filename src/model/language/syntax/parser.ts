/** Parses the statements of the model section (gmpl manual, chapter 4). A faulty statement is reported and left out. */
import { nearestHint } from "../../../nearest";
import type { Budget } from "../../budget";
import type { DiagnosticList } from "../../diagnostic_list";
import type { Dialect } from "../../formats";
import type {
  Condition,
  ConstraintStatement,
  Domain,
  Expression,
  ObjectiveStatement,
  ParamStatement,
  ParsedSource,
  SetStatement,
  Span,
  Statement,
  VarStatement,
} from "./ast";
import { Cursor, SyntaxFault, type Token } from "./cursor";
import { LEVEL, RESERVED } from "./expression_parser";
import { OutputParser } from "./output_parser";

const KEYWORDS = [
  "set",
  "param",
  "var",
  "minimize",
  "maximize",
  "subject",
  "check",
  "display",
  "printf",
  "for",
  "solve",
];
const RELATIONS = new Map<string, "<=" | ">=" | "=">([
  ["<=", "<="],
  [">=", ">="],
  ["=", "="],
  ["==", "="],
]);

/** Reads the model section of `text`; faults go to `list`. Throws BudgetExhausted only. */
export function parseSource(text: string, dialect: Dialect, list: DiagnosticList, budget: Budget): ParsedSource {
  return new StatementParser(new Cursor(text, 0, false, () => budget.step()), dialect, list).parse();
}

type DeclarationHead = Span & {
  readonly name: string;
  readonly name_span: Span;
  readonly alias: string | null;
  readonly domain: Domain | null;
};

class StatementParser extends OutputParser {
  readonly #dialect: Dialect;
  readonly #list: DiagnosticList;

  constructor(cursor: Cursor, dialect: Dialect, list: DiagnosticList) {
    super(cursor);
    this.#dialect = dialect;
    this.#list = list;
  }

  parse(): ParsedSource {
    const { cursor } = this;
    const statements: Statement[] = [];
    let data_start: number | null = null;
    while (cursor.token.kind !== "end") {
      if (cursor.isName("end")) break;
      if (cursor.isName("data") && cursor.peek().word === ";") {
        data_start = cursor.peek().end;
        break;
      }
      try {
        const statement = this.#statement();
        if (statement !== null) statements.push(statement);
      } catch (fault) {
        if (!(fault instanceof SyntaxFault)) throw fault;
        const location = { path: "source", text: cursor.text, start: fault.span.start, end: fault.span.end };
        this.#list.error("syntax", fault.message, location, { hint: fault.hint });
        this.for_nesting = 0;
        cursor.skipStatement();
      }
    }
    if (statements.length === 0 && this.#list.error_count === 0) {
      const location = { path: "source", text: cursor.text, start: 0, end: 0 };
      this.#list.error("syntax", "the source holds no statement, expected a model", location);
    }
    return { text: cursor.text, statements, data_start };
  }

  #statement(): Statement | null {
    const { cursor } = this;
    const { token } = cursor;
    if (cursor.takeMark(";")) return null;
    if (token.kind !== "name") cursor.fail("expected a statement");
    switch (token.word) {
      case "set":
        return this.#setStatement();
      case "param":
        return this.#paramStatement();
      case "var":
        return this.#varStatement();
      case "minimize":
      case "maximize":
        return this.#objective(token.word);
      case "solve": {
        cursor.advance();
        this.endStatement();
        return { kind: "solve", ...cursor.spanFrom(token.start) };
      }
      case "table":
        return cursor.fail("expected a statement other than table; give its values as data or overrides instead");
      default:
        return this.outputStatement() ?? this.#constraint();
    }
  }

  /** Name, alias and indexing of a declaration; the cursor is on its keyword. */
  #head(start: number): DeclarationHead {
    const { cursor } = this;
    const token = cursor.expectName("a name");
    if (RESERVED.includes(token.word)) {
      throw new SyntaxFault(`${token.word} is a word of the language and cannot be a name`, token);
    }
    const alias = cursor.token.kind === "text" ? cursor.token.word : null;
    if (alias !== null) cursor.advance();
    const domain = this.optionalDomain();
    const name_span = { start: token.start, end: token.end };
    return { name: token.word, name_span, alias, domain, start, end: token.end };
  }

  #setStatement(): SetStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const head = this.#head(start);
    const within: Expression[] = [];
    let arity: number | null = null;
    let assigned: Expression | null = null;
    let otherwise: Expression | null = null;
    for (; ; cursor.takeMark(",")) {
      if (cursor.isMark(",")) cursor.advance();
      if (cursor.takeMark(";")) break;
      const { word } = cursor.token;
      if (cursor.isName("dimen")) {
        this.#takeOnce(word, arity === null);
        arity = this.#arity();
      } else if (cursor.takeName("within") || cursor.takeName("in")) within.push(this.expression(LEVEL.union));
      else if (cursor.isMark(":=") || cursor.isName("default")) {
        this.#takeOnce(":= or default", assigned === null && otherwise === null);
        const value = this.expression(LEVEL.union);
        if (word === ":=") assigned = value;
        else otherwise = value;
      } else cursor.fail("expected dimen, within, :=, default or ;");
    }
    return { kind: "set", ...head, arity, within, assigned, default: otherwise };
  }

  /** Reads the keyword of an attribute that a declaration may have only once. */
  #takeOnce(attribute: string, is_first: boolean): void {
    if (!is_first) this.cursor.fail(`expected ${attribute} only once in a declaration`);
    this.cursor.advance();
  }

  #arity(): number {
    const { number, kind } = this.cursor.token;
    if (kind !== "number" || !Number.isInteger(number) || number < 1 || number > 20)
      this.cursor.fail("expected a whole number from 1 to 20");
    this.cursor.advance();
    return number;
  }

  #paramStatement(): ParamStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const head = this.#head(start);
    const conditions: Condition[] = [];
    let type: ParamStatement["type"] = "number";
    let assigned: Expression | null = null;
    let otherwise: Expression | null = null;
    let inline: ParamStatement["inline"] = null;
    for (;;) {
      if (cursor.takeMark(",")) continue;
      if (cursor.takeMark(";")) break;
      const { token } = cursor;
      if (isParamType(token)) {
        this.#takeOnce("integer, binary or symbolic", type === "number");
        type = token.word === "logical" ? "binary" : token.word;
      } else if (cursor.isMark(":=") || cursor.isName("default")) {
        this.#takeOnce(":= or default", assigned === null && otherwise === null && inline === null);
        if (token.word === "default") otherwise = this.expression(LEVEL.union);
        else if (this.#isInlineData(head)) inline = this.#inlineData();
        else assigned = this.expression(LEVEL.union);
      } else conditions.push(this.#condition(token.start));
    }
    return { kind: "param", ...head, type, conditions, assigned, default: otherwise, inline };
  }

  #condition(start: number): Condition {
    const { cursor } = this;
    const { word, kind } = cursor.token;
    if (kind === "name" && word === "in") {
      cursor.advance();
      return { relation: "in", operand: this.expression(LEVEL.union), ...cursor.spanFrom(start) };
    }
    const relation = word === "<" || word === ">" || word === "<>" ? word : word === "!=" ? "<>" : RELATIONS.get(word);
    if (kind !== "mark" || relation === undefined)
      return cursor.fail("expected integer, binary, symbolic, a relation, in, :=, default or ;");
    cursor.advance();
    return { relation, operand: this.expression(LEVEL.concatenation), ...cursor.spanFrom(start) };
  }

  /** JModel: a key and a value side by side, which no expression has; `A -1` is also a key and a value. */
  #isInlineData({ domain }: DeclarationHead): boolean {
    const { cursor } = this;
    if (this.#dialect !== "jmodel" || domain === null) return false;
    const isSymbol = (kind: string, word: string) =>
      kind === "number" || kind === "text" || (kind === "name" && word !== "if");
    if (!isSymbol(cursor.token.kind, cursor.token.word)) return false;
    const next = cursor.peek();
    if (next.kind === "mark" && next.word === "-") return domain.entries.every(({ pattern }) => pattern === null);
    return isSymbol(next.kind, next.word) && !RESERVED.includes(next.word);
  }

  #inlineData(): readonly (readonly (number | string)[])[] {
    const { cursor } = this;
    const rows: (number | string)[][] = [];
    do {
      const row: (number | string)[] = [];
      for (;;) {
        const is_negative = cursor.takeMark("-");
        const { kind, word, number } = cursor.token;
        if (kind === "number") row.push(is_negative ? -number : number);
        else if (!is_negative && (kind === "name" || kind === "text")) row.push(word);
        else break;
        cursor.advance();
      }
      if (row.length < 2) cursor.fail("expected a key and a value");
      rows.push(row);
    } while (cursor.takeMark(","));
    return rows;
  }

  #varStatement(): VarStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const head = this.#head(start);
    let type: VarStatement["type"] | null = null;
    const bounds: Record<"<=" | ">=" | "=", Expression | null> = { "<=": null, ">=": null, "=": null };
    for (;;) {
      if (cursor.takeMark(",")) continue;
      if (cursor.takeMark(";")) break;
      const { word } = cursor.token;
      if (cursor.isName("integer") || cursor.isName("binary") || this.#isContinuous()) {
        this.#takeOnce("integer or binary", type === null);
        type = word as VarStatement["type"];
      } else {
        const relation = cursor.token.kind === "mark" ? RELATIONS.get(cursor.token.word) : undefined;
        if (relation === undefined) return cursor.fail("expected integer, binary, <=, >=, = or ;");
        this.#takeOnce(relation, bounds[relation] === null);
        bounds[relation] = this.expression(LEVEL.concatenation);
      }
    }
    const { "<=": upper, ">=": lower, "=": fixed } = bounds;
    if (fixed !== null && (lower !== null || upper !== null))
      throw new SyntaxFault(`${head.name} has a fixed value and a bound; leave one of them out`, fixed);
    return { kind: "var", ...head, type: type ?? "continuous", lower, upper, fixed };
  }

  /** A word that only JModel has. */
  #isContinuous(): boolean {
    return this.#dialect === "jmodel" && this.cursor.isName("continuous");
  }

  #objective(sense: "minimize" | "maximize"): ObjectiveStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const head = this.#head(start);
    cursor.expectMark(":", "before the objective");
    const expression = this.expression(LEVEL.union);
    this.endStatement();
    return { kind: "objective", ...head, sense, expression };
  }

  #constraint(): ConstraintStatement {
    const { cursor } = this;
    const { start, word } = cursor.token;
    const has_prefix = this.#takeConstraintPrefix();
    const head = this.#head(start);
    if (!cursor.isMark(":")) {
      const hint = has_prefix || head.domain !== null ? undefined : nearestHint(word, KEYWORDS);
      cursor.fail(`expected : after the name of the constraint ${head.name}`, hint);
    }
    cursor.advance();
    const sides = [this.expression(LEVEL.union)];
    const relations: ("<=" | ">=" | "=")[] = [];
    while (sides.length < 3) {
      cursor.takeMark(",");
      const relation = cursor.token.kind === "mark" ? RELATIONS.get(cursor.token.word) : undefined;
      if (relation === undefined) break;
      cursor.advance();
      relations.push(relation);
      sides.push(this.expression(LEVEL.union));
    }
    if (cursor.isMark("<") || cursor.isMark(">")) cursor.fail("expected <=, >= or =; a constraint cannot be strict");
    if (sides.length === 1) cursor.fail("expected <=, >= or = in the constraint");
    this.endStatement();
    const is_range = relations.length === 2;
    if (is_range && (relations[0] !== relations[1] || relations[0] === "=")) {
      throw new SyntaxFault("a range has two <= or two >=", cursor.spanFrom(start));
    }
    return { kind: "constraint", ...head, sides, relations, end: cursor.last_end };
  }

  #takeConstraintPrefix(): boolean {
    const { cursor } = this;
    if (cursor.isName("subject") || cursor.isName("subj")) {
      if (cursor.peek().word !== "to") return false;
      cursor.advance();
      cursor.advance();
      return true;
    }
    return cursor.takeName("s.t.");
  }
}

type ParamTypeToken = Token & { readonly word: "integer" | "binary" | "logical" | "symbolic" };

function isParamType(token: Token): token is ParamTypeToken {
  return token.kind === "name" && ["integer", "binary", "logical", "symbolic"].includes(token.word);
}
