/** Numbers as people write them: each text is what it says, and only a lone separator with three digits behind it is asked about. */
import { describe, expect, test } from "bun:test";
import {
  type NumberHabit,
  numberOrText,
  printedNumber,
  readNumber,
  typedNumber,
} from "../../src/ui/inputs/number_text";

const HABITS: Readonly<Record<string, NumberHabit>> = {
  English: { decimal: ".", group: ",", group_size: 3 },
  German: { decimal: ",", group: ".", group_size: 3 },
  Spanish: { decimal: ",", group: "\u00a0", group_size: 3 },
  French: { decimal: ",", group: "\u202f", group_size: 3 },
  Swiss: { decimal: ".", group: "\u2019", group_size: 3 },
  "Swiss, typed": { decimal: ".", group: "'", group_size: 3 },
  Indian: { decimal: ".", group: ",", group_size: 2 },
};
/** Digits of whole and fractional parts, put together below by hand and not by the parser's own rules. */
const WHOLES: readonly (readonly [three: readonly string[], two: readonly string[]])[] = [
  [["0"], ["0"]],
  [["7"], ["7"]],
  [["314"], ["314"]],
  [
    ["1", "200"],
    ["1", "200"],
  ],
  [
    ["45", "678"],
    ["45", "678"],
  ],
  [
    ["1", "234", "567"],
    ["12", "34", "567"],
  ],
  [
    ["98", "765", "432"],
    ["9", "87", "65", "432"],
  ],
];
const FRACTIONS = ["", "5", "25", "125", "0001", "500000"];

interface Case {
  readonly text: string;
  readonly value: number;
  readonly is_asked: boolean;
}

function casesOf(habit: NumberHabit): Case[] {
  return WHOLES.flatMap(([three, two]) =>
    FRACTIONS.map((fraction): Case => {
      const groups = habit.group_size === 2 ? two : three;
      const whole = groups.join(habit.group);
      const text = fraction === "" ? whole : `${whole}${habit.decimal}${fraction}`;
      const is_lone_group = fraction === "" && groups.length === 2 && (habit.group === "," || habit.group === ".");
      const is_lone_decimal = fraction.length === 3 && groups.length === 1 && whole !== "0";
      return {
        text,
        value: Number(`${groups.join("")}.${fraction || "0"}`),
        is_asked: is_lone_group || is_lone_decimal,
      };
    }),
  );
}

const CASES = Object.values(HABITS).flatMap(casesOf);
const DRESSED: readonly ((text: string, value: number) => readonly [string, number])[] = [
  (text, value) => [`-${text}`, -value],
  (text, value) => [`\u2212${text}`, -value],
  (text, value) => [`(${text})`, -value],
  (text, value) => [`${text}-`, -value],
  (text, value) => [`+${text}`, value],
  (text, value) => [`\u00a0 ${text}\t`, value],
  (text, value) => [`${text}e3`, value * 1000],
  (text, value) => [`${text}E+02`, value * 100],
];

function expectRead(text: string, value: number, is_asked: boolean): void {
  const reading = readNumber(text);
  if (!is_asked) expect([text, reading]).toEqual([text, { kind: "number", value: expect.closeTo(value, 6) }]);
  else {
    if (reading.kind !== "two") throw new Error(`${text} was not asked about`);
    const readings = [reading.grouped, reading.decimal].map((one) => Math.abs(one - value) < 1e-6);
    expect([text, readings.filter(Boolean).length]).toEqual([text, 1]);
  }
}

describe("a number as text", () => {
  test("more than 400 texts of seven habits, with signs, exponents and spaces, are what they say", () => {
    let texts = 0;
    for (const { text, value, is_asked } of CASES) {
      expectRead(text, value, is_asked);
      for (const dress of DRESSED) expectRead(...dress(text, value), is_asked);
      texts += 1 + DRESSED.length;
    }
    expect(texts).toBeGreaterThan(400);
  });

  test.each([
    ["1,200", 1200, 1.2],
    ["1.200", 1200, 1.2],
    ["-12,345", -12_345, -12.345],
    ["999.000", 999_000, 999],
  ])("%s has two readings, and both are told", (text, grouped, decimal) => {
    expect(readNumber(text)).toEqual({ kind: "two", grouped, decimal });
    expect(numberOrText(text)).toBe(text);
  });

  test.each([
    ["0,200", 0.2],
    ["1234,567", 1234.567],
    [",200", 0.2],
    ["1 200,500", 1200.5],
    ["1,200.500", 1200.5],
    ["1.200,500", 1200.5],
    ["1.", 1],
    ["1e5", 100_000],
    ["007", 7],
  ])("%s has one reading", (text, value) => {
    expect(readNumber(text)).toEqual({ kind: "number", value });
  });

  test.each([
    ...["twelve", "1,2,3", "1.2.3", "1,23,45", "1 2", "12 34", "1'2", "0x10", "Infinity", "NaN", "1e400", "1e", "--1"],
    ...[
      "12 %",
      "12%",
      "EUR 5",
      "5 kg",
      "1,200,",
      "0,123,456",
      "1_000",
      "1.234.56",
      "(-5)",
      "1,234.567.8",
      "2026-01-02",
    ],
  ])("%s is none, and stays for the service to refuse", (text) => {
    expect([readNumber(text), numberOrText(text)]).toEqual([{ kind: "none" }, text]);
  });

  test.each(Object.entries(HABITS))("comes back as the same number in the %s habit, typed and printed", (_, habit) => {
    for (const value of [0, -0.5, 1.125, 1200, 1234.5, 1_234_567, 12_345.678, 1e21, 5e-7, -999.001, 0.1 + 0.2]) {
      expect(readNumber(typedNumber(value, habit))).toEqual({ kind: "number", value });
      const printed = readNumber(printedNumber(value, habit));
      expect(
        printed.kind === "number" ? [printed.value] : printed.kind === "two" && [printed.grouped, printed.decimal],
      ).toContain(value);
    }
  });
});
