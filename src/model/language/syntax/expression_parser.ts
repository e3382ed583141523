/**
 * Parses expressions by precedence climbing (gmpl manual, chapter 3). A nesting limit bounds every recursion over the
 * resulting tree; a sum of any length is one node.
 */
import type { BinaryOperator, Domain, DomainEntry, Expression, IteratedOperator, SignedTerm } from "./ast";
import type { Cursor } from "./cursor";

const NESTING_MAX = 200;

/** Binds tighter from top to bottom. */
export const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  relation: 4,
  union: 5,
  inter: 6,
  cross: 7,
  range: 8,
  concatenation: 9,
  sum: 10,
  product: 11,
  sign: 12,
  power: 13,
} as const;

interface Operator {
  readonly level: number;
  readonly operator: BinaryOperator | "+" | "-" | "..";
}

const OPERATORS = new Map<string, Operator>([
  ["or", { level: LEVEL.or, operator: "or" }],
  ["||", { level: LEVEL.or, operator: "or" }],
  ["and", { level: LEVEL.and, operator: "and" }],
  ["&&", { level: LEVEL.and, operator: "and" }],
  ["<", { level: LEVEL.relation, operator: "<" }],
  ["<=", { level: LEVEL.relation, operator: "<=" }],
  ["=", { level: LEVEL.relation, operator: "=" }],
  ["==", { level: LEVEL.relation, operator: "=" }],
  ["<>", { level: LEVEL.relation, operator: "<>" }],
  ["!=", { level: LEVEL.relation, operator: "<>" }],
  [">=", { level: LEVEL.relation, operator: ">=" }],
  [">", { level: LEVEL.relation, operator: ">" }],
  ["in", { level: LEVEL.relation, operator: "in" }],
  ["within", { level: LEVEL.relation, operator: "within" }],
  ["union", { level: LEVEL.union, operator: "union" }],
  ["diff", { level: LEVEL.union, operator: "diff" }],
  ["symdiff", { level: LEVEL.union, operator: "symdiff" }],
  ["inter", { level: LEVEL.inter, operator: "inter" }],
  ["cross", { level: LEVEL.cross, operator: "cross" }],
  ["..", { level: LEVEL.range, operator: ".." }],
  ["&", { level: LEVEL.concatenation, operator: "&" }],
  ["+", { level: LEVEL.sum, operator: "+" }],
  ["-", { level: LEVEL.sum, operator: "-" }],
  ["less", { level: LEVEL.sum, operator: "less" }],
  ["*", { level: LEVEL.product, operator: "*" }],
  ["/", { level: LEVEL.product, operator: "/" }],
  ["div", { level: LEVEL.product, operator: "div" }],
  ["mod", { level: LEVEL.product, operator: "mod" }],
  ["**", { level: LEVEL.power, operator: "**" }],
  ["^", { level: LEVEL.power, operator: "**" }],
]);

/** The kind of expression that follows the braces of an iterated operator. */
const ITERATED = new Map<string, { readonly operator: IteratedOperator; readonly level: number }>([
  ["sum", { operator: "sum", level: LEVEL.product }],
  ["prod", { operator: "prod", level: LEVEL.product }],
  ["min", { operator: "min", level: LEVEL.product }],
  ["max", { operator: "max", level: LEVEL.product }],
  ["forall", { operator: "forall", level: LEVEL.and }],
  ["exists", { operator: "exists", level: LEVEL.and }],
  ["setof", { operator: "setof", level: LEVEL.concatenation }],
]);

/** Words that cannot be names, because they would make a text ambiguous. */
export const RESERVED = [
  "and", "by", "cross", "diff", "div", "else", "if", "in", "Infinity", "inter", "less", "mod", "not", "or", "symdiff",
  "then", "union", "within",
]; // biome-ignore format: one list

const SUFFIXES = ["lb", "ub", "status", "val", "dual"];

export class ExpressionParser {
  protected readonly cursor: Cursor;
  #nesting = 0;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** An expression whose operators bind at least as tightly as `level`. */
  expression(level: number): Expression {
    this.#enter();
    const nesting = this.#nesting;
    let left = this.#operand(level);
    for (let found = this.#operatorAhead(); found !== null && found.level >= level; found = this.#operatorAhead()) {
      // Each operator nests its left operand one level deeper.
      this.#enter();
      left = this.#binary(left, found);
    }
    this.#nesting = nesting - 1;
    return left;
  }

  /** `{...}`, which is required. */
  domain(): Domain {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.expectMark("{", "to begin an indexing expression");
    const entries: DomainEntry[] = [];
    if (!cursor.isMark("}")) {
      do entries.push(this.#domainEntry());
      while (cursor.takeMark(","));
    }
    const predicate = cursor.takeMark(":") ? this.expression(LEVEL.or) : null;
    if (!cursor.isMark("}")) cursor.fail("expected , or : or } in an indexing expression");
    cursor.advance();
    return { entries, predicate, ...cursor.spanFrom(start) };
  }

  protected optionalDomain(): Domain | null {
    return this.cursor.isMark("{") ? this.domain() : null;
  }

  #enter(): void {
    this.#nesting += 1;
    if (this.#nesting <= NESTING_MAX) return;
    this.#nesting = 0;
    this.cursor.fail(`expected an expression nested at most ${NESTING_MAX} deep; name a part of it as a param`);
  }

  #operatorAhead(): Operator | null {
    const { token } = this.cursor;
    if (token.kind !== "name" && token.kind !== "mark") return null;
    if (token.word === "not" || token.word === "!") {
      const next = this.cursor.peek();
      if (next.kind !== "name" || (next.word !== "in" && next.word !== "within")) return null;
      return { level: LEVEL.relation, operator: `!${next.word}` };
    }
    return OPERATORS.get(token.word) ?? null;
  }

  #binary(left: Expression, { level, operator }: Operator): Expression {
    const { cursor } = this;
    const { start } = left;
    if (operator === "+" || operator === "-") return this.#sum(left);
    cursor.advance();
    if (operator === "!in" || operator === "!within") cursor.advance();
    if (operator === "..") {
      const last = this.expression(level + 1);
      const step = cursor.takeName("by") ? this.expression(level + 1) : null;
      return { kind: "range", first: left, last, step, ...cursor.spanFrom(start) };
    }
    // A power groups from the right, and its exponent may have a sign.
    const right = this.expression(operator === "**" ? LEVEL.sign : level + 1);
    return { kind: "binary", operator, left, right, ...cursor.spanFrom(start) };
  }

  #sum(first: Expression): Expression {
    const { cursor } = this;
    const terms: SignedTerm[] = [{ sign: 1, expression: first }];
    while (cursor.isMark("+") || cursor.isMark("-")) {
      const sign = cursor.isMark("+") ? 1 : -1;
      cursor.advance();
      terms.push({ sign, expression: this.expression(LEVEL.product) });
    }
    return { kind: "sum", terms, ...cursor.spanFrom(first.start) };
  }

  #operand(level: number): Expression {
    const { cursor } = this;
    const { token } = cursor;
    if ((token.word === "not" || token.word === "!") && (token.kind === "name" || token.kind === "mark")) {
      if (level > LEVEL.not) cursor.fail("expected a value; put the condition in parentheses");
      cursor.advance();
      const operand = this.expression(LEVEL.relation);
      return { kind: "unary", operator: "not", operand, ...cursor.spanFrom(token.start) };
    }
    if (token.kind === "mark" && (token.word === "-" || token.word === "+")) {
      cursor.advance();
      const operand = this.expression(LEVEL.sign);
      return { kind: "unary", operator: token.word, operand, ...cursor.spanFrom(token.start) };
    }
    return this.#primary();
  }

  #primary(): Expression {
    const { cursor } = this;
    const { token } = cursor;
    const { start, end } = token;
    switch (token.kind) {
      case "number":
        cursor.advance();
        return { kind: "number", value: token.number, start, end };
      case "text":
        cursor.advance();
        return { kind: "text", value: token.word, start, end };
      case "name":
        return this.#named();
      case "mark":
        if (token.word === "(") return this.#parenthesized();
        if (token.word === "{") return { kind: "braces", domain: this.domain(), ...cursor.spanFrom(start) };
        return cursor.fail("expected a number, a name, a text or (");
      default:
        return cursor.fail("expected a number, a name, a text or (");
    }
  }

  #parenthesized(): Expression {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const parts: Expression[] = [];
    do parts.push(this.expression(LEVEL.or));
    while (cursor.takeMark(","));
    cursor.expectMark(")", "to close the parenthesis");
    const span = cursor.spanFrom(start);
    return parts.length === 1 ? { ...parts[0]!, ...span } : { kind: "tuple", parts, ...span };
  }

  #named(): Expression {
    const { cursor } = this;
    const { token } = cursor;
    const { start, end } = token;
    if (token.word === "if") return this.#branch();
    if (token.word === "Infinity") {
      cursor.advance();
      return { kind: "number", value: Infinity, start, end };
    }
    if (RESERVED.includes(token.word)) cursor.fail(`expected a value; ${token.word} is a word of the language`);
    const next = cursor.peek();
    const iterated = next.word === "{" && next.kind === "mark" ? ITERATED.get(token.word) : undefined;
    cursor.advance();
    if (iterated !== undefined) {
      const domain = this.domain();
      const operand = this.expression(iterated.level);
      return { kind: "iterated", operator: iterated.operator, domain, operand, ...cursor.spanFrom(start) };
    }
    if (cursor.isMark("(")) return this.#call(token.word, start);
    return this.#reference(token.word, start);
  }

  #branch(): Expression {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const condition = this.expression(LEVEL.or);
    if (!cursor.takeName("then")) cursor.fail("expected then");
    const then = this.expression(LEVEL.union);
    const otherwise = cursor.takeName("else") ? this.expression(LEVEL.union) : null;
    return { kind: "if", condition, then, otherwise, ...cursor.spanFrom(start) };
  }

  #call(name: string, start: number): Expression {
    const { cursor } = this;
    cursor.advance();
    const operands: Expression[] = [];
    if (!cursor.isMark(")")) {
      do operands.push(this.expression(LEVEL.union));
      while (cursor.takeMark(","));
    }
    cursor.expectMark(")", `to close what ${name} takes`);
    return { kind: "call", name, operands, ...cursor.spanFrom(start) };
  }

  #reference(name: string, start: number): Expression {
    const { cursor } = this;
    let subscripts: Expression[] | null = null;
    if (cursor.takeMark("[")) {
      subscripts = [];
      do subscripts.push(this.expression(LEVEL.concatenation));
      while (cursor.takeMark(","));
      cursor.expectMark("]", `to close the subscripts of ${name}`);
    }
    let suffix: string | null = null;
    if (cursor.takeMark(".")) {
      suffix = cursor.token.word;
      if (cursor.token.kind !== "name" || !SUFFIXES.includes(suffix)) cursor.fail(`expected ${SUFFIXES.join(", ")}`);
      cursor.advance();
    }
    return { kind: "name", name, subscripts, suffix, ...cursor.spanFrom(start) };
  }

  #domainEntry(): DomainEntry {
    const { cursor } = this;
    const left = this.expression(LEVEL.union);
    if (!cursor.takeName("in")) return { pattern: null, set: left, start: left.start, end: left.end };
    const pattern = left.kind === "tuple" ? left.parts : [left];
    const set = this.expression(LEVEL.union);
    return { pattern, set, ...cursor.spanFrom(left.start) };
  }
}
