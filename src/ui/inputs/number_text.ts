/**
 * Numbers as people and spreadsheets write them, read and printed by one set of rules. The decimal separator is found from
 * the form of the text, never guessed from a locale: `1.234,5`, `1,234.5`, `1 234,5`, `1'234.5`, `12,34,567.8` are
 * each one number wherever they are typed. Only a lone point or comma with three digits behind it and one to three before
 * it has two readings; then both are shown, and the person chooses.
 */

/** The separators with which the viewer writes numbers. */
export interface NumberHabit {
  readonly decimal: "." | ",";
  /** The separator between groups of digits. */
  readonly group: string;
  /** The number of digits in each group to the left of the last three digits. */
  readonly group_size: 2 | 3;
}

export type Reading =
  | { readonly kind: "empty" }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "two"; readonly grouped: number; readonly decimal: number }
  | { readonly kind: "none" };

const NONE: Reading = { kind: "none" };
/** The spaces that locales put between groups, and the apostrophes of Swiss keyboards and of Intl. */
const SPACES = /[\u0020\u00a0\u2007\u2009\u202f]/g;
const APOSTROPHES = /['\u2019\u02bc]/g;
const MINUSES = /^[-\u2212\u2013]/;
const PARTS_PATTERN = /^([\d., ']*\d[\d., ']*)(?:[eE]([+-]?\d{1,4}))?$/;

/** The result of reading a text. */
export function readNumber(text: string): Reading {
  const plain = text.trim().replace(SPACES, " ").replace(APOSTROPHES, "'");
  if (plain === "") return { kind: "empty" };
  const { sign, digits } = splitSign(plain);
  const [, mantissa = "", exponent = "0"] = PARTS_PATTERN.exec(digits) ?? [];
  if (mantissa === "") return NONE;
  const number = (decimal: string | null): number | null => numberWith(mantissa, decimal, exponent, sign);
  const marks = [...new Set(mantissa.replace(/\d/g, ""))];
  const points = marks.filter((mark) => mark === "." || mark === ",");
  if (points.length === 2) return asNumber(number(mantissa.lastIndexOf(".") > mantissa.lastIndexOf(",") ? "." : ","));
  const [point] = points;
  if (point === undefined) return asNumber(number(null));
  if (mantissa.split(point).length > 2) return asNumber(number(null));
  if (marks.length > 1 || !/^[1-9]\d{0,2}[.,]\d{3}$/.test(mantissa)) return asNumber(number(point));
  return { kind: "two", grouped: number(null)!, decimal: number(point)! };
}

/** The number; the text itself when it is not a number or has two readings, so that the service refuses it and names it. */
export function numberOrText(text: string): number | string {
  const reading = readNumber(text);
  return reading.kind === "number" ? reading.value : text.trim();
}

/** The number as a person types it: without groups, and with one reading only, which is the same number. */
export function typedNumber(value: number, habit: NumberHabit): string {
  const text = String(value).replace(".", habit.decimal);
  return readNumber(text).kind === "two" ? `${text}0` : text;
}

/** The number as it is printed, with groups and all its digits. */
export function printedNumber(value: number, habit: NumberHabit): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/.exec(String(value)) ?? [];
  return `${sign}${grouped(whole, habit)}${rest.replace(".", habit.decimal)}`;
}

function grouped(whole: string, { group, group_size }: NumberHabit): string {
  const last = whole.slice(-3);
  const groups: string[] = [];
  for (let end = whole.length - 3; end > 0; end -= group_size)
    groups.unshift(whole.slice(Math.max(0, end - group_size), end));
  return [...groups, last].join(group);
}

/** Reads the sign: a minus before or behind the number, as some spreadsheets write it, or the brackets that accountants use. */
function splitSign(text: string): { sign: 1 | -1; digits: string } {
  const bracketed = /^\(\s*([^()]+?)\s*\)$/.exec(text)?.[1];
  if (bracketed !== undefined && !/^[-+\u2212\u2013]/.test(bracketed)) return { sign: -1, digits: bracketed };
  if (MINUSES.test(text)) return { sign: -1, digits: text.slice(1).trimStart() };
  if (/\d\s?[-\u2212]$/.test(text)) return { sign: -1, digits: text.slice(0, -1).trimEnd() };
  return { sign: 1, digits: text.startsWith("+") ? text.slice(1).trimStart() : text };
}

/** The value with that decimal separator; null when the other separators do not form groups. */
function numberWith(mantissa: string, decimal: string | null, exponent: string, sign: 1 | -1): number | null {
  const [whole = "", fraction = "", more] = decimal === null ? [mantissa] : mantissa.split(decimal);
  if (more !== undefined || /\D/.test(fraction)) return null;
  if (/\D/.test(whole) && !isGrouped(whole)) return null;
  const value = Number(`${whole.replace(/\D/g, "") || "0"}.${fraction || "0"}e${exponent}`);
  if (!Number.isFinite(value)) return null;
  return sign === -1 ? -value : value;
}

/** True when one kind of separator divides the digits into groups of three, or of two and a last three. */
function isGrouped(whole: string): boolean {
  if (new Set(whole.replace(/\d/g, "")).size !== 1) return false;
  const [first = "", ...groups] = whole.split(/\D/);
  const last = groups.at(-1) ?? "";
  const inner = groups.slice(0, -1);
  if (!/^[1-9]\d{0,2}$/.test(first) || last.length !== 3) return false;
  return inner.every(({ length }) => length === 3) || (first.length <= 2 && inner.every(({ length }) => length === 2));
}

function asNumber(value: number | null): Reading {
  return value === null ? NONE : { kind: "number", value };
}
