/** MPS as HiGHS reads it, array by array; where we differ, what we do instead. */
import { describe, expect, test } from "bun:test";
import { KIND } from "../../../src/problem/problem";
import { problemOf } from "../setup";
import { readWithHighs } from "./highs_oracle";
import { fileOf, findingsOf, readOurselves } from "./setup";

const ROWS = "ROWS\n N COST\n L A\n G B\n E C\n N IDLE\n";
const COLUMNS = "COLUMNS\n x COST 1 A 2\n x B 3 C 4\n y A 1 IDLE 7\n";
const HEAD = `NAME T\n${ROWS}${COLUMNS}`;
const INTEGERS = `NAME T\n${ROWS}COLUMNS\n M 'MARKER' 'INTORG'\n x COST 1 A 2\n z A 3\n M 'MARKER' 'INTEND'\n y A 1\n`;

function body(lines: string, head = HEAD): string {
  return `${head}${lines}ENDATA\n`;
}

function bounds(lines: string, head = HEAD): string {
  return body(`BOUNDS\n${lines}`, head);
}

/** The same model in fixed form, with names that hold blanks. */
const FIXED = `NAME          TEST
* a remark
ROWS
 N  COST FN
 L  LIM 1
 G  LIM 2
COLUMNS
    X ONE     COST FN            1.0   LIM 1              1.0
    X ONE     LIM 2              1.0
    Y TWO     COST FN            2.0   LIM 1              1.0
RHS
    RHS 1     LIM 1              4.0   LIM 2              1.0
    RHS 1     COST FN           -3.5
RANGES
    RNG       LIM 1              2.5
BOUNDS
 UP BND       X ONE              4.0
 UP BND       Y TWO             -4.0
ENDATA
`;

const SAME: readonly (readonly [what: string, text: string])[] = [
  ["plain", body("RHS\n RHS A 4 B 2\n RHS C 3\n")],
  ["a negative right side of the objective", body("RHS\n RHS COST -5 A 4\n")],
  ["a positive right side of the objective", body("RHS\n RHS COST 5 A 4\n")],
  ["no name of the right side", body("RHS\n A 4 B 7\n C 2\n")],
  ["two right sides: the first for a row holds", body("RHS\n R1 A 4\n R2 A 5 B 7\n")],
  ["ranges, negative", body("RHS\n R1 A 4 B 5\n R1 C 6\nRANGES\n R A -2 B -3\n R C -4\n")],
  ["ranges, positive", body("RHS\n R1 A 4 B 5\n R1 C 6\nRANGES\n R A 2 B 3\n R C 4\n")],
  ["a range of 0 and a second range", body("RHS\n R1 C 6\nRANGES\n R C 0\n R A 1\n R A 2\n")],
  ["a range of the objective", body("RANGES\n R COST 3\n")],
  ["UP", bounds(" UP B x 3\n")],
  ["UP below 0", bounds(" UP B x -3\n")],
  ["LO and UP below 0", bounds(" LO B x 0\n UP B x -3\n")],
  ["UP 0", bounds(" UP B x 0\n")],
  ["MI", bounds(" MI B x\n")],
  ["MI and UP", bounds(" MI B x\n UP B x -3\n")],
  ["UP and MI", bounds(" UP B x -3\n MI B x\n")],
  ["a second UP", bounds(" UP B x 3\n UP B x 4\n")],
  ["FX", bounds(" FX B x 3\n")],
  ["FR", bounds(" FR B x\n")],
  ["FR without a set", bounds(" FR x\n")],
  ["PL", bounds(" PL B x\n")],
  ["BV", bounds(" BV B x\n")],
  ["BV with a number", bounds(" BV B x 1\n")],
  ["LI and UI", bounds(" LI B x 2\n UI B x 5\n")],
  ["UI below 0", bounds(" UI B x -5\n")],
  ["SC", bounds(" SC B x 9\n")],
  ["LO and SC", bounds(" LO B x 2\n SC B x 9\n")],
  ["SI", bounds(" SI B x 9\n")],
  ["UP without a set", bounds(" UP x 4\n")],
  ["1e30 for infinity", bounds(" UP B x 1e30\n LO B y -1e30\n")],
  ["infinity in words", bounds(" UP B x Inf\n LO B y -Infinity\n")],
  ["a column of BOUNDS alone", bounds(" UP B z 4\n")],
  ["an exponent with D", bounds(" UP B x 1.5D+1\n")],
  ["BOUNDS in two parts", body("BOUNDS\n UP B x 1\nBOUNDS\n UP B y 1\n")],
  ["integers without bounds", body("", INTEGERS)],
  ["integers with UP and LO", bounds(" UP B x 5\n LO B z 2\n", INTEGERS)],
  ["integers with PL and MI", bounds(" PL B x\n MI B z\n", INTEGERS)],
  ["integers with FR and UP below 0", bounds(" FR B x\n UP B z -4\n", INTEGERS)],
  ["BV behind UP", bounds(" UP B x 7\n BV B x\n", INTEGERS)],
  ["SC of an integer", bounds(" SC B x 7\n", INTEGERS)],
  ["no INTEND", `NAME\n${ROWS}COLUMNS\n M 'MARKER' 'INTORG'\n x COST 1 A 2\nENDATA\n`],
  ["a second entry", `NAME\n${ROWS}COLUMNS\n x A 1\n x A 2\nENDATA\n`],
  ["a second entry on one line", `NAME\n${ROWS}COLUMNS\n x A 1 A 2\nENDATA\n`],
  ["a second cost", `NAME\n${ROWS}COLUMNS\n x COST 1\n x COST 2\nENDATA\n`],
  ["an entry of 0", `NAME\n${ROWS}COLUMNS\n x A 0 B 0.0\n x A 3\nENDATA\n`],
  ["OBJSENSE on the next line", `NAME T\nOBJSENSE\n    MAX\n${HEAD.slice(7)}ENDATA\n`],
  ["OBJSENSE in full", `NAME T\nOBJSENSE\n    maximize\n${HEAD.slice(7)}ENDATA\n`],
  ["OBJSENSE on its line", `NAME T\nOBJSENSE MAX\n${HEAD.slice(7)}ENDATA\n`],
  ["QUADOBJ", body("QUADOBJ\n x x 2\n x y 1\n y y 4\n")],
  ["QUADOBJ with both triangles", body("QUADOBJ\n x x 2\n x y 1\n y x 1\n y y 4\n")],
  ["QUADOBJ, two entries a line, repeated", body("QUADOBJ\n x x 2 y 1\n x x 3\n y y 1\n")],
  ["QMATRIX", body("QMATRIX\n x x 2\n x y 1\n y x 1\n y y 4\n")],
  ["QSECTION", body("QSECTION COST\n x x 2\n x y 1\n y y 4\n")],
  ["sections in small letters", body("").replace("ROWS", "rows").replace("COLUMNS", "columns")],
  ["no NAME", `${ROWS}${COLUMNS}ENDATA\n`],
  ["no objective", "NAME\nROWS\n L A\nCOLUMNS\n x A 1\nENDATA\n"],
  ["nothing but an objective", "NAME\nROWS\n N COST\nCOLUMNS\n x COST 1\nENDATA\n"],
  ["tabs", body("").replaceAll(" ", "\t")],
  ["line ends of DOS", body("RHS\n RHS A 4\n").replaceAll("\n", "\r\n")],
  ["lines at the margin", body("RHS\n RHS A 4\nBOUNDS\n UP B x 3\n").replaceAll("\n ", "\n")],
  ["remarks and empty lines", body("* one\n\nRHS\n*two\n   \n RHS A 4\n")],
  ["infinite right sides", body("RHS\n R A 1e30 B -1e30\n")],
  ["fixed form with blanks in names", FIXED],
  ["text behind ENDATA", `${body("")}and so on\n`],
];

describe("as HiGHS reads it", () => {
  test.each([...SAME])("%s", async (_, text) => {
    const theirs = await readWithHighs("mps", text);
    expect(theirs).not.toBeNull();
    expect(readOurselves("mps", text)).toEqual(theirs!);
  });
});

describe("where HiGHS goes wrong without a word", () => {
  test("the right side of an idle N row does not reach the objective", () => {
    expect(readOurselves("mps", body("RHS\n RHS IDLE 5 A 4\n")).offset).toBe(0);
  });

  test("RANGES may come before RHS", () => {
    const { row_lower, row_upper } = readOurselves("mps", body("RANGES\n R A 1\nRHS\n R1 A 6\n"));
    expect([row_lower[0], row_upper[0]]).toEqual([5, 6]);
  });

  test("OBJSENSE MAXIMIZE on its line maximizes", () => {
    expect(readOurselves("mps", `NAME T\nOBJSENSE MAXIMIZE\n${HEAD.slice(7)}ENDATA\n`).sense).toBe("maximize");
  });

  test("markers in fixed form are no columns", () => {
    const marker = (word: string) => `    MARKER                 'MARKER'                 '${word}'\n`;
    const text = FIXED.replace("    Y TWO     C", `${marker("INTORG")}    Y TWO     C`).replace(
      "RHS\n",
      `${marker("INTEND")}RHS\n`,
    );
    const { columns } = problemOf(fileOf("mps", text));
    expect(columns.names).toEqual(["X ONE", "Y TWO"]);
    expect([...columns.kinds]).toEqual([KIND.continuous, KIND.integer]);
  });

  test("a column without a name goes on with the one before", () => {
    const text = `NAME\n${ROWS}COLUMNS\n x A 1\n B 2\n C 3 COST 4\nENDATA\n`;
    expect(readOurselves("mps", text)).toEqual(
      readOurselves("mps", `NAME\n${ROWS}COLUMNS\n x A 1\n x B 2\n x C 3 COST 4\nENDATA\n`),
    );
  });

  test("columns and rows may be called like sections", () => {
    const text =
      "NAME\nROWS\n N NAME\n L RHS\nCOLUMNS\nNAME RHS 1 NAME 2\nRHS\nRHS RHS 4\nBOUNDS\n UP BOUNDS NAME 3\nENDATA\n";
    expect(readOurselves("mps", text)).toMatchObject({ cost: [2], upper: [3], row_upper: [4], rows: [[[0, 1]]] });
  });
});

test("a mark of byte order before the text is no part of it", () => {
  expect(readOurselves("mps", `\ufeff${body("")}`)).toEqual(readOurselves("mps", body("")));
});

describe("names of results", () => {
  test("are those of the file, and kinds are told", () => {
    const { name, columns, rows } = problemOf(fileOf("mps", bounds(" BV B x\n SI B y 4\n", INTEGERS)));
    expect(name).toBe("T");
    expect(columns.names).toEqual(["x", "z", "y"]);
    expect([...columns.kinds]).toEqual([KIND.binary, KIND.binary, KIND.semi_integer]);
    expect(rows.names).toEqual(["A", "B", "C"]);
  });
});

describe("warnings", () => {
  test.each([
    [body("RHS\n R A 1\n R A 2\n"), '14:4 entry_repeated "A" has a second right side; the first one holds'],
    [body("RHS\n R IDLE 1\n"), '13:4 row_unused "IDLE" is a second N row, which is not used'],
    [
      bounds(" UP B xx 4\n"),
      '13:7 column_unused "xx" is a variable of BOUNDS alone: no constraint and no objective uses it (did you mean "x"?)',
    ],
    [
      bounds(" UP B x -4\n"),
      '9:2 bounds_crossed "x" has the lower bound 0 and the upper bound -4, so that no solution exists; a lower bound that is not given is 0',
    ],
  ])("%#", (text, expected) => {
    expect(findingsOf("mps", text, "warning")).toEqual([expected]);
  });
});

describe("errors", () => {
  test.each([
    [
      "",
      [
        "1:1 file_incomplete the file has no ENDATA line; it may have been cut short",
        "1:1 section_missing the file has no ROWS section",
      ],
    ],
    [HEAD, ["12:1 file_incomplete the file has no ENDATA line; it may have been cut short"]],
    [body("").replace("x B 3", "x BB 3"), ['10:4 row_unknown ROWS declares no row "BB" (did you mean "B"?)']],
    [body("").replace("x B 3", "x B three"), ['10:6 number_invalid "three" is not a finite number']],
    [body("").replace("x B 3", "x B 1e999"), ['10:6 number_invalid "1e999" is not a finite number']],
    [body("").replace("x B 3", "x B nan"), ['10:6 number_invalid "nan" is not a finite number']],
    [
      body("").replace(" G B", " G A"),
      [
        '5:4 name_duplicate the row "A" is declared twice; rename one of them',
        '10:4 row_unknown ROWS declares no row "B" (did you mean "A"?)',
      ],
    ],
    [
      body("").replace("y A 1", "y A 1\n x A 5"),
      [
        '12:2 name_duplicate the entries of the column "x" are in two places; put them together, or rename one of them',
        "12:4 entry_repeated",
      ],
    ],
    [
      body("BOUND\n UP B x 1\n"),
      ['12:1 section_unknown "BOUND" is not a section of an MPS file (did you mean "BOUNDS"?)'],
    ],
    [
      body("SOS\n S1 SOS s1\n x 1\n"),
      ["12:1 section_unsupported the section SOS (special ordered sets) is not supported; write the model without it"],
    ],
    [
      body("QCMATRIX A\n x x 1\n"),
      [
        "12:1 section_unsupported the section QCMATRIX (quadratic constraints) is not supported; write the model without it",
      ],
    ],
    [
      body("INDICATORS\n IF A x 1\n"),
      [
        "12:1 section_unsupported the section INDICATORS (indicator constraints) is not supported; write the model without it",
      ],
    ],
    [
      bounds(" UQ B x 1\n"),
      [
        '13:2 bound_unknown the bound is of type "UQ", expected one of UP, LO, FX, FR, MI, PL, BV, LI, UI, SC, SI (did you mean "UP"?)',
      ],
    ],
    [
      bounds(" LO B x 1e30\n"),
      [
        '9:2 bound_infinite "x" has the lower bound Infinity and the upper bound Infinity: a lower bound must be below 1e20 and an upper bound above -1e20',
      ],
    ],
    [body("RHS\n R C 1e30\n"), ['13:6 bound_infinite the right side of "C" is infinite, so that nothing satisfies it']],
    [
      body("QMATRIX\n x x 2\n x y 2\n y y 4\n"),
      [
        '12:1 quadratic_not_symmetric QMATRIX is not symmetric at "x" and "y"; give each entry off the diagonal twice, or use QUADOBJ',
      ],
    ],
    [
      body("QUADOBJ\n x x -2\n"),
      [
        '12:1 quadratic_not_convex the quadratic objective must be convex to be minimized; it bends the wrong way along "x"',
      ],
    ],
    [
      body("QUADOBJ\n x x 2\n", INTEGERS),
      [
        '14:1 quadratic_integer the objective is quadratic and "x" is integer or semi-continuous: quadratic problems take continuous variables only',
      ],
    ],
    [
      body("").replace("x COST 1 A 2", "x COST 1 A"),
      [
        "9:1 line_malformed the line has 4 fields: a column is its name, a row and a number, and perhaps another row and number",
      ],
    ],
    [
      body("", INTEGERS).replace("'INTEND'", "'SOSORG'"),
      [
        "12:13 marker_unsupported the marker is \"'SOSORG'\", expected 'INTORG' or 'INTEND'; special ordered sets are not supported",
      ],
    ],
    [
      `NAME T\nOBJSENSE\n UP\n${HEAD.slice(7)}ENDATA\n`,
      ['3:2 wrong_value the objective sense is "UP", expected MIN or MAX'],
    ],
  ])("%#", (text, expected) => {
    const found = findingsOf("mps", text, "error");
    expect(found).toEqual(expected.filter((line) => !line.endsWith("entry_repeated")));
  });

  test("several come in one pass, in order", () => {
    const text = body("RHS\n R Q 4 B z\nBOUNDS\n XX B x 1\n UP B x q\n");
    expect(findingsOf("mps", text, "error").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "13:4 row_unknown",
      "13:10 number_invalid",
      "15:2 bound_unknown",
      "16:9 number_invalid",
    ]);
  });
});
