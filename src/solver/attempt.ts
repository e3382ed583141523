/** One job inside a solver process: text and overrides in, outcome out. Nothing here sends or waits. */
import type { Clock } from "../clock";
import { problemDigest, solutionDigest } from "../problem/digest";
import type { Problem } from "../problem/problem";
import type { Solution } from "../problem/solution";
import { buildEmptySolution, buildSolution } from "./answer";
import { type CleanAnswer, certify, type Mismatch } from "./certify";
import { type RawAnswer, type SolveCallbacks, type SolveProgress, type Solver, SolverFault } from "./highs/highs";
import type { Compilation, ModelCompiler, Progress, SolveMessage, SolveOutcome, SolveReport } from "./messages";
import type { SolveOptions } from "./options";
import { solveToProof } from "./proof/ladder";
import type { Verdict } from "./proof/verdict";

const COMPRESS_BYTES_MIN = 4096;
const PROGRESS_INTERVAL_MS = 250;
const INTERRUPT_LOOK_INTERVAL_MS = 20;
/** Making a report of an incumbent may take at most a tenth of the solve. */
const INCUMBENT_COST_FACTOR = 10;

export interface AttemptHooks {
  /** Looks at the flag that another process sets. */
  isInterrupted(): boolean;
  /** Called every 20 ms or so while a solve lasts: what cannot wait for its end is done here. */
  onTurn(): void;
  onProgress(progress: Progress): void;
  /** A certified solution better than the ones before. */
  onIncumbent(report: SolveReport): void;
}

/** Compiles and solves. Never throws: a fault of the solver or of the compiler is an outcome. */
export function attemptSolve(
  solver: Solver,
  compiler: ModelCompiler,
  prepared: unknown,
  message: SolveMessage,
  hooks: AttemptHooks,
  clock: Clock,
): SolveOutcome {
  try {
    const started_ms = clock.monotonic();
    const compilation = compiler.compile(prepared, message.bound, message.override_data);
    if (compilation.problem === null) return { kind: "model_error", diagnostics: compilation.diagnostics };
    const digest = problemDigest(compilation.problem);
    return new SolveAttempt(
      solver,
      compilation,
      compilation.problem,
      digest,
      message.options,
      started_ms,
      hooks,
      clock,
    ).run();
  } catch (error) {
    if (error instanceof SolverFault) return failed(error.code, `the solver failed: ${error.message}`, true);
    return failed(
      "internal_error",
      `the solve failed unexpectedly: ${error instanceof Error ? error.message : error}`,
      true,
    );
  }
}

/** The JSON of a solution, compressed when it is worth it. */
function encodeSolution(solution: Solution): Pick<SolveReport, "gap" | "result" | "result_summary"> {
  const data = Buffer.from(JSON.stringify(solution));
  const { gap } = solution;
  if (data.length < COMPRESS_BYTES_MIN) return { gap, result: { is_compressed: false, data }, result_summary: null };
  const { variables: _v, solution: _s, constraints: _c, sensitivity: _d, ...summary } = solution;
  const result = { is_compressed: true, data: Bun.zstdCompressSync(data) };
  return { gap, result, result_summary: JSON.stringify(summary) };
}

function failed(
  code: "certificate_mismatch" | SolverFault["code"] | "internal_error",
  message: string,
  retryable: boolean,
): SolveOutcome {
  return { kind: "failed", code, message, retryable };
}

class SolveAttempt implements SolveCallbacks {
  private readonly compile_ms: number;
  private readonly solve_started_ms: number;
  private readonly deadline_ms: number;
  private is_cancelled = false;
  private looked_ms = 0;
  private progress_ms = 0;
  private incumbent_due_ms = 0;
  /** An incumbent that came too soon after the one before, kept for the next look. */
  private pending: { values: Float64Array; objective: number } | null = null;
  private bound: number | null = null;
  private warnings: readonly string[];

  constructor(
    private readonly solver: Solver,
    private readonly compilation: Compilation,
    private readonly problem: Problem,
    private readonly digest: string,
    private readonly options: SolveOptions,
    private readonly started_ms: number,
    private readonly hooks: AttemptHooks,
    private readonly clock: Clock,
  ) {
    this.warnings = compilation.warnings;
    this.solve_started_ms = clock.monotonic();
    this.compile_ms = this.solve_started_ms - started_ms;
    this.deadline_ms = started_ms + options.time_limit_seconds * 1000;
  }

  run(): SolveOutcome {
    const left = this.secondsLeft();
    if (left <= 0) {
      return {
        kind: "timeout",
        message: `the time limit of ${this.options.time_limit_seconds} s came while the model was compiled`,
        report: null,
      };
    }
    const verdict = solveToProof(this.solver, this.problem, this.options, this, () => this.secondsToSolve());
    this.warnings = [...this.compilation.warnings, ...verdict.warnings];
    if (verdict.clean !== null) return this.withSolution(verdict, verdict.clean);
    return verdict.mismatch === null
      ? this.withoutSolution(verdict.raw)
      : this.withoutCertificate(verdict.raw, verdict.mismatch);
  }

  shouldInterrupt(): boolean {
    const now = this.clock.monotonic();
    if (now - this.looked_ms < INTERRUPT_LOOK_INTERVAL_MS) return this.is_cancelled;
    this.looked_ms = now;
    this.hooks.onTurn();
    this.is_cancelled ||= this.hooks.isInterrupted();
    if (this.pending !== null && now >= this.incumbent_due_ms) this.reportPending(now);
    return this.is_cancelled || now >= this.deadline_ms;
  }

  onProgress(progress: SolveProgress): void {
    this.bound = progress.bound;
    const now = this.clock.monotonic();
    if (now - this.progress_ms < PROGRESS_INTERVAL_MS) return;
    this.progress_ms = now;
    this.hooks.onProgress({ ...progress, elapsed_ms: now - this.started_ms });
  }

  onIncumbent(values: Float64Array, objective: number): void {
    this.pending = { values, objective };
    const now = this.clock.monotonic();
    if (now >= this.incumbent_due_ms) this.reportPending(now);
  }

  private reportPending(now: number): void {
    const { values, objective } = this.pending!;
    this.pending = null;
    const { clean } = certify(this.problem, values, objective);
    if (clean !== null)
      this.hooks.onIncumbent(this.reportOf({ ...NO_FIGURES, dual_bound: this.bound }, clean, "feasible"));
    const cost = this.clock.monotonic() - now;
    this.incumbent_due_ms = now + Math.max(PROGRESS_INTERVAL_MS, cost * INCUMBENT_COST_FACTOR);
  }

  private secondsLeft(): number {
    return (this.deadline_ms - this.clock.monotonic()) / 1000;
  }

  /** What is left for a solve that may still begin. */
  private secondsToSolve(): number {
    return this.is_cancelled ? 0 : this.secondsLeft();
  }

  private withSolution({ raw, status }: Verdict, clean: CleanAnswer): SolveOutcome {
    const report = this.reportOf(raw, clean, status);
    return this.is_cancelled && status === "feasible" ? { kind: "cancelled", report } : { kind: "solved", ...report };
  }

  /** What a limit left of a linear solve need not be feasible to our tolerances; a claimed optimum must. */
  private withoutCertificate(raw: RawAnswer, mismatch: Mismatch): SolveOutcome {
    const isLinear = raw.status === "feasible" && raw.nodes === 0 && raw.dual_bound === null;
    if (isLinear) return this.withoutSolution({ ...raw, status: "time_limit", values: null });
    return failed("certificate_mismatch", `the solver's answer did not pass its check: ${mismatch.message}`, false);
  }

  private withoutSolution(raw: RawAnswer): SolveOutcome {
    const message = raw.message ?? messageOf(raw.status, this.options.time_limit_seconds);
    const solution = buildEmptySolution(raw, this.context());
    const figures = { objective_value: null, error_message: message, solution_digest: null };
    const report = { ...this.head(), status: raw.status, ...figures, ...encodeSolution(solution) };
    if (raw.status !== "time_limit") return { kind: "solved", ...report };
    return this.is_cancelled ? { kind: "cancelled", report: null } : { kind: "timeout", message, report };
  }

  private reportOf(raw: RawAnswer, clean: CleanAnswer, status: Solution["status"]): SolveReport {
    const built = buildSolution(this.problem, raw, clean, status, this.context());
    const solution = { ...built, report: this.compilation.report?.(clean.values, built) ?? null };
    return {
      ...this.head(),
      status,
      objective_value: clean.objective,
      error_message: null,
      solution_digest: solutionDigest(clean.values, clean.objective),
      ...encodeSolution(solution),
    };
  }

  private head(): Pick<SolveReport, "model_digest" | "compile_ms" | "solve_ms" | "solver_version"> {
    const { compile_ms } = this;
    return { model_digest: this.digest, compile_ms, solve_ms: this.solveMs(), solver_version: this.solver.version };
  }

  private context(): { warnings: readonly string[]; solve_ms: number } {
    return { warnings: this.warnings, solve_ms: this.solveMs() };
  }

  private solveMs(): number {
    return this.clock.monotonic() - this.solve_started_ms;
  }
}

/** An incumbent has no duals, and its counts are in the progress. */
const NO_FIGURES: RawAnswer = {
  status: "feasible",
  message: null,
  values: null,
  objective: 0,
  row_duals: null,
  reduced_costs: null,
  multipliers: null,
  dual_bound: null,
  is_cycling: false,
  iterations: 0,
  nodes: 0,
};

function messageOf(status: Solution["status"], limit_seconds: number): string {
  switch (status) {
    case "infeasible":
      return "the problem is infeasible: no values of the variables satisfy all constraints and bounds";
    case "unbounded":
      return "the problem is unbounded: the objective can be improved without limit; give the variables bounds";
    case "time_limit":
      return `the time limit of ${limit_seconds} s came before any solution; raise time_limit_seconds or loosen gap_tolerance`;
    default:
      return "the solver stopped without a solution";
  }
}
