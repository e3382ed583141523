import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  nextTickAt,
  nextTicks,
  type Pattern,
  parsePattern,
  type Tick,
  ticksBetween,
} from "../../src/schedules/cadence";

const SEED = 20_261_124;
const DAY_MS = 86_400_000;

function at(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

function minutes(ticks: readonly Tick[]): string[] {
  return ticks.map((tick) => new Date(tick.at).toISOString().slice(0, 16).replace("T", " "));
}

function patternOf(expression: string, zone: string, now: number): Pattern {
  const { pattern, fault } = parsePattern(expression, zone, { spacing_min_seconds: 1, now });
  if (pattern === null) throw new Error(fault.message);
  return pattern;
}

function problemOf(expression: string, zone = "UTC", spacing_min_seconds = 1): string {
  const { fault } = parsePattern(expression, zone, { spacing_min_seconds, now: at("2025-01-01 00:00") });
  return fault === null ? "" : `${fault.position}: ${fault.message}`;
}

describe("clock changes", () => {
  const NEW_YORK = "America/New_York";
  const LORD_HOWE = "Australia/Lord_Howe";
  test.each([
    ["30 2 * * *", NEW_YORK, "2025-03-09 05:00", ["03-09 07:30", "03-10 06:30"]],
    ["0 2,3 * * *", NEW_YORK, "2025-03-09 05:00", ["03-09 07:00", "03-10 06:00", "03-10 07:00"]],
    ["30 2,3 * * *", NEW_YORK, "2025-03-09 05:00", ["03-09 07:30", "03-10 06:30", "03-10 07:30"]],
    ["*/15 * * * *", NEW_YORK, "2025-03-09 06:40", ["03-09 06:45", "03-09 07:00", "03-09 07:15", "03-09 07:30"]],
    ["*/20 2 * * *", NEW_YORK, "2025-03-09 05:00", ["03-10 06:00", "03-10 06:20", "03-10 06:40"]],
    ["30 1 * * *", NEW_YORK, "2025-11-02 04:00", ["11-02 05:30", "11-03 06:30"]],
    ["30 1 * * *", NEW_YORK, "2025-11-02 06:05", ["11-03 06:30"]],
    ["0 * * * *", NEW_YORK, "2025-11-02 04:30", ["11-02 05:00", "11-02 06:00", "11-02 07:00", "11-02 08:00"]],
    [
      "*/15 * * * *",
      NEW_YORK,
      "2025-11-02 05:31",
      ["11-02 05:45", "11-02 06:00", "11-02 06:15", "11-02 06:30", "11-02 06:45", "11-02 07:00"],
    ],
    ["*/15 * * * *", NEW_YORK, "2025-11-02 06:05", ["11-02 06:15", "11-02 06:30"]],
    ["0 */2 * * *", "Europe/Berlin", "2025-10-25 23:30", ["10-26 00:00", "10-26 01:00", "10-26 03:00", "10-26 05:00"]],
    ["0 2 * * *", LORD_HOWE, "2025-10-04 12:00", ["10-04 15:30", "10-05 15:00"]],
    ["15 * * * *", LORD_HOWE, "2025-10-04 13:30", ["10-04 13:45", "10-04 14:45", "10-04 16:15", "10-04 17:15"]],
    ["45 1 * * *", LORD_HOWE, "2025-04-05 12:00", ["04-05 14:45", "04-06 15:15"]],
    ["0 0 * * *", "America/Havana", "2025-03-09 03:00", ["03-09 05:00", "03-10 04:00"]],
    ["0 12 * * *", "Pacific/Apia", "2011-12-28 00:00", ["12-28 22:00", "12-29 22:00", "12-30 22:00"]],
  ])("%s in %s after %s", (expression, zone, after, expected) => {
    const ticks = nextTicks(patternOf(expression, zone, at(after)), at(after), expected.length);
    expect(minutes(ticks).map((text) => text.slice(5))).toEqual(expected);
  });

  test("a pattern of the 29th of February waits for the leap year", () => {
    const now = at("2025-01-01 00:00");
    expect(minutes(nextTicks(patternOf("0 0 29 2 *", "UTC", now), now, 2))).toEqual([
      "2028-02-29 00:00",
      "2032-02-29 00:00",
    ]);
  });

  test("a tick tells its local time, its offset and what the clock change did to it", () => {
    const noted = (expression: string, after: string, count: number) =>
      nextTicks(patternOf(expression, NEW_YORK, at(after)), at(after), count).map(
        (tick) => `${tick.local_time}${tick.offset} ${tick.note}`,
      );
    expect(noted("30 2 * * *", "2025-03-09 05:00", 2)).toEqual([
      "2025-03-09T03:30:00-04:00 dst_shifted",
      "2025-03-10T02:30:00-04:00 null",
    ]);
    expect(noted("0 * * * *", "2025-11-02 04:30", 3)).toEqual([
      "2025-11-02T01:00:00-04:00 dst_first",
      "2025-11-02T01:00:00-05:00 dst_repeat",
      "2025-11-02T02:00:00-05:00 null",
    ]);
    expect(noted("30 1 * * *", "2025-11-02 04:00", 1)).toEqual(["2025-11-02T01:30:00-04:00 dst_first"]);
  });
});

describe("properties over three years", () => {
  const ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Tokyo",
    "Pacific/Chatham",
  ];
  const FROM = at("2024-01-01 12:00");
  const UNTIL = at("2027-01-01 12:00");

  test.each(ZONES)("a daily pattern has exactly one tick on each local date: %s", (zone) => {
    for (const expression of ["30 2 * * *", "0 0 * * *", "30 1 * * *", "45 3 * * *"]) {
      const ticks = ticksBetween(patternOf(expression, zone, FROM), FROM, UNTIL, 2000);
      const dates = ticks.map((tick) => tick.local_time.slice(0, 10));
      const first = Date.parse(dates[0]!);
      expect(dates.length).toBeGreaterThan(1095);
      expect(dates).toEqual(dates.map((_, i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10)));
    }
  });

  test.each(ZONES.filter((zone) => zone !== "Australia/Lord_Howe"))(
    "an hourly pattern has one tick an hour: %s",
    (zone) => {
      const ticks = ticksBetween(patternOf("0 * * * *", zone, FROM), FROM, UNTIL, 30_000);
      expect(ticks.length).toBeGreaterThan(26_000);
      expect(ticks.every((tick, i) => i === 0 || tick.at - ticks[i - 1]!.at === 3_600_000)).toBe(true);
    },
  );
});

describe("against a plain reading of the rule", () => {
  const CHANGES = [
    ["America/New_York", "2025-03-09 07:00"],
    ["America/New_York", "2025-11-02 06:00"],
    ["Europe/Berlin", "2025-10-26 01:00"],
    ["Australia/Lord_Howe", "2025-04-05 15:00"],
    ["Australia/Lord_Howe", "2025-10-04 15:30"],
    ["America/Havana", "2025-03-09 05:00"],
    ["Pacific/Apia", "2011-12-30 10:00"],
  ] as const;
  const value = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 3 });
  const field = (max: number) =>
    fc.oneof(
      value(max).map((values) => ({ text: values.join(","), has: (n: number) => values.includes(n) })),
      fc.integer({ min: 2, max: 30 }).map((step) => ({
        text: `*/${Math.min(step, max)}`,
        has: (n: number) => n % Math.min(step, max) === 0,
      })),
      fc.constant({ text: "*", has: () => true }),
    );

  /** Every wall-clock minute around the change, mapped by Temporal alone as the rule says. */
  function plainTicks(
    zone: string,
    from: number,
    until: number,
    is_interval: boolean,
    matches: (h: number, m: number) => boolean,
  ) {
    const instants = new Set<number>();
    const first = Math.floor(from / 60_000) * 60_000 - 2 * DAY_MS;
    for (let fake = first; fake <= until + 2 * DAY_MS; fake += 60_000) {
      const wall = Temporal.Instant.fromEpochMilliseconds(fake).toZonedDateTimeISO("UTC").toPlainDateTime();
      if (!matches(wall.hour, wall.minute)) continue;
      const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
      const later = wall.toZonedDateTime(zone, { disambiguation: "later" });
      const is_skipped = !earlier.toPlainDateTime().equals(wall);
      if (is_skipped && is_interval) continue;
      instants.add((is_skipped ? later : earlier).epochMilliseconds);
      if (is_interval) instants.add(later.epochMilliseconds);
    }
    return [...instants].filter((instant) => instant > from && instant <= until).sort((a, b) => a - b);
  }

  test("ticks around a change are those of the rule, in order, from any start", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANGES),
        field(59),
        field(23),
        fc.integer({ min: 0, max: 2880 }),
        (change, minute, hour, start) => {
          const [zone, moment] = change;
          const from = at(moment) - DAY_MS - start * 30_000;
          const until = at(moment) + DAY_MS;
          const pattern = patternOf(`${minute.text} ${hour.text} * * *`, zone, from);
          const is_interval = minute.text.startsWith("*") || hour.text.startsWith("*");
          const expected = plainTicks(zone, from, until, is_interval, (h, m) => hour.has(h) && minute.has(m));
          expect(ticksBetween(pattern, from, until, 100_000).map((tick) => tick.at)).toEqual(expected);
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  }, 60_000);

  test("the next tick is whole, later than what was asked for, and nothing lies between", () => {
    const expressions = ["*/7 * * * *", "30 2 * * *", "0 0 1,15 * MON", "5 */3 * * *", "10 0 6 L * *"];
    const moment = fc.integer({ min: at("2025-01-01 00:00"), max: at("2028-01-01 00:00") });
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...CHANGES),
        moment,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (expression, [zone], after, part) => {
          const next = nextTickAt(expression, zone, after)!;
          expect(next).toBeGreaterThan(after);
          expect(next % 1000).toBe(0);
          const between = after + part * (next - 1 - after);
          expect(nextTickAt(expression, zone, between)).toBe(next);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe("what a pattern may be", () => {
  const NOW = at("2025-01-01 00:00");
  const UTC_DAYS = (expression: string, count: number) =>
    minutes(nextTicks(patternOf(expression, "UTC", NOW), NOW, count));

  test.each([
    ["@hourly", "0 * * * *"],
    ["@daily", "0 0 * * *"],
    ["@midnight", "0 0 * * *"],
    ["@weekly", "0 0 * * SUN"],
    ["@monthly", "0 0 1 * *"],
    ["@yearly", "0 0 1 JAN *"],
    ["@annually", "0 0 1 1 *"],
    [" 5  4 * * mon-fri ", "0 5 4 * * 1-5"],
  ])("%s means %s", (short, long) => {
    expect(UTC_DAYS(short, 5)).toEqual(UTC_DAYS(long, 5));
  });

  test("last day, nearest weekday and nth weekday", () => {
    expect(UTC_DAYS("0 0 L * *", 2)).toEqual(["2025-01-31 00:00", "2025-02-28 00:00"]);
    expect(UTC_DAYS("0 0 1W * *", 3)).toEqual(["2025-02-03 00:00", "2025-03-03 00:00", "2025-04-01 00:00"]);
    expect(UTC_DAYS("0 0 * * FRI#2", 2)).toEqual(["2025-01-10 00:00", "2025-02-14 00:00"]);
    expect(UTC_DAYS("0 0 * * 5L", 2)).toEqual(["2025-01-31 00:00", "2025-02-28 00:00"]);
  });

  test("of two restricted day fields either matches", () => {
    expect(UTC_DAYS("0 0 13 * FRI", 4)).toEqual([
      "2025-01-03 00:00",
      "2025-01-10 00:00",
      "2025-01-13 00:00",
      "2025-01-17 00:00",
    ]);
  });

  test("seconds come first when there are six fields", () => {
    const ticks = nextTicks(patternOf("*/20 59 23 * * *", "UTC", NOW), NOW, 4);
    expect(ticks.map((tick) => tick.local_time.slice(8))).toEqual([
      "01T23:59:00",
      "01T23:59:20",
      "01T23:59:40",
      "02T23:59:00",
    ]);
  });

  test.each([
    ["99 * * * *", '0: the minute field "99"'],
    ["*/0 * * * *", '0: the minute field "*/0"'],
    ["0 24 * * *", '2: the hour field "24"'],
    ["  0 0 32 * *", '6: the day of month field "32"'],
    ["0 0 * FOO *", '6: the month field "FOO"'],
    ["0 0 * * MON-XX", '8: the day of week field "MON-XX"'],
    ["60 0 0 * * *", '0: the second field "60"'],
    ["1,,2 * * * *", "0: the minute field"],
    ["? * * * *", "0: the minute field"],
    ["* * *", "0: a pattern has 5 fields"],
    ["", "0: a pattern has 5 fields"],
    ["* * * * * * 2026", '12: the year "2026" cannot be part of a pattern'],
    ["@reboot", '0: "@reboot" is not a nickname'],
    ["@toString", '0: "@tostring" is not a nickname'],
    ["0 0 31 2 *", "does not occur within 5 years"],
    ["0 0 30-31 2 *", "does not occur within 5 years"],
    ["*".repeat(257), "256: the pattern has 257 characters"],
  ])("%p is refused with its place", (expression, expected) => {
    expect(problemOf(expression)).toContain(expected);
  });

  test("an unknown zone is refused with the nearest one", () => {
    expect(problemOf("* * * * *", "Europe/Berln")).toContain("did you mean Europe/Berlin?");
    for (const zone of ["", "+01:00", "Mars/Olympus", "UTC\u0000", "../UTC", "x".repeat(10_000)]) {
      expect(problemOf("* * * * *", zone)).toContain("is not a time zone");
    }
    expect(problemOf("* * * * *", "europe/berlin")).toBe("");
  });

  test("spacing is that of the two closest ticks, wherever they are", () => {
    expect(problemOf("*/5 * * * * *", "UTC", 10)).toContain("only 5 s apart");
    expect(problemOf("0,55 0 12 * * *", "UTC", 60)).toContain("only 55 s apart");
    expect(problemOf("0,59 0,23 * * *", "UTC", 120)).toContain("only 60 s apart");
    expect(problemOf("0 0 12 1 * *", "UTC", 86_400)).toBe("");
    expect(problemOf("0 0,12 * * *", "UTC", 43_200)).toBe("");
  });

  test("ticks across midnight count only when two matching days meet", () => {
    expect(problemOf("0,30 59 23 * * *", "UTC", 30)).toBe("");
    expect(problemOf("59 23 1,3 * *", "UTC", 86_400)).toBe("");
    expect(problemOf("0 0,23 1,15 * *", "UTC", 3601)).toBe("");
    expect(problemOf("0 0,23 1,2 * *", "UTC", 3601)).toContain("only 3600 s apart");
  });
});

describe("hostile input", () => {
  test("no pattern holds the process for 50 ms", () => {
    const long_list = (count: number) => Array.from({ length: count }, (_, i) => i % 60).join(",");
    const fixed = [
      `${long_list(80)} * * * *`,
      "* * * * * *",
      "0 0 31 2 *",
      "0 0 31W 2 *",
      "0 0 * 2 MON#5",
      "59 59 23 29 2 *",
    ];
    const letters = fc.string({ unit: fc.constantFrom(..."0123456789*/,-LW#? @MONJA"), maxLength: 300 });
    patternOf("0 0 * * *", "Europe/Berlin", 0);
    const timed = (expression: string) => {
      const started = performance.now();
      parsePattern(expression, "Europe/Berlin", { spacing_min_seconds: 60, now: at("2025-01-01 00:00") });
      return performance.now() - started;
    };
    for (const expression of fixed) expect(timed(expression)).toBeLessThan(50);
    fc.assert(
      fc.property(letters, (expression) => timed(expression) < 50),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test("an instant beyond all calendars ends the enumeration", () => {
    const daily = patternOf("0 0 * * *", "Europe/Berlin", 0);
    expect(nextTicks(daily, Number.MAX_SAFE_INTEGER, 3)).toEqual([]);
    expect(nextTicks(daily, Number.NaN, 3)).toEqual([]);
    expect(nextTicks(daily, at("9999-12-30 23:30"), 3).length).toBeLessThan(3);
    expect(nextTicks(daily, -1e15, 1)).toHaveLength(1);
  });

  test("a range gives no more than it is asked for", () => {
    const every_second = patternOf("* * * * * *", "UTC", 0);
    expect(ticksBetween(every_second, 0, 1e12, 100)).toHaveLength(100);
    expect(ticksBetween(every_second, 0, 1e12, 0)).toEqual([]);
    expect(ticksBetween(every_second, 5000, 7000, 100).map((tick) => tick.at)).toEqual([6000, 7000]);
    expect(ticksBetween(every_second, 7000, 5000, 100)).toEqual([]);
  });

  test("a stored pattern that can no longer be read has no next tick", () => {
    expect(nextTickAt("* * * * *", "Mars/Olympus", 0)).toBeNull();
    expect(nextTickAt("61 * * * *", "UTC", 0)).toBeNull();
    expect(nextTickAt("0 0 31 2 *", "Europe/Berlin", at("2025-01-01 00:00"))).toBeNull();
  });
});
