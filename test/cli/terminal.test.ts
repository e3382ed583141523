import { describe, expect, test } from "bun:test";
import { ERASE_LINE, seenText } from "../../src/cli/terminal";

describe("what a terminal is sent", () => {
  test.each([
    ["\u001b]0;title\u0007", "\\u001b]0;title\\u0007"],
    ["a\u001b[2Jb", "a\\u001b[2Jb"],
    // The one-character form of ESC [, which JSON leaves as it is.
    ["a\u009b31mb", "a\\u009b31mb"],
    ["a\u0090+q\u009cb", "a\\u0090+q\\u009cb"],
    ["back\b\b\u007f", "back\\u0008\\u0008\\u007f"],
    ["over\rwritten\n", "over\\u000dwritten\n"],
    ["abc\u202egnp.exe", "abc\\u202egnp.exe"],
    ["line\u2028line\u2066", "line\\u2028line\\u2066"],
  ])("%p is shown", (sent, seen) => {
    expect(seenText(sent)).toBe(seen);
  });

  test.each(["plain\n", "tab\tstop", "csv,line\r\n", "\r100 runs", "12 s  best 5\r", "ünï ✓ 日本\n", "עברית"])(
    "%p stays as it is",
    (text) => {
      expect(seenText(text)).toBe(text);
    },
  );

  test("our own line of progress stays, what follows in it does not draw", () => {
    expect(seenText(`${ERASE_LINE}copying \u001b[2J`)).toBe(`${ERASE_LINE}copying \\u001b[2J`);
  });

  test("JSON means the same afterwards", () => {
    const value = { name: "a\u009b\u0085\u007f\u2028\u202e\u001b[2J" };
    const text = seenText(JSON.stringify(value));
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
  });
});
