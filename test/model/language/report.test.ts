/** What `printf`, `display` and the built-in functions print, against glpsol where it is there and against known texts. */
import { describe, expect, test } from "bun:test";
import { askOracle, GLPSOL } from "./oracle";
import { faultsOf, mathprog, reportOf } from "./setup";

const FRAME = (statements: string) => `var x >= 2; minimize o: x; s.t. c: x >= 3;\n${statements}`;

const NUMBERS = `solve;
printf "%d %i %5d|%-5d|%05d|%+d\\n", 7, -7, 42, 42, 42, 42;
printf "%f %.2f %10.3f|%-10.1f|%e %.3E\\n", 3.14159, 2.005, 2.5, 2.5, 12345.678, 0.00012;
printf "%g %g %g %G %.3g\\n", 1e10, 0.0001, 100000, 1e-10, 1234.5678;
printf "%s %s %s %s %s\\n", 1/3, 1e15, 1e-7, 123456789, 0.1;
printf "100%% done\\t%s|%8s|%-8s|\\n", 'it''s', "ab", "cd";
printf "%d %d\\n", 2.5, -2.5;
end;
`;

const FUNCTIONS = `param s symbolic := "abcdef"; set A := {1..5}; param p{A};
solve;
printf "%s %s %s %s\\n", abs(-3), ceil(2.1), floor(-2.1), exp(1);
printf "%s %s %s %s\\n", log(10), log10(1000), sqrt(2), atan(1);
printf "%s %s %s %s\\n", atan(1, 2), sin(1), cos(1), min(3, 1, 2);
printf "%s %s %s %s\\n", round(2.5), round(-2.567, 2), trunc(-2.7), trunc(3.14159, 3);
printf "%s %s %s %s\\n", length(s), substr(s, 2, 3), substr(s, 4), card(A);
printf "%s %s %s %s\\n", 7 div 2, -7 div 2, -7 mod 3, 7 mod -3;
printf "%s %s %s\\n", 5 less 3, 3 less 5, 2 ** 3 ** 2;
printf "%s %s %s\\n", time2str(str2time("2011-02-14 13:45:10", "%Y-%m-%d %H:%M:%S"), "%A %d %b %y %j %U %V %I:%M %p"), str2time("07/14/98", "%m/%d/%y"), s & "x" & 1.5;
printf "%s\\n", if 1 in A and 7 not in A then "yes" else "no";
printf{i in A: i mod 2 = 1} "%d,", i; printf "\\n";
printf "%s %s %s\\n", sum{i in A} i, prod{i in A} i, max{i in A} (i * (6 - i));
printf "%s\\n", if (forall{i in A} i > 0) and (exists{i in A} i = 3) then 1;
for {i in A: i > 3} { printf "%d:", i; for {j in 1..i: j >= i - 1} { printf " %d", j; } printf "\\n"; }
data; param p := 1 1 2 2 3 3 4 4 5 5; end;
`;

const DISPLAY = `set A := {1, 2, 'a b'}; set B dimen 2 := {(1, 2), (3, 'x')}; set E := {}; set C{i in 1..2} := {i};
param p{1..2} := 3; param s symbolic := 'zed'; var y{1..2} >= 1; s.t. d{i in 1..2}: y[i] >= i;
solve;
display A, B, E, C, p, s, 1 + 2, 'a' & 'b', 1 < 2, p[1];
display x, y, y[2], c, d, o;
display {i in 1..2}: i, p[i];
end;
`;

describe.skipIf(GLPSOL === null)("glpsol prints the same (needs the package glpk-utils)", () => {
  test.each([
    ["numbers", NUMBERS],
    ["functions", FUNCTIONS],
    ["display", DISPLAY],
  ])("%s", (_, statements) => {
    const source = FRAME(statements);
    const { printed } = askOracle(source);
    expect(reportOf(source)).toBe(printed);
  });

  test("random numbers of the same seed", () => {
    const source = FRAME(
      'solve; printf "%s %s %.12g %.12g %.12g\\n", Irand224(), Irand224(), Uniform01(), Uniform(2, 3), Normal(1, 2); end;',
    );
    expect(reportOf(source, { options: { seed: 1 } })).toBe(askOracle(source).printed);
  });
});

test("what stands before solve is printed too, and first", () => {
  expect(reportOf('printf "before\\n"; var x >= 1; minimize o: x; solve; printf "after %g\\n", x;')).toBe(
    "before\nafter 1\n",
  );
});

test("duals of rows and columns have values in the report of a linear model", () => {
  const source =
    'var x >= 0; var y >= 0; maximize o: 3*x + y; c: x + y <= 4; solve; printf "%g %g %g\\n", c.dual, y.dual, o; end;';
  expect(reportOf(source)).toBe("3 -2 12\n");
});

test("a report is bounded", () => {
  const report = reportOf('var x >= 1; minimize o: x; solve; for {i in 1..300000} { printf "%d\\n", i; } end;')!;
  expect(report.length).toBeLessThan(1_100_000);
  expect(report).toEndWith("... the report is longer than 1048576 characters\n");
});

test("a fault behind solve ends the report and keeps the solution", () => {
  expect(reportOf('var x >= 1; minimize o: x; solve; printf "a\\n"; printf "%d\\n", 1 / (x - 1); end;')).toContain(
    "the divisor is 0",
  );
});

test.each([
  ["random functions without a seed", "param p := Uniform01();", "Uniform01 needs a seed"],
  ["the time of day", "param p := gmtime();", "give the time as a param"],
  ["files", 'printf "a" > "file.txt";', "printf cannot write files"],
  ["tables", 'table t IN "CSV" "f.csv": S <- [a];', "other than table"],
])("%s are refused by name", (_, statement, message) => {
  const [fault] = faultsOf(mathprog(FRAME(statement)));
  expect(fault).toContain(message);
});
