/** Query parameters: text that should be a number or one of a few words. */
import { fromTimestamp, isDate } from "../../clock";
import { invalid } from "./errors";

export type Query = Readonly<Record<string, string | undefined>>;

/** A whole number between min and max; the default when absent. Refuses 422. */
export function integerOf(query: Query, name: string, limits: { default: number; min: number; max: number }): number {
  const text = query[name];
  if (text === undefined) return limits.default;
  const value = /^-?\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= limits.min && value <= limits.max) return value;
  const msg = `a whole number from ${limits.min} to ${limits.max} is expected`;
  throw invalid([{ loc: ["query", name], msg, type: "invalid_value" }]);
}

/** One of the words; null when absent. Refuses 422. */
export function wordOf<Word extends string>(query: Query, name: string, words: readonly Word[]): Word | null {
  const text = query[name];
  if (text === undefined) return null;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw invalid([{ loc: ["query", name], msg: `one of ${words.join(", ")} is expected`, type: "invalid_value" }]);
}

/** An instant in RFC 3339, or a day, as epoch milliseconds; null when absent. Refuses 422. */
export function timeOf(query: Query, name: string): number | null {
  const text = query[name];
  if (text === undefined) return null;
  // An unescaped + of an offset arrives as a space.
  const at = isDate(text) ? Date.parse(text) : fromTimestamp(text.replace(" ", "+"));
  if (at !== null) return at;
  const msg = "a time such as 2026-02-19T06:00:00Z is expected";
  throw invalid([{ loc: ["query", name], msg, type: "invalid_value" }]);
}

/** One of the words, which is required. Refuses 422. */
export function requiredWordOf<Word extends string>(query: Query, name: string, words: readonly Word[]): Word {
  const word = wordOf(query, name, words);
  if (word !== null) return word;
  throw invalid([{ loc: ["query", name], msg: `one of ${words.join(", ")} is required`, type: "missing" }]);
}

const ROWS_MAX = 2_000_000_000;

/** page and page_size within the contract's limits. */
export function listingPageOfQuery(query: Query): { page: number; page_size: number } {
  return {
    page: integerOf(query, "page", { default: 1, min: 1, max: ROWS_MAX / 100 }),
    page_size: integerOf(query, "page_size", { default: 20, min: 1, max: 100 }),
  };
}

/** skip and limit of the builder's listings. */
export function sliceOfQuery(query: Query, limit_default: number): { skip: number; limit: number } {
  return {
    skip: integerOf(query, "skip", { default: 0, min: 0, max: ROWS_MAX }),
    limit: integerOf(query, "limit", { default: limit_default, min: 1, max: 1000 }),
  };
}
