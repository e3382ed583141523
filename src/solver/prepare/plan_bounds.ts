/**
 * Bounds that some optimal plan satisfies although the rows do not require them: a column with a cost never exceeds what the rows that
 * need it can need at most.
 *
 * Say that lowering column k never improves the objective's other terms and costs nothing itself (its cost is not negative when minimising).
 * Lowering it can hurt a row only at one side: `a x_k + rest >= L` with a > 0, or `a x_k + rest <= U` with a < 0. From
 * `N_k = (L - least rest) / a` on such a side holds whatever the others do within the box. Take N_k as the largest such figure over
 * all sides that lowering hurts, and at least the column's lower bound. Now take any feasible point of the box and lower every
 * column that is above its N_k to N_k, all of them at once. Every side of every row still holds: if one of the moved columns hurts
 * it, that column stands at its N_k, from where on the side holds for all points of the box, and the others are still in the box;
 * if none does, the move only helped it. No cost went up, an integer column moved to an integer, a semi-continuous one
 * within its interval. So the smaller box has the same optimal value, is feasible exactly if the larger one is, and unbounded
 * exactly if the larger one is. Raising columns whose cost is not positive is the same argument mirrored, and both can be done at once.
 */
import { isIntegerKind, type Problem } from "../../problem/problem";
import { Activity, type Box, isSemi, lowerUpper, quotientDown, quotientUp, raiseLower } from "./box";

/** Shrinks the box by one such argument for all columns; true when a bound moved. */
export function boundByNeed(problem: Problem, box: Box): boolean {
  const { columns } = problem;
  const needs = readNeeds(problem, box);
  const direction = problem.sense === "maximize" ? -1 : 1;
  let hasMoved = false;
  for (let column = 0; column < columns.count; column++) {
    const cost = direction * columns.cost[column]!;
    const isInteger = isIntegerKind(columns.kinds[column]!);
    const [floor, ceiling] = intervalOf(problem, box, column);
    // A semi-continuous column below 0 would have to jump over a gap.
    if (isSemi(columns.kinds[column]!) && floor < 0) continue;
    if (cost >= 0 && needs.most[column]! < Infinity) {
      const need = Math.max(floor, isInteger ? Math.ceil(needs.most[column]!) : needs.most[column]!);
      if (need > -Infinity && lowerUpper(box, column, need)) hasMoved = true;
    } else if (cost <= 0 && needs.least[column]! > -Infinity && !isSemi(columns.kinds[column]!)) {
      const need = Math.min(ceiling, isInteger ? Math.floor(needs.least[column]!) : needs.least[column]!);
      if (need < Infinity && raiseLower(box, column, need)) hasMoved = true;
    }
  }
  return hasMoved;
}

/** The values that a column may move to: the box, but for a semi-continuous column its interval. */
function intervalOf(problem: Problem, box: Box, column: number): [floor: number, ceiling: number] {
  const [lower, upper] = [box.lower[column]!, box.upper[column]!];
  if (!isSemi(problem.columns.kinds[column]!)) return [lower, upper];
  return [Math.max(lower, problem.columns.lower[column]!), upper];
}

interface Needs {
  /** The value below which lowering the column may hurt a row; Infinity when it is unknown. */
  readonly most: Float64Array;
  /** The value above which raising the column may hurt a row; -Infinity when it is unknown. */
  readonly least: Float64Array;
}

function readNeeds(problem: Problem, box: Box): Needs {
  const { rows, matrix, columns } = problem;
  const most = new Float64Array(columns.count).fill(-Infinity);
  const least = new Float64Array(columns.count).fill(Infinity);
  const activity = new Activity(matrix, box);
  for (let row = 0; row < rows.count; row++) {
    const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
    activity.read(row);
    const isLowerFree = activity.least >= lower;
    const isUpperFree = activity.greatest <= upper;
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const coefficient = matrix.values[entry]!;
      if (coefficient === 0) continue;
      const column = matrix.indices[entry]!;
      if (lower > -Infinity && !isLowerFree) {
        const rest = lower - activity.leastWithout(column, coefficient);
        if (coefficient > 0) most[column] = Math.max(most[column]!, quotientUp(rest, coefficient));
        else least[column] = Math.min(least[column]!, quotientDown(rest, coefficient));
      }
      if (upper < Infinity && !isUpperFree) {
        const rest = upper - activity.greatestWithout(column, coefficient);
        if (coefficient < 0) most[column] = Math.max(most[column]!, quotientUp(rest, coefficient));
        else least[column] = Math.min(least[column]!, quotientDown(rest, coefficient));
      }
    }
  }
  return { most, least };
}
