/** Every model of GLPK's examples: the status and the optimum that glpsol finds. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { askOracle, GLPSOL } from "../model/language/oracle";
import { faultsOf, mathprog, solveModel } from "../model/language/setup";

const DIRECTORY = "/usr/share/doc/glpk-utils/examples";

/** Models that are left out, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "huge.mod": "a million rows: the benchmark compiles it",
  "life_goe.mod": "glpsol finds nothing within 20 s",
  "hashi.mod": "glpsol needs more than 20 s for it",
  "trick.mod": "glpsol needs more than 20 s for it",
};
/** Models that print to a file, which is refused: taken without the file's name, so that the text goes to the report. */
const PRINTING = ["graph.mod", "tas.mod"];
const OBJECTIVE_TOLERANCE = 1e-6;
/** By the clock, which is all that glpsol can limit: one model takes it 10 s on a quiet machine. */
const ORACLE_SECONDS = 90;
const TEST_MS_MAX = 180_000;

const is_there = GLPSOL !== null && existsSync(join(DIRECTORY, "transp.mod"));
const models = is_there ? readdirSync(DIRECTORY).filter((name) => name.endsWith(".mod") && !(name in EXCEPTIONS)) : [];

describe.skipIf(!is_there)("GLPK's examples (needs the package glpk-utils)", () => {
  test("are all there", () => {
    expect(models.length).toBeGreaterThanOrEqual(55);
  });

  test.each(PRINTING)("%s is refused for its file, by name", (name) => {
    const [fault] = faultsOf(mathprog(readFileSync(join(DIRECTORY, name), "utf8")));
    expect(fault).toContain("printf cannot write files");
  });

  test.each(models)(
    "%s",
    (name) => {
      const text = readFileSync(join(DIRECTORY, name), "utf8");
      const source = PRINTING.includes(name) ? text.replaceAll(/>>?\s*file\s*;/g, ";") : text;
      const oracle = askOracle(source, ORACLE_SECONDS);
      const solution = solveModel(mathprog(source, { options: { seed: 1 } }));
      expect(oracle.status).toMatch(/^(INTEGER )?OPTIMAL$/);
      expect(solution.status).toBe("optimal");
      const objective = oracle.objective ?? 0;
      const distance = Math.abs(solution.objective_value! - objective);
      expect(distance).toBeLessThanOrEqual(OBJECTIVE_TOLERANCE * Math.max(1, Math.abs(objective)));
    },
    TEST_MS_MAX,
  );
});
