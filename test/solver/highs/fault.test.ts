import { describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/clock";
import { KIND, type Problem } from "../../../src/problem/problem";
import { attemptSolve } from "../../../src/solver/attempt";
import { faultOf } from "../../../src/solver/highs/fault";
import { HIGHS_WASM } from "../../../src/solver/highs/highs_engine";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { PRODUCTION, readProblem } from "../problem_text";

const GIB = 2 ** 30;
const ABORTED = new Error("Aborted(). Build with -sASSERTIONS for more info.");

describe("what broke an instance", () => {
  test.each([
    ["an abort with all memory in use", ABORTED, 2 * GIB, "solver_out_of_memory"],
    ["an abort at the last growth that fitted", ABORTED, 2_121_269_248, "solver_out_of_memory"],
    ["an abort with room left", ABORTED, 0.5 * GIB, "solver_crashed"],
    [
      "another trap with all memory in use",
      new Error("Unreachable code should not be executed"),
      2 * GIB,
      "solver_crashed",
    ],
    ["an access beyond the memory", new Error("Out of bounds memory access"), 0.1 * GIB, "solver_crashed"],
    ["an allocation of the binding", new Error("malloc failed"), 0.1 * GIB, "solver_out_of_memory"],
    ["an allocation of the runtime", new RangeError("Out of memory"), 0.1 * GIB, "solver_out_of_memory"],
  ] as const)("%s", (_, error, heap_bytes, code) => {
    expect(faultOf(error, heap_bytes, readProblem(PRODUCTION)).code).toBe(code);
  });
});

/** Covers `size` rows by `size` columns, five in each row, at strides that leave the simplex method a dense basis. */
function covering(size: number): Problem {
  const entries = 5 * size;
  let state = 7;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const indices = new Int32Array(entries);
  for (let row = 0; row < size; row++) {
    const first = Math.floor(random() * size);
    const stride = 1 + Math.floor(random() * (size / 5 - 1));
    for (let step = 0; step < 5; step++) indices[5 * row + step] = (first + step * stride) % size;
  }
  const bounds = { lower: new Float64Array(size), upper: new Float64Array(size).fill(1000) };
  const rows = { lower: Float64Array.from({ length: size }, () => 1 + 10 * random()) };
  const common = { count: size, names: new Array(size).fill("n"), families: null, auxiliary_count: 0 };
  const cost = Float64Array.from({ length: size }, () => 1 + random());
  return {
    name: "covering",
    sense: "minimize",
    offset: 0,
    columns: { ...common, ...bounds, cost, kinds: new Uint8Array(size).fill(KIND.continuous) },
    rows: { ...common, ...rows, upper: new Float64Array(size).fill(Number.POSITIVE_INFINITY) },
    matrix: {
      starts: Int32Array.from({ length: size + 1 }, (_, row) => 5 * row),
      indices,
      values: Float64Array.from({ length: entries }, () => 1 + 9 * random()),
    },
    hessian: null,
  };
}

test("a model that exhausts the memory is told its size, is not tried again, and leaves an engine that solves", async () => {
  const engine = await HIGHS_WASM.load(systemClock);
  const solve = (problem: Problem) => {
    const compile = () => ({ problem, diagnostics: [], warnings: [], report: null });
    const compiler = { prepare: () => null, compile, answer: () => null };
    const options = { ...SOLVE_OPTIONS_DEFAULT, presolve: false };
    const hooks = { isInterrupted: () => false, onTurn() {}, onProgress() {}, onStanding() {}, onIncumbent() {} };
    return attemptSolve(engine, compiler, null, { bound: null, override_data: null, options }, hooks, systemClock);
  };
  const outcome = await solve(covering(1_000_000));
  expect(outcome).toMatchObject({ kind: "failed", code: "solver_out_of_memory", retryable: false });
  const size = "1,000,000 rows, 1,000,000 columns and 5,000,000 nonzeros";
  expect(outcome).toMatchObject({ message: expect.stringContaining(size) });
  expect(await solve(readProblem(PRODUCTION))).toMatchObject({ kind: "solved", status: "optimal" });
}, 120_000);
