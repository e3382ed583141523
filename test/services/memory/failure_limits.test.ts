import { describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "../../../src/clock";
import { FailureLimits } from "../../../src/services/memory/failure_limits";

const FAILURES_MAX = 3;
const MINUTE_MS = 60_000;

/** Limits under a clock that moves by hand; its wall time says nothing true. */
function setUp() {
  let monotonic = 5000;
  const clock: Clock = { ...systemClock, now: () => 0, monotonic: () => monotonic };
  const limits = new FailureLimits(clock, FAILURES_MAX);
  const pass = (ms: number): void => {
    monotonic += ms;
  };
  /** Fails that many times; what each was told. */
  const fail = (count: number, client = "10.0.0.1", target = "trg_1"): (number | null)[] =>
    Array.from({ length: count }, () => limits.fail(client, target).retry_after_seconds);
  return { pass, fail };
}

describe("failures", () => {
  test("are let pass up to the limit, then told how long to wait", () => {
    const { fail, pass } = setUp();
    expect(fail(FAILURES_MAX)).toEqual([null, null, null]);
    expect(fail(2)).toEqual([60, 60]);
    pass(MINUTE_MS - 1500);
    expect(fail(1)).toEqual([2]);
    pass(1499);
    expect(fail(1)).toEqual([1]);
  });

  test("count anew after a minute, which a client that goes on cannot stretch", () => {
    const { fail, pass } = setUp();
    fail(FAILURES_MAX);
    for (let i = 0; i < 5; i += 1) {
      pass(10_000);
      expect(fail(1)).toEqual([50 - 10 * i]);
    }
    pass(10_000);
    expect(fail(FAILURES_MAX + 1)).toEqual([null, null, null, 60]);
  });

  test("of one client cost no other anything, and of one target no other either", () => {
    const { fail } = setUp();
    fail(FAILURES_MAX + 5);
    expect(fail(1, "10.0.0.2")).toEqual([null]);
    expect(fail(1, "10.0.0.1", "trg_2")).toEqual([null]);
    expect(fail(1)).toEqual([60]);
  });

  test("of one network of IPv6 count together, and an address of IPv4 is the same through either socket", () => {
    const { fail } = setUp();
    for (const client of ["2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::"]) fail(1, client);
    expect(fail(1, "2001:db8:1:2::2")).toEqual([60]);
    expect(fail(1, "2001:db8:1:3::1")).toEqual([null]);
    fail(FAILURES_MAX, "::ffff:10.0.0.9");
    expect(fail(1, "10.0.0.9")).toEqual([60]);
    expect(fail(1, "::ffff:10.0.0.10")).toEqual([null]);
    expect(fail(1, "fe80::1%eth0")).toEqual([null]);
  });

  test("of very many clients at once take a bounded memory, and are limited still", () => {
    const { fail } = setUp();
    for (let i = 0; i < 100_001; i += 1) fail(1, `client ${i}`);
    expect(fail(FAILURES_MAX + 1, "late")).toEqual([null, null, null, 60]);
  });
});
