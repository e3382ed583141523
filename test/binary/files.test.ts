/** MPS and LP files on the command line: solved, checked, given other numbers, converted. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useScratch } from "./binary";

const scratch = useScratch();

function write(name: string, text: string): string {
  writeFileSync(join(scratch.directory, name), text);
  return name;
}

const LP = write(
  "mix.lp",
  "Maximize\n obj: 50 tables + 40 chairs\nSubject To\n labour: 4 tables + 2 chairs <= 200\nBounds\n tables <= 30\n chairs <= 40\nEnd\n",
);
const MODEL = write("model.mod", "var x{1..2} >= 0; maximize z: x[1] + 2 * x[2]; s.t. c: x[1] + x[2] <= 4; end;");

describe("solve", () => {
  test("takes a file, and other numbers by path", async () => {
    expect((await scratch.run(["solve", LP])).stdout).toStartWith("optimal\nobjective 3100\n");
    const { stdout } = await scratch.run([
      "solve",
      LP,
      "--set",
      "rows.labour.rhs=100",
      "--set",
      "columns.chairs.upper=null",
    ]);
    expect(stdout).toStartWith("optimal\nobjective 2000\n");
    const { exit_code, stderr } = await scratch.run(["solve", LP, "--set", "rows.labor.rhs=100"]);
    expect([exit_code, stderr]).toEqual([
      1,
      expect.stringContaining('rows has no row "labor", did you mean "labour"?'),
    ]);
  });

  test("writes the problem with the numbers given, in the format that the ending tells", async () => {
    await scratch.run(["solve", LP, "--set", "rows.labour.rhs=100", "--export", "less.mps"]);
    expect(readFileSync(join(scratch.directory, "less.mps"), "utf8")).toContain(" RHS labour 100\n");
    expect((await scratch.run(["solve", "less.mps"])).stdout).toStartWith("optimal\nobjective 1850\n");
  });

  test("does not compute for a file that cannot be written", async () => {
    const wrong = await scratch.run(["solve", LP, "--export", "out.txt"]);
    expect([wrong.exit_code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining("out.txt: the ending tells the format; .mps or .lp is expected"),
    ]);
    const nowhere = await scratch.run(["solve", LP, "--export", "no/such/out.lp"]);
    expect([nowhere.exit_code, nowhere.stderr]).toEqual([1, expect.stringContaining("cannot write no/such/out.lp")]);
  });
});

describe("check", () => {
  test("points into the file", async () => {
    const wrong = write("wrong.mps", "NAME\nROWS\n N cost\n L cap\nCOLUMNS\n x cost 1 capp 2\nENDATA\n");
    const { exit_code, stderr } = await scratch.run(["check", wrong]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain(
      'error[row_unknown]: ROWS declares no row "capp"\n  at content:6:11\n     x cost 1 capp 2\n              ^^^^\n  hint: did you mean "cap"?',
    );
  });

  test("converts any model", async () => {
    expect((await scratch.run(["check", MODEL, "--export", "model.lp"])).exit_code).toBe(0);
    const text = readFileSync(join(scratch.directory, "model.lp"), "utf8");
    expect(text).toStartWith(
      '\\ x(1) stands for "x[1]"\n\\ x(2) stands for "x[2]"\nMaximize\n obj: + 1 x(1) + 2 x(2)\n',
    );
    expect((await scratch.run(["solve", "model.lp"])).stdout).toStartWith("optimal\nobjective 8\n");
  });
});
