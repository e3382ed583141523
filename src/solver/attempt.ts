/** One job inside a solver process: text and overrides in, outcome out. Nothing here sends or waits. */
import type { Clock } from "../clock";
import { problemDigest, solutionDigest } from "../problem/digest";
import { KIND, type Problem } from "../problem/problem";
import type { Solution } from "../problem/solution";
import { buildEmptySolution, buildSolution } from "./answer";
import { boxBound } from "./box_bound";
import { type CleanAnswer, certify, type Mismatch } from "./certify";
import {
  answerWithout,
  type Engine,
  EngineFault,
  type RawAnswer,
  type SolveCallbacks,
  type SolveProgress,
} from "./engine";
import { COMPRESS_BYTES_MIN, cutMessage, type Incumbent, type Standing, summaryOf, type WorkKind } from "./incumbent";
import type { Compilation, ModelCompiler, Progress, SolveMessage, SolveOutcome, SolveRecord } from "./messages";
import type { SolveOptions } from "./options";
import { solveToProof } from "./proof/ladder";
import type { Verdict } from "./proof/verdict";
import { secondsToSolve } from "./time_limit";

const PROGRESS_INTERVAL_MS = 250;
const INTERRUPT_LOOK_INTERVAL_MS = 20;
/** Making reports of incumbents may take at most a tenth of the solve. */
const INCUMBENT_COST_FACTOR = 10;

export interface AttemptHooks {
  /** Reads the flag that another process sets. */
  isInterrupted(): boolean;
  /** Called about every 20 ms during a solve, for work that cannot wait for its end. */
  onTurn(): void;
  onProgress(progress: Progress): void;
  /** Called once the model is compiled, and when its proven bound has risen. */
  onStanding(standing: Standing): void;
  /** A certified solution better than the ones before. */
  onIncumbent(incumbent: Incumbent): void;
}

/**
 * Compiles and solves. Never throws: a fault of the solver or of the compiler is an outcome.
 * @param started_ms monotonic start of the time limit, which includes work done for the job before this call
 */
export async function attemptSolve(
  engine: Engine,
  compiler: ModelCompiler,
  prepared: unknown,
  message: Pick<SolveMessage, "bound" | "override_data" | "options">,
  hooks: AttemptHooks,
  clock: Clock,
  started_ms = clock.monotonic(),
): Promise<SolveOutcome> {
  try {
    const compilation = compiler.compile(prepared, message.bound, message.override_data);
    if (compilation.problem === null) return { kind: "model_error", diagnostics: compilation.diagnostics };
    const digest = problemDigest(compilation.problem);
    return await new SolveAttempt(
      engine,
      compilation,
      compilation.problem,
      digest,
      message.options,
      started_ms,
      hooks,
      clock,
    ).run();
  } catch (error) {
    if (error instanceof EngineFault) {
      // What did not fit a fresh instance of the solver fits no other one.
      return failed(error.code, `the solver failed: ${error.message}`, error.code !== "solver_out_of_memory");
    }
    return failed(
      "internal_error",
      `the solve failed unexpectedly: ${error instanceof Error ? error.message : error}`,
      true,
    );
  }
}

/** The JSON of a solution, compressed above a certain size. */
function encodeSolution(solution: Solution): Pick<SolveRecord, "gap" | "result" | "result_summary"> {
  const data = Buffer.from(JSON.stringify(solution));
  const { gap } = solution;
  if (data.length < COMPRESS_BYTES_MIN) return { gap, result: { is_compressed: false, data }, result_summary: null };
  const result = { is_compressed: true, data: Bun.zstdCompressSync(data) };
  return { gap, result, result_summary: JSON.stringify(summaryOf(solution)) };
}

function failed(
  code: "certificate_mismatch" | EngineFault["code"] | "internal_error",
  message: string,
  retryable: boolean,
): SolveOutcome {
  return { kind: "failed", code, message, retryable };
}

class SolveAttempt implements SolveCallbacks {
  readonly #compile_ms: number;
  readonly #solve_started_ms: number;
  readonly #deadline_ms: number;
  #is_cancelled = false;
  #looked_ms = 0;
  #progress_ms = 0;
  #incumbent_due_ms = 0;
  /** An incumbent that came too soon after the previous one, kept for the next call. */
  #pending: { values: Float64Array; objective: number } | null = null;
  readonly #kind: WorkKind;
  /** The best bound proven during the solve. */
  #bound: number | null;
  #warnings: readonly string[];

  readonly #engine: Engine;
  readonly #compilation: Compilation;
  readonly #problem: Problem;
  readonly #digest: string;
  readonly #options: SolveOptions;
  readonly #started_ms: number;
  readonly #hooks: AttemptHooks;
  readonly #clock: Clock;

  constructor(
    engine: Engine,
    compilation: Compilation,
    problem: Problem,
    digest: string,
    options: SolveOptions,
    started_ms: number,
    hooks: AttemptHooks,
    clock: Clock,
  ) {
    this.#engine = engine;
    this.#compilation = compilation;
    this.#problem = problem;
    this.#digest = digest;
    this.#options = options;
    this.#started_ms = started_ms;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#warnings = compilation.warnings;
    this.#solve_started_ms = clock.monotonic();
    this.#compile_ms = this.#solve_started_ms - started_ms;
    this.#deadline_ms = started_ms + secondsToSolve(options.time_limit_seconds) * 1000;
    this.#kind = kindOf(problem);
    this.#bound = boxBound(problem);
  }

  async run(): Promise<SolveOutcome> {
    const left = this.#secondsLeft();
    if (left <= 0) {
      return {
        kind: "timeout",
        message: `the time limit of ${this.#options.time_limit_seconds} s was reached while the model was compiled`,
        record: null,
      };
    }
    this.#tellStanding();
    const verdict = await solveToProof(this.#engine, this.#problem, this.#options, this, () => this.#secondsToSolve());
    this.#warnings = [...this.#compilation.warnings, ...verdict.warnings];
    if (verdict.clean !== null) return this.#withSolution(verdict, verdict.clean);
    return verdict.mismatch === null
      ? this.#withoutSolution(verdict.raw)
      : this.#withoutCertificate(verdict.raw, verdict.mismatch);
  }

  onTurn(): void {
    const now = this.#clock.monotonic();
    if (now - this.#looked_ms < INTERRUPT_LOOK_INTERVAL_MS) return;
    this.#looked_ms = now;
    this.#hooks.onTurn();
    this.#is_cancelled ||= this.#hooks.isInterrupted();
    if (this.#pending !== null && now >= this.#incumbent_due_ms) this.#reportPending(now);
  }

  /** As of the last look: `onTurn` looks at most once in INTERRUPT_LOOK_INTERVAL_MS. */
  isInterrupted(): boolean {
    return this.#is_cancelled || this.#looked_ms >= this.#deadline_ms;
  }

  onProgress(progress: SolveProgress): void {
    this.#raiseBound(progress.bound);
    const now = this.#clock.monotonic();
    if (now - this.#progress_ms < PROGRESS_INTERVAL_MS) return;
    this.#progress_ms = now;
    this.#hooks.onProgress({ ...progress, elapsed_ms: now - this.#started_ms });
  }

  onIncumbent(values: Float64Array, objective: number): void {
    this.#pending = { values, objective };
    const now = this.#clock.monotonic();
    if (now >= this.#incumbent_due_ms) this.#reportPending(now);
  }

  #reportPending(now: number): void {
    const { values, objective } = this.#pending!;
    this.#pending = null;
    const { clean } = certify(this.#problem, values, objective);
    if (clean !== null) this.#hooks.onIncumbent(this.#incumbentOf(clean));
    const cost = this.#clock.monotonic() - now;
    this.#incumbent_due_ms = now + Math.max(PROGRESS_INTERVAL_MS, cost * INCUMBENT_COST_FACTOR);
  }

  #raiseBound(bound: number | null): void {
    const isWorse = (than: number) => (this.#problem.sense === "maximize" ? bound! >= than : bound! <= than);
    if (bound === null || (this.#bound !== null && isWorse(this.#bound))) return;
    this.#bound = bound;
    this.#tellStanding();
  }

  #tellStanding(): void {
    this.#hooks.onStanding({ kind: this.#kind, bound: this.#bound });
  }

  #secondsLeft(): number {
    return (this.#deadline_ms - this.#clock.monotonic()) / 1000;
  }

  /** Time left for another solve. */
  #secondsToSolve(): number {
    return this.#is_cancelled ? 0 : this.#secondsLeft();
  }

  #withSolution({ raw, status }: Verdict, clean: CleanAnswer): SolveOutcome {
    const record = this.#recordOf(raw, clean, status);
    return this.#is_cancelled && status === "feasible" ? { kind: "cancelled", record } : { kind: "solved", ...record };
  }

  /** The last point of a linear solve that reached a limit may be infeasible to our tolerances; a claimed optimum may not. */
  #withoutCertificate(raw: RawAnswer, mismatch: Mismatch): SolveOutcome {
    const isLinear = raw.status === "feasible" && raw.nodes === 0 && raw.dual_bound === null;
    if (isLinear) return this.#withoutSolution({ ...raw, status: "time_limit", values: null });
    return failed("certificate_mismatch", `the solver's answer did not pass its check: ${mismatch.message}`, false);
  }

  #withoutSolution(raw: RawAnswer): SolveOutcome {
    const message = raw.message ?? messageOf(raw.status, this.#kind, this.#options.time_limit_seconds);
    const solution = buildEmptySolution(raw, this.#context());
    const figures = { objective_value: null, error_message: message, solution_digest: null };
    const record = { ...this.#head(), status: raw.status, ...figures, ...encodeSolution(solution) };
    if (raw.status !== "time_limit") return { kind: "solved", ...record };
    return this.#is_cancelled ? { kind: "cancelled", record: null } : { kind: "timeout", message, record };
  }

  #recordOf(raw: RawAnswer, clean: CleanAnswer, status: Solution["status"]): SolveRecord {
    return { ...this.#figuresOf(clean, status), ...encodeSolution(this.#solutionOf(raw, clean, status)) };
  }

  #incumbentOf(clean: CleanAnswer): Incumbent {
    return { record: this.#figuresOf(clean, "feasible"), solution: this.#solutionOf(NO_FIGURES, clean, "feasible") };
  }

  /** Uses the best known bound where the last solve gave none. */
  #solutionOf(raw: RawAnswer, clean: CleanAnswer, status: Solution["status"]): Solution {
    const bounded = raw.dual_bound === null ? { ...raw, dual_bound: this.#bound } : raw;
    const built = buildSolution(this.#problem, bounded, clean, status, this.#context());
    return { ...built, report: this.#compilation.report?.(clean.values, built) ?? null };
  }

  #figuresOf({ values, objective }: CleanAnswer, status: Solution["status"]): Incumbent["record"] {
    const solution_digest = solutionDigest(values, objective);
    return { ...this.#head(), status, objective_value: objective, error_message: null, solution_digest };
  }

  #head(): Pick<SolveRecord, "model_digest" | "compile_ms" | "solve_ms" | "solver_version"> {
    const { version: solver_version } = this.#engine;
    const times = { compile_ms: this.#compile_ms, solve_ms: this.#solveMs() };
    return { model_digest: this.#digest, ...times, solver_version };
  }

  #context(): { warnings: readonly string[]; solve_ms: number } {
    return { warnings: this.#warnings, solve_ms: this.#solveMs() };
  }

  #solveMs(): number {
    return this.#clock.monotonic() - this.#solve_started_ms;
  }
}

/** Incumbents have no duals, and their counts are in the progress. */
const NO_FIGURES: RawAnswer = answerWithout("feasible", null);

function kindOf({ hessian, columns }: Problem): WorkKind {
  if (hessian !== null) return "quadratic";
  return columns.kinds.some((kind) => kind !== KIND.continuous) ? "mixed" : "linear";
}

function messageOf(status: Solution["status"], kind: WorkKind, limit_seconds: number): string {
  switch (status) {
    case "infeasible":
      return "the problem is infeasible: no values of the variables satisfy all constraints and bounds";
    case "unbounded":
      return "the problem is unbounded: the objective can be improved without limit; give the variables bounds";
    case "time_limit":
      return cutMessage(kind, limit_seconds);
    default:
      return "the solver stopped without a solution";
  }
}
