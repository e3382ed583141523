/** Model files and override data as a person keeps them on disk. */
import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { messageOf } from "../log";
import { MODEL_ENDINGS, MODEL_FORMATS } from "../model/formats";
import type { ParsedArguments } from "./arguments";

/** Thrown when a file cannot be used. The message is written for a person. */
export class FileFault extends Error {
  /** 74: a write to the disk failed. */
  readonly exit_code: 1 | 74;
  constructor(message: string, exit_code: 1 | 74 = 1) {
    super(message);
    this.exit_code = exit_code;
  }
}

/** Reads the model of a file by its ending: .json as it is; sources and files of other tools are wrapped for the compiler. */
export function readModelFile(path: string): unknown {
  const text = readText(path);
  const ending = extname(path).toLowerCase();
  if (ending === ".json") return parseJson(text, path);
  const format = MODEL_FORMATS.find((known) => known.ending === ending);
  if (format !== undefined) return { [format.tag]: format.name, [format.text]: text };
  throw new FileFault(`${basename(path)}: the ending tells the form; ${oneOf(MODEL_ENDINGS)} is expected`);
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Override data from --data FILE, then each --set NAME=JSON over it; undefined when neither is given. */
export function readOverrides(parsed: ParsedArguments): Record<string, unknown> | undefined {
  const file = parsed.options.data?.[0];
  const sets = parsed.options.set ?? [];
  if (file === undefined && sets.length === 0) return undefined;
  const data = file === undefined ? {} : parseJson(readText(file), file);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new FileFault(`${file}: a JSON object of inputs by name is expected`);
  }
  return Object.assign(Object.create(null), data, ...sets.map(parseSet));
}

function parseSet(word: string): Record<string, unknown> {
  const at = word.indexOf("=");
  if (at < 1) throw new FileFault(`--set ${word}: NAME=JSON is expected, such as --set demand='[120, 85]'`);
  const name = word.slice(0, at);
  return { [name]: parseJson(word.slice(at + 1), `--set ${name}`) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new FileFault(`cannot read ${path}: ${messageOf(error)}`);
  }
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileFault(`${origin} is not JSON: ${messageOf(error)}`);
  }
}
