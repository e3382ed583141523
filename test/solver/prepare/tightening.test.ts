/**
 * The tightened problem must have the optimal value of the problem that was given. The certificate cannot see an optimum that was cut off, so
 * this does: gates and the two parts of semi-continuous columns are enumerated, and what is left for the solver has no big-M.
 */
import { expect, test } from "bun:test";
import { isIntegerKind, KIND, type Problem } from "../../../src/problem/problem";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { tightenBigM } from "../../../src/solver/prepare/big_m";
import { readProblem } from "../problem_text";
import { SEED, solver } from "../solver_fixture";
import { Dice, FAMILIES, mirrored } from "./random_models";

const MODELS_PER_FAMILY = Number(process.env.TIGHTENING_MODELS ?? 40);
/** Small models have small coefficients: here three times another one is large. */
const RATIO_MIN = 3;
/** Integers with more values than this do not open anything, and stay integers for the solver. */
const GATE_VALUES_MAX = 4;

type Optimum = number | "infeasible" | "unbounded";

function optimumOf(problem: Problem): Optimum {
  const { columns } = problem;
  const lower = Float64Array.from(columns.lower);
  const upper = Float64Array.from(columns.upper);
  const kinds = columns.kinds.map((kind) => (isIntegerKind(kind) ? KIND.integer : KIND.continuous));
  const fixed = { ...problem, columns: { ...columns, kinds, lower, upper } };
  const direction = problem.sense === "minimize" ? 1 : -1;
  let best: Optimum = "infeasible";
  const walk = (column: number): void => {
    if (best === "unbounded") return;
    if (column < columns.count) {
      for (const [low, high] of choicesOf(problem, column)) {
        lower[column] = low;
        upper[column] = high;
        walk(column + 1);
      }
      return;
    }
    const answer = solver.solve(fixed, { ...SOLVE_OPTIONS_DEFAULT, gap_tolerance: 0 }, null);
    if (answer.status === "unbounded") best = "unbounded";
    else if (answer.status === "optimal") {
      if (typeof best !== "number" || direction * answer.objective < direction * best) best = answer.objective;
    } else if (answer.status !== "infeasible") throw new Error(`unexpected status ${answer.status}`);
  };
  walk(0);
  return best;
}

function choicesOf({ columns }: Problem, column: number): [number, number][] {
  const [low, high] = [columns.lower[column]!, columns.upper[column]!];
  const kind = columns.kinds[column]!;
  if (kind === KIND.semicontinuous || kind === KIND.semi_integer)
    return low > 0
      ? [
          [0, 0],
          [low, high],
        ]
      : [[low, high]];
  if (kind === KIND.continuous || high - low >= GATE_VALUES_MAX) return [[low, high]];
  return Array.from({ length: high - low + 1 }, (_, value) => [low + value, low + value]);
}

function isSame(one: Optimum, other: Optimum): boolean {
  if (typeof one !== "number" || typeof other !== "number") return one === other;
  return Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(one));
}

test.each(Object.keys(FAMILIES))(
  "tightened models of the family %s keep their optimal value",
  (name) => {
    let tightened = 0;
    for (let model = 0; model < MODELS_PER_FAMILY; model++) {
      const seed = SEED + 1000 * model;
      const dice = new Dice(seed);
      const text = FAMILIES[name]!(dice);
      const given = readProblem(dice.isBelow(0.4) ? mirrored(text) : text);
      const { problem } = tightenBigM(given, RATIO_MIN);
      if (problem === given) continue;
      tightened += 1;
      const [expected, found] = [optimumOf(given), optimumOf(problem)];
      if (!isSame(expected, found)) throw new Error(`seed ${seed}: ${found} after tightening, ${expected} before`);
    }
    expect(tightened).toBeGreaterThan(MODELS_PER_FAMILY / 4);
  },
  600_000,
);
