/** What changed from one imported file to another, by the names of columns and rows; linear in the size of both. */
import { COLUMN_KINDS, type Problem } from "../../problem/problem";
import type { NamedChange, NamedValue, SectionChanges } from "../change_lists";

/** Limit of entries in each list of changes, and of coefficients listed per row. */
const LISTED_MAX = 1000;
const COEFFICIENTS_MAX = 100;

export interface FileChanges {
  readonly variables: SectionChanges;
  readonly constraints: SectionChanges;
  readonly objective: { readonly before: unknown; readonly after: unknown } | null;
  /** Parts of a sentence, such as `changed 2 costs`. */
  readonly phrases: readonly string[];
}

interface Side {
  readonly lower: number | null;
  readonly upper: number | null;
}

export function diffFiles(before: Problem, after: Problem): FileChanges {
  const columns = new Section();
  const rows = new Section();
  const counts = { costs: 0, bounds: 0, types: 0, sides: 0, coefficients: 0 };
  const to_after = diffColumns(before, after, columns, counts);
  diffRows(before, after, to_after, rows, counts);
  const objective = diffObjective(before, after);
  const phrases = [
    ...phrase("changed", counts.costs, "cost"),
    ...phrase("changed the bounds of", counts.bounds, "column"),
    ...phrase("changed the type of", counts.types, "column"),
    ...phrase("changed the sides of", counts.sides, "row"),
    ...phrase("changed", counts.coefficients, "coefficient"),
    ...(objective === null ? [] : ["changed the objective"]),
    ...phrase("added", columns.counts.added, "column"),
    ...phrase("added", rows.counts.added, "row"),
    ...phrase("removed", columns.counts.removed, "column"),
    ...phrase("removed", rows.counts.removed, "row"),
  ];
  return { variables: listsOf(columns), constraints: listsOf(rows), objective, phrases };
}

function listsOf({ added, removed, modified }: Section): SectionChanges {
  return { added, removed, modified };
}

/** Lists with a maximum length, and counts without one. */
class Section {
  readonly added: NamedValue[] = [];
  readonly removed: NamedValue[] = [];
  readonly modified: NamedChange[] = [];
  readonly counts = { added: 0, removed: 0 };

  add(name: string, value: () => unknown): void {
    this.counts.added += 1;
    if (this.added.length < LISTED_MAX) this.added.push({ name, value: value() });
  }

  remove(name: string, value: () => unknown): void {
    this.counts.removed += 1;
    if (this.removed.length < LISTED_MAX) this.removed.push({ name, value: value() });
  }

  modify(name: string, before: unknown, after: unknown): void {
    if (this.modified.length < LISTED_MAX) this.modified.push({ name, before, after });
  }
}

type Counts = Record<"costs" | "bounds" | "types" | "sides" | "coefficients", number>;

/** Position in the second problem of each column of the first; -1 where it was removed. */
function diffColumns(before: Problem, after: Problem, section: Section, counts: Counts): Int32Array {
  const [old, now] = [before.columns, after.columns];
  const positions = new Map(now.names.map((name, at) => [name, at]));
  const to_after = new Int32Array(old.count);
  const is_known = new Uint8Array(now.count);
  for (let column = 0; column < old.count; column += 1) {
    const name = old.names[column]!;
    const at = positions.get(name) ?? -1;
    to_after[column] = at;
    if (at === -1) {
      section.remove(name, () => columnOf(before, column));
      continue;
    }
    is_known[at] = 1;
    const is_cost = old.cost[column] !== now.cost[at];
    const is_bound = old.lower[column] !== now.lower[at] || old.upper[column] !== now.upper[at];
    const is_type = old.kinds[column] !== now.kinds[at];
    if (is_cost) counts.costs += 1;
    if (is_bound) counts.bounds += 1;
    if (is_type) counts.types += 1;
    if (is_cost || is_bound || is_type) section.modify(name, columnOf(before, column), columnOf(after, at));
  }
  for (let column = 0; column < now.count; column += 1)
    if (is_known[column] === 0) section.add(now.names[column]!, () => columnOf(after, column));
  return to_after;
}

function diffRows(before: Problem, after: Problem, to_after: Int32Array, section: Section, counts: Counts): void {
  const [old, now] = [before.rows, after.rows];
  const positions = new Map(now.names.map((name, at) => [name, at]));
  const is_known = new Uint8Array(now.count);
  const comparer = new RowComparer(before, after, to_after);
  for (let row = 0; row < old.count; row += 1) {
    const name = old.names[row]!;
    const at = positions.get(name) ?? -1;
    if (at === -1) {
      section.remove(name, () => rowOf(before, row));
      continue;
    }
    is_known[at] = 1;
    const is_side = old.lower[row] !== now.lower[at] || old.upper[row] !== now.upper[at];
    const coefficients = comparer.compare(row, at);
    if (is_side) counts.sides += 1;
    counts.coefficients += coefficients.count;
    if (!is_side && coefficients.count === 0) continue;
    const [left, right] = [sideOf(before, row), sideOf(after, at)];
    section.modify(
      name,
      { ...left, coefficients: coefficients.before },
      { ...right, coefficients: coefficients.after },
    );
  }
  for (let row = 0; row < now.count; row += 1)
    if (is_known[row] === 0) section.add(now.names[row]!, () => rowOf(after, row));
}

/** Coefficients of one row before and after, of those columns that both files have; 0 where there is none. */
class RowComparer {
  readonly #values: Float64Array;
  /** 1 for columns of the second file that are also in the first. */
  readonly #is_old: Uint8Array;

  readonly #before: Problem;
  readonly #after: Problem;
  readonly #to_after: Int32Array;

  constructor(before: Problem, after: Problem, to_after: Int32Array) {
    this.#before = before;
    this.#after = after;
    this.#to_after = to_after;
    this.#values = new Float64Array(after.columns.count);
    this.#is_old = new Uint8Array(after.columns.count);
    for (const at of to_after) if (at !== -1) this.#is_old[at] = 1;
  }

  compare(row: number, at: number) {
    const values = this.#values;
    const to_after = this.#to_after;
    const [old, now] = [this.#before.matrix, this.#after.matrix];
    const found = { count: 0, before: {} as Record<string, number>, after: {} as Record<string, number> };
    const tell = (column: number, left: number, right: number): void => {
      found.count += 1;
      if (found.count > COEFFICIENTS_MAX) return;
      const name = this.#after.columns.names[column]!;
      found.before[name] = left;
      found.after[name] = right;
    };
    for (let entry = now.starts[at]!; entry < now.starts[at + 1]!; entry += 1)
      values[now.indices[entry]!] = now.values[entry]!;
    for (let entry = old.starts[row]!; entry < old.starts[row + 1]!; entry += 1) {
      const column = to_after[old.indices[entry]!]!;
      if (column === -1) continue;
      if (values[column] !== old.values[entry]) tell(column, old.values[entry]!, values[column]!);
      values[column] = 0;
    }
    for (let entry = now.starts[at]!; entry < now.starts[at + 1]!; entry += 1) {
      const column = now.indices[entry]!;
      // The rest is new to the row. Where the column is new to the file, the change of the column says so.
      if (values[column] !== 0 && this.#is_old[column] === 1) tell(column, 0, values[column]!);
      values[column] = 0;
    }
    return found;
  }
}

function diffObjective(before: Problem, after: Problem): FileChanges["objective"] {
  const [left, right] = [objectiveOf(before), objectiveOf(after)];
  const is_same = JSON.stringify(left) === JSON.stringify(right) && hessianText(before) === hessianText(after);
  return is_same ? null : { before: left, after: right };
}

function objectiveOf({ sense, offset, hessian }: Problem): Readonly<Record<string, unknown>> {
  return { sense, constant: offset, quadratic_terms: hessian?.values.length ?? 0 };
}

function hessianText({ hessian }: Problem): string {
  if (hessian === null) return "";
  return `${hessian.starts.join()};${hessian.indices.join()};${hessian.values.join()}`;
}

function columnOf({ columns }: Problem, column: number): Readonly<Record<string, unknown>> {
  const type = COLUMN_KINDS[columns.kinds[column]!]!;
  const [lower, upper] = [finiteOrNull(columns.lower[column]!), finiteOrNull(columns.upper[column]!)];
  return { type, cost: columns.cost[column]!, lower, upper };
}

function rowOf(problem: Problem, row: number): Readonly<Record<string, unknown>> {
  const { starts } = problem.matrix;
  return { ...sideOf(problem, row), nonzeros: starts[row + 1]! - starts[row]! };
}

function sideOf({ rows }: Problem, row: number): Side {
  return { lower: finiteOrNull(rows.lower[row]!), upper: finiteOrNull(rows.upper[row]!) };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function phrase(verb: string, count: number, noun: string): string[] {
  return count === 0 ? [] : [`${verb} ${count} ${noun}${count === 1 ? "" : "s"}`];
}
