/** Finds the value of a path in a JSON text: diagnostics of flat models name a path and an offset in the text of its value. */

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** The range of the value at a dot path; null when there is no value at that path. */
export function rangeOf(text: string, path: string): TextRange | null {
  const reader = new Reader(text);
  try {
    return reader.find(path === "" ? [] : path.split("."));
  } catch {
    return null;
  }
}

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  find(path: readonly string[]): TextRange | null {
    this.#space();
    const [key, ...rest] = path;
    const from = this.#at;
    if (from >= this.#text.length) return null;
    if (key === undefined) {
      this.#skip();
      return { from, to: this.#at };
    }
    const opening = this.#text[this.#at];
    if (opening === "{") return this.#findIn("}", (_, name) => name === key, rest);
    if (opening === "[") return this.#findIn("]", (position) => String(position) === key, rest);
    return null;
  }

  #findIn(end: string, isIt: (position: number, name: string) => boolean, rest: readonly string[]): TextRange | null {
    this.#at += 1;
    for (let position = 0; ; position += 1) {
      this.#space();
      if (this.#text[this.#at] === end || this.#at >= this.#text.length) return null;
      let name = "";
      if (end === "}") {
        name = JSON.parse(this.#string()) as string;
        this.#space();
        this.#at += 1;
      }
      if (isIt(position, name)) return this.find(rest);
      this.#space();
      this.#skip();
      this.#space();
      if (this.#text[this.#at] === ",") this.#at += 1;
    }
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #string(): string {
    const from = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"')
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at += 1;
    return this.#text.slice(from, this.#at);
  }

  /** Skips one value without reading its parts. */
  #skip(): void {
    const opening = this.#text[this.#at];
    if (opening === '"') this.#string();
    else if (opening === "{" || opening === "[") {
      for (let depth = 0; this.#at < this.#text.length; ) {
        const letter = this.#text[this.#at];
        if (letter === '"') {
          this.#string();
          continue;
        }
        if (letter === "{" || letter === "[") depth += 1;
        if (letter === "}" || letter === "]") depth -= 1;
        this.#at += 1;
        if (depth === 0) return;
      }
    } else while (/[^,\]}\s]/.test(this.#text[this.#at] ?? ",")) this.#at += 1;
  }
}
