/**
 * The only importer of HiGHS. A Solver owns one WASM instance and one native model in it, which is cleared before
 * each solve (model, options, basis, clocks), so that an answer depends only on the problem and the options.
 * Measured, a 3-variable integer model: 0.29 ms a solve this way, 0.33 ms with a native model made for each solve.
 *
 * Solver.solve is synchronous and blocks its thread. After a fault (an exception out of WASM, memory exhausted) the
 * instance is in an unknown state: `is_spoiled` is set, and the owner loads a new Solver, which takes 100 to 250 ms. A status of -1 is
 * no fault: clearModel leaves nothing of such a solve behind.
 */
import load, { type Highs, type HighsCallbackMap, type Model, type ModelData } from "highs";
import wasmPath from "highs/runtime" with { type: "file" };
import type { Clock } from "../../clock";
import type { Problem } from "../../problem/problem";
import type { SolutionStatus } from "../../problem/solution";
import { answerWithout, type RawAnswer, type SolveCallbacks, stopOnly } from "../engine";
import type { SolveSettings } from "../options";
import { faultOf } from "./fault";
import { changedPart, formulate, hasCrossedBounds, unsupportedPart, withoutObjective } from "./formulation";
import { type HighsOption, toHighsOptions } from "./highs_options";

/**
 * Up to this many columns the feasibility jump heuristic is left out. It costs 10 to 30 ms in WASM whatever the size. Mean solve in ms
 * with / without, generated knapsacks, assignments, generalised assignments, set covers, lot sizing:
 *     10 columns   39/13   34/6   20/1   12/4  0.2/0.2        1,000   limit   19/13  116/98   15/14   315/254
 *    100 columns 1434/889   8/2   17/4    9/4   73/36         3,000   limit   50/36  884/824  247/243  641/577
 *    300 columns  limit    12/6   29/16  15/10 231/147        5,000 2137/2161 88/64 3268/2929  58/52  1081/873
 * It never was faster here; beyond 5,000 columns its cost does not matter, and where a first incumbent is hard to find it may save the run.
 */
const FEASIBILITY_JUMP_COLUMNS_MIN = 5001;
/**
 * Callbacks cost 0.1 to 0.15 ms a solve, a third of a small one. Problems up to this many nonzeros are tried without them for one slice
 * of time first; the few that take longer start again with callbacks, so that only the slice is lost.
 */
const SLICE_NONZEROS_MAX = 2000;
const SLICE_SECONDS = 0.02;

const STATUS = {
  empty: 6,
  optimal: 7,
  infeasible: 8,
  unbounded_or_infeasible: 9,
  unbounded: 10,
  time_limit: 13,
  iteration_limit: 14,
  interrupted: 17,
};
const NO_SOLUTION = 0;
const PRIMAL_FEASIBLE = 2;

/** HiGHS cannot represent the problem as given; the message names the part and says what to do. */
class UnsupportedProblem extends Error {}

/** Loads a fresh WASM instance: about 100 ms the first time in a process. */
export async function loadSolver(clock: Clock): Promise<Solver> {
  return new Solver(await load({ locateFile: () => wasmPath }), clock);
}

export class Solver {
  readonly version: string;
  readonly #highs: Highs;
  readonly #native: NativeModel;
  readonly #clock: Clock;
  #spoiled = false;

  constructor(highs: Highs, clock: Clock) {
    this.#clock = clock;
    this.#highs = highs;
    this.version = `HiGHS ${highs.raw.version().string}`;
    this.#native = new NativeModel(highs.createModel());
  }

  /** True after a fault; then load another Solver. */
  get is_spoiled(): boolean {
    return this.#spoiled;
  }

  /**
   * Solves within options.time_limit_seconds. An answer with values is the solver's claim: certify it.
   * @throws EngineFault when the instance broke, by its memory or otherwise.
   */
  solve(problem: Problem, settings: SolveSettings, callbacks: SolveCallbacks | null): RawAnswer {
    if (problem.columns.count === 0) return answerWithoutColumns(problem);
    if (settings.time_limit_seconds <= 0) return answerWithout("time_limit", null);
    const unsupported = unsupportedPart(problem);
    if (unsupported !== null) return answerWithout("error", unsupported);
    try {
      return new Attempt(this.#native, this.#clock, problem, settings, callbacks).answer();
    } catch (error) {
      if (error instanceof UnsupportedProblem) return answerWithout("error", error.message);
      return answerWithout("error", `the solver gave up: ${this.#refusalOf(error, problem).message}`);
    }
  }

  /**
   * Row multipliers that prove a linear problem infeasible, if the solver has them: some linear combination of the rows that no point
   * within the columns' bounds satisfies. A claim, to be checked.
   */
  infeasibilityRay(problem: Problem, settings: SolveSettings): Float64Array | null {
    if (settings.time_limit_seconds <= 0 || unsupportedPart(problem) !== null) return null;
    try {
      return new Attempt(this.#native, this.#clock, problem, settings, null).infeasibilityRay();
    } catch (error) {
      if (!(error instanceof UnsupportedProblem)) this.#refusalOf(error, problem);
      return null;
    }
  }

  /** A status of -1 is an orderly refusal of HiGHS and is returned; anything else means that the WASM instance is broken. */
  #refusalOf(error: unknown, problem: Problem): Error {
    if (error instanceof Error && error.name === "HighsError") return error;
    this.#spoiled = true;
    throw faultOf(error, this.#highs.memoryBytes, problem);
  }
}

/** The native model that all solves share. */
class NativeModel {
  readonly #set = new Map<string, HighsOption>();

  readonly model: Model;

  constructor(model: Model) {
    this.model = model;
  }

  /** Resets everything and sets the given options. No others are ever set, so only changed ones are set again: each costs 2 us. */
  reset(options: Readonly<Record<string, HighsOption>>): void {
    this.model.clearModel();
    this.model.zeroAllClocks();
    for (const name in options) {
      const value = options[name]!;
      if (this.#set.get(name) === value) continue;
      this.model.options.set(name, value);
      this.#set.set(name, value);
    }
  }
}

/** One solve on the shared native model. */
class Attempt {
  readonly #started_ms: number;
  readonly #model: Model;

  readonly #native: NativeModel;
  readonly #clock: Clock;
  readonly #problem: Problem;
  readonly #settings: SolveSettings;
  readonly #callbacks: SolveCallbacks | null;

  constructor(
    native: NativeModel,
    clock: Clock,
    problem: Problem,
    settings: SolveSettings,
    callbacks: SolveCallbacks | null,
  ) {
    this.#native = native;
    this.#clock = clock;
    this.#problem = problem;
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#model = native.model;
    this.#started_ms = clock.monotonic();
  }

  answer(): RawAnswer {
    const formulation = formulate(this.#problem);
    const code = this.#runInSlices(formulation.model);
    const answer = this.#read(code, formulation.is_integer);
    if (code === STATUS.unbounded_or_infeasible || (code === STATUS.unbounded && formulation.is_integer)) {
      return this.#distinguish(withoutObjective(formulation.model), answer);
    }
    return answer;
  }

  infeasibilityRay(): Float64Array | null {
    const { model } = formulate({ ...this.#problem, hessian: null });
    if (this.#run(withoutObjective(model), this.#secondsLeft(), null) !== STATUS.infeasible) return null;
    const ray = this.#model.getDualRay();
    return ray?.values ?? null;
  }

  #secondsLeft(): number {
    return this.#settings.time_limit_seconds - (this.#clock.monotonic() - this.#started_ms) / 1000;
  }

  #runInSlices(model: ModelData): number {
    const left = this.#secondsLeft();
    if (this.#callbacks === null) return this.#run(model, left, null);
    if (model.matrix.values.length <= SLICE_NONZEROS_MAX) {
      const code = this.#run(model, Math.min(SLICE_SECONDS, left), null);
      if (code !== STATUS.time_limit) return code;
    }
    return this.#run(model, this.#secondsLeft(), callbackMap(this.#callbacks, this.#problem.columns.count));
  }

  #run(model: ModelData, seconds: number, callbacks: HighsCallbackMap | null): number {
    const feasibilityJump = model.numCols >= FEASIBILITY_JUMP_COLUMNS_MIN;
    this.#native.reset(toHighsOptions(this.#settings, seconds, feasibilityJump));
    if (this.#model.passModel(model).status !== 0) {
      // A warning means that the solver changed the model that it was given, or that bounds cross.
      if (hasCrossedBounds(model)) return STATUS.infeasible;
      throw new UnsupportedProblem(changedPart(this.#problem));
    }
    return (callbacks === null ? this.#model.run() : this.#model.run(callbacks)).modelStatus;
  }

  #read(code: number, isInteger: boolean): RawAnswer {
    const info = this.#model.info;
    const hasValues = code === STATUS.optimal || info.get("primal_solution_status") === PRIMAL_FEASIBLE;
    const status = statusOf(code, hasValues);
    const isSolved = status === "optimal" || status === "feasible";
    const solution = isSolved ? this.#model.getSolution() : null;
    const isQuadratic = this.#problem.hessian !== null;
    const isLinear = !isInteger && !isQuadratic;
    const hasDuals = isLinear && status === "optimal" && info.get("dual_solution_status") === PRIMAL_FEASIBLE;
    const hasMultipliers = !isInteger && isSolved && info.get("dual_solution_status") !== NO_SOLUTION;
    const objective = isSolved ? this.#model.getObjectiveValue() : 0;
    const bound = isInteger ? Number(info.get("mip_dual_bound")) : status === "optimal" ? objective : Number.NaN;
    return {
      status,
      message: status === "error" ? `the solver stopped with status ${code} and no solution` : null,
      values: solution === null ? null : solution.colValue.slice(0, this.#problem.columns.count),
      objective,
      row_duals: hasDuals ? solution!.rowDual : null,
      reduced_costs: hasDuals ? solution!.colDual : null,
      multipliers: hasMultipliers ? solution!.rowDual.subarray(0, this.#problem.rows.count) : null,
      is_cycling: code === STATUS.iteration_limit,
      dual_bound: Number.isFinite(bound) ? bound : null,
      iterations: isQuadratic ? this.#count("qp") : this.#count("simplex") + (isInteger ? 0 : this.#count("ipm")),
      nodes: isInteger ? Math.max(0, Number(info.get("mip_node_count"))) : 0,
    };
  }

  /** HiGHS returns -1 for an algorithm that did not run. */
  #count(algorithm: "simplex" | "ipm" | "qp"): number {
    return Math.max(0, Number(this.#model.info.get(`${algorithm}_iteration_count`)));
  }

  /** Decides between unbounded and infeasible by solving for the constraints alone. */
  #distinguish(feasibility: ModelData, answer: RawAnswer): RawAnswer {
    const code = this.#run(feasibility, this.#secondsLeft(), callbackMapOf(this.#callbacks));
    const counts = { iterations: answer.iterations, nodes: answer.nodes };
    if (code === STATUS.optimal) return { ...answerWithout("unbounded", null), ...counts };
    if (code === STATUS.infeasible) return { ...answerWithout("infeasible", null), ...counts };
    const text = "the problem is infeasible or unbounded; the time limit was reached before it was known which";
    return { ...answerWithout("time_limit", text), ...counts };
  }
}

function statusOf(code: number, hasValues: boolean): SolutionStatus {
  switch (code) {
    case STATUS.optimal:
      return "optimal";
    case STATUS.infeasible:
      return "infeasible";
    case STATUS.unbounded:
    case STATUS.unbounded_or_infeasible:
      return "unbounded";
    case STATUS.time_limit:
    case STATUS.interrupted:
      return hasValues ? "feasible" : "time_limit";
    default:
      return hasValues && code !== STATUS.empty ? "feasible" : "error";
  }
}

function callbackMapOf(callbacks: SolveCallbacks | null): HighsCallbackMap | null {
  if (callbacks === null) return null;
  return callbackMap(stopOnly(callbacks), 0);
}

/** HiGHS makes callbacks 1 and 2 at each iteration of simplex and interior point, 6 between nodes, and 4 at each better solution. */
function callbackMap(callbacks: SolveCallbacks, columnCount: number): HighsCallbackMap {
  const look = (event: { interrupt(): void }): undefined => {
    callbacks.onTurn();
    if (callbacks.isInterrupted()) event.interrupt();
  };
  return {
    1: look,
    2: look,
    4: (event) => {
      const values = event.data.mip_solution;
      const objective = event.data.objective_function_value;
      if (values === undefined || objective === undefined) return;
      callbacks.onIncumbent(values.length > columnCount ? values.slice(0, columnCount) : values, objective);
    },
    6: (event) => {
      callbacks.onProgress({
        incumbent: finiteOrNull(event.data.mip_primal_bound),
        bound: finiteOrNull(event.data.mip_dual_bound),
        gap: finiteOrNull(event.data.mip_gap),
        nodes: Number(event.data.mip_node_count ?? 0),
      });
      return look(event);
    },
  };
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Math.abs(value) < 1e100 ? value : null;
}

/** HiGHS returns Empty for a problem without columns and ignores its rows, which must all allow 0. */
function answerWithoutColumns(problem: Problem): RawAnswer {
  const { rows, offset } = problem;
  for (let row = 0; row < rows.count; row++) {
    if (rows.lower[row]! > 0 || rows.upper[row]! < 0) return answerWithout("infeasible", null);
  }
  const row_duals = new Float64Array(rows.count);
  const duals = { row_duals, multipliers: row_duals, reduced_costs: new Float64Array(0), is_cycling: false };
  const claim = { status: "optimal", values: new Float64Array(0), objective: offset, dual_bound: offset } as const;
  return { ...claim, ...duals, message: null, iterations: 0, nodes: 0 };
}
