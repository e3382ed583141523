/** Patterns in words, places in JSON, and code that fires a trigger, without a browser. */
import { describe, expect, test } from "bun:test";
import { rangeOf } from "../../src/ui/editor/json_range";
import { patternOf, pickedOf } from "../../src/ui/schedules/pattern";
import { snippetsOf } from "../../src/ui/triggers/tabs/snippets";

describe("a schedule's pattern", () => {
  test.each([
    ["*/15 * * * *", "minutes"],
    ["* * * * *", "minutes"],
    ["5 * * * *", "hourly"],
    ["30 6 * * 1-5", "daily"],
    ["30 6 * * *", "daily"],
    ["0 6 * * 1,3,7", "daily"],
    ["15 22 31 * *", "monthly"],
    ["0 6 * JAN MON#1", "pattern"],
    ["*/2 * * * * *", "pattern"],
    ["@daily", "pattern"],
  ])("%s is picked as %s and comes back the same", (pattern, rhythm) => {
    const picked = pickedOf(pattern);
    expect([picked.rhythm as string, patternOf(picked)]).toEqual([rhythm, pattern]);
  });
});

describe("a place in a JSON text", () => {
  const text = `{ "a\\"b": [1, {"x": "]}"}], "constraints" : [ {"expression":"x >= 1"}, {"expression": "y"} ] }`;

  test.each([
    ["constraints.1.expression", '"y"'],
    ["constraints.0", '{"expression":"x >= 1"}'],
    ['a"b.1.x', '"]}"'],
    ["", text],
  ])("of %s is found", (path, found) => {
    const place = rangeOf(text, path)!;
    expect(text.slice(place.from, place.to)).toBe(found);
  });

  test.each(["constraints.2", "constraints.0.name", "nothing", 'a"b.0.x'])("of %s is none", (path) => {
    expect(rangeOf(text, path)).toBeNull();
  });

  test("of a text that is no JSON yet is none", () => {
    for (let end = 0; end < text.length; end += 1) {
      const place = rangeOf(text.slice(0, end), "constraints.1.expression");
      if (place !== null) expect(text.slice(place.from, place.to)).toStartWith('"y');
    }
  });
});

describe("code that fires a trigger", () => {
  const facts = { url: "http://127.0.0.1:1/api/v2/triggers/trg_x/fire", override_data: { name: 'it\'s "5" \\ $HOME' } };
  const of = (name: string, secret: string | null): string =>
    snippetsOf({ ...facts, secret }).find((snippet) => snippet.name === name)!.text;
  const bodyIn = (printed: string): unknown => JSON.parse(printed);

  test("gives a shell the body as it is, quotes and all", () => {
    const shown = of("curl", "s")
      .replace("curl -sS", "for last; do :; done; set --")
      .concat(`\nfor last; do :; done; printf %s "$last"`);
    const { stdout } = Bun.spawnSync(["sh", "-c", shown]);
    expect(bodyIn(stdout.toString())).toEqual({ override_data: facts.override_data });
  });

  test("holds the secret only where it was given, and else names the variable", () => {
    for (const { text } of snippetsOf({ ...facts, secret: null })) expect(text).toContain("JAOT_SECRET");
    for (const name of ["curl", "Python", "JavaScript", "PowerShell"]) {
      expect(of(name, "5f5f")).toContain("5f5f");
      expect(of(name, "5f5f")).not.toContain("JAOT_SECRET");
    }
    expect(of("CI job", "5f5f")).not.toContain("5f5f");
  });
});
