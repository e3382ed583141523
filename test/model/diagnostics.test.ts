import { describe, expect, test } from "bun:test";
import { type Diagnostic, positionAt, renderDiagnostic } from "../../src/model/diagnostics";
import { constraintErrors } from "./setup";

function render(expression: string): string {
  return renderDiagnostic(constraintErrors(expression)[0]!, expression);
}

describe("a diagnostic as text", () => {
  test("shows the line with a caret under the span", () => {
    expect(render("x +\n  demnd*y <= 3")).toBe(
      [
        'error[unknown_name]: unknown name "demnd"; declare it in variables or parameters',
        "  at constraints.0.expression:2:3",
        "      demnd*y <= 3",
        "      ^^^^^",
        '  hint: did you mean "demand"?',
      ].join("\n"),
    );
  });

  test("cuts a long line around the span", () => {
    const lines = render(`${"x + ".repeat(5000)}wrong${" + x".repeat(5000)} <= 1`).split("\n");
    const at = lines[3]!.indexOf("^");
    expect(lines[2]!.length).toBeLessThan(110);
    expect(lines[2]!.slice(at, at + 5)).toBe("wrong");
    expect(lines[3]!.slice(at)).toBe("^^^^^");
  });

  test("points past the end of the text, and across lines only to the end of the first", () => {
    expect(render("x <=").split("\n").slice(2)).toEqual(["    x <=", "        ^"]);
    expect(render("x\n+ y").split("\n").slice(2)).toEqual(["    x", "    ^"]);
  });

  test("holds no control character of the text", () => {
    const rendered = render("x + \u001b[2J\t<= 1");
    expect(rendered).not.toContain("\u001b");
    expect(rendered).not.toContain("\t");
  });

  test("goes without a line when there is no text, and lists its notes", () => {
    const diagnostic: Diagnostic = {
      code: "some_code",
      severity: "warning",
      message: "this happened",
      line: 1,
      column: 1,
      start: 0,
      end: 0,
      notes: [{ message: "first given here", line: 4, column: 2 }, { message: "no place" }],
    };
    expect(renderDiagnostic(diagnostic, null)).toBe(
      "warning[some_code]: this happened\n  at 1:1\n  note: first given here (4:2)\n  note: no place",
    );
  });
});

test.each([
  ["", 0, 1, 1],
  ["ab", 1, 1, 2],
  ["ab", 9, 1, 3],
  ["a\nb", 1, 1, 2],
  ["a\nb", 2, 2, 1],
  ["\n\n", 2, 3, 1],
])("%j at %i is line %i, column %i", (text, offset, line, column) => {
  expect(positionAt(text, offset)).toEqual({ line, column });
});
