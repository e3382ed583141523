/** Small models for each part of the manual: glpsol and we refuse the same ones, find the same optimum and print the same. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { askOracle, GLPSOL } from "./oracle";
import { faultsOf, mathprog, solveModel } from "./setup";

const SECTIONS = ["expressions", "statements", "data", "more", "details"];
const ENDED_EARLY = "... the report ends here";

/** `=== name` and the model below it; `<CR>` and `<TAB>` stand for what editors do not show. */
function readCases(section: string): readonly (readonly [string, string])[] {
  const text = readFileSync(join(import.meta.dir, "cases", `${section}.txt`), "utf8");
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const at = part.indexOf("\n");
      return [
        part.slice(0, at),
        part
          .slice(at + 1)
          .replaceAll("<CR>", "\r")
          .replaceAll("<TAB>", "\t"),
      ];
    });
}

const OPTIONS = { options: { seed: 1 } };

describe.skipIf(GLPSOL === null)("as glpsol has it (needs the package glpk-utils)", () => {
  const cases = SECTIONS.flatMap((section) =>
    readCases(section).map(([name, source]) => [`${section}: ${name}`, source] as const),
  );
  test.each(cases)("%s", (_, source) => {
    const oracle = askOracle(source);
    if (oracle.status === "refused") {
      const faults = faultsOf(mathprog(source, OPTIONS));
      expect(faults.length).toBeGreaterThan(0);
      return;
    }
    const solution = solveModel(mathprog(source, OPTIONS));
    const report = solution.report ?? "";
    expect(report.includes(ENDED_EARLY)).toBe(oracle.has_failed_late);
    if (oracle.has_failed_late) return;
    expect(report).toEndWith(oracle.printed);
    expect(solution.status === "optimal").toBe(oracle.status.endsWith("OPTIMAL"));
    if (oracle.objective !== null && solution.status === "optimal")
      expect(solution.objective_value).toBeCloseTo(oracle.objective, 6);
  });
});

/** Where we differ from glpsol because it crashes, drops something or knows less. */
test.each<[string, string, string | readonly string[]]>([
  ["objectives keep their constant", "var x >= 1; minimize o: x + 3; solve; display o;", "o.val = 4\n"],
  [
    "so do the further ones",
    "var x >= 1; minimize o: x; maximize p: x + 3; solve; display o, p;",
    "o.val = 1\np.val = 4\n",
  ],
  ["a letter is a character", "var x >= 1; minimize o: x; solve; printf '%d\\n', length('é');", "1\n"],
  ["%d takes large numbers", "var x >= 1; minimize o: x; solve; printf '%d\\n', 1e10;", "10000000000\n"],
  ["check takes numbers, as the manual says", "var x >= 1; minimize o: x; check: 1; solve; printf 'a';", "a"],
  ["bounds of integers need not be whole", "var x integer >= 0.5; minimize o: x; solve; display x;", "x.val = 1\n"],
  ["signs may follow each other", "param p := - -2; var x >= p; minimize o: x; solve; display x;", "x.val = 2\n"],
  [
    "rows say whether they hold with equality",
    "var x; minimize o: x; a: x >= 1; b: x <= 3; c: x + 0 = 1; solve; display a.status, b.status, c.status;",
    "a.status = 2\nb.status = 1\nc.status = 5\n",
  ],
  [
    "a value that needs a million earlier ones",
    "param p{i in 0..1e6} := if i = 0 then 0 else p[i-1] + 1; var x >= p[1e6]; minimize o: x; solve; display x;",
    "x.val = 1000000\n",
  ],
  ["a param of itself", "param p := p + 1; var x >= p; minimize o: x;", ["1:12 defined_by_itself p depends on itself"]],
  [
    "values of each other",
    "param p{i in 1..3} := p[4-i]; var x; minimize o: x; c: x >= p[1];",
    ["1:23 defined_by_itself p[1] depends on itself"],
  ],
  [
    "a day that is none",
    'param t := str2time("31 2 2011", "%d %m %Y"); var x >= t; minimize o: x;',
    ["1:12 wrong_time there is no day 31 in this month"],
  ],
  [
    "bounds without room",
    "var x >= 3 <= 2; minimize o: x;",
    ["1:5 bounds_crossed x has the lower bound 3 and the upper bound 2, so it has no value"],
  ],
])("%s", (_, source, expected) => {
  if (typeof expected === "string") expect(solveModel(mathprog(source)).report).toBe(expected);
  else expect(faultsOf(mathprog(source))).toEqual([...expected]);
});
