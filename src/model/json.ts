/** Looking at values of unknown shape, and naming them in messages. */

/** Longest piece of user text that a message repeats. */
const QUOTED_LENGTH_MAX = 60;

/** A JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** User text for a message: in quotes, control characters escaped, cut to 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}...` : text);
}

/** A value in the words of a message: `6`, `the text "six"`, `an array of 5`, `null`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "not a finite number";
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Keys that reach an object's prototype in careless code: never a name of ours, never followed in a path. */
export function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}
