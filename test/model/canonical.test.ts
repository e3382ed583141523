import { expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson, contentDigest } from "../../src/model/canonical";

test("is JSON with sorted keys", () => {
  expect(canonicalJson({ b: [1, -0, "é\n"], a: { d: null, c: true } })).toBe(
    '{"a":{"c":true,"d":null},"b":[1,0,"é\\n"]}',
  );
  expect(canonicalJson({ keep: 1, drop: undefined })).toBe('{"keep":1}');
  expect(canonicalJson([undefined, Number.NaN])).toBe("[null,null]");
});

test("says the same as JSON for any value, and does not see the order of keys", () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(contentDigest(reversed(value))).toBe(contentDigest(value));
    }),
    { seed: 3, numRuns: 1000 },
  );
});

test("the digest is SHA-256 of the UTF-8 text", () => {
  expect(contentDigest({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

test("depth is no danger", () => {
  let value: unknown = 1;
  for (let level = 0; level < 200_000; level += 1) value = [value];
  expect(canonicalJson(value)).toBe(`${"[".repeat(200_000)}1${"]".repeat(200_000)}`);
});
