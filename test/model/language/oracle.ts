/** glpsol as the oracle: what it prints and finds for a model. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const GLPSOL = Bun.which("glpsol");

export interface OracleAnswer {
  /** As glpsol words it, such as `INTEGER OPTIMAL`; `refused` when it does not take the model. */
  readonly status: string;
  /** null when the model has no objective. */
  readonly objective: number | null;
  /** What statements behind `solve` printed. */
  readonly printed: string;
  /** A statement behind `solve` was at fault. */
  readonly has_failed_late: boolean;
}

/** Lines of glpsol itself among what a model prints. */
const OWN_LINES = /^(Display statement at line|Checking \(line|Writing )/;

/** Runs glpsol for at most `seconds`. */
export function askOracle(source: string, seconds = 20): OracleAnswer {
  const directory = mkdtempSync(join(tmpdir(), "oracle-"));
  try {
    const [model, output] = [join(directory, "m.mod"), join(directory, "out.txt")];
    writeFileSync(model, source);
    const command = [GLPSOL!, "--math", model, "-o", output, "--tmlim", String(seconds), "--seed", "1"];
    const { stdout } = Bun.spawnSync(command, { cwd: directory });
    const lines = stdout.toString().split("\n");
    const text = lines.filter((line) => !OWN_LINES.test(line)).join("\n");
    const solution = existsSync(output) ? readFileSync(output, "utf8") : "";
    const objective = /Objective:.*= (\S+)/.exec(solution)?.[1];
    return {
      status: text.includes("MathProg model processing error")
        ? "refused"
        : (/Status:\s+(.*)/.exec(solution)?.[1]?.trim() ?? "unknown"),
      objective: objective === undefined ? null : Number(objective),
      printed: /Memory used:.*\n([\s\S]*?)(?:Model has been successfully processed|$)/.exec(text)?.[1] ?? "",
      has_failed_late: text.includes("Model postsolving error"),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
