/** The yardstick for solving: a loop over the same HiGHS build on arrays, nothing else. Prints solves per second as JSON. */
import load from "highs";
import type { HighsOption } from "../../src/solver/highs/highs_options";
import { serviceSolverOptions } from "./solver_options";

const SOLVES = 4000;
const highs = await load();
const infinity = highs.infinity;
const demand = [30, 40, 25];

function solveOnce(options: Readonly<Record<string, HighsOption>>): number {
  const model = highs.createModel({
    numCols: 3,
    numRows: 3,
    sense: highs.constants.objectiveSense.maximize,
    offset: 0,
    colCost: new Float64Array([50, 40, 60]),
    colLower: new Float64Array(3),
    colUpper: new Float64Array(demand),
    rowLower: new Float64Array([-infinity, -infinity, -infinity]),
    rowUpper: new Float64Array([240, 200, 150]),
    matrix: {
      format: "csr",
      numRows: 3,
      numCols: 3,
      starts: new Int32Array([0, 3, 6, 9]),
      indices: new Int32Array([0, 1, 2, 0, 1, 2, 0, 1, 2]),
      values: new Float64Array([2, 3, 2, 4, 2, 3, 1, 1, 1]),
    },
    integrality: new Int32Array([1, 1, 1]),
  });
  try {
    model.options.set(options);
    model.run();
    model.getSolution();
    return model.getObjectiveValue();
  } finally {
    model.dispose();
  }
}

function rateOf(solves: number, options: Readonly<Record<string, HighsOption>>): number {
  for (let i = 0; i < 50; i += 1) solveOnce(options);
  const started = performance.now();
  for (let i = 0; i < solves; i += 1) solveOnce(options);
  return (solves / (performance.now() - started)) * 1000;
}

const with_jump = { ...serviceSolverOptions(), mip_heuristic_run_feasibility_jump: true };
console.log(
  JSON.stringify({ with_jump: rateOf(100, with_jump), service_options: rateOf(SOLVES, serviceSolverOptions()) }),
);
