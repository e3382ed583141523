/** Declared params while a model is compiled: values are computed when they are first asked for, and checked then. */
import type { NumericCode, SymbolicCode } from "../compile/codes";
import type { Span } from "../syntax/ast";
import { type ArrayHead, bindElement, spellElement, visitDomain } from "./array_head";
import { EvaluationFault } from "./faults";
import { TupleTable } from "./tuples";

const ABSENT = 0;
const READY = 1;
/** Being computed: needing it again means that it depends on itself. */
const BUSY = 2;
/** From data, not yet checked. */
const UNCHECKED = 3;

/** One condition of a param; `holds` gets the value as stored. */
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
  /** True when data or an override gave values, which take precedence over what the model assigns. */
  has_data = false;
  /** Place where the data section gives values. */
  data_span: Span | null = null;
  /** True once a value was used: then all data must be valid, as in GLPK. */
  is_used = false;
  #data_count = 0;
  #is_filled = false;

  constructor(head: ArrayHead, rules: ParamRules) {
    this.head = head;
    this.rules = rules;
    this.table = new TupleTable(head.arity);
  }

  /** Stores a value from the data; false when the element already has one. */
  putData(source: Int32Array, from: number, value: number): boolean {
    const element = this.#elementAt(source, from);
    if (this.states[element] !== ABSENT) return false;
    this.#data_count += 1;
    this.values[element] = value;
    this.states[element] = UNCHECKED;
    return true;
  }

  /** Drops the given values, so that others can replace them. */
  dropData(): void {
    if (this.#data_count === 0) return;
    this.table = new TupleTable(this.head.arity);
    this.states.fill(ABSENT);
    this.#data_count = 0;
  }

  /** Drops computed values, so that they are computed again. */
  forget(): void {
    this.states.fill(ABSENT, this.#data_count);
  }

  get0(span: Span): number {
    return this.states[0] === READY ? this.values[0]! : this.#compute(this.head.machine.stack, 0, span);
  }

  get1(id: number, span: Span): number {
    const element = this.table.find1(id);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = id;
    return this.#computeAtTop(span);
  }

  get2(first: number, second: number, span: Span): number {
    const element = this.table.find2(first, second);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = first;
    machine.stack[machine.top + 1] = second;
    return this.#computeAtTop(span);
  }

  /** The element whose tuple is at `from` of the stack. */
  get(from: number, span: Span): number {
    const { stack } = this.head.machine;
    const element = this.table.find(stack, from);
    if (element !== -1 && this.states[element] === READY) return this.values[element]!;
    return this.#compute(stack, from, span);
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
      this.#compute(this.table.ids, element * this.head.arity, this.data_span ?? this.head.span);
    }
  }

  #computeAtTop(span: Span): number {
    const { machine, arity } = this.head;
    const from = machine.top;
    machine.top = from + arity;
    const value = this.#compute(machine.stack, from, span);
    machine.top = from;
    return value;
  }

  #elementAt(source: Int32Array, from: number): number {
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

  #compute(source: Int32Array, from: number, span: Span): number {
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
    const element = this.#elementAt(source, from);
    const before = this.states[element]!;
    this.states[element] = BUSY;
    if (machine.isDeep && !this.#is_filled) this.#fillInOrder();
    let value: number;
    try {
      value = before === UNCHECKED ? this.values[element]! : this.#define(source, from, span);
      this.#check(value, source, from, span);
    } catch (fault) {
      // Another statement may ask again and gets the same error.
      this.states[element] = before;
      throw fault;
    }
    this.values[element] = value;
    this.states[element] = READY;
    if (domain !== null) domain.restore(frame);
    machine.leave(head.cost);
    return value;
  }

  /** Computes the elements that are not being computed, from the first on: values that depend on earlier ones then need little depth. */
  #fillInOrder(): void {
    this.#is_filled = true;
    const { head } = this;
    head.machine.tryOut(() =>
      visitDomain(head, (from) => {
        const element = this.table.find(head.machine.stack, from);
        if (element === -1 || this.states[element] !== BUSY) this.get(from, head.span);
      }),
    );
  }

  /** The value of an element that has none in the data. */
  #define(source: Int32Array, from: number, span: Span): number {
    const { rules } = this;
    if (rules.assigned !== null && !this.has_data) return rules.assigned.run();
    if (this.data_default !== null) return this.data_default;
    if (rules.default !== null) return rules.default.run();
    if (rules.assigned !== null) return rules.assigned.run();
    throw new EvaluationFault("no_value", `${spellElement(this.head, source, from)} has no value`, span);
  }

  #check(value: number, source: Int32Array, from: number, span: Span): void {
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
