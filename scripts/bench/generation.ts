/**
 * Source text to arrays: our compiler in a process of its own against glpsol --check as a whole process, on models of
 * the Debian package glpk-utils; and a pinned model compiled again with other data.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileModel, prepareModel } from "../../src/model/compile";

const EXAMPLES = "/usr/share/doc/glpk-utils/examples";
const MODELS = ["huge", "dea", "tas", "numbrix", "dist"];
const ROUNDS = 3;
const RECOMPILES = 30;
const LIMITS = { nonzeros_max: 20_000_000, seconds_max: 60, monotonic: () => performance.now() };

interface Generation {
  readonly model: string;
  readonly ours_ms: number;
  readonly glpsol_ms: number;
  readonly ours_mb: number;
  readonly glpsol_mb: number;
}

/** Best of three of each; null where the package is missing. */
export function measureGeneration(): readonly Generation[] | null {
  if (Bun.which("glpsol") === null || !existsSync(join(EXAMPLES, "huge.mod"))) return null;
  const directory = mkdtempSync(join(tmpdir(), "generation-"));
  try {
    return MODELS.map((model) => measureModel(model, directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function measureModel(model: string, directory: string): Generation {
  const path = join(directory, `${model}.mod`);
  // Printing to files is refused, and happens behind solve in any case.
  writeFileSync(path, readFileSync(join(EXAMPLES, `${model}.mod`), "utf8").replaceAll(/>>?\s*file\s*;/g, ";"));
  const ours: { ms: number; mb: number }[] = [];
  const theirs: { ms: number; mb: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = Bun.spawnSync([process.execPath, import.meta.filename, path]);
    if (!child.success) throw new Error(child.stderr.toString());
    ours.push({ ms: Number(child.stdout.toString()), mb: child.resourceUsage.maxRSS / 1e6 });
    const started = performance.now();
    const glpsol = Bun.spawnSync(["glpsol", "--math", path, "--check"]);
    theirs.push({ ms: performance.now() - started, mb: glpsol.resourceUsage.maxRSS / 1e6 });
  }
  const best = (list: readonly { ms: number }[]) => Math.min(...list.map(({ ms }) => ms));
  const largest = (list: readonly { mb: number }[]) => Math.max(...list.map(({ mb }) => mb));
  return {
    model,
    ours_ms: best(ours),
    glpsol_ms: best(theirs),
    ours_mb: largest(ours),
    glpsol_mb: largest(theirs),
  };
}

/** A transportation model of 10,000 nonzeros, whose costs and demands every fire brings anew. */
const PINNED = `set I := 1..50; set J := 1..100; param supply{I} default 300; param demand{J} default 100; param cost{I, J} default 1;
var x{I, J} >= 0; minimize total: sum{i in I, j in J} cost[i,j] * x[i,j];
s.t. out{i in I}: sum{j in J} x[i,j] <= supply[i]; s.t. into{j in J}: sum{i in I} x[i,j] >= demand[j];`;

/** Median milliseconds of compiling a pinned model of 10,000 nonzeros with 5,100 new numbers. */
export function measureRecompile(): number {
  const prepared = prepareModel({ language: "mathprog", source: PINNED }, LIMITS);
  const times: number[] = [];
  for (let round = 0; round < RECOMPILES; round += 1) {
    const demand = Array.from({ length: 100 }, (_, at) => 50 + ((at * 7 + round) % 50));
    const cost = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => (i * 31 + j * 17 + round) % 97),
    );
    const started = performance.now();
    const { problem } = compileModel(prepared, { demand, cost }, LIMITS);
    times.push(performance.now() - started);
    if (problem?.matrix.values.length !== 10_000) throw new Error("the pinned model did not compile");
  }
  return times.toSorted((a, b) => a - b)[RECOMPILES / 2]!;
}

if (import.meta.main) {
  const source = readFileSync(process.argv[2]!, "utf8");
  const started = performance.now();
  const { problem, diagnostics } = compileModel(prepareModel({ language: "mathprog", source }, LIMITS), {}, LIMITS);
  if (problem === null) throw new Error(diagnostics[0]?.message);
  process.stdout.write(String(performance.now() - started));
}
