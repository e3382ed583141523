/** Declared sets while a model is compiled: members are computed when they are first asked for, and checked then. */
import { nearestHint } from "../../../nearest";
import type { SetCode } from "../compile/codes";
import type { SetStatement, Span } from "../syntax/ast";
import { type ArrayHead, bindElement, memberNames, spellElement } from "./array_head";
import { EvaluationFault } from "./faults";
import type { Machine } from "./machine";
import { RangeSet, type SetValue, TableSet } from "./sets";
import { TupleTable } from "./tuples";

export interface SetRules {
  readonly statement: SetStatement;
  readonly arity: number;
  readonly within: readonly SetCode[];
  readonly assigned: SetCode | null;
  readonly default: SetCode | null;
}

export class SetArray {
  readonly type = "set";
  readonly head: ArrayHead;
  rules: SetRules;
  readonly #table: TupleTable;
  readonly #values: (SetValue | "busy" | undefined)[] = [];
  readonly #data: { readonly table: TupleTable; readonly values: SetValue[] };
  has_data = false;

  constructor(head: ArrayHead, rules: SetRules) {
    this.head = head;
    this.rules = rules;
    this.#table = new TupleTable(head.arity);
    this.#data = { table: new TupleTable(head.arity), values: [] };
  }

  /** Stores a set from the data; false when there already is one. */
  putData(source: Int32Array, from: number, value: SetValue): boolean {
    const { table, values } = this.#data;
    const element = table.add(source, from);
    if (element < values.length) return false;
    values.push(value);
    this.has_data = true;
    return true;
  }

  /** Drops computed sets, so that they are computed again. */
  forget(): void {
    this.#values.length = 0;
  }

  get0(span: Span): SetValue {
    const value = this.#values[0];
    return value !== undefined && value !== "busy" ? value : this.#compute(this.head.machine.top, span);
  }

  get(from: number, span: Span): SetValue {
    const element = this.#table.find(this.head.machine.stack, from);
    const value = element === -1 ? undefined : this.#values[element];
    return value !== undefined && value !== "busy" ? value : this.#compute(from, span);
  }

  /** Checks all sets from data, used or not. */
  checkData(): void {
    const { table } = this.#data;
    for (let element = 0; element < table.count; element += 1) this.#read(table.ids, element * this.head.arity);
  }

  /** All given sets, then all computed ones, each with its subscripts at `from` of `source`. */
  visitContent(visit: (source: Int32Array, from: number, value: SetValue) => void): void {
    const { arity } = this.head;
    const given = this.#data.table;
    for (let element = 0; element < given.count; element += 1)
      visit(given.ids, element * arity, this.#read(given.ids, element * arity));
    const { ids } = this.#table;
    for (const [element, value] of this.#values.entries()) {
      if (value === undefined || value === "busy") continue;
      if (given.find(ids, element * arity) === -1) visit(ids, element * arity, value);
    }
  }

  #read(source: Int32Array, at: number): SetValue {
    const { machine, arity, span } = this.head;
    const from = machine.top;
    for (let part = 0; part < arity; part += 1) machine.stack[from + part] = source[at + part]!;
    machine.top = from + arity;
    const value = this.get(from, span);
    machine.top = from;
    return value;
  }

  #compute(from: number, span: Span): SetValue {
    const { head } = this;
    const { machine, domain } = head;
    const { stack } = machine;
    const element = this.#table.add(stack, from);
    if (this.#values[element] === "busy") {
      throw new EvaluationFault("defined_by_itself", `${spellElement(head, stack, from)} depends on itself`, span);
    }
    this.#values[element] = "busy";
    let value: SetValue;
    let frame = 0;
    try {
      machine.enter(head.cost, head.name, span);
      frame = domain === null ? 0 : domain.save();
      bindElement(head, stack, from, span);
      value = this.#define(from, span);
      this.#check(value, from, span);
      if (value.kind === "table") machine.keepMembers(value.size, value.arity, span);
    } catch (fault) {
      this.#values[element] = undefined;
      throw fault;
    }
    this.#values[element] = value;
    if (domain !== null) domain.restore(frame);
    machine.leave(head.cost);
    return value;
  }

  #define(from: number, span: Span): SetValue {
    const { rules, head } = this;
    if (rules.assigned !== null && !this.has_data) return this.#fit(rules.assigned);
    const given = this.#data.table.find(head.machine.stack, from);
    if (given !== -1) return this.#data.values[given]!;
    if (rules.default !== null) return this.#fit(rules.default);
    if (rules.assigned !== null) return this.#fit(rules.assigned);
    throw new EvaluationFault("no_value", `${spellElement(head, head.machine.stack, from)} has no members given`, span);
  }

  #fit(code: SetCode): SetValue {
    return code.arity === 0 ? new TableSet(new TupleTable(this.rules.arity)) : code.run();
  }

  #check(value: SetValue, from: number, span: Span): void {
    const { machine } = this.head;
    const { stack } = machine;
    for (const within of this.rules.within) {
      const base = machine.top;
      machine.top = base + value.arity;
      for (let position = 0; position < value.size; position += 1) {
        machine.budget.step();
        if (value.kind === "range") stack[base] = value.idAt(position);
        else
          for (let part = 0; part < value.arity; part += 1)
            stack[base + part] = value.table.ids[position * value.arity + part]!;
        if (within.contains(base)) continue;
        const member = machine.spellTuple(stack, base, value.arity);
        const element = spellElement(this.head, stack, from);
        const hint = value.arity === 1 ? nearestHint(member, memberNames(machine, within.run())) : undefined;
        throw new EvaluationFault("not_within", `${element} holds ${member}, which is not in its superset`, span, hint);
      }
      machine.top = base;
    }
  }
}

/** A set of whole numbers as a range when they step evenly, else as a table. */
export function makeArithmeticSet(machine: Machine, first: number, last: number, step: number, span: Span): SetValue {
  const size = Math.max(0, Math.floor((last - first) / step + 1e-9) + 1);
  const is_whole = Number.isInteger(first) && Number.isInteger(step);
  const reach = first + step * size;
  if (is_whole && Math.abs(first) < 2 ** 30 && Math.abs(reach) < 2 ** 30) return new RangeSet(first, step, size);
  machine.limitMembers(size, 1, span);
  const table = new TupleTable(1, size);
  for (let position = 0; position < size; position += 1) {
    machine.budget.step();
    table.add1(machine.symbols.intern(first + step * position));
  }
  return new TableSet(table);
}
