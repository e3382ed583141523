/** The cost of compiling and its effect on others: the longest wait of a health check while a large model is checked. */
import { compileModel, prepareModel } from "../../src/model/compile";
import { splitModel } from "../faults/hard_models";
import { seededNumbers } from "../faults/seeded";
import { makeMps } from "./instances";
import type { Service } from "./service";

const TERMS = 100_000;
const COLUMNS = 1000;
const EXPRESSION_BYTES = 5_000_000;
const LARGE_MODEL_BYTES = 20_000_000;
const LIMITS = { nonzeros_max: 20_000_000, seconds_max: 30, monotonic: () => performance.now() };

/** Milliseconds to read and compile a flat model of 100,000 terms in 100 rows over 1,000 columns. */
export function compileTerms(): number {
  const terms_per_row = TERMS / 100;
  const row = (i: number): string =>
    Array.from({ length: terms_per_row }, (_, j) => `${(i + j) % 97}.5 x${(i * 7 + j) % COLUMNS}`).join(" + ");
  const model = modelOf(Array.from({ length: 100 }, (_, i) => `${row(i)} <= ${1000 + i}`));
  const started = performance.now();
  const compiled = compileModel(prepareModel(model, LIMITS), {}, LIMITS);
  if (compiled.problem === null) throw new Error(compiled.diagnostics[0]?.message);
  return performance.now() - started;
}

/** Times of health checks while something else went on. */
export interface Waits {
  readonly p99_ms: number;
  readonly longest_ms: number;
  /** Duration of the other work. */
  readonly took_ms: number;
}

/** Health checks while one 5 MB expression is checked. */
export function waitBesideLargeModel(service: Service): Promise<Waits> {
  const model = JSON.stringify(modelOf([sumOf(EXPRESSION_BYTES)]));
  return waitBeside(service, async () => {
    const { valid } = await service.postText("/api/v2/solve/validate", model);
    if (valid !== true) throw new Error("the model was refused");
  });
}

/** Health checks while one solver works on a hard model and the other compiles one of 20 MB; of a service with two. */
export async function waitBesideBusySolvers(service: Service): Promise<Waits> {
  const random = seededNumbers(1);
  const document = await service.post("/api/v2/builder", { model_json: splitModel(random, true) });
  const version = await service.post(`/api/v2/builder/${document.id}/versions`, {});
  const names = { name: "hard", document_id: document.id, version_id: version.id };
  const { id, trigger_secret } = await service.post("/api/v2/triggers", names);
  await service.post(`/api/v2/triggers/${id}/fire`, {}, String(trigger_secret));
  const rows = Array.from({ length: 20 }, () => sumOf(LARGE_MODEL_BYTES / 20));
  const model = JSON.stringify(modelOf(rows));
  return waitBeside(service, async () => void (await service.postText("/api/v2/solve/validate", model)));
}

/** Health checks while a file of 500,000 nonzeros is exported; its version is made before. */
export async function waitBesideExport(service: Service): Promise<Waits> {
  const content = makeMps({ rows: 30_000, columns: 60_000, entries_per_column: 8 }, "free", 1);
  const document = await service.post("/api/v2/builder", { model_json: { format: "mps", content } });
  const version = await service.post(`/api/v2/builder/${document.id}/versions`, {});
  const path = `/api/v2/builder/${document.id}/versions/${version.id}/export?format=lp`;
  return waitBeside(service, async () => {
    const text = await service.getText(path);
    if (!text.endsWith("End\n")) throw new Error("the export is incomplete");
  });
}

async function waitBeside(service: Service, work: () => Promise<void>): Promise<Waits> {
  const times: number[] = [];
  let is_done = false;
  const started = performance.now();
  const done = work().finally(() => {
    is_done = true;
  });
  while (!is_done) {
    const asked = performance.now();
    await fetch(`${service.address}/health/live`);
    times.push(performance.now() - asked);
  }
  await done;
  times.sort((a, b) => a - b);
  const p99_ms = times[Math.floor(times.length * 0.99)]!;
  return { p99_ms, longest_ms: times.at(-1)!, took_ms: performance.now() - started };
}

/** A row of about this many characters. */
function sumOf(bytes: number): string {
  const terms: string[] = [];
  for (let size = 0, i = 0; size < bytes; i += 1) {
    const term = `${i % 89}.25 x${i % COLUMNS}`;
    size += term.length + 3;
    terms.push(term);
  }
  return `${terms.join(" + ")} <= 1e9`;
}

function modelOf(expressions: readonly string[]): Record<string, unknown> {
  return {
    variables: Array.from({ length: COLUMNS }, (_, i) => ({ name: `x${i}`, upper_bound: 10 })),
    objective: { sense: "maximize", expression: "x0 + x1" },
    constraints: expressions.map((expression) => ({ expression })),
  };
}
