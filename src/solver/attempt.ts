/** One job inside a solver process: text and overrides in, outcome out. Nothing here sends or waits. */
import type { Clock } from "../clock";
import { problemDigest, solutionDigest } from "../problem/digest";
import { KIND, type Problem } from "../problem/problem";
import type { Solution } from "../problem/solution";
import { buildEmptySolution, buildSolution, relativeGap } from "./answer";
import { type Certificate, type CleanAnswer, certify } from "./certify";
import { type RawAnswer, type SolveCallbacks, type SolveProgress, type Solver, SolverFault } from "./highs/highs";
import type { Compilation, ModelCompiler, Progress, SolveMessage, SolveOutcome, SolveReport } from "./messages";
import type { SolveOptions } from "./options";

const COMPRESS_BYTES_MIN = 4096;
const PROGRESS_INTERVAL_MS = 250;
const INTERRUPT_LOOK_INTERVAL_MS = 20;
/** Making a report of an incumbent may take at most a tenth of the solve. */
const INCUMBENT_COST_FACTOR = 10;
/** Beyond rounding errors, below the solver's tolerances. */
const ROUGH_VIOLATION = 1e-9;
/** A solution that would be lost is given this long beyond the limit. */
const POLISH_SECONDS_MIN = 1;

export interface AttemptHooks {
  /** Looks at the flag that another process sets. */
  isInterrupted(): boolean;
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
    const raw = this.solver.solve(this.problem, { ...this.options, time_limit_seconds: left }, this);
    if (raw.values === null) return this.withoutSolution(raw);
    return this.withSolution(raw, raw.values);
  }

  shouldInterrupt(): boolean {
    const now = this.clock.monotonic();
    if (now - this.looked_ms < INTERRUPT_LOOK_INTERVAL_MS) return this.is_cancelled;
    this.looked_ms = now;
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

  private withSolution(raw: RawAnswer, values: Float64Array): SolveOutcome {
    const certificate = this.certifyOrPolish(raw, values);
    if (certificate.clean === null) return this.withoutCertificate(raw, certificate);
    const status = raw.status === "optimal" && !this.isWithinGap(raw, certificate.clean) ? "feasible" : raw.status;
    const report = this.reportOf(raw, certificate.clean, status);
    return this.is_cancelled && status === "feasible" ? { kind: "cancelled", report } : { kind: "solved", ...report };
  }

  /**
   * Rounded integers can break a row with large coefficients, and an integer solve may use up its tolerance of 1e-6 in the
   * rows (2.9999999 for 3). Either way the other columns are solved for again around the rounded ones.
   */
  private certifyOrPolish(raw: RawAnswer, values: Float64Array): Certificate {
    const certificate = certify(this.problem, values, raw.objective);
    const isBroken = certificate.mismatch?.part === "row";
    const isRough =
      certificate.clean !== null && certificate.clean.violation > ROUGH_VIOLATION && this.secondsLeft() > 0;
    if (!isInteger(this.problem) || !(isBroken || isRough)) return certificate;
    const seconds = Math.max(this.secondsLeft(), POLISH_SECONDS_MIN);
    const polished = this.solver.polish(this.problem, values, { ...this.options, time_limit_seconds: seconds });
    if (polished?.values == null) return certificate;
    const again = certify(this.problem, polished.values, polished.objective);
    return isBetter(again.clean, certificate.clean) ? again : certificate;
  }

  /** What a limit left of a linear solve need not be feasible to our tolerances; a claimed optimum must. */
  private withoutCertificate(raw: RawAnswer, certificate: Certificate): SolveOutcome {
    const isLinear = raw.status === "feasible" && raw.nodes === 0 && raw.dual_bound === null;
    if (isLinear) return this.withoutSolution({ ...raw, status: "time_limit", values: null });
    const text = certificate.mismatch!.message;
    return failed("certificate_mismatch", `the solver's answer did not pass its check: ${text}`, false);
  }

  /** A polished solution may be worse than the one that was proven. */
  private isWithinGap(raw: RawAnswer, clean: CleanAnswer): boolean {
    if (raw.dual_bound === null) return true;
    const gap = relativeGap(clean.objective, raw.dual_bound);
    const distance = Math.abs(clean.objective - raw.dual_bound);
    return distance <= 1e-6 || (gap !== null && gap <= this.options.gap_tolerance + 1e-6);
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
    return { warnings: this.compilation.warnings, solve_ms: this.solveMs() };
  }

  private solveMs(): number {
    return this.clock.monotonic() - this.solve_started_ms;
  }
}

function isInteger(problem: Problem): boolean {
  return problem.columns.kinds.some((kind) => kind !== KIND.continuous);
}

function isBetter(candidate: CleanAnswer | null, than: CleanAnswer | null): boolean {
  return candidate !== null && (than === null || candidate.violation < than.violation);
}

/** An incumbent has no duals, and its counts are in the progress. */
const NO_FIGURES: RawAnswer = {
  status: "feasible",
  message: null,
  values: null,
  objective: 0,
  row_duals: null,
  reduced_costs: null,
  dual_bound: null,
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
