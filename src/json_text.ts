/** JSON from clients. It is parsed only if it can be written back unchanged and if parsing takes no longer than its size suggests. */
import { Refusal } from "./refusals";

/** JSON.parse accepts millions of levels, but JSON.stringify then fails, so the depth is counted in the text. */
const JSON_DEPTH_MAX = 64;
/** JSON.parse takes 1 us for each key that is new to it: a million of them (12 MB) block the thread for 2 s, the same data as rows for 40 ms. */
const LARGE_OBJECT_KEYS_MIN = 1000;
const LARGE_OBJECT_KEYS_MAX = 200_000;
/** Texts that may hold a number beyond the range of a double, which JSON.parse silently turns into Infinity. */
const HUGE_NUMBER_PATTERN = /\d[eE]\+?0*[1-9]\d{2}|\d{309}/;
/** Texts that may hold, once parsed, a string that UTF-8 cannot express, or one with a zero character. */
const UNWRITABLE_PATTERN = /\\u(?:0000|[dD][89a-fA-F])/;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** The value of a JSON text, or of its bytes in UTF-8. Refuses malformed_json. */
export function parseJson(given: string | Uint8Array): unknown {
  const text = typeof given === "string" ? given : decode(given);
  requireQuickToParse(text);
  const value = parse(text);
  if (HUGE_NUMBER_PATTERN.test(text) || UNWRITABLE_PATTERN.test(text)) requireWritable(value);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new Refusal(
      "malformed_json",
      "The body is not UTF-8; another encoding would change its names without a word",
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("malformed_json", "The body is not valid JSON; check quotes, commas and brackets");
  }
}

/** Refuses values that cannot be written back as they were sent. */
function requireWritable(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (value === Infinity || value === -Infinity) {
      // Written as JSON, Infinity becomes null, and a bound of null means that there is no bound.
      throw new Refusal(
        "malformed_json",
        "The body holds a number beyond 1.8e308, the largest that is kept; for no bound, write null",
      );
    }
    if (typeof value === "string") requireWritableText(value);
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const child of value) if (!isPlainNumber(child)) open.push(child);
      continue;
    }
    for (const key of Object.keys(value)) {
      requireWritableText(key);
      const child = (value as Record<string, unknown>)[key];
      if (!isPlainNumber(child)) open.push(child);
    }
  }
}

function isPlainNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

/** UTF-8 cannot express half of a surrogate pair, and many programs end a text at a zero byte. */
function requireWritableText(text: string): void {
  if (text.isWellFormed() && !text.includes("\0")) return;
  throw new Refusal(
    "malformed_json",
    "The body holds a text with a zero character or half of a surrogate pair (\\u0000, \\ud800); leave it out",
  );
}

/** Refuses text whose brackets nest deeper than the limit, or whose large objects have too many keys, skipping over strings. */
function requireQuickToParse(text: string): void {
  let depth = 0;
  let keys_in_large = 0;
  const keys = new Uint32Array(JSON_DEPTH_MAX + 1);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) {
      keys[depth] = keys[depth]! + 1;
      if (keys[depth]! > LARGE_OBJECT_KEYS_MIN && ++keys_in_large > LARGE_OBJECT_KEYS_MAX) throw tooManyKeys();
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > JSON_DEPTH_MAX) {
        throw new Refusal("malformed_json", `The body nests deeper than ${JSON_DEPTH_MAX} levels`);
      }
      keys[depth] = 0;
    } else if (code === 0x7d || code === 0x5d) depth = Math.max(0, depth - 1);
  }
}

/** Position of the quote that ends the string which begins at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function tooManyKeys(): Refusal {
  return new Refusal(
    "malformed_json",
    `The body has more than ${LARGE_OBJECT_KEYS_MAX} keys in objects of over ${LARGE_OBJECT_KEYS_MIN}; send such values as a list in the order of their sets, as nested objects, or as rows`,
  );
}
