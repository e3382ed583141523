/** The yardstick for solving: a loop over the same HiGHS build on arrays, nothing else. Prints solves per second as JSON. */
import load from "highs";

const SOLVES = 4000;
const highs = await load();
const infinity = highs.infinity;
const demand = [30, 40, 25];

function solveOnce(feasibility_jump: boolean): number {
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
    model.options.set({ output_flag: false, mip_heuristic_run_feasibility_jump: feasibility_jump });
    model.run();
    model.getSolution();
    return model.getObjectiveValue();
  } finally {
    model.dispose();
  }
}

function rateOf(solves: number, feasibility_jump: boolean): number {
  for (let i = 0; i < 50; i += 1) solveOnce(feasibility_jump);
  const started = performance.now();
  for (let i = 0; i < solves; i += 1) solveOnce(feasibility_jump);
  return (solves / (performance.now() - started)) * 1000;
}

console.log(JSON.stringify({ default_options: rateOf(100, true), without_jump: rateOf(SOLVES, false) }));
