/**
 * Source text to arrays: the compiled program against glpsol --check as a whole process, on models of the Debian package
 * glpk-utils; and a pinned model compiled again with other data. `bun scripts/bench/generation.ts` prints the table alone.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLES } from "../../src/examples/catalog";
import { compileModel, prepareModel } from "../../src/model/compile";
import { BINARY, Service } from "./service";

const GLPK_MODELS = "/usr/share/doc/glpk-utils/examples";
const MODELS = ["huge", "dea", "tas", "numbrix", "dist"];
const ROUNDS = 5;
/** After this many rounds of the ready models a solver process compiles at full speed. */
const WARM_ROUNDS = 10;
const RECOMPILES = 30;
const LIMITS = { nonzeros_max: 20_000_000, seconds_max: 60, monotonic: () => performance.now() };
const PORT = 4189;

interface Generation {
  readonly model: string;
  /** The first model of a fresh process, as `check --json` reports it: text in memory to arrays. */
  readonly cold_ms: number;
  /** Text over HTTP to diagnostics and counts, in a service that has compiled other models; includes everything. */
  readonly served_ms: number;
  /** The whole process. */
  readonly glpsol_ms: number;
  /** Peaks of the whole processes. A child's peak is counted from its fork, so it is at least that of this process. */
  readonly ours_mb: number;
  readonly glpsol_mb: number;
}

/** Best of five of each; null where the package is missing. */
export async function measureGeneration(): Promise<readonly Generation[] | null> {
  if (Bun.which("glpsol") === null || !existsSync(join(GLPK_MODELS, "huge.mod"))) return null;
  const directory = mkdtempSync(join(tmpdir(), "generation-"));
  const service = new Service(PORT);
  try {
    await service.start(1);
    for (let round = 0; round < WARM_ROUNDS; round += 1) {
      for (const { source } of EXAMPLES) await validate(service, source);
    }
    const generations: Generation[] = [];
    for (const model of MODELS) generations.push(await measureModel(service, model, directory));
    return generations;
  } finally {
    await service.remove();
    rmSync(directory, { recursive: true });
  }
}

/** Milliseconds of a whole request. */
async function validate(service: Service, source: string): Promise<number> {
  const body = JSON.stringify({ language: "mathprog", source });
  const started = performance.now();
  const { valid } = await service.postText("/api/v2/solve/validate", body);
  if (valid !== true) throw new Error("the model was refused");
  return performance.now() - started;
}

async function measureModel(service: Service, model: string, directory: string): Promise<Generation> {
  const path = join(directory, `${model}.mod`);
  // Printing to files is refused, and only happens after solve.
  const source = readFileSync(join(GLPK_MODELS, `${model}.mod`), "utf8").replaceAll(/>>?\s*file\s*;/g, ";");
  writeFileSync(path, source);
  const rounds: Generation[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = Bun.spawnSync([BINARY, "check", path, "--json"]);
    const started = performance.now();
    // In another directory, because tas.mod writes a file where it runs.
    const glpsol = Bun.spawnSync(["glpsol", "--math", path, "--check"], { cwd: tmpdir() });
    const glpsol_ms = performance.now() - started;
    rounds.push({
      model,
      cold_ms: JSON.parse(ours.stdout.toString()).compile_seconds * 1000,
      served_ms: await validate(service, source),
      glpsol_ms,
      ours_mb: ours.resourceUsage.maxRSS / 1e6,
      glpsol_mb: glpsol.resourceUsage.maxRSS / 1e6,
    });
  }
  const least = (pick: (round: Generation) => number) => Math.min(...rounds.map(pick));
  return {
    model,
    cold_ms: least(({ cold_ms }) => cold_ms),
    served_ms: least(({ served_ms }) => served_ms),
    glpsol_ms: least((round) => round.glpsol_ms),
    ours_mb: Math.max(...rounds.map(({ ours_mb }) => ours_mb)),
    glpsol_mb: Math.max(...rounds.map(({ glpsol_mb }) => glpsol_mb)),
  };
}

/** Ratio of ours to theirs over all models, as a geometric mean. */
export function ratioOf(generations: readonly Generation[], pick: (generation: Generation) => number): number {
  const product = generations.reduce((value, generation) => value * (pick(generation) / generation.glpsol_ms), 1);
  return product ** (1 / generations.length);
}

/** A transportation model of 10,000 nonzeros, whose costs and demands come with every fire. */
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
  const generations = await measureGeneration();
  if (generations === null) throw new Error("needs the package glpk-utils");
  for (const { model, cold_ms, served_ms, glpsol_ms, ours_mb, glpsol_mb } of generations) {
    const times = `cold ${cold_ms.toFixed(0)} ms, served ${served_ms.toFixed(0)} ms, glpsol ${glpsol_ms.toFixed(0)} ms`;
    console.log(`${model.padEnd(8)} ${times}, ${ours_mb.toFixed(0)} MB, glpsol ${glpsol_mb.toFixed(0)} MB`);
  }
  console.log(`cold / glpsol ${ratioOf(generations, ({ cold_ms }) => cold_ms).toFixed(2)}`);
  console.log(`served / glpsol ${ratioOf(generations, ({ served_ms }) => served_ms).toFixed(2)}`);
  console.log(`recompile ${measureRecompile().toFixed(1)} ms`);
}
