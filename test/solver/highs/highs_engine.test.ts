import { expect, test } from "bun:test";
import { systemClock } from "../../../src/clock";
import { HIGHS_WASM } from "../../../src/solver/highs/highs_engine";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { PRODUCTION, readProblem } from "../problem_text";

/** A concave objective to be minimised: HiGHS refuses it with an exception, after which its instance is not used again. */
const SPOILING = readProblem({ sense: "minimize", columns: [["x", 1, -5, 5]], rows: [], hessian: [[0, 0, -2]] });

test("an instance that a model broke is replaced before the next solve, asked for or not", async () => {
  const engine = await HIGHS_WASM.load(systemClock);
  for (const is_asked of [true, false]) {
    expect((await engine.solve(SPOILING, SOLVE_OPTIONS_DEFAULT, null)).status).toBe("error");
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
