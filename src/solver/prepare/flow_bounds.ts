/**
 * Bounds that some optimal plan keeps in networks: no arc carries more than all that is asked for and offered in its network
 * (lot sizing with stocks, network design, fixed-charge transport).
 *
 * Arcs are continuous columns that cost nothing or more (when minimising) and have a finite lower bound l. Nodes are the rows
 * that lowering some arc can hurt. Within each node all arcs have coefficients of one magnitude; divided by it, and some rows multiplied by -1, an
 * arc enters at most one node (+1) and leaves at most one (-1); without a second node it comes from or goes to the outside. A row with one
 * bound has a further arc to the outside, its slack. The other columns of a node's row, and the lower bounds of its arcs, leave a
 * net demand g within known limits. In all other rows lowering an arc hurts nothing.
 *
 * Take any feasible point of the box and regard what the arcs carry above l. Around a cycle, and along a path from the outside to the
 * outside, all arcs can be lowered together by the least of them: nodes stay balanced, other rows are not hurt, no cost goes up, and one arc
 * less carries anything. When none is left, the flow is a sum of simple paths that each start at a node with g < 0 or end at one with
 * g > 0, so all paths together carry at most the sum of |g|, and no arc carries more than that. The other columns did not move, so
 * the smaller box has the same optimal value, and is feasible and bounded exactly if the larger one is.
 */
import { KIND, type Problem } from "../../problem/problem";
import { Activity, type Box, lowerUpper, quotientUp } from "./box";
import { Components } from "./components";

/** Rounds of removing columns that do not fit; a network that needs more is left unchanged. */
const ROUNDS_MAX = 8;
const NONE = -1;

/** Shrinks the box by the argument above; true when a bound moved. */
export function boundFlows(problem: Problem, box: Box): boolean {
  const isArc = arcCandidates(problem, box);
  const nodes = new Float64Array(problem.rows.count);
  let round = 0;
  while (removeMisfits(problem, isArc, nodes)) {
    round += 1;
    if (round === ROUNDS_MAX) return false;
  }
  const ends = endsOf(problem, isArc, nodes);
  const networks = networksOf(problem, ends);
  const totals = demandsOf(problem, box, isArc, nodes, networks);
  let hasMoved = false;
  for (let column = 0; column < problem.columns.count; column++) {
    const node = ends[2 * column]!;
    if (node === NONE || networks.isBroken(node)) continue;
    if (lowerUpper(box, column, quotientUp(box.lower[column]! + totals[networks.rootOf(node)]!, 1))) hasMoved = true;
  }
  return hasMoved;
}

function arcCandidates({ columns, sense }: Problem, box: Box): Uint8Array {
  const direction = sense === "maximize" ? -1 : 1;
  return Uint8Array.from({ length: columns.count }, (_, column) => {
    const isFit = columns.kinds[column] === KIND.continuous && box.lower[column]! > -Infinity;
    return isFit && direction * columns.cost[column]! >= 0 ? 1 : 0;
  });
}

/**
 * Sets `nodes` to the magnitude of the arcs' coefficients in rows that are nodes, and to 0 in others. Takes columns out of `isArc`
 * that cannot be arcs; true when it took one, so that another round is needed.
 */
function removeMisfits(problem: Problem, isArc: Uint8Array, nodes: Float64Array): boolean {
  const { rows, matrix, columns } = problem;
  const degrees = new Uint8Array(columns.count);
  let hasRemoved = false;
  for (let row = 0; row < rows.count; row++) {
    nodes[row] = 0;
    let magnitude = 0;
    let isUniform = true;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      if (isArc[matrix.indices[entry]!] === 0 || matrix.values[entry] === 0) continue;
      if (magnitude !== 0 && Math.abs(matrix.values[entry]!) !== magnitude) isUniform = false;
      magnitude = Math.abs(matrix.values[entry]!);
      if (isHurt(problem, row, entry)) nodes[row] = magnitude;
    }
    if (nodes[row] === 0) continue;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      if (isArc[column] === 0 || matrix.values[entry] === 0) continue;
      degrees[column]! += 1;
      if (isUniform ? degrees[column]! <= 2 : !isHurt(problem, row, entry)) continue;
      isArc[column] = 0;
      hasRemoved = true;
    }
  }
  return hasRemoved;
}

/** True when lowering the entry's column can hurt its row. */
function isHurt({ rows, matrix }: Problem, row: number, entry: number): boolean {
  return matrix.values[entry]! > 0 ? rows.lower[row]! > -Infinity : rows.upper[row]! < Infinity;
}

/** For each column the one or two nodes that it touches and whether it enters (1) or leaves (0): nodes at 2c and 2c + 1, NONE without. */
function endsOf({ rows, matrix, columns }: Problem, isArc: Uint8Array, nodes: Float64Array): Int32Array {
  const ends = new Int32Array(2 * columns.count).fill(NONE);
  for (let row = 0; row < rows.count; row++) {
    if (nodes[row] === 0) continue;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      if (isArc[column] === 0 || matrix.values[entry] === 0) continue;
      ends[ends[2 * column] === NONE ? 2 * column : 2 * column + 1] = row;
    }
  }
  return ends;
}

/** Sets of nodes connected by arcs; spoilt when an arc would have to enter both its nodes whatever the signs of the rows. */
function networksOf(problem: Problem, ends: Int32Array): Components {
  const { rows, matrix } = problem;
  const networks = new Components(rows.count);
  const firstSigns = new Int8Array(problem.columns.count);
  for (let row = 0; row < rows.count; row++) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const column = matrix.indices[entry]!;
      const sign = Math.sign(matrix.values[entry]!);
      if (sign === 0) continue;
      if (ends[2 * column] === row) firstSigns[column] = sign;
      // Equal signs in both rows: one of the rows has to be multiplied by -1.
      else if (ends[2 * column + 1] === row) networks.link(ends[2 * column]!, row, firstSigns[column] === sign);
    }
  }
  return networks;
}

/** At the root of each network the sum of the largest |g| of its nodes; a network where that is not finite is spoilt. */
function demandsOf(
  problem: Problem,
  box: Box,
  isArc: Uint8Array,
  nodes: Float64Array,
  networks: Components,
): Float64Array {
  const { rows, matrix } = problem;
  const totals = new Float64Array(rows.count);
  const activity = new Activity(matrix, { lower: box.lower, upper: lowerForArcs(box, isArc) });
  for (let row = 0; row < rows.count; row++) {
    if (nodes[row] === 0) continue;
    activity.read(row);
    const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
    const least = (lower > -Infinity ? lower : upper) - activity.greatest;
    const most = (upper < Infinity ? upper : lower) - activity.least;
    const demand = Math.max(Math.abs(least), Math.abs(most));
    if (demand < Infinity) totals[networks.rootOf(row)]! += quotientUp(quotientUp(demand, nodes[row]!), 1);
    else networks.spoil(row);
  }
  return totals;
}

/** Upper bounds, with every arc fixed at its lower bound. */
function lowerForArcs(box: Box, isArc: Uint8Array): Float64Array {
  return box.upper.map((upper, column) => (isArc[column] === 1 ? box.lower[column]! : upper));
}
