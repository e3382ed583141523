/** Values of set expressions: immutable once made, ordered, of one arity. */
import type { Budget } from "../../budget";
import { TupleTable } from "./tuples";

export type SetValue = RangeSet | TableSet;

/** Whole numbers `first`, `first + step`, ...: nothing is stored. */
export class RangeSet {
  readonly kind = "range";
  readonly arity = 1;
  readonly first: number;
  readonly step: number;
  readonly size: number;

  constructor(first: number, step: number, size: number) {
    this.first = first;
    this.step = step;
    this.size = size;
  }

  positionOf(id: number): number {
    const position = (id - this.first) / this.step;
    return position >= 0 && position < this.size && Number.isInteger(position) ? position : -1;
  }

  contains(source: Int32Array, from: number): boolean {
    return this.positionOf(source[from]!) !== -1;
  }

  idAt(position: number): number {
    return this.first + position * this.step;
  }
}

/** Members that agree in some of their parts: those of group g are order[starts[g]] .. order[starts[g + 1] - 1]. */
interface Grouping {
  readonly keys: TupleTable;
  readonly starts: Int32Array;
  readonly order: Int32Array;
}

export class TableSet {
  readonly kind = "table";
  readonly table: TupleTable;
  readonly #groupings = new Map<number, Grouping>();

  constructor(table: TupleTable) {
    this.table = table;
  }

  get arity(): number {
    return this.table.arity;
  }

  get size(): number {
    return this.table.count;
  }

  contains(source: Int32Array, from: number): boolean {
    return this.table.find(source, from) !== -1;
  }

  idAt(position: number): number {
    return this.table.ids[position]!;
  }

  /** Members grouped by the parts whose bits are set in `mask`; made at the first call, kept for the others. */
  groupBy(mask: number, budget: Budget): Grouping {
    const known = this.#groupings.get(mask);
    if (known !== undefined) return known;
    const made = this.#makeGrouping(mask, budget);
    this.#groupings.set(mask, made);
    return made;
  }

  #makeGrouping(mask: number, budget: Budget): Grouping {
    const { table } = this;
    const parts = Array.from({ length: table.arity }, (_, part) => part).filter((part) => mask & (1 << part));
    const keys = new TupleTable(parts.length);
    const key = new Int32Array(parts.length);
    const group_of = new Int32Array(table.count);
    budget.steps(table.count);
    for (let tuple = 0; tuple < table.count; tuple += 1) {
      for (let part = 0; part < parts.length; part += 1) key[part] = table.ids[tuple * table.arity + parts[part]!]!;
      group_of[tuple] = keys.add(key, 0);
    }
    const starts = new Int32Array(keys.count + 1);
    for (const group of group_of) starts[group + 1]! += 1;
    for (let group = 0; group < keys.count; group += 1) starts[group + 1]! += starts[group]!;
    const next = starts.slice();
    const order = new Int32Array(table.count);
    for (let tuple = 0; tuple < table.count; tuple += 1) order[next[group_of[tuple]!]!++] = tuple;
    return { keys, starts, order };
  }
}

/** Copies member `position` of a set to `target`. */
export function copyMember(set: SetValue, position: number, target: Int32Array, to: number): void {
  if (set.kind === "range") {
    target[to] = set.idAt(position);
    return;
  }
  const { ids, arity } = set.table;
  for (let part = 0; part < arity; part += 1) target[to + part] = ids[position * arity + part]!;
}

/** A set of the members of `sets`, in order, filtered by `keeps`. All have arity `arity`. */
export function collectSets(
  sets: readonly SetValue[],
  arity: number,
  keeps: (member: Int32Array) => boolean,
  budget: Budget,
): SetValue {
  const table = new TupleTable(arity);
  const member = new Int32Array(arity);
  for (const set of sets) {
    for (let position = 0; position < set.size; position += 1) {
      budget.step();
      copyMember(set, position, member, 0);
      if (keeps(member)) table.add(member, 0);
    }
  }
  return new TableSet(table);
}

/** All pairs of a member of `left` and one of `right`, as tuples of both their parts. */
export function crossSets(left: SetValue, right: SetValue, budget: Budget): SetValue {
  const table = new TupleTable(left.arity + right.arity);
  const member = new Int32Array(left.arity + right.arity);
  for (let first = 0; first < left.size; first += 1) {
    copyMember(left, first, member, 0);
    for (let second = 0; second < right.size; second += 1) {
      budget.step();
      copyMember(right, second, member, left.arity);
      table.append(member, 0);
    }
  }
  return new TableSet(table);
}
