import { expect, test } from "bun:test";
import { nearestHint, nearestName } from "../src/nearest";

const NAMES = ["host", "port", "data_dir", "drain_seconds", "workers"];

test("a slip of one letter finds the name it was meant for", () => {
  expect(nearestName("prot", NAMES)).toBe("port");
  expect(nearestName("hos", NAMES)).toBe("host");
  expect(nearestName("porrt", NAMES)).toBe("port");
  expect(nearestName("WORKERS", NAMES)).toBe("workers");
});

test("two swapped neighbours are one slip, also in the middle and at the ends", () => {
  expect(nearestName("slove", ["solve"])).toBe("solve");
  expect(nearestName("osvle", ["solve"])).toBeNull();
  expect(nearestName("ab", ["ba"])).toBe("ba");
  expect(nearestName("drain_secnods", NAMES)).toBe("drain_seconds");
});

test("a name that is nothing like the others finds none", () => {
  expect(nearestName("colour", NAMES)).toBeNull();
  expect(nearestName("", NAMES)).toBeNull();
  expect(nearestName("p".repeat(65), ["p".repeat(65)])).toBeNull();
});

test("the nearest wins, and of equals the first", () => {
  expect(nearestName("value_max", ["value_mix", "value_max_1", "value_max"])).toBe("value_max");
  expect(nearestName("bat", ["cat", "rat"])).toBe("cat");
});

test("a hint is a question, and nothing when there is no near name", () => {
  expect(nearestHint("prot", NAMES)).toBe('did you mean "port"?');
  expect(nearestHint("colour", NAMES)).toBeUndefined();
});
