import { describe, expect, test } from "bun:test";
import { csvLine } from "../../../src/cli/remote/csv";

/** Cells as a program sees them that separates at `separator` and knows quotes only at the begin of a cell, as Excel does. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at <= line.length) {
    let cell = "";
    if (line[at] === '"') {
      let end = at + 1;
      while (end < line.length && (line[end] !== '"' || line[end + 1] === '"')) end += line[end] === '"' ? 2 : 1;
      cell = line.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    // What follows a closed quote belongs to the cell as it is.
    const next = [separator, "\r", "\n"].map((one) => line.indexOf(one, at)).filter((place) => place !== -1);
    const end = next.length === 0 ? line.length : Math.min(...next);
    found.push(cell + line.slice(at, end));
    at = end + 1;
  }
  return found;
}

const FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201"];
const HOSTILE = FORMULAS.flatMap((formula) => [
  formula,
  `a;${formula}`,
  `a; ${formula}`,
  `a;"${formula}"`,
  `a\t${formula}`,
  `a\n${formula}`,
  `a\r\n;${formula}`,
  `a,";${formula}`,
  `\t${formula}`,
]);

describe("a text in a CSV file begins no formula", () => {
  test.each([",", ";", "\t"])("where %p separates cells", (separator) => {
    for (const text of HOSTILE) {
      for (const line of [csvLine([text, "x"]), csvLine(["id", text]), csvLine(["id", { note: text }])]) {
        for (const cell of cells(line, separator)) {
          expect(`${JSON.stringify(text)} -> ${cell.replace(/^[\s"]+/, "")}`).not.toMatch(
            /-> [=+\-@\uff0b\uff0d\uff1d\uff20]/,
          );
        }
      }
    }
  });

  test("and what is none stays as it is", () => {
    expect(csvLine(["a;b", "x = 1", -5, null, true, { a: [1, -2] }])).toBe('a;b,x = 1,-5,,true,"{""a"":[1,-2]}"\r\n');
  });
});
