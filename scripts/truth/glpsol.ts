/** A second opinion on the truth of linear programs: `glpsol --exact`, a simplex in rational numbers by another author. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Truth } from "./family";
import { mpsText, type Program } from "./program";

const TOLERANCE = 1e-9;

/** Null for programs that are not linear and continuous, and where it gives no answer. */
export function exactOptimum(program: Program): Truth | null {
  if (program.hessian !== null || program.columns.some(({ kind }) => kind !== "continuous")) return null;
  const directory = mkdtempSync(join(tmpdir(), "truth-"));
  try {
    const [model, output] = [join(directory, "model.mps"), join(directory, "output")];
    writeFileSync(model, mpsText({ ...program, sense: "minimize", columns: minimized(program) }));
    const { stdout } = Bun.spawnSync(["glpsol", "--freemps", model, "--exact", "--tmlim", "20", "-w", output]);
    const printed = stdout.toString();
    if (/NO (PRIMAL )?FEASIBLE SOLUTION|NO PRIMAL FEASIBLE/.test(printed)) return "infeasible";
    if (/UNBOUNDED/.test(printed)) return "unbounded";
    // s bas ROWS COLUMNS PRIMAL DUAL OBJECTIVE
    const objective = /^s bas \d+ \d+ f f (\S+)$/m.exec(readFileSync(output, "utf8"))?.[1];
    if (objective === undefined) return null;
    return program.sense === "maximize" ? 0 - Number(objective) : Number(objective);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** glpsol takes no OBJSENSE, so a maximized objective is written as the negative. */
function minimized({ sense, columns }: Program): Program["columns"] {
  return sense === "minimize" ? columns : columns.map((column) => ({ ...column, cost: 0 - column.cost }));
}

export function isSameTruth(one: Truth, other: Truth): boolean {
  if (typeof one !== "number" || typeof other !== "number") return one === other;
  return Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), Math.abs(other));
}
