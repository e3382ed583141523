/**
 * A solver process for tests. Its "models" are JSON: {problem} compiles to that problem; {act} makes the process
 * do what real ones should not: spin, crash, take memory, throw.
 */
import { systemClock } from "../../../src/clock";
import type { Problem } from "../../../src/problem/problem";
import type { Compilation, ModelCompiler } from "../../../src/solver/messages";
import { runSolverChild } from "../../../src/solver/process/child";
import { type ProblemText, readProblem } from "../problem_text";

interface TestModel {
  readonly problem?: ProblemText;
  readonly act?: "spin" | "segfault" | "exit" | "eat" | "throw" | "error" | "linger";
}

const hoard: Uint8Array[] = [];

function perform(act: TestModel["act"]): void {
  if (act === "segfault") process.kill(process.pid, "SIGSEGV");
  if (act === "exit") {
    process.stderr.write("last words of the solver\n");
    process.exit(3);
  }
  if (act === "spin") process.stderr.write("spinning\n");
  if (act === "throw") throw new Error("the compiler broke");
  while (act === "spin" || act === "segfault");
  while (act === "eat") hoard.push(new Uint8Array(8 * 2 ** 20).fill(1));
}

/** Never comes to an end, after the solve. */
function linger(): never {
  for (;;);
}

const compiler: ModelCompiler = {
  prepare: (text) => JSON.parse(text) as TestModel,
  compile(prepared, _bound, override_data): Compilation {
    const model = prepared as TestModel;
    perform(model.act);
    const nothing = { diagnostics: [], warnings: [], report: null };
    if (model.act === "error") return { ...nothing, problem: null, diagnostics: [{ code: "test_error" }] };
    const problem = readProblem(model.problem!);
    const report = model.act === "linger" ? linger : null;
    return { ...nothing, problem: withOffset(problem, override_data), warnings: ["from the compiler"], report };
  },
  answer: (text) => {
    const model = JSON.parse(text) as TestModel;
    perform(model.act);
    return { length: text.length };
  },
};

function withOffset(problem: Problem, override_data: unknown): Problem {
  return typeof override_data === "number" ? { ...problem, offset: override_data } : problem;
}

await runSolverChild(compiler, systemClock);
