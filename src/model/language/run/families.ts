/** Variables and rows of a model as they are created: one growing store for all, one family per statement. */
import { KIND } from "../../../problem/problem";
import type { NumericCode } from "../compile/codes";
import type { Span } from "../syntax/ast";
import { type ArrayHead, bindElement, spellElement } from "./array_head";
import { EvaluationFault } from "./faults";
import { GrowingIntegers, GrowingNumbers } from "./growing";
import { TupleTable } from "./tuples";

/** Columns in the order in which rows and objective first used them. */
export class ColumnStore {
  readonly lower = new GrowingNumbers();
  readonly upper = new GrowingNumbers();
  readonly families = new GrowingIntegers();
  /** Number of the column's tuple in its family. */
  readonly elements = new GrowingIntegers();

  get count(): number {
    return this.families.length;
  }
}

export interface VarRules {
  readonly kind: "continuous" | "integer" | "binary";
  readonly lower: NumericCode | null;
  readonly upper: NumericCode | null;
  readonly fixed: NumericCode | null;
}

export class VarArray {
  readonly type = "var";
  readonly head: ArrayHead;
  readonly rules: VarRules;
  readonly number: number;
  readonly table: TupleTable;
  readonly store: ColumnStore;
  /** Column of each tuple of the table. */
  readonly columns = new GrowingIntegers();

  constructor(head: ArrayHead, rules: VarRules, number: number, store: ColumnStore) {
    this.head = head;
    this.rules = rules;
    this.number = number;
    this.store = store;
    this.table = new TupleTable(head.arity);
  }

  get kind_code(): number {
    return KIND[this.rules.kind];
  }

  column0(span: Span): number {
    return this.columns.length > 0 ? this.columns.items[0]! : this.#create(this.head.machine.top, span);
  }

  column1(id: number, span: Span): number {
    const element = this.table.find1(id);
    if (element !== -1) return this.columns.items[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = id;
    return this.#createAtTop(span);
  }

  column2(first: number, second: number, span: Span): number {
    const element = this.table.find2(first, second);
    if (element !== -1) return this.columns.items[element]!;
    const { machine } = this.head;
    machine.stack[machine.top] = first;
    machine.stack[machine.top + 1] = second;
    return this.#createAtTop(span);
  }

  column(from: number, span: Span): number {
    const element = this.table.find(this.head.machine.stack, from);
    return element === -1 ? this.#create(from, span) : this.columns.items[element]!;
  }

  #createAtTop(span: Span): number {
    const { machine, arity } = this.head;
    const from = machine.top;
    machine.top = from + arity;
    const column = this.#create(from, span);
    machine.top = from;
    return column;
  }

  #create(from: number, span: Span): number {
    const { head, rules, store } = this;
    const { machine, domain } = head;
    machine.enter(head.cost, head.name, span);
    const frame = domain === null ? 0 : domain.save();
    bindElement(head, machine.stack, from, span);
    const is_binary = rules.kind === "binary";
    let lower = rules.lower === null ? (is_binary ? 0 : -Infinity) : rules.lower.run();
    let upper = rules.upper === null ? (is_binary ? 1 : Infinity) : rules.upper.run();
    if (rules.fixed !== null) {
      lower = rules.fixed.run();
      upper = lower;
    }
    if (is_binary) {
      lower = Math.max(lower, 0);
      upper = Math.min(upper, 1);
    }
    if (!(lower <= upper) || lower === Infinity || upper === -Infinity) {
      const element = spellElement(head, machine.stack, from);
      const message = `${element} has the lower bound ${lower} and the upper bound ${upper}, so it has no value`;
      throw new EvaluationFault("bounds_crossed", message, head.span);
    }
    if (domain !== null) domain.restore(frame);
    machine.leave(head.cost);
    const column = store.count;
    store.families.push(this.number);
    store.elements.push(this.table.append(machine.stack, from));
    store.lower.push(lower + 0);
    store.upper.push(upper + 0);
    this.columns.push(column);
    return column;
  }
}

/** Stands for the first objective, which is not a row of the matrix. */
export const OBJECTIVE_ROW = -1;

/** Rows of one constraint statement, or of one objective; which rows they are is known once they are made. */
export class RowFamily {
  readonly type: "constraint" | "objective";
  readonly head: ArrayHead;
  readonly tuples = new GrowingIntegers();
  readonly rows = new GrowingIntegers();
  #table: TupleTable | null = null;

  constructor(head: ArrayHead, type: "constraint" | "objective") {
    this.head = head;
    this.type = type;
  }

  /** Row of the tuple at `from` of the stack. */
  rowOf(from: number, span: Span): number {
    const { machine, arity } = this.head;
    if (this.#table === null) {
      this.#table = new TupleTable(arity, this.rows.length);
      for (let row = 0; row < this.rows.length; row += 1) this.#table.append(this.tuples.items, row * arity);
    }
    const element = this.#table.find(machine.stack, from);
    if (element !== -1) return this.rows.items[element]!;
    const name = spellElement(this.head, machine.stack, from);
    throw new EvaluationFault("not_in_domain", `there is no row ${name}`, span);
  }
}
