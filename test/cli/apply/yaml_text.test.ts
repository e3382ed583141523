import { describe, expect, test } from "bun:test";
import { LineCounter } from "yaml";
import { parseYaml } from "../../../src/cli/apply/yaml_text";

function problemOf(text: string): string {
  const lines = new LineCounter();
  const read = parseYaml(text, lines);
  if (!("fault" in read)) return "";
  return `${read.at === null ? "-" : lines.linePos(read.at).line}: ${read.fault}`;
}

/** Each level holds the one before it nine times. */
function bomb(levels: number): string {
  const names = Array.from({ length: levels }, (_, i) => `a${i}`);
  const level = (i: number) =>
    Array<string>(9)
      .fill(i === 0 ? "x" : `*a${i - 1}`)
      .join(",");
  return names.map((name, i) => `${name}: &${name} [${level(i)}]`).join("\n");
}

describe("YAML that means more than it says", () => {
  test.each([
    ["name: x\nmodel: &m [*m]\n", "2: the alias *m stands inside"],
    ["a: &a {b: &b {c: *a}}\n", "1: the alias *a stands inside"],
    ["a: &a\n  - 1\n  - b: *a\n", "3: the alias *a stands inside"],
    ["name: *nothing\n", "1: the alias *nothing has no anchor &nothing before it"],
    ["name: x\nb: 1\nname: y\n", '3: Map keys must be unique; "name" is there twice'],
    ["a: {b: 1, 'b': 2}\n", '1: Map keys must be unique; "b" is there twice'],
    [bomb(8), "means more than 1000000 values"],
    [bomb(1000), "means more than 1000000 values"],
    [`a: &a 1\nb: [${Array(1001).fill("*a").join(",")}]\n`, "2: has more than 1000 aliases"],
    ["[".repeat(200_000), "-: nests too deep"],
    [`a: ${"x".repeat(16_777_216)}`, "-: 16777219 characters; at most 16777216"],
  ])("is refused with its line: %#", (text, problem) => {
    const heap = process.memoryUsage().rss;
    const used = process.cpuUsage();
    expect(problemOf(text)).toContain(problem);
    const { user, system } = process.cpuUsage(used);
    expect((user + system) / 1e6).toBeLessThan(10);
    expect(process.memoryUsage().rss - heap).toBeLessThan(1e9);
  });

  test("is not YAML that uses its anchors", () => {
    const read = parseYaml("model: &m {source: x}\ncanvas: *m\nagain: [*m, *m]\n", new LineCounter());
    if ("fault" in read) throw new Error(read.fault);
    expect(read.toJS({ maxAliasCount: -1 })).toEqual({
      model: { source: "x" },
      canvas: { source: "x" },
      again: [{ source: "x" }, { source: "x" }],
    });
    expect(problemOf(bomb(5))).toBe("");
    // An anchor may be given anew.
    expect(problemOf("a: &a 1\nb: *a\nc: &a 2\nd: *a\n")).toBe("");
  });

  test("with many keys in one map is read in a time that grows with them", () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `k${i}: ${i}`).join("\n");
    const used = process.cpuUsage();
    expect(problemOf(text)).toBe("");
    const { user, system } = process.cpuUsage(used);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
