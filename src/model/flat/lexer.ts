/**
 * Splits one expression into tokens, one at a time, without ever going back.
 * Names: a letter or `_`, then letters, digits and `_` (any script); any other name is written in backquotes,
 * with a backquote inside it doubled. Numbers: `2`, `2.5`, `.5`, `2e3`; an `e` with no digits after it belongs to a name.
 */
import { quote } from "../json";

export const TOKEN = {
  end: 0,
  number: 1,
  name: 2,
  text: 3,
  plus: 4,
  minus: 5,
  star: 6,
  slash: 7,
  power: 8,
  open: 9,
  close: 10,
  open_bracket: 11,
  close_bracket: 12,
  comma: 13,
  relation: 14,
  invalid: 15,
} as const;

export type Relation = "<=" | ">=" | "=";

/** Why a token is invalid. */
interface LexicalFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const SINGLE = new Map<number, number>(
  Object.entries({
    "+": TOKEN.plus,
    "-": TOKEN.minus,
    "*": TOKEN.star,
    "/": TOKEN.slash,
    "^": TOKEN.power,
    "(": TOKEN.open,
    ")": TOKEN.close,
    "[": TOKEN.open_bracket,
    "]": TOKEN.close_bracket,
    ",": TOKEN.comma,
    "<": TOKEN.relation,
    ">": TOKEN.relation,
    "=": TOKEN.relation,
    "≤": TOKEN.relation,
    "≥": TOKEN.relation,
  }).map(([letter, kind]) => [letter.charCodeAt(0), kind]),
);

/**
 * Up to this many digits make an exact integer, and dividing it by an exact power of ten rounds once, as reading the
 * decimal does. So most numbers need no substring.
 */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, power) => Number(`1e${power}`));

const IS_DIGIT = 1;
const IS_NAME = 2;
const IS_SPACE = 4;
/** Class of each ASCII code. */
const ASCII_CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const letter = String.fromCharCode(code);
  if (/[0-9]/.test(letter)) ASCII_CLASS[code] = IS_DIGIT;
  else if (/[A-Za-z_]/.test(letter)) ASCII_CLASS[code] = IS_NAME;
  else if (/[ \t\r\n]/.test(letter)) ASCII_CLASS[code] = IS_SPACE;
}

const NAME_START = /^[\p{L}\p{Nl}_]/u;
const NAME_CONTINUE = /^[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}_]/u;
const WHOLE_NAME = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}_]*$/u;

/** True when a name needs no backquotes in an expression. */
function isPlainName(name: string): boolean {
  return WHOLE_NAME.test(name);
}

/** A name as it is written in an expression. */
export function spellName(name: string): string {
  return isPlainName(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

export class Lexer {
  readonly text: string;
  /** The current token; its meaning is in the fields below, valid for that kind only. */
  kind: number = TOKEN.end;
  start = 0;
  end = 0;
  number = 0;
  /** Value of a name or of a text. */
  word = "";
  /** True when the name was written in backquotes. */
  is_quoted = false;
  relation: Relation = "=";
  is_strict = false;
  fault: LexicalFault | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next token. At the end of the text it stays on `end`. */
  advance(): void {
    const { text } = this;
    let at = this.end;
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
    this.start = at;
    this.end = at;
    if (at >= text.length) {
      this.kind = TOKEN.end;
      return;
    }
    const code = text.charCodeAt(at);
    const ascii_class = code < 128 ? ASCII_CLASS[code]! : 0;
    if (ascii_class === IS_DIGIT || (code === 0x2e && isDigit(text.charCodeAt(at + 1)))) this.#readNumber();
    else if (ascii_class === IS_NAME || (code >= 128 && NAME_START.test(codePointAt(text, at)))) this.#readName();
    else this.#readSymbol(code);
  }

  #readNumber(): void {
    const { text } = this;
    let at = this.start;
    let digits = 0;
    for (; isDigit(text.charCodeAt(at)); at += 1) digits = digits * 10 + text.charCodeAt(at) - 0x30;
    const point = at;
    if (text.charCodeAt(at) === 0x2e) {
      at += 1;
      for (; isDigit(text.charCodeAt(at)); at += 1) digits = digits * 10 + text.charCodeAt(at) - 0x30;
    }
    const plain_end = at;
    at = exponentEnd(text, at);
    this.end = at;
    this.kind = TOKEN.number;
    const is_short = at === plain_end && at - this.start <= EXACT_DIGITS_MAX;
    this.number = is_short ? digits / POWERS_OF_TEN[Math.max(0, at - point - 1)]! : Number(text.slice(this.start, at));
    if (Number.isFinite(this.number)) return;
    const found = quote(text.slice(this.start, at));
    this.#reject("number_too_large", `the number ${found} is too large; a coefficient goes up to about 1.8e308`);
  }

  #readName(): void {
    const { text } = this;
    let at = this.start;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code < 128) {
        if ((ASCII_CLASS[code]! & (IS_DIGIT | IS_NAME)) === 0) break;
        at += 1;
      } else {
        const letter = codePointAt(text, at);
        if (!NAME_CONTINUE.test(letter)) break;
        at += letter.length;
      }
    }
    this.end = at;
    this.kind = TOKEN.name;
    this.word = text.slice(this.start, at);
    this.is_quoted = false;
  }

  #readSymbol(code: number): void {
    const kind = SINGLE.get(code);
    this.end = this.start + 1;
    if (kind === TOKEN.relation) this.#readRelation(code);
    else if (kind === TOKEN.star && this.text.charCodeAt(this.end) === code) this.#take(TOKEN.power, 2);
    else if (kind !== undefined) this.kind = kind;
    else if (code === 0x60) this.#readQuotedName();
    else if (code === 0x22 || code === 0x27) this.#readText(code);
    else this.#rejectSymbol();
  }

  #take(kind: number, length: number): void {
    this.kind = kind;
    this.end = this.start + length;
  }

  #readRelation(code: number): void {
    const letter = String.fromCharCode(code);
    const next = this.text.charAt(this.end);
    if (letter === "=" && (next === "<" || next === ">")) {
      this.end += 1;
      this.#reject("unknown_symbol", `\`=${next}\` is not a relation; write \`${next}=\``);
      return;
    }
    this.#take(TOKEN.relation, next === "=" && "<>=".includes(letter) ? 2 : 1);
    this.is_strict = (letter === "<" || letter === ">") && next !== "=";
    if (letter === "=") this.relation = "=";
    else this.relation = letter === "<" || letter === "≤" ? "<=" : ">=";
  }

  #readQuotedName(): void {
    const closed = this.#findClose("`");
    if (closed === -1) {
      this.#rejectUnclosed("backquote", "`");
      return;
    }
    this.kind = TOKEN.name;
    this.word = this.text.slice(this.start + 1, closed).replaceAll("``", "`");
    this.is_quoted = true;
    this.end = closed + 1;
  }

  /** Texts have no escapes: a key that contains one kind of quotation mark is put between marks of the other kind. */
  #readText(quotation_mark: number): void {
    const mark = String.fromCharCode(quotation_mark);
    const closed = this.text.indexOf(mark, this.start + 1);
    if (closed === -1) {
      this.#rejectUnclosed("quotation mark", mark);
      return;
    }
    this.kind = TOKEN.text;
    this.word = this.text.slice(this.start + 1, closed);
    this.end = closed + 1;
  }

  /** Offset of the closing mark, doubled marks skipped, or -1. */
  #findClose(mark: string): number {
    let at = this.text.indexOf(mark, this.start + 1);
    while (at !== -1 && this.text.charAt(at + 1) === mark) at = this.text.indexOf(mark, at + 2);
    return at;
  }

  #rejectUnclosed(name: string, mark: string): void {
    this.end = this.text.length;
    this.#reject("unclosed_quote", `this ${name} is never closed; add \`${mark}\` where the name ends`);
  }

  #rejectSymbol(): void {
    const letter = codePointAt(this.text, this.start);
    this.end = this.start + letter.length;
    const found = quote(letter);
    if (letter === "!" && this.text.charAt(this.end) === "=") {
      this.end += 1;
      this.#reject("unknown_symbol", "`!=` is not a linear relation; a constraint uses <=, >= or =");
    } else {
      this.#reject(
        "unknown_symbol",
        `the character ${found} has no meaning in an expression`,
        SYMBOL_HINTS.get(letter),
      );
    }
  }

  #reject(code: string, message: string, hint?: string): void {
    this.kind = TOKEN.invalid;
    this.fault = hint === undefined ? { code, message } : { code, message, hint };
  }
}

/** Hints for characters that come from word processors and other languages. */
const SYMBOL_HINTS: ReadonlyMap<string, string> = new Map([
  ["−", "write the ASCII minus -"],
  ["–", "write the ASCII minus -"],
  ["×", "write *"],
  ["·", "write *"],
  ["÷", "write /"],
  ["≠", "a constraint uses <=, >= or ="],
  [".", "a name with a dot stands between backquotes: `plant.a`"],
  [";", "one expression holds one constraint, with nothing after it"],
  ["{", "use parentheses ( )"],
  ["}", "use parentheses ( )"],
]);

/** The end of an exponent that starts at `at`, or `at` when what follows is not one: `2e` is 2 times e. */
function exponentEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code !== 0x65 && code !== 0x45) return at;
  const sign = text.charCodeAt(at + 1);
  let digit = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  if (!isDigit(text.charCodeAt(digit))) return at;
  while (isDigit(text.charCodeAt(digit))) digit += 1;
  return digit;
}

/** False for NaN, which charCodeAt returns past the end. */
function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code < 128 ? ASCII_CLASS[code] === IS_SPACE : code === 0xa0 || code === 0xfeff;
}

/** The character at an offset; a lone surrogate is returned unchanged. */
function codePointAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at)!);
}
