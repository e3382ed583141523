/** Groups variables by family, and arranges them by their number of indices. */
import type { RunObject } from "../api/objects";

export type Result = NonNullable<RunObject["result_data"]>;
export type Variable = Result["variables"][number];

export interface Family {
  readonly name: string;
  /** The number of indices; 0 for variables that have none. */
  readonly arity: number;
  readonly variables: readonly Variable[];
}

/** Variables that belong to no family. */
const ALONE = "single variables";

/** Families in the order of the model. */
export function familiesOf(variables: readonly Variable[]): readonly Family[] {
  const found = new Map<string, Variable[]>();
  for (const variable of variables) {
    const arity = variable.index_tuple?.length ?? 0;
    const name = arity === 0 ? ALONE : variable.family!;
    const list = found.get(name);
    if (list === undefined) found.set(name, [variable]);
    else list.push(variable);
  }
  return [...found].map(([name, list]) => ({ name, arity: list[0]!.index_tuple?.length ?? 0, variables: list }));
}

/** A family as a matrix over two of its indices; values are summed over the other indices. */
export interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Values by row and column; null where the family has no variable. */
  readonly values: readonly (readonly (number | null)[])[];
  /** The largest absolute value. */
  readonly size_max: number;
}

/** `by_row` and `by_column` are positions in the index tuple. */
export function matrixOf(family: Family, by_row: number, by_column: number): Matrix {
  const rows = positionsOf(family, by_row);
  const columns = positionsOf(family, by_column);
  const values: (number | null)[][] = [...rows.keys()].map(() => [...columns.keys()].map(() => null));
  for (const { index_tuple, value } of family.variables) {
    const line = values[rows.get(String(index_tuple![by_row]))!]!;
    const at = columns.get(String(index_tuple![by_column]))!;
    line[at] = (line[at] ?? 0) + value;
  }
  let size_max = 0;
  for (const line of values) for (const value of line) size_max = Math.max(size_max, Math.abs(value ?? 0));
  return { rows: [...rows.keys()], columns: [...columns.keys()], values, size_max };
}

function positionsOf(family: Family, position: number): Map<string, number> {
  const positions = new Map<string, number>();
  for (const { index_tuple } of family.variables) {
    const member = String(index_tuple![position]);
    if (!positions.has(member)) positions.set(member, positions.size);
  }
  return positions;
}

/** The distinct members of one index. */
export function countMembers(family: Family, position: number): number {
  return positionsOf(family, position).size;
}
