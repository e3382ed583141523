/**
 * Columns that are no more than a large multiple of an integer one (z = 1000 y, or a gate z <= 1e4 y with nothing else against a larger z), put into
 * the other rows as that multiple. Each row of a chain z0 <= 1e4 y, z1 <= 1e4 z0, z2 <= 1e4 z1, x <= z2 is harmless by itself; its
 * product lets x be 1000 where y is 1e-9, and a solver takes that for 0. With x <= 1e12 y the gate stands in one row, and
 * tightenBigM makes it as small as it can be.
 *
 * An equation may be added to any other row. An inequality z <= k y may be made an equation where every feasible point stays one, no
 * worse, when z is raised to k y: z costs nothing or less, no other row is hurt, and its upper bound allows it. The same mirrored.
 */
import { isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";

/** Smaller multiples stay: it takes many of them to reach what a solver cannot hold. */
const FACTOR_MIN = 100;
const PASSES_MAX = 8;
/** A sum that cancels to this part of its terms is 0. */
const CANCELLED_PART = 1e-12;

interface Definition {
  readonly row: number;
  /** The column that is `factor` times the integer column `root`. */
  readonly column: number;
  readonly root: number;
  readonly factor: number;
  /** The side of an inequality that becomes an equation. */
  readonly side: number;
}

/** The problem with such columns replaced in all rows but the ones that define them; the one that was given when there are none. */
export function substituteDefinitions(problem: Problem): Problem {
  if (problem.hessian !== null) return problem;
  const defined = new Map<number, Definition>();
  let current = problem;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const found = findDefinitions(current, defined);
    if (found.length === 0) break;
    for (const definition of found) defined.set(definition.column, definition);
    current = substituted(current, defined);
  }
  return current;
}

function findDefinitions(problem: Problem, defined: ReadonlyMap<number, Definition>): Definition[] {
  const { rows, matrix } = problem;
  const found: Definition[] = [];
  let hurts: Hurts | null = null;
  for (let row = 0; row < rows.count; row++) {
    const start = matrix.starts[row]!;
    if (matrix.starts[row + 1]! - start !== 2) continue;
    for (const entry of [start, start + 1]) {
      const candidate = readDefinition(problem, row, entry, entry === start ? start + 1 : start);
      if (candidate === null || defined.has(candidate.column)) continue;
      const isEquation = rows.lower[row] === rows.upper[row];
      if (!isEquation) hurts ??= countHurts(problem);
      if (isEquation || isDominated(problem, candidate, hurts!)) found.push(candidate);
    }
  }
  return found.filter(({ column }, at) => found.findIndex((other) => other.column === column) === at);
}

/** Reads a row of two entries as `column = factor * root`; null when it is of another form. */
function readDefinition({ rows, matrix, columns }: Problem, row: number, entry: number, other: number) {
  const [column, root] = [matrix.indices[entry]!, matrix.indices[other]!];
  const factor = -matrix.values[other]! / matrix.values[entry]!;
  if (columns.kinds[column] !== KIND.continuous || !isIntegerKind(columns.kinds[root]!)) return null;
  if (columns.kinds[root] === KIND.semi_integer || !(Math.abs(factor) >= FACTOR_MIN && factor < Infinity)) return null;
  const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
  const side = upper < Infinity ? upper : lower;
  return side === 0 && (lower === upper || lower === -Infinity || upper === Infinity)
    ? { row, column, root, factor, side }
    : null;
}

interface Hurts {
  /** For each column how many rows raising it can hurt, and how many lowering it can. */
  readonly raising: Int32Array;
  readonly lowering: Int32Array;
}

function countHurts({ rows, matrix, columns }: Problem): Hurts {
  const raising = new Int32Array(columns.count);
  const lowering = new Int32Array(columns.count);
  for (let row = 0; row < rows.count; row++) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      const isPositive = matrix.values[entry]! > 0;
      if (rows.upper[row]! < Infinity) (isPositive ? raising : lowering)[column]! += 1;
      if (rows.lower[row]! > -Infinity) (isPositive ? lowering : raising)[column]! += 1;
    }
  }
  return { raising, lowering };
}

/** True when moving the column until the row is an equation hurts nothing. */
function isDominated(problem: Problem, { row, column, root, factor }: Definition, hurts: Hurts): boolean {
  const { columns, rows, matrix, sense } = problem;
  const start = matrix.starts[row]!;
  const coefficient = matrix.values[matrix.indices[start] === column ? start : start + 1]!;
  const isCeiling = coefficient > 0 === rows.upper[row]! < Infinity;
  const cost = columns.cost[column]! * (sense === "maximize" ? -1 : 1);
  const ends = [columns.lower[root]!, columns.upper[root]!].map((end) => (end === 0 ? 0 : factor * end));
  // Without a row that the move helps there is nothing to put the multiple into.
  const [against, along] = isCeiling ? [hurts.raising, hurts.lowering] : [hurts.lowering, hurts.raising];
  if (against[column] !== 1 || along[column] === 0) return false;
  if (isCeiling) return cost <= 0 && columns.upper[column]! >= Math.max(...ends);
  return cost >= 0 && columns.lower[column]! <= Math.min(...ends);
}

function substituted(problem: Problem, defined: ReadonlyMap<number, Definition>): Problem {
  const { rows, matrix } = problem;
  const lower = Float64Array.from(rows.lower);
  const upper = Float64Array.from(rows.upper);
  for (const { row, side } of defined.values()) lower[row] = upper[row] = side;
  const starts = new Int32Array(rows.count + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    for (const [column, value] of rowOf(matrix, row, defined)) {
      indices.push(column);
      values.push(value);
    }
    starts[row + 1] = indices.length;
  }
  const next: SparseRows = { starts, indices: Int32Array.from(indices), values: Float64Array.from(values) };
  return { ...problem, rows: { ...rows, lower, upper }, matrix: next };
}

function rowOf(matrix: SparseRows, row: number, defined: ReadonlyMap<number, Definition>): [number, number][] {
  const sums = new Map<number, { sum: number; magnitude: number }>();
  for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
    const definition = defined.get(matrix.indices[entry]!);
    const isReplaced = definition !== undefined && definition.row !== row;
    const column = isReplaced ? definition.root : matrix.indices[entry]!;
    const value = matrix.values[entry]! * (isReplaced ? definition.factor : 1);
    const before = sums.get(column) ?? { sum: 0, magnitude: 0 };
    sums.set(column, { sum: before.sum + value, magnitude: before.magnitude + Math.abs(value) });
  }
  return [...sums]
    .filter(([, { sum, magnitude }]) => Math.abs(sum) > CANCELLED_PART * magnitude)
    .map(([column, { sum }]) => [column, sum]);
}
