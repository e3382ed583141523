/** The real solver in this process, and the shape that fast-check gives to random problems. */
import fc from "fast-check";
import { systemClock } from "../../src/clock";
import type { Problem } from "../../src/problem/problem";
import { type CleanAnswer, certify } from "../../src/solver/certify";
import type { Engine, RawAnswer, SolveCallbacks } from "../../src/solver/engine";
import { ENGINE_DEFAULT, ENGINES } from "../../src/solver/engines";
import { loadSolver, type Solver } from "../../src/solver/highs/highs";
import { SOLVE_OPTIONS_DEFAULT, type SolveOptions } from "../../src/solver/options";
import { type ProblemText, readProblem } from "./problem_text";

export const SEED = 20_240_611;
/** HiGHS without the engine around it, which answers at once. */
export const solver: Solver = await loadSolver(systemClock);

export const engine: Engine = await ENGINES[ENGINE_DEFAULT].load(systemClock);

/** Does nothing, but makes the solver call back. */
export const QUIET_CALLBACKS: SolveCallbacks = {
  onTurn: () => {},
  isInterrupted: () => false,
  onProgress: () => {},
  onIncumbent: () => {},
};

export interface SolveResult {
  readonly problem: Problem;
  readonly raw: RawAnswer;
  readonly clean: CleanAnswer | null;
}

export function solveText(text: ProblemText, options: Partial<SolveOptions> = {}): SolveResult {
  const problem = readProblem(text);
  const raw = solver.solve(problem, { ...SOLVE_OPTIONS_DEFAULT, ...options }, QUIET_CALLBACKS);
  return { problem, raw, clean: raw.values === null ? null : certify(problem, raw.values, raw.objective).clean };
}

/** Up to 4 columns in small boxes and up to 4 rows, whole coefficients. */
export function arbitraryProblem(kind: "continuous" | "integer"): fc.Arbitrary<ProblemText> {
  return fc.integer({ min: 1, max: 4 }).chain((count) => {
    const coefficient = fc.integer({ min: -5, max: 5 });
    const column = fc.tuple(coefficient, fc.integer({ min: -3, max: 1 }), fc.integer({ min: 0, max: 4 }));
    const row = fc.tuple(
      fc.array(coefficient, { minLength: count, maxLength: count }),
      fc.integer({ min: -8, max: 12 }),
      fc.constantFrom<"<=" | ">=" | "=" | "range">("<=", ">=", "=", "range"),
    );
    return fc
      .record({
        sense: fc.constantFrom<"minimize" | "maximize">("minimize", "maximize"),
        offset: coefficient,
        columns: fc.array(column, { minLength: count, maxLength: count }),
        rows: fc.array(row, { maxLength: 4 }),
      })
      .map(({ sense, offset, columns, rows }) => ({
        sense,
        offset,
        columns: columns.map(([cost, lower, width], position) => [`x${position}`, cost, lower, lower + width, kind]),
        rows: rows.map(([coefficients, bound, relation], position) => [
          `r${position}`,
          relation === "<=" ? null : bound,
          { ...coefficients },
          relation === ">=" ? null : relation === "range" ? bound + 6 : bound,
        ]),
      }));
  });
}

/** Best objective over all whole points of the box; null when none satisfies the rows. */
export function enumerate(text: ProblemText): number | null {
  const better = text.sense === "maximize" ? Math.max : Math.min;
  let best: number | null = null;
  let points: number[][] = [[]];
  for (const [, , lower, upper] of text.columns) {
    const choices = Array.from({ length: upper! - lower! + 1 }, (_, step) => lower! + step);
    points = points.flatMap((point) => choices.map((choice) => [...point, choice]));
  }
  for (const point of points) {
    const isInside = text.rows.every(([, lower, coefficients, upper]) => {
      const activity = point.reduce((sum, value, column) => sum + value * (coefficients[column] ?? 0), 0);
      return activity >= (lower ?? -Infinity) && activity <= (upper ?? Infinity);
    });
    if (!isInside) continue;
    const value = point.reduce((sum, x, column) => sum + x * text.columns[column]![1], text.offset ?? 0);
    best = best === null ? value : better(best, value);
  }
  return best;
}
