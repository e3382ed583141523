/**
 * Auxiliary columns stand for a max, min or abs in an inequality that pushes them towards it but not always onto it:
 * under `max(a, b) <= 9` the solver may leave the column anywhere up to 9. Setting each to the value it stands for
 * keeps a solution feasible, cannot worsen the objective, and makes the activity of the rows that use it exact.
 */
import type { Problem } from "./problem";

/**
 * Sets the auxiliary columns in `values` (one entry per column) to the value that their rows define. Innermost first:
 * the rows of a column refer only to declared columns and to auxiliary ones behind it.
 */
export function tightenAuxiliaries(problem: Problem, values: Float64Array): void {
  const { columns, rows } = problem;
  const declared_columns = columns.count - columns.auxiliary_count;
  const tight = new Map<number, number>();
  for (let row = rows.count - 1; row >= rows.count - rows.auxiliary_count; row -= 1) {
    const { column, value, is_ceiling } = readDefinition(problem, row, declared_columns, values);
    const known = tight.get(column);
    const tightest = known === undefined ? value : is_ceiling ? Math.min(known, value) : Math.max(known, value);
    tight.set(column, tightest);
    values[column] = tightest;
  }
}

interface Definition {
  readonly column: number;
  /** Value of the row's piece at `values`. */
  readonly value: number;
  /** True when the column is held below its pieces (min), false when above them (max, abs). */
  readonly is_ceiling: boolean;
}

/** An auxiliary row is `piece - column`, where `column` is the first auxiliary column in it. */
function readDefinition(problem: Problem, row: number, declared_columns: number, values: Float64Array): Definition {
  const { starts, indices, values: coefficients } = problem.matrix;
  const is_ceiling = problem.rows.upper[row] === Infinity;
  let column = -1;
  let value = is_ceiling ? -problem.rows.lower[row]! : -problem.rows.upper[row]!;
  for (let at = starts[row]!; at < starts[row + 1]!; at += 1) {
    const index = indices[at]!;
    if (column === -1 && index >= declared_columns) column = index;
    else value += coefficients[at]! * values[index]!;
  }
  return { column, value, is_ceiling };
}
