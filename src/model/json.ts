/** Looking at values of unknown shape, and naming them in messages. */

/** Length limit for user text in a message. */
const QUOTED_LENGTH_MAX = 60;

/** A JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** User text for a message: quoted, control characters escaped, shortened to 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}...` : text);
}

/** Describes a value for a message: `6`, `the text "six"`, `an array of 5`, `null`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "not a finite number";
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Keys that can reach an object's prototype: never accepted as a name and never followed in a path. */
export function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}
