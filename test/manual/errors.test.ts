/** The chapter on errors is complete: every refusal that the program can make, every exit code, and no other. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES } from "../../src/cli/exit_codes";
import { type RefusalCode, statusOfRefusal } from "../../src/refusals";

const ROOT = join(import.meta.dir, "../..");
const chapter = readFileSync(join(ROOT, "src/manual/errors.md"), "utf8");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");

/** The closed union exists only as a type, so its members are read from the text that declares them. */
const refusals = readFileSync(join(ROOT, "src/refusals.ts"), "utf8").split("} as const")[0]!;
const REFUSAL_CODES = [...refusals.matchAll(/^ {2}(\w+): \d+,$/gm)].map(([, code]) => code as RefusalCode);

/** The cells of each table row below a heading. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = chapter.split(`## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) => line.slice(2, -2).split(" | "));
}

test("every refusal stands in the chapter with its status, a cause and a cure", () => {
  const rows = rowsUnder("Refusals by code");
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.map(([status, code]) => `${status} ${code}`)).toEqual(
    REFUSAL_CODES.map((code) => `${statusOfRefusal(code)} \`${code}\``),
  );
  const unfinished = rows.filter(
    ([, , cause = "", cure = ""]) => !/^[A-Z`].*\.$/.test(cause) || !/^[A-Z`].*\.$/.test(cure),
  );
  expect(unfinished).toEqual([]);
});

test("every exit code stands in the chapter, and in README", () => {
  const codes = Object.values(EXIT_CODES).map(String);
  expect(rowsUnder("Exit codes of the commands").map(([code]) => code!)).toEqual(codes);
  const [, told = ""] = readme.split("Exit codes:");
  const shown = told.split("\n\n")[0]!.matchAll(/(?:^|, )\s*(\d+) /g);
  expect([...shown].map(([, code]) => code!)).toEqual(codes);
});
