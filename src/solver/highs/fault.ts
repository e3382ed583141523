/** What broke an instance of HiGHS: its memory or anything else. */
import type { Problem } from "../../problem/problem";
import { EngineFault } from "../engine";

/** The memory of a WASM instance cannot grow beyond this: the most that the build of HiGHS allows (32 bit, signed). */
const HEAP_BYTES_MAX = 2 ** 31;
/**
 * An abort of an instance that holds at least this much is taken for exhausted memory. `operator new` aborts without a word, as other
 * things do. Measured when it did: 2,048 and 2,023 MiB (1,000,000 and 1,500,000 rows, five nonzeros in each). A single large vector may
 * fail earlier, so the mark is at half: an instance with less can only have refused a request of over 1 GiB.
 */
const HEAP_BYTES_FULL = HEAP_BYTES_MAX / 2;
const ABORT_PATTERN = /^Aborted\(/;
/** What the binding ("malloc failed") and the runtime ("Out of memory") say; "Out of bounds memory access" is a crash. */
const OUT_OF_MEMORY_PATTERN = /alloc|out of memory/i;

/**
 * The fault that an exception out of WASM stands for.
 * @param heap_bytes size of the instance's memory when it was thrown; it never shrinks
 */
export function faultOf(error: unknown, heap_bytes: number, problem: Problem): EngineFault {
  const text = error instanceof Error ? error.message : String(error);
  const isFull = ABORT_PATTERN.test(text) && heap_bytes >= HEAP_BYTES_FULL;
  if (isFull || OUT_OF_MEMORY_PATTERN.test(text)) {
    return new EngineFault("solver_out_of_memory", outOfMemoryMessage(problem));
  }
  return new EngineFault("solver_crashed", text);
}

function outOfMemoryMessage({ rows, columns, matrix }: Problem): string {
  const size = `${counted(rows.count)} rows, ${counted(columns.count)} columns and ${counted(matrix.values.length)} nonzeros`;
  const limit = `${HEAP_BYTES_MAX / 2 ** 30} GiB`;
  const advice = "make it smaller (a shorter horizon, longer steps, fewer index combinations) or split it";
  return `out of memory: a model with ${size} needs more than the ${limit} that the solver can use; ${advice}`;
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}
