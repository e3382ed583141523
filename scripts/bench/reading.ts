/** Reading files: ours against HiGHS's own reader on the same text in the same process; and a pinned file with other numbers. */
import load from "highs";
import wasmPath from "highs/runtime" with { type: "file" };
import { compileModel, prepareModel } from "../../src/model/compile";
import { exportProblem } from "../../src/model/exported/export";
import { cellKey } from "../../src/model/imported/cells";
import { makeMps } from "./instances";

const LIMITS = { nonzeros_max: 20_000_000, seconds_max: 60, monotonic: () => performance.now() };
/** About as large as a body may be, and as the larger instances of MIPLIB. */
const SIZE = { rows: 30_000, columns: 60_000, entries_per_column: 8 };
const ROUNDS = 5;
const CELLS = 50;

interface Reading {
  readonly what: string;
  readonly megabytes: number;
  readonly ours_ms: number;
  readonly highs_ms: number;
}

export interface FileFigures {
  readonly readings: readonly Reading[];
  /** Median milliseconds to put other numbers into fifty cells of the file that has been read. */
  readonly override_ms: number;
  /** Milliseconds to write it. */
  readonly export_ms: number;
}

/** Best of five of each. */
export async function measureReading(): Promise<FileFigures> {
  const free = makeMps(SIZE, "free", 1);
  const prepared = prepareModel({ format: "mps", content: free }, LIMITS);
  const { problem } = compileModel(prepared, {}, LIMITS);
  if (problem === null) throw new Error("the instance was not read");
  const exported = exportProblem(problem, "lp");
  if ("error" in exported) throw new Error(exported.error);
  const texts = [
    ["MPS, free form", "mps", free],
    ["MPS, fixed form", "mps", makeMps(SIZE, "fixed", 1)],
    ["LP", "lp", withoutRanges(exported.text)],
  ] as const;
  const readings: Reading[] = [];
  for (const [what, format, text] of texts) readings.push(await measureText(what, format, text));
  const times = Array.from({ length: 20 }, (_, round) => {
    const started = performance.now();
    const values: Record<string, number> = {};
    for (let cell = 0; cell < CELLS; cell += 1)
      values[cellKey(["columns", `X${cell.toString(36).toUpperCase()}`, "cost"])] = round;
    compileModel(prepared, values, LIMITS);
    return performance.now() - started;
  });
  const export_ms = best(() => exportProblem(problem, "mps"));
  return { readings, override_ms: times.toSorted((a, b) => a - b)[10]!, export_ms };
}

/** HiGHS does not read ranges in LP files. */
function withoutRanges(text: string): string {
  return text.replaceAll(/^( R\w+:) \S+ <= /gm, "$1");
}

async function measureText(what: string, format: "mps" | "lp", text: string): Promise<Reading> {
  const highs = await load({ locateFile: () => wasmPath });
  const model = highs.createModel();
  model.options.set("output_flag", false);
  const highs_ms = best(() => model.readModel({ format, data: text }));
  const ours_ms = best(() => {
    const { problem, diagnostics } = compileModel(prepareModel({ format, content: text }, LIMITS), {}, LIMITS);
    if (problem === null) throw new Error(diagnostics[0]?.message);
  });
  model.dispose();
  return { what, megabytes: text.length / 1e6, ours_ms, highs_ms };
}

function best(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}
