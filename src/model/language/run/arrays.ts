/** Declared symbols while a model is compiled: values are computed when they are first asked for, and checked then. */
import { nearestHint } from "../../../nearest";
import type { NumericCode, SetCode, SymbolicCode } from "../compile/codes";
import type { SetStatement, Span } from "../syntax/ast";
import type { DomainCode } from "./domains";
import { EvaluationFault } from "./faults";
import type { Machine } from "./machine";
import { RangeSet, type SetValue, TableSet } from "./sets";
import { TupleTable } from "./tuples";

const ABSENT = 0;
const READY = 1;
/** Being computed right now: asking for it again means that it depends on itself. */
const BUSY = 2;
/** From data, not yet checked. */
const UNCHECKED = 3;

export interface ArrayHead {
  readonly machine: Machine;
  readonly name: string;
  readonly span: Span;
  readonly domain: DomainCode | null;
  readonly arity: number;
  /** What computing one value costs of the machine's depth. */
  readonly cost: number;
}

/** `x[A,1]` for messages and names. */
export function spellElement(head: ArrayHead, source: Int32Array, from: number): string {
  return head.arity === 0 ? head.name : `${head.name}[${head.machine.spellTuple(source, from, head.arity)}]`;
}

/** Binds the tuple to the domain's slots, or says which part of it is wrong. */
export function bindElement(head: ArrayHead, source: Int32Array, from: number, span: Span): void {
  if (head.domain === null) return;
  const failed = head.domain.bind(source, from);
  if (failed === -1) return;
  const element = spellElement(head, source, from);
  if (failed === -2)
    throw new EvaluationFault("not_in_domain", `${element} is outside the domain of ${head.name}`, span);
  const { machine } = head;
  let at = from;
  for (let block = 0; block < failed; block += 1) at += countFree(head.domain, block);
  const count = countFree(head.domain, failed);
  const block = head.domain.blocks[failed]!;
  const found = machine.spellTuple(source, at, count);
  const hint = count === 1 ? nearestHint(found, memberNames(machine, block.set.run())) : undefined;
  throw new EvaluationFault("not_in_domain", `${element}: ${found} is not in ${block.text}`, span, hint);
}

function countFree(domain: DomainCode, block: number): number {
  return domain.blocks[block]!.parts.filter(({ slot }) => slot !== null).length;
}

/** Members that a search for the nearest name looks at. */
const NAMES_MAX = 10_000;

function* memberNames(machine: Machine, set: SetValue): Generator<string> {
  if (set.arity !== 1) return;
  for (let position = 0; position < Math.min(NAMES_MAX, set.size); position += 1)
    yield machine.symbols.textOf(set.idAt(position));
}

/** Does `visit` for each tuple of the domain, which stands at `from` of the stack. */
export function visitDomain({ machine, domain, arity }: ArrayHead, visit: (from: number) => void): void {
  if (domain === null) {
    visit(machine.top);
    return;
  }
  domain.loop(() => {
    const base = machine.top;
    for (let part = 0; part < arity; part += 1) machine.stack[base + part] = machine.slots[domain.slots[part]!]!;
    machine.top = base + arity;
    visit(base);
    machine.top = base;
  });
}

/** One condition of a param; `holds` sees the value as it is stored. */
export interface ParamCheck {
  readonly holds: (value: number) => boolean;
  readonly describe: () => string;
}

export interface ParamRules {
  readonly is_symbolic: boolean;
  readonly kind: "number" | "integer" | "binary" | "symbolic";
  readonly checks: readonly ParamCheck[];
  readonly assigned: NumericCode | SymbolicCode | null;
  readonly default: NumericCode | SymbolicCode | null;
}

export class ParamArray {
  readonly type = "param";
  readonly head: ArrayHead;
  rules: ParamRules;
  table: TupleTable;
  values = new Float64Array(8);
  states = new Uint8Array(8);
  /** From the data section; stored like a value. */
  data_default: number | null = null;
  /** Data or an override gave values: they go before what the model assigns. */
  has_data = false;
  /** Where the data section gives values. */
  data_span: Span | null = null;
  /** Some value was asked for: then all data must be sound, as GLPK has it. */
  is_used = false;
  private data_count = 0;
  private is_filled = false;

  constructor(head: ArrayHead, rules: ParamRules) {
    this.head = head;
    this.rules = rules;
    this.table = new TupleTable(head.arity);
  }

  /** Stores a value of the data; false when the element has one already. */
  putData(source: Int32Array, from: number, value: number): boolean {
    const element = this.elementAt(source, from);
    if (this.states[element] !== ABSENT) return false;
    this.data_count += 1;
    this.values[element] = value;
    this.states[element] = UNCHECKED;
    return true;
  }

  /** Drops what was given, for other values to take its place. */
  dropData(): void {
    if (this.data_count === 0) return;
    this.table = new TupleTable(this.head.arity);
    this.states.fill(ABSENT);
    this.data_count = 0;
  }

  /** Drops what was computed, so that it is computed again. */
  forget(): void {
    this.states.fill(ABSENT, this.data_count);
  }

  get0(span: Span): number {
    return this.states[0] === READY ? this.values[0]! : this.compute(this.head.machine.stack, 0, span);
  }

  get1(id: number, span: Span): number {
    const element = this.table.find1(id);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = id;
    return this.computeAtTop(span);
  }

  get2(first: number, second: number, span: Span): number {
    const element = this.table.find2(first, second);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = first;
    machine.stack[machine.top + 1] = second;
    return this.computeAtTop(span);
  }

  /** The element whose tuple stands at `from` of the stack. */
  get(from: number, span: Span): number {
    const { stack } = this.head.machine;
    const element = this.table.find(stack, from);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    return this.compute(stack, from, span);
  }

  get count(): number {
    return this.head.arity === 0 ? 1 : this.table.count;
  }

  /** Whether an element was given or has been computed. */
  hasValue(element: number): boolean {
    return this.states[element] === READY || this.states[element] === UNCHECKED;
  }

  /** Checks every value that came from data, used or not. */
  checkData(): void {
    for (let element = 0; element < this.count; element += 1) {
      if (this.states[element] !== UNCHECKED) continue;
      this.compute(this.table.ids, element * this.head.arity, this.data_span ?? this.head.span);
    }
  }

  private computeAtTop(span: Span): number {
    const { machine, arity } = this.head;
    const from = machine.top;
    machine.top = from + arity;
    const value = this.compute(machine.stack, from, span);
    machine.top = from;
    return value;
  }

  private elementAt(source: Int32Array, from: number): number {
    const element = this.head.arity === 0 ? 0 : this.table.add(source, from);
    if (element >= this.values.length) {
      const size = Math.max(this.values.length * 2, element + 1);
      const values = new Float64Array(size);
      values.set(this.values);
      this.values = values;
      const states = new Uint8Array(size);
      states.set(this.states);
      this.states = states;
    }
    return element;
  }

  private compute(source: Int32Array, from: number, span: Span): number {
    const { head } = this;
    const { domain, machine } = head;
    const known = head.arity === 0 ? 0 : this.table.find(source, from);
    if (known !== -1 && this.states[known] === BUSY) {
      const message = `${spellElement(head, source, from)} depends on itself`;
      throw new EvaluationFault("defined_by_itself", message, span);
    }
    machine.enter(head.cost, head.name, span);
    this.is_used = true;
    const frame = domain === null ? 0 : domain.save();
    if (known === -1 || this.states[known] !== UNCHECKED || domain !== null) bindElement(head, source, from, span);
    const element = this.elementAt(source, from);
    const before = this.states[element]!;
    this.states[element] = BUSY;
    if (machine.isDeep && !this.is_filled) this.fillInOrder();
    let value: number;
    try {
      value = before === UNCHECKED ? this.values[element]! : this.define(source, from, span);
      this.check(value, source, from, span);
    } catch (fault) {
      // Another statement may ask again, and is told the same.
      this.states[element] = before;
      throw fault;
    }
    this.values[element] = value;
    this.states[element] = READY;
    if (domain !== null) domain.restore(frame);
    machine.leave(head.cost);
    return value;
  }

  /** Computes the elements that are not being computed, from the first on: what depends on earlier ones is shallow then. */
  private fillInOrder(): void {
    this.is_filled = true;
    const { head } = this;
    head.machine.tryOut(() =>
      visitDomain(head, (from) => {
        const element = this.table.find(head.machine.stack, from);
        if (element === -1 || this.states[element] !== BUSY) this.get(from, head.span);
      }),
    );
  }

  /** The value of an element that has none in the data. */
  private define(source: Int32Array, from: number, span: Span): number {
    const { rules } = this;
    if (rules.assigned !== null && !this.has_data) return rules.assigned.run();
    if (this.data_default !== null) return this.data_default;
    if (rules.default !== null) return rules.default.run();
    if (rules.assigned !== null) return rules.assigned.run();
    throw new EvaluationFault("no_value", `${spellElement(this.head, source, from)} has no value`, span);
  }

  private check(value: number, source: Int32Array, from: number, span: Span): void {
    const { kind, checks, is_symbolic } = this.rules;
    const { machine } = this.head;
    let expected: string | null = null;
    if (!is_symbolic && Number.isNaN(value)) expected = "a number";
    else if (kind === "integer" && !Number.isInteger(value)) expected = "a whole number";
    else if (kind === "binary" && value !== 0 && value !== 1) expected = "0 or 1";
    else expected = checks.find((check) => !check.holds(value))?.describe() ?? null;
    if (expected === null) return;
    const found = is_symbolic ? machine.spellMember(value) : String(value);
    const element = spellElement(this.head, source, from);
    throw new EvaluationFault("value_refused", `${element} is ${found}, expected ${expected}`, span);
  }
}

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
  private readonly table: TupleTable;
  private readonly values: (SetValue | "busy" | undefined)[] = [];
  private readonly data: { readonly table: TupleTable; readonly values: SetValue[] };
  has_data = false;

  constructor(head: ArrayHead, rules: SetRules) {
    this.head = head;
    this.rules = rules;
    this.table = new TupleTable(head.arity);
    this.data = { table: new TupleTable(head.arity), values: [] };
  }

  /** Stores a set of the data; false when there is one already. */
  putData(source: Int32Array, from: number, value: SetValue): boolean {
    const { table, values } = this.data;
    const element = table.add(source, from);
    if (element < values.length) return false;
    values.push(value);
    this.has_data = true;
    return true;
  }

  /** Drops what was computed, so that it is computed again. */
  forget(): void {
    this.values.length = 0;
  }

  get0(span: Span): SetValue {
    const value = this.values[0];
    return value !== undefined && value !== "busy" ? value : this.compute(this.head.machine.top, span);
  }

  get(from: number, span: Span): SetValue {
    const element = this.table.find(this.head.machine.stack, from);
    const value = element === -1 ? undefined : this.values[element];
    return value !== undefined && value !== "busy" ? value : this.compute(from, span);
  }

  /** Computes what data gave, used or not. */
  checkData(): void {
    const { table } = this.data;
    for (let element = 0; element < table.count; element += 1) this.read(table.ids, element * this.head.arity);
  }

  /** Every set that was given, then every one that was computed, each with its subscripts at `from` of `source`. */
  visitContent(visit: (source: Int32Array, from: number, value: SetValue) => void): void {
    const { arity } = this.head;
    const given = this.data.table;
    for (let element = 0; element < given.count; element += 1)
      visit(given.ids, element * arity, this.read(given.ids, element * arity));
    const { ids } = this.table;
    for (const [element, value] of this.values.entries()) {
      if (value === undefined || value === "busy") continue;
      if (given.find(ids, element * arity) === -1) visit(ids, element * arity, value);
    }
  }

  private read(source: Int32Array, at: number): SetValue {
    const { machine, arity, span } = this.head;
    const from = machine.top;
    for (let part = 0; part < arity; part += 1) machine.stack[from + part] = source[at + part]!;
    machine.top = from + arity;
    const value = this.get(from, span);
    machine.top = from;
    return value;
  }

  private compute(from: number, span: Span): SetValue {
    const { head } = this;
    const { machine, domain } = head;
    const { stack } = machine;
    const element = this.table.add(stack, from);
    if (this.values[element] === "busy") {
      throw new EvaluationFault("defined_by_itself", `${spellElement(head, stack, from)} depends on itself`, span);
    }
    this.values[element] = "busy";
    let value: SetValue;
    let frame = 0;
    try {
      machine.enter(head.cost, head.name, span);
      frame = domain === null ? 0 : domain.save();
      bindElement(head, stack, from, span);
      value = this.define(from, span);
      this.check(value, from, span);
      if (value.kind === "table") machine.keepMembers(value.size, value.arity, span);
    } catch (fault) {
      this.values[element] = undefined;
      throw fault;
    }
    this.values[element] = value;
    if (domain !== null) domain.restore(frame);
    machine.leave(head.cost);
    return value;
  }

  private define(from: number, span: Span): SetValue {
    const { rules, head } = this;
    if (rules.assigned !== null && !this.has_data) return this.fit(rules.assigned);
    const given = this.data.table.find(head.machine.stack, from);
    if (given !== -1) return this.data.values[given]!;
    if (rules.default !== null) return this.fit(rules.default);
    if (rules.assigned !== null) return this.fit(rules.assigned);
    throw new EvaluationFault("no_value", `${spellElement(head, head.machine.stack, from)} has no members given`, span);
  }

  private fit(code: SetCode): SetValue {
    return code.arity === 0 ? new TableSet(new TupleTable(this.rules.arity)) : code.run();
  }

  private check(value: SetValue, from: number, span: Span): void {
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
