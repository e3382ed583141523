/**
 * Whether a problem that has a solution is unbounded: it is exactly if some direction d keeps within rows and bounds without end (and Qd = 0
 * for a convex quadratic objective), and improves c'd. The solver finds such a direction in a linear program; it counts only when its
 * figures hold relative to their own terms, since a tolerance of 1e-7 makes directions of noise.
 */
import type { Hessian, Problem } from "../../problem/problem";
import type { Engine } from "../engine";
import type { SolveOptions } from "../options";

const INFINITE_BEYOND = 1e20;
/** Relative to a direction's largest component: smaller components are noise. */
const NOISE_PART = 1e-7;
/** Relative to the sum of a row's terms: how far it may be from 0. */
const RESIDUAL_PART = 1e-7;

/** @param problem continuous: leave integrality out first */
export async function hasImprovingDirection(engine: Engine, problem: Problem, options: SolveOptions): Promise<boolean> {
  const cone = recessionCone(problem);
  const { values, status } = await engine.solve(cone, { ...options, feasibility_tolerance: 1e-9 }, null);
  if (values === null || status !== "optimal") return false;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const direction = values.map((value, column) => {
    if (Math.abs(value) <= NOISE_PART * largest) return 0;
    return Math.min(Math.max(value, cone.columns.lower[column]!), cone.columns.upper[column]!);
  });
  return holds(cone, direction) && improves(problem, direction);
}

/** The linear program over directions in [-1, 1]. */
function recessionCone(problem: Problem): Problem {
  const { columns, rows, matrix, hessian } = problem;
  const curved = hessian === null ? [] : symmetricRows(hessian, columns.count).filter((row) => row.length > 0);
  const starts = [...matrix.starts];
  for (const row of curved) starts.push(starts[starts.length - 1]! + row.length);
  const entries = curved.flat();
  const flat = new Array<number>(curved.length).fill(0);
  const lower = rows.lower.map((bound) => (bound > -INFINITE_BEYOND ? 0 : -Infinity));
  const upper = rows.upper.map((bound) => (bound < INFINITE_BEYOND ? 0 : Infinity));
  return {
    ...problem,
    offset: 0,
    hessian: null,
    columns: {
      ...columns,
      lower: columns.lower.map((bound) => (bound > -INFINITE_BEYOND ? 0 : -1)),
      upper: columns.upper.map((bound) => (bound < INFINITE_BEYOND ? 0 : 1)),
    },
    rows: {
      ...rows,
      count: rows.count + curved.length,
      names: [...rows.names, ...flat.map((_, row) => `curvature ${row}`)],
      lower: Float64Array.from([...lower, ...flat]),
      upper: Float64Array.from([...upper, ...flat]),
    },
    matrix: {
      starts: Int32Array.from(starts),
      indices: Int32Array.from([...matrix.indices, ...entries.map(([column]) => column)]),
      values: Float64Array.from([...matrix.values, ...entries.map(([, value]) => value)]),
    },
  };
}

function holds({ rows, matrix }: Problem, direction: Float64Array): boolean {
  for (let row = 0; row < rows.count; row++) {
    let [sum, magnitude] = [0, 0];
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const term = matrix.values[entry]! * direction[matrix.indices[entry]!]!;
      sum += term;
      magnitude += Math.abs(term);
    }
    const allowed = RESIDUAL_PART * magnitude;
    if (sum < rows.lower[row]! - allowed || sum > rows.upper[row]! + allowed) return false;
  }
  return true;
}

function improves({ columns, sense }: Problem, direction: Float64Array): boolean {
  let [sum, magnitude] = [0, 0];
  for (let column = 0; column < columns.count; column++) {
    const term = columns.cost[column]! * direction[column]!;
    sum += sense === "maximize" ? term : -term;
    magnitude += Math.abs(term);
  }
  return sum > RESIDUAL_PART * magnitude;
}

/** Row i of Q as [column, value] pairs, both triangles. */
function symmetricRows(hessian: Hessian, count: number): [number, number][][] {
  const rows: [number, number][][] = Array.from({ length: count }, () => []);
  for (let column = 0; column < count; column++) {
    for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
      const row = hessian.indices[entry]!;
      const value = hessian.values[entry]!;
      if (value === 0) continue;
      rows[row]!.push([column, value]);
      if (row !== column) rows[column]!.push([row, value]);
    }
  }
  return rows;
}
