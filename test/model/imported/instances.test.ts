/** Files of the size of Netlib and MIPLIB instances, in every form, array by array against HiGHS; and GLPK's own files. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type InstanceForm, type InstanceSize, makeMps } from "../../../scripts/bench/instances";
import { GLPSOL } from "../language/oracle";
import { solveModel } from "../language/setup";
import { glpsolObjective } from "./glpsol_oracle";
import { readWithHighs } from "./highs_oracle";
import { fileOf, readOurselves } from "./setup";

/** Rows, columns and entries of the instances that lend their size. */
const SIZES: readonly (readonly [like: string, size: InstanceSize])[] = [
  ["afiro", { rows: 27, columns: 32, entries_per_column: 3 }],
  ["p0548", { rows: 176, columns: 548, entries_per_column: 3 }],
  ["25fv47", { rows: 821, columns: 1571, entries_per_column: 7 }],
  ["pilot87", { rows: 2030, columns: 4883, entries_per_column: 15 }],
  ["dfl001", { rows: 6071, columns: 12230, entries_per_column: 3 }],
];
const FORMS: readonly InstanceForm[] = ["free", "fixed", "blanks"];

describe("generated files", () => {
  const cases = SIZES.flatMap(([like, size]) => FORMS.map((form) => [form, like, size] as const));
  test.each(cases)("%s form, the size of %s", async (form, like, size) => {
    const text = makeMps(size, form, like.length + form.length);
    const theirs = await readWithHighs("mps", text);
    expect(theirs).not.toBeNull();
    expect(readOurselves("mps", text)).toEqual(theirs!);
  });
});

const EXAMPLES = "/usr/share/doc/glpk-utils/examples";
const is_installed = GLPSOL !== null && existsSync(join(EXAMPLES, "samp1.mps"));

/** Each with the form that glpsol has to be told. */
const FILES = [
  ["alloy.mps", "--mps"],
  ["furnace.mps", "--mps"],
  ["icecream.mps", "--mps"],
  ["plan.mps", "--mps"],
  ["samp1.mps", "--mps"],
  ["samp2.mps", "--freemps"],
  ["plan.lp", "--lp"],
  ["wolfra6d.lp", "--lp"],
] as const;

describe.skipIf(!is_installed)("files of GLPK (needs the package glpk-utils)", () => {
  test.each([...FILES])("%s has the optimum that glpsol finds", (name, form) => {
    const text = readFileSync(join(EXAMPLES, name), "utf8");
    const { objective_value } = solveModel(fileOf(form === "--lp" ? "lp" : "mps", text));
    expect(objective_value).toBeCloseTo(glpsolObjective(text, form)!, 5);
  });
});
