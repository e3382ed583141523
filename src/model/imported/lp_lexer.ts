/**
 * Tokens of CPLEX LP text, one at a time. A name is anything between blanks and `: + - * / ^ < > = [ ] \`
 * that does not begin with a digit; `\` and C comments are skipped. A number ends where the next character cannot continue it: `2x` is 2 and x.
 */
import { startOfText } from "./numbers";

export const TOKEN = {
  end: 0,
  name: 1,
  number: 2,
  colon: 3,
  plus: 4,
  minus: 5,
  star: 6,
  slash: 7,
  caret: 8,
  open: 9,
  close: 10,
  less: 11,
  greater: 12,
  equal: 13,
  arrow: 14,
} as const;

/** Before the first token. */
const NOTHING = -1;
const NEWLINE = 0x0a;
const LESS = 0x3c;
const EQUAL = 0x3d;
const GREATER = 0x3e;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;

/** What a character begins: BLANK, a token, or COMMENT. */
const BLANK = 100;
const COMMENT = 101;
const CLASSES = new Uint8Array(128).fill(TOKEN.name);
for (const code of [0x09, NEWLINE, 0x0b, 0x0c, 0x0d, 0x20]) CLASSES[code] = BLANK;
for (const [sign, token] of [
  [":", TOKEN.colon],
  ["+", TOKEN.plus],
  ["-", TOKEN.minus],
  ["*", TOKEN.star],
  ["/", TOKEN.slash],
  ["^", TOKEN.caret],
  ["[", TOKEN.open],
  ["]", TOKEN.close],
  ["<", TOKEN.less],
  [">", TOKEN.greater],
  ["=", TOKEN.equal],
  ["\\", COMMENT],
] as const) {
  CLASSES[sign.charCodeAt(0)] = token;
}
for (let code = ZERO; code <= NINE; code += 1) CLASSES[code] = TOKEN.number;

export class LpLexer {
  /** The current token. */
  token: number = NOTHING;
  start = 0;
  end: number;
  /** True when a line ended between the previous token and this one. */
  is_first_on_line = true;

  constructor(readonly text: string) {
    this.end = startOfText(text);
  }

  /** Goes to the next token. */
  next(): number {
    const { text } = this;
    let at = this.end;
    this.is_first_on_line = this.token === NOTHING;
    for (;;) {
      if (at >= text.length) return this.#take(TOKEN.end, text.length, text.length);
      const code = text.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code]! : TOKEN.name;
      if (kind === BLANK) {
        if (code === NEWLINE) this.is_first_on_line = true;
        at += 1;
      } else if (kind === COMMENT) at = this.#indexBehind("\n", at) - 1;
      else if (kind === TOKEN.slash && text.charCodeAt(at + 1) === 0x2a) at = this.#indexBehind("*/", at + 2);
      else if (kind === TOKEN.name) return this.#takeName(at, code);
      else if (kind === TOKEN.number) return this.#take(TOKEN.number, at, endOfNumber(text, at));
      else if (kind >= TOKEN.less) return this.#takeRelation(at, code);
      else return this.#takeSign(kind, at, code);
    }
  }

  /** Whether the current token is this one; for callers that have moved on since they last looked. */
  is(token: number): boolean {
    return this.token === token;
  }

  spell(): string {
    return this.text.slice(this.start, this.end);
  }

  /** True when a colon follows the current token, which makes it a label. */
  isLabel(): boolean {
    let at = this.end;
    while (at < this.text.length && this.text.charCodeAt(at) < 128 && CLASSES[this.text.charCodeAt(at)] === BLANK)
      at += 1;
    return this.text.charCodeAt(at) === 0x3a;
  }

  #take(token: number, start: number, end: number): number {
    this.token = token;
    this.start = start;
    this.end = end;
    return token;
  }

  #takeName(at: number, code: number): number {
    const { text } = this;
    const next = text.charCodeAt(at + 1);
    if (code === POINT && next >= ZERO && next <= NINE) return this.#take(TOKEN.number, at, endOfNumber(text, at));
    let end = at + 1;
    for (; end < text.length; end += 1) {
      const letter = text.charCodeAt(end);
      if (letter < 128 && CLASSES[letter] !== TOKEN.name && CLASSES[letter] !== TOKEN.number) break;
    }
    return this.#take(TOKEN.name, at, end);
  }

  /** `<`, `<=`, `=<`, `=`, `==`, `>=`, `=>`, `>`. */
  #takeRelation(at: number, code: number): number {
    const next = this.text.charCodeAt(at + 1);
    const is_double = next === EQUAL || (code === EQUAL && (next === LESS || next === GREATER));
    const relation = code === EQUAL && is_double && next !== EQUAL ? next : code;
    const token = relation === LESS ? TOKEN.less : relation === GREATER ? TOKEN.greater : TOKEN.equal;
    return this.#take(token, at, at + (is_double ? 2 : 1));
  }

  #takeSign(kind: number, at: number, code: number): number {
    const is_arrow = code === 0x2d && this.text.charCodeAt(at + 1) === GREATER;
    return is_arrow ? this.#take(TOKEN.arrow, at, at + 2) : this.#take(kind, at, at + 1);
  }

  #indexBehind(mark: string, from: number): number {
    const found = this.text.indexOf(mark, from);
    return found === -1 ? this.text.length + 1 : found + mark.length;
  }
}

/** Digits, a point and digits, and an exponent if digits follow the e. */
function endOfNumber(text: string, start: number): number {
  let at = skipDigits(text, start);
  if (text.charCodeAt(at) === POINT) at = skipDigits(text, at + 1);
  const letter = text.charCodeAt(at);
  if (letter !== 0x65 && letter !== 0x45) return at;
  const sign = text.charCodeAt(at + 1);
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  const end = skipDigits(text, digits);
  return end > digits ? end : at;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  return at;
}
