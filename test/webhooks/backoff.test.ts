import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { retryDelay } from "../../src/webhooks/backoff";

const SEED = 20_260_219;
const MINUTE = 60;
const HOUR = 3600;
/** After the n-th attempt, in seconds, as the documentation lists them. */
const WAITS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

function delayOf(
  attempts: number,
  changes: { status?: number | null; retry_after?: number; fraction?: number; scale?: number } = {},
) {
  const { status = 500, retry_after = null, fraction = 0.5, scale = 1 } = changes;
  return retryDelay({ attempts, http_status: status, retry_after_seconds: retry_after }, fraction, scale);
}

describe("the wait after a failed attempt", () => {
  test("is the documented one, and there is none after the tenth", () => {
    expect(WAITS.map((_, i) => Math.round(delayOf(i + 1)! / 1000))).toEqual(WAITS);
    for (const attempts of [10, 11, 1000]) expect(delayOf(attempts)).toBeNull();
  });

  test("is varied by a tenth either way, evenly", () => {
    fc.assert(
      fc.property(
        fc.nat(WAITS.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (i, fraction) => {
          const ratio = delayOf(i + 1, { fraction })! / (WAITS[i]! * 1000);
          expect(ratio).toBeCloseTo(0.9 + 0.2 * fraction, 9);
        },
      ),
      { seed: SEED },
    );
  });

  test("is the same when nobody answered at all", () => {
    expect(delayOf(1, { status: null, retry_after: 600 })).toBe(delayOf(1)!);
  });

  test("is stretched by what a busy receiver asks for, up to a day", () => {
    for (const status of [429, 502, 503, 504]) {
      expect(delayOf(1, { status, retry_after: 120 })).toBe(120_000);
      expect(delayOf(1, { status, retry_after: 9_999_999 })).toBe(24 * HOUR * 1000);
      expect(delayOf(9, { status, retry_after: 9_999_999, fraction: 0 })).toBe(24 * HOUR * 1000);
    }
  });

  test("is never cut short by it, and no other status may ask", () => {
    expect(delayOf(2, { status: 503, retry_after: 0 })).toBe(delayOf(2)!);
    expect(delayOf(2, { status: 503, retry_after: 10 })).toBe(delayOf(2)!);
    for (const status of [400, 404, 500, 501, 505]) {
      expect(delayOf(1, { status, retry_after: 120 })).toBe(delayOf(1)!);
    }
  });

  test("is scaled as a whole, down to nothing", () => {
    expect(delayOf(3, { scale: 0.001 })).toBeCloseTo(delayOf(3)! / 1000, 6);
    expect(delayOf(1, { status: 429, retry_after: 120, scale: 0 })).toBe(0);
    expect(delayOf(10, { scale: 0 })).toBeNull();
  });
});
