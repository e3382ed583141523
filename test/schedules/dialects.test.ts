/** Patterns as other schedulers have them: read where they mean one thing, else refused with what to write here. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { nextTicks, parsePattern } from "../../src/schedules/cadence";
import { notesOf } from "../../src/schedules/pattern_notes";
import { sentenceOf } from "../../src/schedules/pattern_words";

const SEED = 20_261_126;
const NOW = Date.parse("2026-01-01T00:00:00Z");
const LIMITS = { spacing_min_seconds: 1, now: NOW };

function ticks(expression: string, count = 40): string[] {
  const { pattern, fault } = parsePattern(expression, "UTC", LIMITS);
  if (pattern === null) throw new Error(`${expression}: ${fault.message}`);
  return nextTicks(pattern, NOW, count).map(({ local_time }) => local_time);
}

function problemOf(expression: string, zone = "UTC"): string {
  return parsePattern(expression, zone, LIMITS).fault?.message ?? "";
}

describe("a pattern of another dialect that means one thing", () => {
  test.each([
    ["5/15 * * * *", "5,20,35,50 * * * *"],
    ["0 3/6 * * *", "0 3,9,15,21 * * *"],
    ["0 0 1 FEB/3 *", "0 0 1 2,5,8,11 *"],
    ["0 0 * * 1/2", "0 0 * * 1,3,5"],
    ["0 22-2 * * *", "0 22,23,0,1,2 * * *"],
    ["0 22-2/2 * * *", "0 22,0,2 * * *"],
    ["50-10/10 * * * *", "50,0,10 * * * *"],
    ["0 0 * * FRI-MON", "0 0 * * 5,6,0,1"],
    ["0 0 * * FRI-SUN", "0 0 * * 5,6,0"],
    ["0 0 * * 6-1", "0 0 * * 6,0,1"],
    ["0 0 1 NOV-FEB *", "0 0 1 11,12,1,2 *"],
    ["0 0 28-2 * *", "0 0 28,29,30,31,1,2 * *"],
    ["0 0 ? * MON", "0 0 * * 1"],
    ["0 0 15 * ?", "0 0 15 * *"],
    ["0 0 ? * ?", "0 0 * * *"],
    ["0 6 * * Monday", "0 6 * * 1"],
    ["0 6 * * monday-FRIDAY", "0 6 * * 1-5"],
    ["0 6 1 september,Dec *", "0 6 1 9,12 *"],
    // Quartz: seconds first, a year behind.
    ["0 0 12 ? * MON-FRI *", "0 0 12 * * 1-5"],
    ["0 0 12 ? * MON-FRI", "0 0 12 * * 1-5"],
    ["0 0 12 1 * ? ?", "0 0 12 1 * *"],
    // EventBridge: no seconds, a year behind.
    ["cron(0 12 ? * MON-FRI *)", "0 12 * * 1-5"],
    ["0 12 1 * ? *", "0 12 1 * *"],
    ["  @DAILY ", "0 0 * * *"],
    ["0\t6\u00a0*\u2003*\t*", "0 6 * * *"],
  ])("%p is %p", (foreign, own) => {
    expect(ticks(foreign)).toEqual(ticks(own));
  });

  test("L-n is a day before the last one of each month that has it, and goes together with other days", () => {
    const days = (expression: string, count: number) => ticks(expression, count).map((time) => time.slice(0, 10));
    expect(days("0 0 L-3 * *", 3)).toEqual(["2026-01-28", "2026-02-25", "2026-03-28"]);
    expect(days("0 0 L-3,1 * *", 3)).toEqual(["2026-01-28", "2026-02-01", "2026-02-25"]);
    expect(days("0 0 LW,15 * *", 4)).toEqual(["2026-01-15", "2026-01-30", "2026-02-15", "2026-02-27"]);
    expect(days("0 0 L-28 2 *", 2)).toEqual(["2028-02-01", "2032-02-01"]);
    expect(days("0 0 L-1 6 FRI", 2)).toEqual(["2026-06-05", "2026-06-12"]);
    expect(problemOf("0 0 L-30 2 *")).toContain("does not occur within 5 years");
    expect(problemOf("0 0 L-31 * *")).toContain("day of month field");
  });

  test("L-n, for every n and month, is what the calendar says", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }), (back, month) => {
        const expected = [2026, 2027, 2028, 2029, 2030].flatMap((year) => {
          const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
          return last - back < 1 ? [] : [new Date(Date.UTC(year, month - 1, last - back)).toISOString().slice(0, 10)];
        });
        if (expected.length === 0 || expected[0] === "2026-01-01") return;
        const found = ticks(`0 0 L-${back} ${month} *`, expected.length).map((time) => time.slice(0, 10));
        expect(found).toEqual(expected);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test("a range over the end of its field is the values on both sides, whatever the ends and the step", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1, max: 23 }),
        (from, to, step) => {
          const length = ((to - from + 24) % 24) + 1;
          const hours = Array.from({ length }, (_, i) => (from + i) % 24).filter((_, i) => i % step === 0);
          expect(ticks(`0 ${from}-${to}/${step} * * *`)).toEqual(ticks(`0 ${hours.join(",")} * * *`));
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe("a pattern that means different things elsewhere is refused with what to write", () => {
  test.each([
    ["? * * * *", "write * or a number"],
    ["0 0 12 ? * 2", "such as MON if Quartz's are meant"],
    ["0 0 12 ? * 2-6 *", "such as MON-FRI if Quartz's are meant"],
    ["0 0 12 ? * MON 2026", "starts_at and ends_at"],
    ["cron(0 12 ? * MON 2026)", "starts_at and ends_at"],
    ["H/15 * * * *", "jitter_seconds"],
    ["H(0-29) 3 * * *", "jitter_seconds"],
    ["@every 5m", 'write "*/5 * * * *"'],
    ["@every 2h", 'write "0 */2 * * *"'],
    ["@every 7m", "write the times of day that are meant"],
    ["rate(5 minutes)", 'write "*/5 * * * *"'],
    ["rate(1 day)", 'write "0 0 * * *"'],
    ["@reboot", "expected one of @yearly"],
    ["CRON_TZ=Europe/Berlin 0 6 * * *", 'give timezone "Europe/Berlin" and the pattern "0 6 * * *"'],
    ["TZ=Asia/Tokyo 0 6 * * *", 'give timezone "Asia/Tokyo"'],
    ["1/0 * * * *", "the minute field"],
    ["99/5 * * * *", "the minute field"],
    ["0 0 L-3W * *", "L, L-3 or 15W"],
  ])("%p", (expression, instead) => {
    expect(problemOf(expression)).toContain(instead);
  });

  test.each([
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["Eastern Standard Time", "America/New_York"],
    ["tokyo standard time", "Asia/Tokyo"],
    ["CEST", "Europe/Berlin"],
    ["PST", "America/Los_Angeles"],
    ["UTC+2", "Etc/GMT-2"],
    ["+02:00", "Etc/GMT-2"],
    ["GMT-5", "Etc/GMT+5"],
  ])("zone %p", (zone, instead) => {
    expect(problemOf("0 6 * * *", zone)).toContain(`write ${instead},`);
    expect(problemOf("0 6 * * *", instead)).toBe("");
  });
});

describe("the words of a pattern", () => {
  test.each([
    ["*/45 * * * *", "At 0 and 45 minutes past the hour"],
    ["0 */5 * * *", "At 00:00, 05:00, 10:00, 15:00 and 20:00"],
    ["*/15 * * * *", "Every 15 minutes"],
    ["0 */6 * * *", "On the hour, every 6 hours"],
    ["@DAILY", "At 00:00"],
    ["0\t6\t*\t*\t*", "At 06:00"],
    ["0\u00a06 * * *", "At 06:00"],
    ["0 0 * * sun#L", "At 00:00, on the last Sunday of the month"],
    ["0 0 * * 0-7", "At 00:00"],
    ["0 0 * * 0,7", "At 00:00, only on Sunday"],
    ["0 0 * * 1-5#2", "At 00:00, on the second Monday, second Tuesday"],
    ["0 0 * * 5L", "At 00:00, on the last Friday of the month"],
    ["0 0 L-3 * *", "At 00:00, 3 days before the last day of the month"],
    ["0 0 * * FRI-MON", "At 00:00, only on Sunday, Monday, Friday, and Saturday"],
    ["0 6 * * Monday", "At 06:00, only on Monday"],
    ["0 0 12 ? * MON-FRI *", "At 12:00, Monday through Friday"],
    ["5/15 * * * *", "At 5, 20, 35, and 50 minutes past the hour"],
  ])("%p are %p", (expression, words) => {
    expect(sentenceOf(expression)).toStartWith(words);
  });
});

describe("the notes of a pattern", () => {
  const codes = (expression: string) => {
    const { pattern } = parsePattern(expression, "UTC", LIMITS);
    return notesOf(pattern!, expression, NOW).map(({ code }) => code);
  };
  test.each([
    ["*/45 * * * *", "uneven_step"],
    ["*/7 * * * *", "uneven_step"],
    ["*/50 * * * * *", "uneven_step"],
    ["0 */5 * * *", "uneven_step"],
    ["0 0 */2 * *", "uneven_step"],
    ["0 0 1 */5 *", "uneven_step"],
    ["0 0 29-31 * *", "not_every_month"],
    ["0 0 31W * *", "not_every_month"],
    ["0 0 30,31 * *", "not_every_month"],
    ["0 0 L-28 * *", "not_every_month"],
    ["0 0 * * MON#5", "not_every_month"],
  ] as const)("%p: %s", (expression, code) => {
    expect(codes(expression)).toEqual([code]);
  });

  test.each([
    "*/15 * * * *",
    "0 */6 * * *",
    "0 0 1 */3 *",
    "0 0 28-31 * *",
    "0 0 L * *",
    "0 0 1,31 * *",
    "0 0 15W * *",
    "0 0 L-3 * *",
    "@monthly",
  ])("%p: none", (expression) => {
    expect(codes(expression)).toEqual([]);
  });

  test("an uneven step says when its ticks come", () => {
    const { pattern } = parsePattern("*/45 * * * *", "UTC", LIMITS);
    expect(notesOf(pattern!, "*/45 * * * *", NOW)[0]!.message).toBe(
      "*/45 in the minute field is :00, :45 of each hour, which then starts again: not every 45 minutes throughout",
    );
  });
});
