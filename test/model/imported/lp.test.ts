/** CPLEX LP as HiGHS reads it, array by array; and what HiGHS refuses or misreads. */
import { describe, expect, test } from "bun:test";
import { KIND } from "../../../src/problem/problem";
import { problemOf } from "../setup";
import { readWithHighs } from "./highs_oracle";
import { fileOf, findingsOf, readOurselves } from "./setup";

const SAME: readonly string[] = [
  "Minimize obj: 2 x + 3 y + 5\nSubject To\nc1: x + y <= 4\nBounds\nx <= 3\n-inf <= y <= 5\nEnd\n",
  "max\n 2 x + 3 y + 3 + 4\nst\n c2: 2 x - y <= 4\nbounds\n y <= 5\ngeneral x\nbinary y z\nEnd\n",
  "max\n 2 x\nst\n c2: 2 x - y <= 4\nbounds\n x >= -4\n y >= 0.5\nbinary x y\nEnd\n",
  "min obj: x\nst\n c: - - x + + 3 y >= - 1\nend",
  "min obj: x\nst\n c: x + y >= 1 \nbounds\n x = 1\n y >= 3\n y <= 2\nend",
  "minimize\n obj: x\nsubject to c: x + y >= 1 \nend",
  "Minimum x\nSuch That\n x + y >= 1\n x - y >= -1\nIntegers\n x\nend",
  "min obj: x\nst\n free: x + y >= 1\n end: x>=1\nend",
  "min obj: 0 x + 0 y\nst\n c: x + 0 y >= 1\nend",
  "min obj: y\nst\n c: x + y + x >= 1\n d: x - x >= 0\nend",
  "min obj: x + [ x^2 + 3 y * z + 8 y ^ 2 + 8 z^2 + x * x ] / 2\nst\n c: x + y >= 1\nend",
  "min obj: x + [ x^2 ] / 2 + [ y^2 ]/2\nst\n c: x + y >= 1\nend",
  "max obj: x + [ - x^2 - 2 x * y - y^2 ] / 2\nst\n c: x + y <= 1\nend",
  "min obj: x\nst\n c: x + y = 1 R1: x>=2\nend",
  "min obj: x\nst\n c: x + y <= 1\nsemis\n x\nend",
  "min obj: x\nst\n c: x + y <= 1\nbounds\n x >= 2\n x <= 5\nsemi\n x\nend",
  "min obj: x\nst\n c: x + y <= 1\nbounds\n 2 <= x <= 5\n y <= 9\ngeneral\n x\nsemi-continuous\n x y\nend",
  "min obj: x\nst\n c: x + y <= 1\nbin\n x\ngen\n x\nend",
  "min obj: x!\"#$%&(),.;?@_`'{}~ + y\nst\n c: x + y <= 1\nend",
  "st\n c: x + y <= 1\nmin\nx\nend",
  "min\n x\nst\n c: x + y <= 1e-400\nend",
  "min\n x\nst\n c: x + y\n <= \n + 2\n end",
  "min obj: 2x4 + 3 e5 + 2e4 f\nst\n c2: 2 x.y - y#1 <= 4\nEnd\n",
  "min obj: x\nst\n c: x + y <= inf\n d: x >= -1e30\n e: x <= 1e40\n bounds\n y <= infinity\n x >= - inf\nend",
  "min obj: x\nst\n c2: 2 x - y <= 4\n 0 x + 0 y >= 1\nbounds\n 3 <= x\n x >= 2\n 5 >= z\n -1e30 <= y <= 1e30\nEnd\n",
  "\\ a remark\nmin obj: x \\ and another\nst\n c: x + y >= 1\\\nbounds\n x free\n y free\nend\n\\ the last one",
  "MINIMIZE\nOBJ: X\nSUBJECT TO\nC: X + Y >= 1\nBOUNDS\nX FREE\nGENERALS\nX\nBINARIES\nY\nEND\n",
  "min\n\tobj:\tx\r\nst\r\n\tc:\tx\t+\ty\t>=\t1\r\nend\r\n",
  "min\n 1: x\nst\n 2: x + y >= 1\n 3.5: x - y <= 1\nend",
  "min\nobj: x\nst\nc1: x >= 1\nbounds\nend",
  "min x\nst\n c: x + y >= 1 /* a\n remark */\nend",
];

describe("as HiGHS reads it", () => {
  test.each([...SAME])("%j", async (text) => {
    const theirs = await readWithHighs("lp", text);
    expect(theirs).not.toBeNull();
    expect(readOurselves("lp", text)).toEqual(theirs!);
  });
});

/** What HiGHS refuses, or misreads without a word, beside a text that it reads as it is meant. */
const MEANT: readonly (readonly [text: string, meant: string])[] = [
  ["min x + x\nst\n c: x >= 1\nend", "min 2 x\nst\n c: x >= 1\nend"],
  ["min x\nst\n c: x + y + 3 >= 1\nend", "min x\nst\n c: x + y >= -2\nend"],
  ["min x\nst\n c: x + y => 1\n d: x - y =< 4\nend", "min x\nst\n c: x + y >= 1\n d: x - y <= 4\nend"],
  ["min x\nst\n c: x + y > 1\n d: x - y < 4\nend", "min x\nst\n c: x + y >= 1\n d: x - y <= 4\nend"],
  ["min x\nst\n c: 3 >= x + y\nend", "min x\nst\n c: x + y <= 3\nend"],
  ["min x\nst\n c: x + y >= 1\nbounds\n 3 >= x >= 1\nend", "min x\nst\n c: x + y >= 1\nbounds\n 1 <= x <= 3\nend"],
  [
    "min x\nst\n c: x + y >= 1\nbounds\n x <= 1\nbounds\n y <= 2\nend",
    "min x\nst\n c: x + y >= 1\nbounds\n x <= 1\n y <= 2\nend",
  ],
  ["min inflow\nst\n c: inflow + nancy >= 1\nend", "min x\nst\n c: x + y >= 1\nend"],
  ["min x\nst\n c: x + y >= 1\nbounds\n x free\nbinary\n x\nend", "min x\nst\n c: x + y >= 1\nbinary\n x\nend"],
  ["min x - [ - 2 x^2 ] / 2\nst\n c: x >= 1\nend", "min x + [ 2 x^2 ] / 2\nst\n c: x >= 1\nend"],
];

describe("where HiGHS refuses or goes wrong without a word", () => {
  test.each([...MEANT])("%j", async (text, meant) => {
    const theirs = await readWithHighs("lp", meant);
    expect(await readWithHighs("lp", text)).not.toEqual(theirs);
    expect(readOurselves("lp", text)).toEqual(theirs!);
  });

  test.each([
    ["-1 <= x + y <= 4", -1, 4],
    ["4 >= x + y >= -1", -1, 4],
    ["-inf <= x + y <= 4", -Infinity, 4],
    ["-1 <= x + y + 2 <= 4", -3, 2],
    ["- 1 <= x + y", -1, Infinity],
    ["2 = x + y", 2, 2],
    ["1 <= x + y <= inf", 1, Infinity],
  ])("the range %s", (range, lower, upper) => {
    const { row_lower, row_upper, rows } = readOurselves("lp", `min x\nst\n c: ${range}\n d: x <= 9\nend`);
    expect([row_lower[0], row_upper[0]]).toEqual([lower, upper]);
    expect(rows).toEqual([
      [
        [0, 1],
        [1, 1],
      ],
      [[0, 1]],
    ]);
  });
});

test("a mark of byte order before the text is no part of it", () => {
  const text = "min x\nst\n c: x >= 1\nend";
  expect(readOurselves("lp", `\ufeff${text}`)).toEqual(readOurselves("lp", text));
});

describe("names of results", () => {
  test("are those of the file; rows without one are counted", () => {
    const { columns, rows } = problemOf(
      fileOf("lp", "min x\nst\n x + y >= 1\n c2: x <= 3\n c1: y <= 3\n y - x <= 2\nbinary\n y\nend"),
    );
    expect(columns.names).toEqual(["x", "y"]);
    expect([...columns.kinds]).toEqual([KIND.continuous, KIND.binary]);
    expect(rows.names).toEqual(["_c1", "c2", "c1", "c4"]);
  });
});

describe("warnings", () => {
  test.each([
    ["min x\nst\n c: x + 3 >= 1\nend", "3:2 constant_moved the constant 3 is moved to the other side of the relation"],
    [
      "min x\nst\n c: x >= 1\nbounds\n x <= -3\nend",
      '1:5 bounds_crossed "x" has the lower bound 0 and the upper bound -3, so that no solution exists; a lower bound that is not given is 0',
    ],
    [
      "min demand\nst\n c: demand >= 1\nbounds\n demnad <= 3\nend",
      '5:2 column_unused "demnad" is a variable of Bounds alone: no constraint and no objective uses it (did you mean "demand"?)',
    ],
    [
      "min x\nst\n c: x >= 1\nbounds\n x <= 3\nbinary\n x\nend",
      '1:5 binary_bounds "x" is binary and has bounds beyond 0 and 1, which hold; it is an integer between them',
    ],
  ])("%j", (text, expected) => {
    expect(findingsOf("lp", text, "warning")).toEqual([expected]);
  });
});

describe("errors", () => {
  test.each([
    [
      "",
      "1:1 syntax_error a section such as Minimize, Subject To or End is expected; the file may have been cut short, found the end of the text",
    ],
    [
      "min x\nst\n c: x >= 1\n",
      "4:1 syntax_error a section such as Minimize, Subject To or End is expected; the file may have been cut short, found the end of the text",
    ],
    [
      "min x\nst\n c: x >= 1\nend\nmore",
      '5:1 syntax_error the file goes on after End; the end of the text is expected, found "more"',
    ],
    ["c: x >= 1\nend", '1:1 syntax_error a section such as Minimize, Subject To or End is expected, found "c"'],
    [
      "min x\nst\n c: 2 x 3 y >= 1\nend",
      '3:9 syntax_error an operator, a relation or a section is expected, found "3"',
    ],
    ["min x\nst\n c: x y >= 1\nend", '3:7 syntax_error an operator, a relation or a section is expected, found "y"'],
    ["min x\nst\n c: x >= y\nend", '3:10 syntax_error a number is expected, found "y"'],
    [
      "min x\nst\n c: x >= 2 y\nend",
      '3:12 syntax_error the right side is one number; bring variables to the left, and begin the next constraint on a new line, found "y"',
    ],
    [
      "min x\nst\n c: x >= 2 + 1\nend",
      '3:12 syntax_error the right side is one number; bring variables to the left, and begin the next constraint on a new line, found "+"',
    ],
    [
      "min x\nst\n c: x + >= 2\nend",
      '3:9 syntax_error a number, a variable or a bracket is expected behind the sign, found ">="',
    ],
    ["min x\nst\n c: 1 <= 2\nend", '4:1 syntax_error a constraint needs a variable, found "end"'],
    ["min x\nst\n c: 1 <= x >= 2\nend", '3:12 syntax_error both relations of a range point the same way, found ">="'],
    [
      "min x\nst\n c: x + [ x^2 ] <= 2\nend",
      "3:9 quadratic_constraint quadratic constraints are not supported; only the objective may hold a bracket",
    ],
    ["min x + [ x^2 ]\nst\n c: x >= 2\nend", '2:1 syntax_error a bracket is followed by / 2, found "st"'],
    ["min x + [ x^3 ] / 2\nst\n c: x >= 2\nend", '1:13 syntax_error the exponent 2 is expected, found "3"'],
    [
      "min x + 2 [ x^2 ] / 2\nst\n c: x >= 2\nend",
      '1:11 syntax_error a bracket takes no coefficient; multiply it out, found "["',
    ],
    [
      "min 2 * x\nst\n c: x >= 2\nend",
      '1:7 syntax_error a coefficient stands before its variable without a sign, found "*"',
    ],
    ["min x\nst\n c: x >= 1\n c: x <= 3\nend", '4:2 name_duplicate two constraints are called "c"; rename one of them'],
    [
      "min x\nst\n c: b = 1 -> x >= 2\nend",
      "3:11 indicator_unsupported indicator constraints are not supported; write the constraint without ->",
    ],
    [
      "min x\nst\n c: x >= 1\nsos\n s1: S1:: x:1\nend",
      "4:1 section_unsupported the section sos (special ordered sets) is not supported; write the model without it",
    ],
    [
      "min x\nst\n c: x >= 1\nlazy constraints\n d: x <= 1\nend",
      "4:1 section_unsupported the section lazy constraints is not supported; write the model without it",
    ],
    ["min x\nmax x\nst\n c: x >= 1\nend", '2:1 section_repeated the file has a second objective, "max"'],
    [
      "min x\nst\n c: x >= inf\nend",
      "3:2 bound_infinite the side of this constraint is infinite, so that nothing satisfies it",
    ],
    ["min 1e999 x\nst\n c: x >= 1\nend", '1:5 number_invalid "1e999" is not a finite number'],
    [
      "min x\nst\n c: x >= 1\nbounds\n x\nend",
      '6:1 syntax_error a relation such as <= or the word free is expected, found "end"',
    ],
    ["min x\nst\n c: x >= 1\ngeneral\n x 3\nend", '5:4 syntax_error a variable or a section is expected, found "3"'],
    [
      "max x\nst\n c: x <= 9\nbounds\n x >= 4\nsemis\n x\nend",
      '1:5 bound_infinite the semi-continuous variable "x" has the bounds 4 and Infinity; give it two finite ones',
    ],
    [
      "min x + [ - x^2 ] / 2\nst\n c: x >= 2\nend",
      '1:9 quadratic_not_convex the quadratic objective must be convex to be minimized; it bends the wrong way along "x"',
    ],
  ])("%j", (text, expected) => {
    expect(findingsOf("lp", text, "error")).toEqual([expected]);
  });

  test("several come in one pass, each statement by itself", () => {
    const text = "min x\nst\n c: x >= y\n d: x y >= 1\n e: x >= 1\n f: [ x ] <= 1\nbounds\n x <= z\n x <= 4\nend";
    expect(findingsOf("lp", text, "error").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "3:10 syntax_error",
      "4:7 syntax_error",
      "6:5 quadratic_constraint",
      "8:7 syntax_error",
    ]);
  });
});
