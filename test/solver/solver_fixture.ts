/** The real solver in this process, and the shape that fast-check gives to random problems. */
import fc from "fast-check";
import { systemClock } from "../../src/clock";
import type { Problem } from "../../src/problem/problem";
import { type CleanAnswer, certify } from "../../src/solver/certify";
import { loadSolver, type RawAnswer, type SolveCallbacks, type Solver } from "../../src/solver/highs/highs";
import { SOLVE_OPTIONS_DEFAULT, type SolveOptions } from "../../src/solver/options";
import { type ProblemText, readProblem } from "./problem_text";

export const SEED = 20_240_611;
export const solver: Solver = await loadSolver(systemClock);

/** Does nothing, but makes the solver call back. */
export const QUIET_CALLBACKS: SolveCallbacks = {
  shouldInterrupt: () => false,
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
