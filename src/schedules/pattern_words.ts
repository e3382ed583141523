/** Describes a pattern in words. The only file that uses cronstrue. */
import { toString as describeCron } from "cronstrue";
import { DAY_OF_MONTH, DAY_OF_WEEK, FIELDS, readPatternFields } from "./pattern_fields";

const STEP_PATTERN = /^(?:\*|(\d{1,2})-(\d{1,2}))\/(\d{1,3})$/;

/** An English sentence for a pattern that has been checked, or null where the library has no words for it. */
export function sentenceOf(expression: string): string | null {
  const fields = readPatternFields(expression);
  if ("fault" in fields) return null;
  try {
    const texts = fields.texts.map((text, index) => wordable(text, index, fields.texts));
    return describeCron(texts.join(" "), { use24HourTimeFormat: true, verbose: false });
  } catch {
    return null;
  }
}

/** The same field in a form that cronstrue has right words for. */
function wordable(text: string, index: number, texts: readonly string[]): string {
  if (index === DAY_OF_WEEK) return wordableWeekdays(text, texts[DAY_OF_MONTH] === "*");
  if (text === "*") return text;
  return text
    .split(",")
    .map((part) => (isUneven(part, index) ? stepValues(part, index).join(",") : part))
    .join(",");
}

/** True for a step that does not come round: a step of 45 in minutes is not every 45 minutes. */
export function isUneven(part: string, index: number): boolean {
  const match = STEP_PATTERN.exec(part);
  if (match === null || index === DAY_OF_WEEK) return false;
  const { min, max } = FIELDS[index]!;
  const [, from, to, step] = match;
  const is_whole = from === undefined || (Number(from) === min && Number(to) === max);
  return index === DAY_OF_MONTH || !is_whole || (max - min + 1) % Number(step) !== 0;
}

/** The values of a field's entry with a step. */
export function stepValues(part: string, index: number): number[] {
  const [, from, to, step] = STEP_PATTERN.exec(part)!;
  const { min, max } = FIELDS[index]!;
  const values: number[] = [];
  for (let value = Number(from ?? min); value <= Number(to ?? max); value += Number(step)) values.push(value);
  return values;
}

/** Sunday once and as 0, a whole week as any day, `1-5#2` as the five days that it is, `SUN#L` as the last Sunday. */
function wordableWeekdays(text: string, is_alone: boolean): string {
  const { names } = FIELDS[DAY_OF_WEEK]!;
  const numbers = text
    .toUpperCase()
    .replace(/[A-Z]{3}/g, (name) => (names.includes(name) ? String(names.indexOf(name)) : name));
  const parts = numbers.split(",").flatMap((part) => {
    const [, from = "", to = from, nth = ""] = /^(\d)(?:-(\d))?(#[1-5L])?$/.exec(part) ?? [];
    if (from === "") return [part];
    const days = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => (Number(from) + i) % 7);
    return days.map((day) => (nth === "#L" ? `${day}L` : `${day}${nth}`));
  });
  const days = [...new Set(parts)].sort();
  if (days.length === 7 && days.every((day) => /^\d$/.test(day)) && is_alone) return "*";
  return inRuns(days);
}

/** `1,2,3,5` as `1-3,5`: "Monday through Wednesday, and Friday". */
function inRuns(days: readonly string[]): string {
  const numbers = days.map(Number);
  const is_plain = numbers.every((day) => Number.isInteger(day));
  const is_run = is_plain && days.length > 2 && numbers.every((day, i) => i === 0 || day === numbers[i - 1]! + 1);
  return is_run ? `${days[0]}-${days.at(-1)}` : days.join(",");
}
