/**
 * Cuts MPS text into lines and lines into fields. Free form has fields between blanks, as many as a line needs; fixed
 * form has them at columns 2-3, 5-12, 15-22, 25-36, 40-47 and 50-61, where names may contain blanks or be missing.
 */
import { startOfText } from "./numbers";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const STAR = 0x2a;
const DOLLAR = 0x24;
const FIELDS_MAX = 8;

/** Which of the six fixed fields a section uses: field 1 with 2 (rows), 2 to 6 (entries), 1 to 4 (bounds). */
export type FixedLayout = "row" | "entries" | "bound";
const LAYOUTS: Readonly<Record<FixedLayout, readonly (readonly [number, number])[]>> = {
  row: [
    [1, 3],
    [4, 12],
  ],
  entries: [
    [4, 12],
    [14, 22],
    [24, 36],
    [39, 47],
    [49, 61],
  ],
  bound: [
    [1, 3],
    [4, 12],
    [14, 22],
    [24, 36],
  ],
};

export class MpsLines {
  /** Fields of the current line; fixed ones may be empty. A line with more than 8 counts as 9. */
  count = 0;
  readonly starts = new Int32Array(FIELDS_MAX);
  readonly ends = new Int32Array(FIELDS_MAX);
  line_start = 0;
  line_end = 0;
  /** True when the line does not begin with a blank. */
  is_at_margin = false;
  #next_start: number;

  constructor(readonly text: string) {
    this.#next_start = startOfText(text);
  }

  /** Goes to the next line that is not empty or a remark and splits it at blanks; false at the end of the text. */
  next(): boolean {
    const { text } = this;
    while (this.#next_start < text.length) {
      const first = text.charCodeAt(this.#next_start);
      if (first === STAR) {
        this.#skipLine();
        continue;
      }
      this.line_start = this.#next_start;
      this.is_at_margin = first !== SPACE && first !== TAB && first !== RETURN;
      this.#cut();
      if (this.count > 0) return true;
    }
    this.line_start = this.line_end = text.length;
    this.count = 0;
    return false;
  }

  /** Splits the current line at the columns of fixed form; fields beyond its end are empty or not counted. */
  cutFixed(layout: FixedLayout): void {
    const { text, line_start, line_end } = this;
    this.count = 0;
    for (const [from, to] of LAYOUTS[layout]) {
      let start = Math.min(line_start + from, line_end);
      let end = Math.min(line_start + to, line_end);
      while (start < end && isBlank(text.charCodeAt(start))) start += 1;
      while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
      this.starts[this.count] = start;
      this.ends[this.count] = end;
      this.count += 1;
    }
    while (this.count > 0 && this.starts[this.count - 1] === this.ends[this.count - 1]) this.count -= 1;
  }

  /** True when the field is these letters, which must be given in capitals, in any case. */
  isWord(field: number, word: string): boolean {
    const start = this.starts[field]!;
    if (this.ends[field]! - start !== word.length) return false;
    for (let at = 0; at < word.length; at += 1) {
      const code = this.text.charCodeAt(start + at);
      if (code !== word.charCodeAt(at) && code - 0x20 !== word.charCodeAt(at)) return false;
    }
    return true;
  }

  spell(field: number): string {
    return this.text.slice(this.starts[field], this.ends[field]);
  }

  #skipLine(): void {
    const end = this.text.indexOf("\n", this.#next_start);
    this.#next_start = end === -1 ? this.text.length : end + 1;
  }

  #cut(): void {
    const { text, starts, ends } = this;
    const { length } = text;
    let at = this.#next_start;
    let count = 0;
    let is_comment = false;
    for (;;) {
      let code = at < length ? text.charCodeAt(at) : NEWLINE;
      while (code === SPACE || code === TAB || code === RETURN) {
        at += 1;
        code = at < length ? text.charCodeAt(at) : NEWLINE;
      }
      if (code === NEWLINE) break;
      const start = at;
      while (code !== SPACE && code !== TAB && code !== NEWLINE && code !== RETURN) {
        at += 1;
        code = at < length ? text.charCodeAt(at) : NEWLINE;
      }
      // A dollar sign on its own begins a remark; as the first letter of a name it is a letter.
      is_comment ||= count > 0 && at === start + 1 && text.charCodeAt(start) === DOLLAR;
      if (is_comment) continue;
      if (count < FIELDS_MAX) {
        starts[count] = start;
        ends[count] = at;
      }
      count += 1;
    }
    this.count = Math.min(count, FIELDS_MAX + 1);
    this.line_end = at;
    this.#next_start = at + 1;
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === RETURN;
}
