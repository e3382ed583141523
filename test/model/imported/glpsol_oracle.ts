/** glpsol as a second oracle, of another author than HiGHS: what it makes of a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GLPSOL } from "../language/oracle";

export type GlpsolForm = "--mps" | "--freemps" | "--lp";

/** The optimum as glpsol prints it; null when it finds none, such as for an infeasible or unbounded problem. */
export function glpsolObjective(text: string, form: GlpsolForm, ...options: readonly string[]): number | null {
  const directory = mkdtempSync(join(tmpdir(), "glpsol-"));
  try {
    const [model, output] = [join(directory, "model"), join(directory, "output")];
    writeFileSync(model, text);
    const run = Bun.spawnSync([GLPSOL!, form, model, "-o", output, "--tmlim", "20", ...options], { cwd: directory });
    const printed = run.stdout.toString();
    if (!run.success || /syntax error|error.*processing|file processing error/i.test(printed))
      throw new Error(`glpsol did not read the file: ${printed.slice(-400)}`);
    const solution = readFileSync(output, "utf8");
    const status = /Status:\s+(.*)/.exec(solution)?.[1]?.trim() ?? "";
    return /OPTIMAL/.test(status) ? Number(/Objective:.*= (\S+)/.exec(solution)![1]) : null;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
