/**
 * Splits algebraic source into tokens, one at a time. The data section has symbols of its own: letters, digits and
 * `+ - . _` make one token there (gmpl manual, section 5.1), so the parser says which section it is in.
 */
import { readNumber } from "../run/symbols";

export type TokenKind = "name" | "number" | "text" | "mark" | "end" | "invalid";

/** The longest first, so that `<=` is never read as `<`. */
const MARKS = [":=", "<=", ">=", "<>", "!=", "==", "**", "..", "&&", "||", ">>"].concat([..."+-*/^=<>!&|:;,()[]{}.~"]);
const MARKS_BY_LETTER = new Map<string, string[]>();
for (const mark of MARKS) {
  const known = MARKS_BY_LETTER.get(mark[0]!);
  if (known === undefined) MARKS_BY_LETTER.set(mark[0]!, [mark]);
  else known.push(mark);
}

const SPACE = 1;
const DIGIT = 2;
const LETTER = 4;
/** Characters of data section symbols besides letters and digits. */
const DATA = 8;
const CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const letter = String.fromCharCode(code);
  if (/\s/.test(letter)) CLASS[code] = SPACE;
  else if (/[0-9]/.test(letter)) CLASS[code] = DIGIT | DATA;
  else if (/[A-Za-z_]/.test(letter)) CLASS[code] = LETTER | DATA;
  else if (/[+.-]/.test(letter)) CLASS[code] = DATA;
}
const WIDE_SPACE = /\s/;

export class Lexer {
  readonly text: string;
  readonly is_data: boolean;
  kind: TokenKind = "end";
  start = 0;
  end = 0;
  /** Spelling of a name or mark, value of a text, reason of an invalid token. */
  word = "";
  number = 0;
  #known_line_end = -1;

  constructor(text: string, from = 0, is_data = false) {
    this.text = text;
    this.end = from;
    this.is_data = is_data;
  }

  advance(): void {
    const { text } = this;
    if (!this.#skipBlanks()) return;
    const at = this.end;
    this.start = at;
    if (at >= text.length) {
      this.kind = "end";
      this.word = "";
      return;
    }
    const code = text.charCodeAt(at);
    const letter_class = classOf(code);
    if (code === 0x22 || code === 0x27) this.#readText(code);
    else if (this.is_data && letter_class & DATA) this.#readSymbol();
    else if (letter_class & LETTER) this.#readName();
    else if (letter_class & DIGIT || (code === 0x2e && classOf(text.charCodeAt(at + 1)) & DIGIT)) this.#readNumber();
    else this.#readMark();
  }

  /** False when a comment has no end; the token is then invalid. */
  #skipBlanks(): boolean {
    const { text } = this;
    let at = this.end;
    for (;;) {
      const code = text.charCodeAt(at);
      if (at >= text.length) break;
      if (isSpace(code)) at += 1;
      else if (code === 0x23) {
        const found = text.indexOf("\n", at);
        at = found === -1 ? text.length : found + 1;
      } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
        const found = text.indexOf("*/", at + 2);
        if (found === -1) {
          this.start = at;
          this.end = text.length;
          this.#reject("the comment that begins here has no end; close it with */");
          return false;
        }
        at = found + 2;
      } else break;
    }
    this.end = at;
    return true;
  }

  #readText(quote: number): void {
    const { text, start } = this;
    const mark = String.fromCharCode(quote);
    const line_end = this.#lineEnd(start);
    let at = start;
    for (;;) {
      at = text.indexOf(mark, at + 1);
      if (at === -1 || line_end < at) {
        this.end = line_end;
        this.#reject(`the string that begins here has no end on its line; close it with ${mark}`);
        return;
      }
      if (text.charCodeAt(at + 1) !== quote) break;
      at += 1;
    }
    this.kind = "text";
    this.end = at + 1;
    this.word = text.slice(start + 1, at).replaceAll(mark + mark, mark);
  }

  /** Searched once per line, so that many strings on a long line cost no more than its length. */
  #lineEnd(from: number): number {
    if (this.#known_line_end < from) {
      const found = this.text.indexOf("\n", from);
      this.#known_line_end = found === -1 ? this.text.length : found;
    }
    return this.#known_line_end;
  }

  #readSymbol(): void {
    const { text, start } = this;
    let at = start;
    while (classOf(text.charCodeAt(at)) & DATA) at += 1;
    this.end = at;
    this.word = text.slice(start, at);
    const code = text.charCodeAt(start);
    const number = classOf(code) & LETTER ? Number.NaN : readNumber(this.word);
    this.kind = Number.isNaN(number) ? "name" : "number";
    this.number = number;
  }

  #readName(): void {
    const { text, start } = this;
    let at = start + 1;
    while (classOf(text.charCodeAt(at)) & (LETTER | DIGIT)) at += 1;
    if (text.slice(start, at) === "s" && text.startsWith(".t.", at)) at += 3;
    this.kind = "name";
    this.end = at;
    this.word = text.slice(start, at);
  }

  #readNumber(): void {
    const { text, start } = this;
    let at = skipDigits(text, start);
    if (text.charCodeAt(at) === 0x2e && text.charCodeAt(at + 1) !== 0x2e) at = skipDigits(text, at + 1);
    if (text[at] === "e" || text[at] === "E") {
      const signed = text[at + 1] === "+" || text[at + 1] === "-" ? at + 2 : at + 1;
      const exponent_end = skipDigits(text, signed);
      if (exponent_end > signed) at = exponent_end;
    }
    this.end = at;
    this.word = text.slice(start, at);
    this.number = Number(this.word);
    this.kind = "number";
    if (!Number.isFinite(this.number)) this.#reject("the number is too large; numbers go up to about 1.8e308");
    else if (classOf(text.charCodeAt(at)) & LETTER) {
      this.end = at + 1;
      this.#reject("a name cannot begin with a digit, and a product needs a *; correct one of them");
    }
  }

  #readMark(): void {
    const { text, start } = this;
    const mark = MARKS_BY_LETTER.get(text[start]!)?.find((candidate) => text.startsWith(candidate, start));
    this.end = start + (mark === undefined ? (text.codePointAt(start)! > 0xffff ? 2 : 1) : mark.length);
    this.word = mark ?? text.slice(start, this.end);
    this.kind = "mark";
    if (mark === undefined) this.#reject(`${JSON.stringify(this.word)} has no meaning here; put text in quotes`);
  }

  #reject(reason: string): void {
    this.kind = "invalid";
    this.word = reason;
  }
}

function classOf(code: number): number {
  return code < 128 ? CLASS[code]! : 0;
}

function isSpace(code: number): boolean {
  return code < 128 ? (CLASS[code]! & SPACE) !== 0 : WIDE_SPACE.test(String.fromCharCode(code));
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (classOf(text.charCodeAt(at)) & DIGIT) at += 1;
  return at;
}
