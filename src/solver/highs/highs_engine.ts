/** HiGHS as WASM in this process, behind the engine's interface. A solve blocks its thread until it ends. */
import type { Clock } from "../../clock";
import type { Problem } from "../../problem/problem";
import type { Engine, EngineCapabilities, EngineKind, RawAnswer, SolveCallbacks } from "../engine";
import type { SolveSettings } from "../options";
import { loadSolver, type Solver } from "./highs";
import { SOLVER_VERSION } from "./version";

const CAPABILITIES: EngineCapabilities = {
  integers: true,
  semicontinuous: true,
  quadratic: true,
  mixed_quadratic: false,
  duals: true,
  incumbents: true,
  strictness: true,
  reproducible: true,
};

export const HIGHS_WASM: EngineKind = {
  version: SOLVER_VERSION,
  capabilities: CAPABILITIES,
  load: async (clock) => new HighsEngine(await loadSolver(clock), clock),
};

class HighsEngine implements Engine {
  readonly capabilities = CAPABILITIES;
  readonly #clock: Clock;
  #solver: Solver;

  constructor(solver: Solver, clock: Clock) {
    this.#solver = solver;
    this.#clock = clock;
  }

  get version(): string {
    return this.#solver.version;
  }

  get is_ready(): boolean {
    return !this.#solver.is_spoiled;
  }

  async recover(): Promise<void> {
    if (this.#solver.is_spoiled) this.#solver = await loadSolver(this.#clock);
  }

  async solve(problem: Problem, settings: SolveSettings, callbacks: SolveCallbacks | null): Promise<RawAnswer> {
    if (this.#solver.is_spoiled) await this.recover();
    return this.#solver.solve(problem, settings, callbacks);
  }

  async infeasibilityRay(problem: Problem, settings: SolveSettings): Promise<Float64Array | null> {
    if (this.#solver.is_spoiled) await this.recover();
    return this.#solver.infeasibilityRay(problem, settings);
  }
}
