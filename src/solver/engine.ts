/**
 * The interface of a solver program, whether it is linked in as WASM or a separate program that is driven through files. The
 * rest of the solver (preparation, second solves, certificate, answer) uses engines only through this interface. An engine is a folder
 * or file of its own and a row in engines.ts; test/solver/engine_suite.ts tests every row.
 */
import type { Clock } from "../clock";
import { isIntegerKind, type Problem } from "../problem/problem";
import type { SolutionStatus } from "../problem/solution";
import type { SolveSettings } from "./options";
import { leavesOutZero } from "./relaxation";

/** What an engine can do. A problem that needs more is refused before the engine gets it. */
export interface EngineCapabilities {
  readonly integers: boolean;
  /** Columns that are 0 or within bounds that leave 0 out. */
  readonly semicontinuous: boolean;
  /** A convex quadratic objective of continuous columns. */
  readonly quadratic: boolean;
  /** The same together with integer or semi-continuous columns. */
  readonly mixed_quadratic: boolean;
  /** Returns `row_duals`, `reduced_costs` and `multipliers`. Without them no linear optimum can be proven, so none is called optimal. */
  readonly duals: boolean;
  /** Calls onProgress and onIncumbent while it solves an integer problem. */
  readonly incumbents: boolean;
  /** Follows Strictness, so that a doubtful problem can be solved again more strictly. */
  readonly strictness: boolean;
  /** The same problem and settings give the same bits, unless a limit or an interruption ended the solve. */
  readonly reproducible: boolean;
}

export interface Engine {
  /** Name and version of the program, such as "HiGHS 1.15.1". */
  readonly version: string;
  readonly capabilities: EngineCapabilities;
  /** False after a fault until `recover` has settled, for which `solve` waits. */
  readonly is_ready: boolean;
  /** Makes the engine ready again; does nothing when it is. */
  recover(): Promise<void>;
  /**
   * Solves a prepared problem within settings.time_limit_seconds. An answer with values is a claim that has to be certified. A problem that the
   * engine cannot represent is returned with status "error" and a message that names the part and says what to do.
   * @throws EngineFault when the engine itself broke, whether or not the problem caused it.
   */
  solve(problem: Problem, settings: SolveSettings, callbacks: SolveCallbacks | null): Promise<RawAnswer>;
  /**
   * Row multipliers that prove a linear problem infeasible: some combination of the rows that no point within the columns' bounds
   * satisfies. A claim that has to be checked; null when the engine has none.
   */
  infeasibilityRay(problem: Problem, settings: SolveSettings): Promise<Float64Array | null>;
}

/** A row of the table in engines.ts: facts about an engine that are known without loading it. */
export interface EngineKind {
  readonly version: string;
  readonly capabilities: EngineCapabilities;
  load(clock: Clock): Promise<Engine>;
}

export interface SolveProgress {
  /** Objective of the best solution so far, and the proven bound; null while there is none. */
  readonly incumbent: number | null;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
}

/** Called during a solve, perhaps from inside a call that blocks its thread; all must be quick and must not throw. */
export interface SolveCallbacks {
  /** Called at least ten times a second, where the engine's program allows it, and before each `isInterrupted`. */
  onTurn(): void;
  /** True stops the solve. */
  isInterrupted(): boolean;
  onProgress(progress: SolveProgress): void;
  /** A better solution of an integer problem: one value a column. */
  onIncumbent(values: Float64Array, objective: number): void;
}

export interface RawAnswer {
  readonly status: SolutionStatus;
  /** Why the status is not better; null when the status says everything. */
  readonly message: string | null;
  /** One value a column, when there is a solution. */
  readonly values: Float64Array | null;
  /** The engine's own figure for `values`. */
  readonly objective: number;
  /** Change of the objective per unit of each row's bound and of each column; linear problems at their optimum only. */
  readonly row_duals: Float64Array | null;
  readonly reduced_costs: Float64Array | null;
  /** As `row_duals`, for quadratic problems too, and as the engine left them: a proof starts from them and checks them. */
  readonly multipliers: Float64Array | null;
  readonly dual_bound: number | null;
  /** The engine was stopped by quadratic_iterations_max. */
  readonly is_cycling: boolean;
  readonly iterations: number;
  readonly nodes: number;
}

export class EngineFault extends Error {
  readonly code: "solver_crashed" | "solver_out_of_memory";

  constructor(code: EngineFault["code"], message: string) {
    super(message);
    this.name = "EngineFault";
    this.code = code;
  }
}

/** Why this engine cannot take the problem, as a sentence with the next step; null when it can. */
export function missingCapability({ capabilities, version }: Engine, problem: Problem): string | null {
  const { columns, hessian } = problem;
  if (hessian === null && capabilities.integers && capabilities.semicontinuous) return null;
  const has_integers = columns.kinds.some(isIntegerKind);
  const has_semis = columns.kinds.some((_, column) => leavesOutZero(problem, column));
  if (hessian !== null && !capabilities.quadratic) return `${version} solves no quadratic objective; make it linear`;
  if (hessian !== null && (has_integers || has_semis) && !capabilities.mixed_quadratic) {
    const column = columns.kinds.findIndex((kind, at) => isIntegerKind(kind) || leavesOutZero(problem, at));
    return `a quadratic objective together with integer variables (MIQP), such as ${columns.names[column]}, cannot be solved; make the objective linear or the variables continuous`;
  }
  if (has_integers && !capabilities.integers) return `${version} solves no integer variables; make them continuous`;
  if (has_semis && !capabilities.semicontinuous) {
    return `${version} solves no semi-continuous variables; write each with a binary of its own`;
  }
  return null;
}

/** An answer with only a status. */
export function answerWithout(status: SolutionStatus, message: string | null): RawAnswer {
  const none = { values: null, row_duals: null, reduced_costs: null, multipliers: null, dual_bound: null };
  return { status, message, ...none, is_cycling: false, objective: 0, iterations: 0, nodes: 0 };
}

/** Callbacks that can still stop a solve, but report nothing. */
export function stopOnly(callbacks: SolveCallbacks): SolveCallbacks {
  return {
    onTurn: () => callbacks.onTurn(),
    isInterrupted: () => callbacks.isInterrupted(),
    onProgress: () => {},
    onIncumbent: () => {},
  };
}
