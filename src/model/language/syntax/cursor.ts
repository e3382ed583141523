/** A lexer with one token of lookahead, and the faults of syntax. */
import { quote } from "../../json";
import type { Span } from "./ast";
import { Lexer, type TokenKind } from "./lexer";

/** Stops the parsing of one statement; caught where statements are read. */
export class SyntaxFault extends Error {
  readonly span: Span;
  readonly hint: string | undefined;

  constructor(message: string, span: Span, hint?: string) {
    super(message);
    this.span = span;
    this.hint = hint;
  }
}

export interface Token extends Span {
  readonly kind: TokenKind;
  readonly word: string;
  readonly number: number;
}

export class Cursor {
  readonly text: string;
  readonly #lexer: Lexer;
  readonly #onToken: () => void;
  token: Token;
  #ahead: Token | null = null;
  /** End of the token before the current one. */
  last_end: number;

  constructor(text: string, from: number, is_data: boolean, onToken: () => void) {
    this.text = text;
    this.#lexer = new Lexer(text, from, is_data);
    this.#onToken = onToken;
    this.last_end = from;
    this.token = this.#read();
  }

  advance(): void {
    this.last_end = this.token.end;
    this.token = this.#ahead ?? this.#read();
    this.#ahead = null;
  }

  peek(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  isMark(mark: string): boolean {
    return this.token.kind === "mark" && this.token.word === mark;
  }

  isName(word: string): boolean {
    return this.token.kind === "name" && this.token.word === word;
  }

  /** Moves on when the token is this mark. */
  takeMark(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.advance();
    return true;
  }

  takeName(word: string): boolean {
    if (!this.isName(word)) return false;
    this.advance();
    return true;
  }

  expectMark(mark: string, after: string): void {
    if (!this.takeMark(mark)) this.fail(`expected ${mark} ${after}`);
  }

  expectName(what: string): Token {
    const { token } = this;
    if (token.kind !== "name") this.fail(`expected ${what}`);
    this.advance();
    return token;
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.last_end) };
  }

  /** Throws a fault at the current token; if the token is invalid, its reason comes first. */
  fail(expected: string, hint?: string): never {
    const { token } = this;
    if (token.kind === "invalid") throw new SyntaxFault(token.word, token);
    const found = token.kind === "end" ? "the text ends" : `found ${quote(this.text.slice(token.start, token.end))}`;
    throw new SyntaxFault(`${found}, ${expected}`, token, hint);
  }

  /** Moves past the next `;`, where the next statement begins. */
  skipStatement(): void {
    while (this.token.kind !== "end" && !this.isMark(";")) this.advance();
    if (this.token.kind !== "end") this.advance();
  }

  #read(): Token {
    this.#onToken();
    const lexer = this.#lexer;
    lexer.advance();
    return { kind: lexer.kind, word: lexer.word, number: lexer.number, start: lexer.start, end: lexer.end };
  }
}
