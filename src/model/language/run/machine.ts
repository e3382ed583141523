/** The state that the code of one compile works on: slots of dummy indices, a stack for tuples, the form being summed up. */
import type { Budget } from "../../budget";
import type { QuadraticTermList } from "../../flat/linearize";
import type { Span } from "../syntax/ast";
import { EvaluationFault } from "./faults";
import { Form } from "./form";
import type { RandomSource } from "./random";
import { Symbols } from "./symbols";

/** Nesting of braces is bounded by the parser and tuples have at most 20 parts, so this is never reached. */
const SLOTS_MAX = 8192;
const STACK_MAX = 65_536;
/** Depth of values that are computed while another is: limits the stack of the process. */
const COST_MAX = 30_000;
/** From this depth on a param is computed from the beginning of its domain, where a long recursion becomes a short one. */
const COST_DEEP = 20_000;
/** Limit of parts of all stored members and of a set that is being made: 160 MB. */
const MEMBER_PARTS_MAX = 40_000_000;
/** Limit of characters of one string, and of all strings joined in one compile. */
const TEXT_LENGTH_MAX = 10_000;
const TEXT_TOTAL_MAX = 64 * 1024 * 1024;

/** Values after `solve`: what variables, rows and objectives came to. */
export interface SolvedValues {
  readonly columns: Float64Array;
  columnDual(column: number): number;
  rowValue(row: number): number;
  rowDual(row: number): number;
  rowLower(row: number): number;
  rowUpper(row: number): number;
}

export class Machine {
  readonly symbols: Symbols;
  readonly budget: Budget;
  readonly random: RandomSource | null;
  readonly slots = new Int32Array(SLOTS_MAX);
  readonly stack = new Int32Array(STACK_MAX);
  /** First free place of the stack. */
  top = 0;
  form = new Form();
  /** Products of variables; null where they are not allowed. */
  quadratic: QuadraticTermList | null = null;
  solved: SolvedValues | null = null;
  #cost = 0;
  #kept_parts = 0;
  #text_total = 0;

  constructor(symbols: Symbols, budget: Budget, random: RandomSource | null) {
    this.symbols = new Symbols(symbols);
    this.budget = budget;
    this.random = random;
  }

  /** Clears the state that a fault left behind. */
  recover(): void {
    this.top = 0;
    this.#cost = 0;
    this.quadratic = null;
  }

  /** Call before computing a value that may need others, and `leave` with the same cost afterwards. */
  enter(cost: number, what: string, span: Span): void {
    this.#cost += cost;
    if (this.#cost <= COST_MAX) return;
    const depth = Math.floor(COST_MAX / cost);
    const message = `computing ${what} needs too many other values first, about ${depth} at most; let it depend on fewer at once`;
    throw new EvaluationFault("recursion_too_deep", message, span);
  }

  get isDeep(): boolean {
    return this.#cost > COST_DEEP;
  }

  /** Runs `work` and clears up after a fault in it; false after one. */
  tryOut(work: () => void): boolean {
    const { top } = this;
    const cost = this.#cost;
    const slots = this.slots.slice();
    try {
      work();
      return true;
    } catch (fault) {
      if (!(fault instanceof EvaluationFault)) throw fault;
      this.slots.set(slots);
      this.top = top;
      this.#cost = cost;
      return false;
    }
  }

  leave(cost: number): void {
    this.#cost -= cost;
  }

  /** Call before a set grows to `count` members of `arity` parts. */
  limitMembers(count: number, arity: number, span: Span): void {
    if (this.#kept_parts + count * arity <= MEMBER_PARTS_MAX) return;
    const message = `the sets hold more than ${MEMBER_PARTS_MAX} members in all, each part of a tuple counted`;
    throw new EvaluationFault("model_too_large", message, span);
  }

  /** Counts a set that is stored. */
  keepMembers(count: number, arity: number, span: Span): void {
    this.limitMembers(count, arity, span);
    this.#kept_parts += count * arity;
  }

  /** A string made by the model, as a member. */
  internText(text: string, span: Span): number {
    this.#text_total += text.length;
    if (text.length > TEXT_LENGTH_MAX || this.#text_total > TEXT_TOTAL_MAX) {
      const message = `the string made here is too long; strings have at most ${TEXT_LENGTH_MAX} characters`;
      throw new EvaluationFault("text_too_long", message, span);
    }
    return this.symbols.intern(text);
  }

  /** A tuple as names show it: `A,1`. */
  spellTuple(ids: Int32Array, from: number, arity: number): string {
    let text = "";
    for (let part = 0; part < arity; part += 1) {
      const id = ids[from + part]!;
      text += `${part === 0 ? "" : ","}${this.spellMember(id)}`;
    }
    return text;
  }

  /** A member as GLPK prints it: quoted when it is not a plain word. */
  spellMember(id: number): string {
    if (id < 2 ** 30) return String(id);
    const value = this.symbols.valueOf(id);
    if (typeof value === "number") return this.symbols.textOf(id);
    return /^[A-Za-z_][A-Za-z0-9_+.-]*$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
  }
}
