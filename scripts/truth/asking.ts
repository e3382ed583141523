/** Two ways to ask the product: its solver and compiler in this process, as a solver process calls them, or its API. */
import { systemClock } from "../../src/clock";
import { readConfig } from "../../src/config";
import { createModelCompiler } from "../../src/model/model_compiler";
import type { Solution } from "../../src/problem/solution";
import { modelLimits } from "../../src/services/documents/inspection";
import { type AttemptHooks, attemptSolve } from "../../src/solver/attempt";
import { ENGINE_DEFAULT, ENGINES } from "../../src/solver/engines";
import type { SolveOutcome, StoredAnswer } from "../../src/solver/messages";
import { SOLVE_OPTIONS_DEFAULT } from "../../src/solver/options";
import { ask } from "../faults/api";
import { Program } from "../faults/program";
import type { Answer } from "./judge";
import { type Costs, Meter, NO_COSTS } from "./meter";
import type { Model } from "./program";

export interface Asking {
  ask(model: Model): Promise<Answer>;
  /** What the last model cost; nothing is known of a program behind its API. */
  costs(): Costs;
  end(): Promise<void>;
}

const QUIET_HOOKS: AttemptHooks = {
  isInterrupted: () => false,
  onTurn: () => {},
  onProgress: () => {},
  onStanding: () => {},
  onIncumbent: () => {},
};

/** Integer problems are solved to the end: gap_tolerance 0. */
export async function askInProcess(time_limit_seconds: number): Promise<Asking> {
  const { config } = readConfig({ flags: {}, environment: {}, file_text: null });
  const meter = new Meter();
  const compiler = meter.compiler(createModelCompiler(modelLimits({ config: config!, clock: systemClock })));
  const engine = meter.engine(await ENGINES[ENGINE_DEFAULT].load(systemClock));
  let costs = NO_COSTS;
  const options = { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0, time_limit_seconds };
  return {
    async ask(model) {
      const prepared = compiler.prepare(JSON.stringify(model));
      const job = { kind: "solve", job: 1, digest: "", text: null, override_data: null } as const;
      const message = { ...job, bound: { fields: [] }, options };
      const measured = await meter.attempt(() =>
        attemptSolve(engine, compiler, prepared, message, QUIET_HOOKS, systemClock),
      );
      costs = measured.costs;
      return answerOf(measured.result);
    },
    costs: () => costs,
    async end() {},
  };
}

/** The compiled program serving on loopback, one POST /solve a model. */
export async function askProgram(time_limit_seconds: number): Promise<Asking> {
  const program = new Program();
  await program.start(null, ["--workers", "1"]);
  const options = { gap_tolerance: 0, time_limit_seconds };
  return {
    async ask(model) {
      try {
        const solution: Solution = await ask(program.address, "POST", "/solve", { ...model, options });
        const message = (solution as { readonly error_message?: string }).error_message;
        return readSolution(solution, message ?? solution.status);
      } catch (error) {
        return refusal("request refused", error instanceof Error ? error.message : String(error));
      }
    },
    costs: () => NO_COSTS,
    async end() {
      await program.stop();
      await program.remove();
    },
  };
}

function answerOf(outcome: SolveOutcome): Answer {
  switch (outcome.kind) {
    case "solved":
      return readSolution(readStored(outcome.result), outcome.error_message ?? outcome.status);
    case "failed":
      return refusal(outcome.code, outcome.message);
    case "model_error":
      return refusal("model_error", JSON.stringify(outcome.diagnostics));
    case "timeout":
      return refusal("time_limit", outcome.message);
    default:
      return refusal(outcome.kind, outcome.kind);
  }
}

function readStored({ is_compressed, data }: StoredAnswer): Solution {
  return JSON.parse(new TextDecoder().decode(is_compressed ? Bun.zstdDecompressSync(data) : data));
}

function readSolution({ status, objective_value, gap, dual_bound }: Solution, message: string): Answer {
  if (status === "time_limit" || status === "error") return refusal(status, message);
  return { status, objective: objective_value, gap, bound: dual_bound, reason: status, message };
}

function refusal(reason: string, message: string): Answer {
  return { status: "refused", objective: null, gap: null, bound: null, reason, message };
}
