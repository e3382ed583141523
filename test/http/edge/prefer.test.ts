import { expect, test } from "bun:test";
import { waitOf } from "../../../src/http/edge/prefer";

const MAX = 60;

test.each([
  ["wait=5", 5],
  ["Wait=5", 5],
  ["WAIT=5", 5],
  ["wait = 5", 5],
  ["wait\t=\t5", 5],
  ['wait="5"', 5],
  ['wait="\\5"', 5],
  ["wait=10000", MAX],
  ["wait=999999999999999", MAX],
  ["respond-async, wait=5", 5],
  ["wait=5, respond-async", 5],
  ["respond-async,wait=5,return=minimal", 5],
  ["wait=5; foo=bar", 5],
  ['return=representation; note="a, wait=9", wait=5', 5],
  ['note="say \\"wait=9\\", then", wait=5', 5],
  // The first one counts.
  ["wait=5, wait=9", 5],
  ["wait=x, wait=9", 0],
  // Empty entries of a list are allowed.
  [", ,wait=5", 5],
  // What cannot be read is left out, and what follows counts.
  ["(what), wait=5", 5],
  ["", 0],
  ["wait", 0],
  ["wait=", 0],
  ["wait=-5", 0],
  ["wait=5.5", 0],
  ["wait=5s", 0],
  ["await=5", 0],
  ["wait:5", 0],
  ["note=wait=5", 0],
])("Prefer: %s waits %p s at most", (prefer, seconds) => {
  expect(waitOf(prefer, MAX)).toBe(seconds);
});

test("no Prefer does not wait", () => {
  expect(waitOf(null, MAX)).toBe(0);
});

test("a header of any length is read in a time that grows with it", () => {
  const hostile = [
    `${"a ".repeat(8000)}`,
    `${'"'.repeat(16_000)}`,
    `a=${'"\\'.repeat(8000)}`,
    ",".repeat(16_000),
    `a;${'"b"'.repeat(5000)}`,
  ];
  for (const prefer of hostile) expect(waitOf(`${prefer}, wait=5`, MAX)).toBeGreaterThanOrEqual(0);
});
