/** Says what a schema allows, for a client that sent something else: every allowed word, every limit. */
import { nearestName } from "../../nearest";

/** The parts of a schema that are read here. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly examples?: readonly unknown[];
}

/** `one of "skip", "allow" is expected, found a text of 4 characters; did you mean "skip"?` Never repeats text that was sent. */
export function misfitText(given: object, value: unknown): string {
  const schema = given as Schema;
  const nearest = typeof value === "string" ? nearestName(value, wordsOf(schema)) : null;
  const hint = nearest === null ? "" : `; did you mean ${JSON.stringify(nearest)}?`;
  return `${expectationOf(schema)} is expected, found ${foundText(value)}${hint}`;
}

/** The one branch of a union that fits the JSON type of the value; null when there is none, or more than one. */
export function branchFor(given: object, value: unknown): object | null {
  const branches = ((given as Schema).anyOf ?? []).filter(({ type }) => type !== "null");
  const fitting = branches.filter(
    ({ type }) => type === typeOf(value) || (type === "integer" && typeof value === "number"),
  );
  return fitting.length === 1 && branches.every((branch) => branch.const === undefined) ? fitting[0]! : null;
}

/** The expected value, as a noun phrase. */
function expectationOf(schema: Schema): string {
  const { anyOf } = schema;
  if (anyOf !== undefined) {
    const words = wordsOf(schema);
    const others = anyOf.filter((branch) => branch.const === undefined);
    const phrases = [...(words.length > 0 ? [oneOf(words)] : []), ...others.map(expectationOf)];
    return phrases.join(", or ");
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return oneOf(wordsOf(schema));
  switch (schema.type) {
    case "string":
      return textExpectation(schema);
    case "integer":
      return numberExpectation("a whole number", schema);
    case "number":
      return numberExpectation("a number", schema);
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return listExpectation(schema);
    default:
      return "a JSON object";
  }
}

function textExpectation({ minLength = 0, maxLength, pattern, examples = [] }: Schema): string {
  const length =
    maxLength !== undefined
      ? minLength > 0
        ? ` of ${minLength} to ${maxLength} characters`
        : ` of at most ${maxLength} characters`
      : minLength > 0
        ? ` of at least ${minLength} characters`
        : "";
  const form = pattern === undefined ? "" : pattern === "\\S" ? " that are not all blank" : ` that matches ${pattern}`;
  return `a text${length}${form}${examples.length === 0 ? "" : ` (such as ${examples.join(" or ")})`}`;
}

function numberExpectation(noun: string, { minimum, maximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${noun} of at least ${minimum}`;
  return maximum === undefined ? noun : `${noun} of at most ${maximum}`;
}

function listExpectation({ minItems = 0, maxItems, items }: Schema): string {
  const count =
    maxItems !== undefined
      ? minItems > 0
        ? ` of ${minItems} to ${maxItems} entries`
        : ` of at most ${maxItems} entries`
      : "";
  return `a list${count}${items?.type === undefined && items?.anyOf === undefined ? "" : ` (each ${expectationOf(items)})`}`;
}

function wordsOf({ anyOf = [], enum: list = [] }: Schema): string[] {
  const values = [...anyOf.map((branch) => branch.const), ...list];
  return values.filter((value): value is string => typeof value === "string");
}

function oneOf(words: readonly string[]): string {
  return `one of ${words.map((word) => JSON.stringify(word)).join(", ")}`;
}

function foundText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length} entries`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}
