/** What compiling costs, and what it does to everyone else: the longest wait of a health check while a large model is checked. */
import { compileModel, prepareModel } from "../../src/model/compile";
import type { Service } from "./service";

const TERMS = 100_000;
const COLUMNS = 1000;
const EXPRESSION_BYTES = 5_000_000;
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

/** Longest milliseconds that a health check waited while one 5 MB expression was checked, and how long the check took. */
export async function waitBesideLargeModel(service: Service): Promise<{ longest_ms: number; check_ms: number }> {
  const terms: string[] = [];
  for (let size = 0, i = 0; size < EXPRESSION_BYTES; i += 1) {
    const term = `${i % 89}.25 x${i % COLUMNS}`;
    size += term.length + 3;
    terms.push(term);
  }
  const model = modelOf([`${terms.join(" + ")} <= 1e9`]);
  let is_done = false;
  let longest_ms = 0;
  const started = performance.now();
  const check = service.post("/api/v2/solve/validate", model).finally(() => {
    is_done = true;
  });
  while (!is_done) {
    const asked = performance.now();
    await fetch(`${service.address}/health/live`);
    longest_ms = Math.max(longest_ms, performance.now() - asked);
  }
  const { valid } = await check;
  if (valid !== true) throw new Error("the model was not taken");
  return { longest_ms, check_ms: performance.now() - started };
}

function modelOf(expressions: readonly string[]): Record<string, unknown> {
  return {
    variables: Array.from({ length: COLUMNS }, (_, i) => ({ name: `x${i}`, upper_bound: 10 })),
    objective: { sense: "maximize", expression: "x0 + x1" },
    constraints: expressions.map((expression) => ({ expression })),
  };
}
