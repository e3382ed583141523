/**
 * Bounds that some optimal plan keeps in schedules: when nothing is gained by waiting, no start is later than all durations one
 * after the other.
 *
 * Take a set T of columns that cost nothing or more (when minimising) and have a finite lower bound, such that each side of each row
 * is hurt by lowering at most one of them, and where it is, reads `x_k >= w` or `x_k >= x_i + w` with x_i in T and w, what the
 * columns outside T leave, not above a known figure. Fix all columns outside T as in any feasible point of the box. The points of T
 * that satisfy these rows and the lower bounds are closed under the least of two, so there is a least one; it costs no more, and no
 * side of a row is hurt. In it each column stands at a lower bound or bare w, or follows from another column, and so on back to a bare
 * figure: without a column twice, for a cycle that adds nothing can be left out, and one that adds something has no feasible point.
 * So no column exceeds the largest bare figure of its connected part plus the sum over the part's columns of the largest positive w that
 * each can follow with. Where all columns of a part are integers, the figures w can be rounded up and the same holds; mixed parts are left alone.
 */
import { isIntegerKind, KIND, type Problem } from "../../problem/problem";
import { Activity, type Box, isSemi, lowerUpper, quotientUp } from "./box";
import { Components } from "./components";

const ROUNDS_MAX = 8;
const NONE = -1;

/**
 * Shrinks the box by the argument above; true when a bound moved. Done for all columns, then for the integers and for the continuous ones
 * alone, because parts that mix them are left alone.
 */
export function boundDifferences(problem: Problem, box: Box): boolean {
  const { kinds } = problem.columns;
  const everyone = memberCandidates(problem, box);
  const sets = [
    everyone,
    everyone.map((is, column) => (isIntegerKind(kinds[column]!) ? is : 0)),
    everyone.map((is, column) => (isIntegerKind(kinds[column]!) ? 0 : is)),
  ];
  return sets.map((isMember) => boundMembers(problem, box, isMember)).includes(true);
}

function boundMembers(problem: Problem, box: Box, isMember: Uint8Array): boolean {
  const figures = new Figures(problem, box);
  let round = 0;
  while (!readFigures(problem, box, isMember, figures)) {
    round += 1;
    if (round === ROUNDS_MAX) return false;
  }
  return figures.shrink(isMember);
}

function memberCandidates({ columns, sense }: Problem, box: Box): Uint8Array {
  const direction = sense === "maximize" ? -1 : 1;
  return Uint8Array.from({ length: columns.count }, (_, column) => {
    const isFit = isOpen(columns.kinds[column]!) && box.lower[column]! > -Infinity;
    return isFit && direction * columns.cost[column]! >= 0 ? 1 : 0;
  });
}

/** False for a switch, which is bounded well enough and would only hinder the others, and for a column with a gap. */
function isOpen(kind: number): boolean {
  return kind !== KIND.binary && !isSemi(kind);
}

/** Facts about the members from the rows read so far. */
class Figures {
  parts: Components;
  /** The largest bare figure of each column. */
  bare: Float64Array;
  /** The largest positive distance at which each column can follow another one; 0 without. */
  steps: Float64Array;

  readonly #problem: Problem;
  readonly #box: Box;

  constructor(problem: Problem, box: Box) {
    this.#problem = problem;
    this.#box = box;
    this.parts = new Components(problem.columns.count);
    this.bare = Float64Array.from(box.lower);
    this.steps = new Float64Array(problem.columns.count);
  }

  clear(): void {
    this.parts = new Components(this.#problem.columns.count);
    this.bare = Float64Array.from(this.#box.lower);
    this.steps.fill(0);
  }

  add(follower: number, leader: number, distance: number): void {
    if (leader === NONE) this.bare[follower] = Math.max(this.bare[follower]!, distance);
    else {
      this.steps[follower] = Math.max(this.steps[follower]!, distance);
      this.parts.link(follower, leader, false);
    }
  }

  shrink(isMember: Uint8Array): boolean {
    const { columns } = this.#problem;
    const starts = new Float64Array(columns.count).fill(-Infinity);
    const lengths = new Float64Array(columns.count);
    for (let column = 0; column < columns.count; column++) {
      if (isMember[column] === 0) continue;
      const root = this.parts.rootOf(column);
      const isInteger = isIntegerKind(columns.kinds[column]!);
      if (isInteger !== isIntegerKind(columns.kinds[root]!)) this.parts.spoil(column);
      const [bare, step] = [this.bare[column]!, this.steps[column]!];
      starts[root] = Math.max(starts[root]!, isInteger ? Math.ceil(bare) : bare);
      lengths[root] = quotientUp(lengths[root]! + (isInteger ? Math.ceil(step) : step), 1);
    }
    let hasMoved = false;
    for (let column = 0; column < columns.count; column++) {
      if (isMember[column] === 0 || this.parts.isBroken(column)) continue;
      const root = this.parts.rootOf(column);
      if (lowerUpper(this.#box, column, quotientUp(starts[root]! + lengths[root]!, 1))) hasMoved = true;
    }
    return hasMoved;
  }
}

/** Reads all sides of all rows; false when a column had to be taken out of the set, so that another round is needed. */
function readFigures(problem: Problem, box: Box, isMember: Uint8Array, figures: Figures): boolean {
  figures.clear();
  const activity = new Activity(problem.matrix, box);
  const isLeftOut = (column: number) => isMember[column] === 1;
  let isStable = true;
  for (let row = 0; row < problem.rows.count; row++) {
    for (const sign of [1, -1]) {
      const bound = sign === 1 ? problem.rows.lower[row]! : -problem.rows.upper[row]!;
      if (bound === -Infinity) continue;
      const side = readSide(problem, row, sign, isMember);
      if (side.hurt === NONE) continue;
      activity.read(row, isLeftOut);
      const rest = bound - (sign === 1 ? activity.least : -activity.greatest);
      if (side.isFit && rest < Infinity) figures.add(side.hurt, side.helped, quotientUp(rest, side.magnitude));
      else {
        isMember[side.hurt] = 0;
        isStable = false;
      }
    }
  }
  return isStable;
}

interface Side {
  /** A member that is hurt by lowering, or NONE. */
  readonly hurt: number;
  /** A member with the opposite sign, or NONE. */
  readonly helped: number;
  readonly magnitude: number;
  /** True when at most one is hurt and at most one helped, with coefficients of equal magnitude. */
  readonly isFit: boolean;
}

/** The members in `sign * row >= bound`. */
function readSide({ matrix }: Problem, row: number, sign: number, isMember: Uint8Array): Side {
  let [hurt, helped, magnitude, isFit] = [NONE, NONE, 0, true];
  for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
    const column = matrix.indices[entry]!;
    const coefficient = sign * matrix.values[entry]!;
    if (isMember[column] === 0 || coefficient === 0) continue;
    if (magnitude !== 0 && Math.abs(coefficient) !== magnitude) isFit = false;
    magnitude = Math.abs(coefficient);
    if (coefficient > 0) {
      if (hurt !== NONE) isFit = false;
      hurt = column;
    } else {
      if (helped !== NONE) isFit = false;
      helped = column;
    }
  }
  return { hurt, helped, magnitude, isFit };
}
