/** glpsol as the oracle: what it prints and finds for a model. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const GLPSOL = Bun.which("glpsol");

export interface OracleAnswer {
  /** As glpsol words it, such as `INTEGER OPTIMAL`. */
  readonly status: string;
  /** null when the model has no objective. */
  readonly objective: number | null;
  /** What statements behind `solve` printed. */
  readonly printed: string;
}

/** Runs glpsol for at most `seconds`. */
export function askOracle(source: string, seconds = 20): OracleAnswer {
  const directory = mkdtempSync(join(tmpdir(), "oracle-"));
  try {
    const [model, output] = [join(directory, "m.mod"), join(directory, "out.txt")];
    writeFileSync(model, source);
    const { stdout } = Bun.spawnSync([GLPSOL!, "--math", model, "-o", output, "--tmlim", String(seconds)], {
      cwd: directory,
    });
    const text = stdout.toString();
    const solution = readFileSync(output, "utf8");
    const objective = /Objective:.*= (\S+)/.exec(solution)?.[1];
    return {
      status: /Status:\s+(.*)/.exec(solution)![1]!.trim(),
      objective: objective === undefined ? null : Number(objective),
      printed: /Memory used:.*\n([\s\S]*?)(?:Model has been successfully processed|$)/.exec(text)?.[1] ?? "",
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
