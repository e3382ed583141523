/** Damaged files: never a crash, never a hang (the budget would say so), every rejection at a place inside the text. And files made to hurt. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeMps } from "../../../scripts/bench/instances";
import { compileModel, prepareModel } from "../../../src/model/compile";
import type { Diagnostic } from "../../../src/model/diagnostics";
import { exportProblem } from "../../../src/model/exported/export";
import { problems } from "../exported/problems";
import { readWithHighs } from "./highs_oracle";
import { type Format, fileOf } from "./setup";

const seed = Number(process.env.SEED ?? 20261);
const RUNS = 2000;
const LIMITS = { nonzeros_max: 1_000_000, seconds_max: 15, monotonic: () => performance.now() };

const SOUND: readonly (readonly [format: Format, text: string])[] = [
  ["mps", makeMps({ rows: 12, columns: 10, entries_per_column: 3 }, "free", 1)],
  ["mps", makeMps({ rows: 12, columns: 10, entries_per_column: 3 }, "fixed", 2)],
  ["mps", makeMps({ rows: 12, columns: 10, entries_per_column: 3 }, "blanks", 3)],
  ...fc
    .sample(problems({ is_plain: false, has_ranges: true, is_quadratic: false }), { seed, numRuns: 3 })
    .flatMap(written),
  ...fc
    .sample(problems({ is_plain: false, has_ranges: true, is_quadratic: true }), { seed, numRuns: 3 })
    .flatMap(written),
];

function written(problem: Parameters<typeof exportProblem>[0]): (readonly [Format, string])[] {
  return (["mps", "lp"] as const).flatMap((format) => {
    const text = exportProblem(problem, format);
    return "text" in text ? [[format, text.text] as const] : [];
  });
}

const PIECES = [
  ..." |\n|\t|\r\n|\0|'|\"|\\|/*|*/|[|]|^ 2|/ 2|:|<=|>=|=|->|+|-|1e999|nan|inf|-inf|1e|..|é|\ud800|'MARKER'|'INTORG'".split(
    "|",
  ),
  "ROWS\n",
  "\nCOLUMNS\n",
  "\nRHS\n",
  "\nRANGES\n",
  "\nBOUNDS\n",
  "\nQUADOBJ\n",
  "\nSOS\n",
  "\nENDATA\n",
  "\nst\n",
  "\nbounds\n",
  "\nbinary\n",
  "\nsemi-continuous\n",
  "\nend\n",
  " FX BND ",
  "x free",
];

const damage = fc.record({
  kind: fc.constantFrom("cut", "insert", "replace", "repeat", "swap"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  piece: fc.constantFrom(...PIECES),
});

function damaged(text: string, wounds: readonly { kind: string; at: number; length: number; piece: string }[]): string {
  let hurt = text;
  for (const { kind, at, length, piece } of wounds) {
    const from = Math.floor(at * hurt.length);
    const to = Math.min(hurt.length, from + length);
    const part = hurt.slice(from, to);
    const between = kind === "cut" ? "" : kind === "insert" ? piece + part : kind === "replace" ? piece : part + part;
    hurt = kind === "swap" ? hurt.slice(to) + hurt.slice(0, to) : hurt.slice(0, from) + between + hurt.slice(to);
  }
  return hurt;
}

/** What a compile finds, after a check of everything that has to hold of it. */
function findingsOf(format: Format, text: string): readonly Diagnostic[] {
  const { problem, diagnostics } = compileModel(prepareModel(fileOf(format, text), LIMITS), {}, LIMITS);
  expect(diagnostics.map(({ code }) => code)).not.toContain("model_time_exceeded");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.length > 0).toBe(problem === null);
  for (const { path, start, end, line, column, message } of diagnostics) {
    if (path !== "content") continue;
    expect(start).toBeWithin(0, text.length + 1);
    expect(end).toBeWithin(start, text.length + 1);
    expect(line).toBe(text.slice(0, start).split("\n").length);
    expect(column).toBe(start - text.slice(0, start).lastIndexOf("\n"));
    expect(message.length).toBeLessThan(600);
  }
  return errors;
}

describe("damaged files", () => {
  test(`are read or refused with places in the text, seed ${seed}`, () => {
    let refused = 0;
    const property = fc.property(
      fc.constantFrom(...SOUND),
      fc.array(damage, { maxLength: 4 }),
      ([format, text], wounds) => {
        if (findingsOf(format, damaged(text, wounds)).length > 0) refused += 1;
      },
    );
    fc.assert(property, { seed, numRuns: RUNS });
    expect(refused).toBeWithin(RUNS / 4, RUNS);
  }, 60_000);

  test(`mps that HiGHS reads otherwise is refused, seed ${seed}`, async () => {
    const sound = SOUND.filter(([format]) => format === "mps").slice(0, 2);
    let compared = 0;
    const cut = damage.map((wound) => ({ ...wound, kind: "cut" }));
    const property = fc.asyncProperty(fc.constantFrom(...sound), cut, async ([format, text], wound) => {
      const hurt = damaged(text, [wound]);
      const ours = compileModel(prepareModel(fileOf(format, hurt), LIMITS), {}, LIMITS);
      const theirs = await readWithHighs("mps", hurt);
      if (ours.problem === null || theirs === null) return;
      compared += 1;
      expect([ours.problem.columns.count, ours.problem.rows.count]).toEqual([
        theirs.cost.length,
        theirs.row_lower.length,
      ]);
    });
    await fc.assert(property, { seed, numRuns: 300 });
    expect(compared).toBeGreaterThan(20);
  }, 60_000);
});

const MEGABYTES = 16 * 1024 * 1024;
const HEAD = "NAME\nROWS\n N C\n L A\nCOLUMNS\n x C 1 A 1\n";

describe("files made to hurt", () => {
  test.each([
    ["mps", "one line of 16 MB", "x".repeat(MEGABYTES)],
    ["lp", "one name of 16 MB", `min ${"x".repeat(MEGABYTES)}\nst\nend`],
    ["mps", "16 MB of blanks", `${HEAD}${" ".repeat(MEGABYTES)}`],
    ["mps", "a million sections", `${HEAD}${"RHS\n".repeat(1_000_000)}`],
    ["mps", "a million unknown sections", "X\n".repeat(1_000_000)],
    ["lp", "a million sections", "bounds\n".repeat(1_000_000)],
    ["lp", "a million labels", `min x\nst\n${"a: ".repeat(1_000_000)}`],
    ["lp", "a million signs", `min ${"- ".repeat(1_000_000)}x\nst\n`],
    ["lp", "a million open brackets", `min ${"[ ".repeat(1_000_000)}x\nst\nend`],
    ["lp", "a million words that may begin long ones", `min x\nst\n${"subject ".repeat(1_000_000)}`],
    ["lp", "a comment that never ends", `min x /* ${"* ".repeat(1_000_000)}`],
    ["mps", "a million fields in a line", `${HEAD} ${"x ".repeat(1_000_000)}\nENDATA\n`],
    ["mps", "a name of 100 kB", `NAME\nROWS\n N ${"c".repeat(100_000)}\nCOLUMNS\nENDATA\n`],
    ["mps", "a number of 100 kB", `${HEAD} x C ${"1".repeat(100_000)}\nENDATA\n`],
    ["mps", "a million unknown rows", `${HEAD}${" x Q 1\n".repeat(1_000_000)}ENDATA\n`],
    ["mps", "no number", HEAD.replace("1 A", "NaN A")],
    ["mps", "infinity for a coefficient", HEAD.replace("1 A", "Infinity A")],
    ["lp", "a million fields that are one constraint", `min x\nst\n c: ${"x + ".repeat(1_000_000)}x <= `],
  ] as const)(
    "%s: %s",
    (format, _, text) => {
      const errors = findingsOf(format, text);
      expect(errors.length).toBeWithin(1, 102);
    },
    20_000,
  );

  test("a million warnings are counted, not kept", () => {
    const text = `${HEAD}${" x A 1\n".repeat(1_000_000)}ENDATA\n`;
    const { problem, diagnostics } = compileModel(prepareModel(fileOf("mps", text), LIMITS), {}, LIMITS);
    expect(problem?.matrix.values).toEqual(Float64Array.of(1));
    expect(diagnostics.length).toBe(101);
    expect(diagnostics.at(-1)!.message).toContain("999900 more findings");
  });

  test("the largest model and the longest time are limits", () => {
    const text = makeMps({ rows: 500, columns: 500, entries_per_column: 20 }, "free", 5);
    const small = { ...LIMITS, nonzeros_max: 1000 };
    expect(compileModel(prepareModel(fileOf("mps", text), small), {}, small).diagnostics[0]?.code).toBe(
      "model_too_large",
    );
    let now = 0;
    const short = { ...LIMITS, seconds_max: 1, monotonic: () => (now += 2000) };
    expect(compileModel(prepareModel(fileOf("mps", text), short), {}, short).diagnostics[0]?.code).toBe(
      "model_time_exceeded",
    );
  });
});
