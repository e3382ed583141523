import { expect, test } from "bun:test";
import { systemClock } from "../../../src/clock";
import { EngineFault, type SolveCallbacks } from "../../../src/solver/engine";
import { HIGHS_WASM } from "../../../src/solver/highs/highs_engine";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { marketSplit, PRODUCTION, readProblem } from "../problem_text";
import { QUIET_CALLBACKS } from "../solver_fixture";

/** An exception that crosses the solver from inside leaves its instance in an unknown state. */
const BREAKING: SolveCallbacks = {
  ...QUIET_CALLBACKS,
  onTurn: () => {
    throw new Error("thrown from inside a solve");
  },
};

test("an instance that a model broke is replaced before the next solve, asked for or not", async () => {
  const engine = await HIGHS_WASM.load(systemClock);
  for (const is_asked of [true, false]) {
    await expect(engine.solve(readProblem(marketSplit(4, 30)), SOLVE_OPTIONS_DEFAULT, BREAKING)).rejects.toThrow(
      EngineFault,
    );
    expect(engine.is_ready).toBe(false);
    if (is_asked) await engine.recover();
    expect(engine.is_ready).toBe(is_asked);
    expect(await engine.solve(readProblem(PRODUCTION), SOLVE_OPTIONS_DEFAULT, null)).toMatchObject({
      status: "optimal",
      objective: 3650,
    });
    expect(engine.is_ready).toBe(true);
  }
});
