/** Options of commands that set the fields of an object, and the lines that show them, made from the object's table. */
import { readFileSync } from "node:fs";
import { messageOf } from "../../log";
import type { Field, FieldTable } from "../../services/field_table";
import type { OptionSpec } from "../arguments";
import { FileFault } from "../model_file";
import { Misuse, numberOption, optionOf, type Session } from "./session";
import type { Cell } from "./table";

const WHOLE_NUMBER_MAX = 999_999_999_999;

/** The options by name. Their help begins with `actions`, such as `create, update`. */
export function fieldOptions(table: FieldTable, actions: string): Record<string, OptionSpec> {
  const rows = Object.entries(table).flatMap(([name, { option }]) => (option === null ? [] : [{ name, option }]));
  return Object.fromEntries(
    rows.map(({ name, option }) => [flagOf(name), { value: option.value, about: `${actions}: ${option.about}` }]),
  );
}

/** The fields that were given as options. */
export function fieldsGiven(session: Session, table: FieldTable): Record<string, unknown> {
  const given = Object.entries(table).filter(
    ([name, { option }]) => option !== null && optionOf(session, flagOf(name)) !== null,
  );
  return Object.fromEntries(given.map(([name, row]) => [name, readValue(session, flagOf(name), row.shape)]));
}

/** The settings that have a line of their own in `show`. */
export function fieldFacts(table: FieldTable, object: Readonly<Record<string, unknown>>): Record<string, Cell> {
  const facts = Object.entries(table).flatMap(([name, { option }]): [string, Cell][] => {
    if (option?.fact === undefined) return [];
    const { label, none, unit } = option.fact;
    const value = object[name] as Cell;
    if (value === null || value === undefined) return none === undefined ? [] : [[label, none]];
    return [[label, unit === undefined ? value : `${value} ${unit}`]];
  });
  return Object.fromEntries(facts);
}

function flagOf(name: string): string {
  return name.replaceAll("_", "-");
}

function readValue(session: Session, flag: string, shape: Field["shape"]): unknown {
  const text = optionOf(session, flag) ?? "";
  switch (shape.type) {
    case "integer": {
      const { min = 0, max = WHOLE_NUMBER_MAX } = shape;
      return numberOption(session, flag, min, min, max);
    }
    case "flag":
      return oneOfWords(flag, text, ["true", "false"]) === "true";
    case "word":
      return oneOfWords(flag, text, shape.words);
    case "words":
      return text.split(",").map((word) => oneOfWords(flag, word.trim(), shape.words));
    case "texts":
      return text.split(",").map((word) => word.trim());
    case "json":
      return jsonOf(flag, text);
    default:
      return text;
  }
}

function oneOfWords(flag: string, text: string, words: readonly string[]): string {
  if (words.includes(text)) return text;
  throw new Misuse(`--${flag}: one of ${words.join(", ")} is expected, found ${text}`);
}

function jsonOf(flag: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new FileFault(`--${flag} ${path}: ${messageOf(error)}`);
  }
}
