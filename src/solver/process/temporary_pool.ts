/** A solver for one command: a process with its files in a temporary directory. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock";
import { platform } from "../../platform/current";
import type { SolverPlace } from "../place";
import { SolverPool } from "./pool";

/**
 * Keeps the runtime from optimizing the solver beyond its first, cheap tier, which one solve seldom pays for. Processor time of a first solve with / without:
 * shift scheduling 0.14 / 0.32 s, a linear plan 0.40 / 1.59 s, lot sizing 4.6 / 7.4 s. A solve of minutes takes up to 1.8 times as long.
 */
const CHEAP_TIER = { BUN_JSC_useOMGJIT: "0" };

/** Runs `work` with a place that has one solver, and stops and removes it afterwards. `self` is the command line that starts this program. */
export async function withTemporaryPool<Result>(
  self: readonly string[],
  clock: Clock,
  work: (solvers: SolverPlace) => Promise<Result>,
): Promise<Result> {
  const control_dir = mkdtempSync(join(tmpdir(), "jaot-solver-"));
  const pool = new SolverPool({
    command: [...self, "solver"],
    processes: 1,
    clock,
    control_dir,
    warms_up: false,
    environment: CHEAP_TIER,
  });
  try {
    return await work(pool);
  } finally {
    await pool.stop({ drain_ms: 0 });
    platform.files.removeTree(control_dir);
  }
}
