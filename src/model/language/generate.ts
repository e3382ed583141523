/** Runs a program up to `solve`: rows into one sparse matrix, columns as they are used, then names and order. */
import { type Families, type Hessian, type IndexTuple, isIntegerKind, type Problem } from "../../problem/problem";
import type { Budget } from "../budget";
import { findConvexityFault } from "../flat/convexity";
import { assembleHessian } from "../flat/hessian";
import { QuadraticTermList } from "../flat/linearize";
import type { Dialect } from "../formats";
import type { ObjectiveAction, Program, RowAction } from "./compile/program";
import type { ArrayHead } from "./run/array_head";
import { OBJECTIVE_ROW, type RowFamily } from "./run/families";
import { EvaluationFault } from "./run/faults";
import { GrowingIntegers, GrowingNumbers } from "./run/growing";
import type { Machine } from "./run/machine";
import type { Span } from "./syntax/ast";

/** Statements whose faults are reported; further ones would repeat the same. */
const FAULTS_MAX = 20;

export interface Generated {
  readonly problem: Problem;
  /** New number of each column as it was made. */
  readonly column_order: Int32Array;
  /** Constants in the rows of further objectives. */
  readonly row_constants: ReadonlyMap<number, number>;
}

export class Generator {
  readonly #program: Program;
  readonly #machine: Machine;
  readonly #budget: Budget;
  readonly #starts = new GrowingIntegers();
  readonly #indices = new GrowingIntegers();
  readonly #values = new GrowingNumbers();
  readonly #lower = new GrowingNumbers();
  readonly #upper = new GrowingNumbers();
  readonly #families: RowFamily[] = [];
  readonly #row_constants = new Map<number, number>();
  #objective: ObjectiveAction | null = null;
  #objective_terms: { columns: Int32Array; coefficients: Float64Array; constant: number } | null = null;
  readonly #quadratic = new QuadraticTermList();
  #faults = 0;
  readonly #told = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
    this.#machine = program.scope.machine;
    this.#budget = this.#machine.budget;
    this.#starts.push(0);
  }

  /** Runs `work` and reports its fault; false when there was one. */
  attempt(work: () => void): boolean {
    const { scope } = this.#program;
    if (this.#faults >= FAULTS_MAX) return false;
    try {
      work();
      return true;
    } catch (fault) {
      this.#machine.recover();
      // A missing value stops every statement that needs it, and is reported once.
      if (fault instanceof EvaluationFault && this.#told.has(fault.message)) return false;
      this.#faults += 1;
      if (fault instanceof EvaluationFault) this.#told.add(fault.message);
      if (fault instanceof EvaluationFault) scope.error(fault.code, fault.message, fault.span, fault.hint);
      else if (fault instanceof RangeError && fault.message.includes("call stack"))
        scope.error("recursion_too_deep", "values of this model depend on each other too deeply", { start: 0, end: 0 });
      else if (fault instanceof RangeError)
        scope.error("model_too_large", "the model needs larger arrays than this program can make; make it smaller", {
          start: 0,
          end: 0,
        });
      else throw fault;
      return false;
    }
  }

  /**
   * Runs all statements before `solve`. `is_own_data`: the sets are those of the data section, so that all its values must
   * be in their domains; when a fire gives a smaller set, some of them have no meaning.
   */
  run(is_own_data: boolean): void {
    for (const action of this.#program.actions) {
      this.attempt(() => {
        if (action.kind === "output") action.run();
        else if (action.kind === "rows") this.#generateRows(action);
        else this.#generateObjective(action);
      });
    }
    const { scope } = this.#program;
    const is_jmodel = scope.dialect === "jmodel";
    for (const declared of is_own_data ? scope.declared.values() : []) {
      // GLPK checks the data of symbols that are used, JModel checks all.
      if (declared.type === "param" && declared.has_data && (declared.is_used || is_jmodel))
        this.attempt(() => declared.checkData());
    }
    if (is_jmodel && this.#program.variables.length === 0)
      this.#refuseSource("no_variables", "the model has no variables");
    const objectives = this.#program.actions.filter(({ kind }) => kind === "objective").length;
    if (is_jmodel && objectives !== 1)
      this.#refuseSource("objective_count", `the model has ${objectives} objectives, expected exactly one`);
  }

  #refuseSource(code: string, message: string): void {
    this.#program.scope.error(code, message, { start: 0, end: 0 });
  }

  /** Call only when nothing was reported. */
  finish(name: string, dialect: Dialect): Generated | null {
    const { store } = this.#program;
    const order = this.#orderColumns();
    const column_names = new NameMaker(this.#machine, dialect);
    const row_names = new NameMaker(this.#machine, dialect);
    const columns = this.#columnPart(order, column_names);
    const rows = this.#rowPart(row_names);
    const collision = column_names.collision ?? row_names.collision;
    if (collision !== null) {
      const message = `two columns or rows would be called ${collision.name}; rename members so that their names differ`;
      this.#program.scope.error("name_collision", message, collision.span);
      return null;
    }
    const hessian = this.#finishHessian(order, columns);
    if (hessian === false) return null;
    const indices = this.#indices.items.slice(0, this.#indices.length);
    for (let at = 0; at < indices.length; at += 1) indices[at] = order[indices[at]!]!;
    const cost = new Float64Array(store.count);
    const terms = this.#objective_terms;
    if (terms !== null) {
      for (let at = 0; at < terms.columns.length; at += 1)
        cost[order[terms.columns[at]!]!] = terms.coefficients[at]! + 0;
    }
    const problem: Problem = {
      name,
      sense: this.#objective?.sense ?? "minimize",
      offset: (terms?.constant ?? 0) + 0,
      columns: { ...columns, cost },
      rows,
      matrix: {
        starts: this.#starts.items.slice(0, this.#starts.length),
        indices,
        values: this.#values.items.slice(0, this.#values.length),
      },
      hessian,
    };
    return {
      problem,
      column_order: order,
      row_constants: this.#row_constants,
    };
  }

  #generateRows(action: RowAction): void {
    const { family } = action;
    this.#families.push(family);
    const { domain } = family.head;
    if (domain === null) this.#generateRow(action);
    else domain.loop(() => this.#generateRow(action));
  }

  #generateRow({ family, sides, relations, span }: RowAction): void {
    const { form } = this.#machine;
    form.clear();
    const relation = relations[0]!;
    let lower = -Infinity;
    let upper = Infinity;
    if (sides.length === 3) {
      const first = this.#constantSide(sides[0]!, span);
      const last = this.#constantSide(sides[2]!, span);
      sides[1]!.add(1);
      lower = (relation === "<=" ? first : last) - form.constant;
      upper = (relation === "<=" ? last : first) - form.constant;
    } else {
      sides[0]!.add(1);
      sides[1]!.add(-1);
      if (relation !== "<=") lower = 0 - form.constant;
      if (relation !== ">=") upper = 0 - form.constant;
    }
    this.#appendRow(family, lower, upper, span);
  }

  #constantSide(side: RowAction["sides"][number], span: Span): number {
    const { form } = this.#machine;
    side.add(1);
    const { constant, count } = form;
    form.clear();
    if (count === 0) return constant;
    throw new EvaluationFault("not_linear", "the outer sides of a range must hold no variables", span);
  }

  #appendRow(family: RowFamily, lower: number, upper: number, span: Span): void {
    const { form } = this.#machine;
    this.#budget.takeNonzeros(form.count);
    let sum = form.constant;
    for (let at = 0; at < form.count; at += 1) {
      const coefficient = form.coefficients[at]!;
      if (coefficient === 0) continue;
      sum += coefficient;
      this.#indices.push(form.columns[at]!);
      this.#values.push(coefficient);
    }
    if (!Number.isFinite(sum)) this.#refuseOverflow(family, span);
    this.#starts.push(this.#indices.length);
    this.#nameRow(family, this.#lower.length);
    this.#lower.push(lower + 0);
    this.#upper.push(upper + 0);
  }

  #nameRow(family: RowFamily, row: number): void {
    const { slots } = this.#machine;
    family.rows.push(row);
    for (const slot of family.head.domain?.slots ?? []) family.tuples.push(slots[slot]!);
  }

  #refuseOverflow(family: RowFamily, span: Span): never {
    const message = `a coefficient or constant of ${family.head.name} is not a finite number; look for huge values`;
    throw new EvaluationFault("number_too_large", message, span);
  }

  #generateObjective(action: ObjectiveAction): void {
    const { family, form: code, span } = action;
    const machine = this.#machine;
    const generate = (): void => {
      const { form } = machine;
      form.clear();
      if (this.#objective !== null) {
        code.add(1);
        this.#row_constants.set(this.#lower.length, form.constant);
        this.#appendRow(family, -Infinity, Infinity, span);
        return;
      }
      machine.quadratic = this.#quadratic;
      code.add(1);
      machine.quadratic = null;
      const { count } = form;
      this.#budget.takeNonzeros(count);
      const coefficients = form.coefficients.slice(0, count);
      if (!Number.isFinite(form.constant) || !coefficients.every(Number.isFinite)) this.#refuseOverflow(family, span);
      this.#objective_terms = { columns: form.columns.slice(0, count), coefficients, constant: form.constant };
      this.#objective = action;
      this.#nameRow(family, OBJECTIVE_ROW);
    };
    this.#families.push(family);
    const { domain } = family.head;
    if (domain === null) generate();
    else domain.loop(generate);
  }

  /** Columns by statement, each in the order of their making. */
  #orderColumns(): Int32Array {
    const { store, variables } = this.#program;
    const next = new Int32Array(variables.length + 1);
    const order = new Int32Array(store.count);
    for (let column = 0; column < store.count; column += 1) next[store.families.items[column]! + 1]! += 1;
    for (let family = 0; family < variables.length; family += 1) next[family + 1]! += next[family]!;
    for (let column = 0; column < store.count; column += 1) order[column] = next[store.families.items[column]!]!++;
    return order;
  }

  #columnPart(order: Int32Array, names: NameMaker): Omit<Problem["columns"], "cost"> {
    const { store, variables } = this.#program;
    const { count } = store;
    const part = {
      count,
      names: new Array<string>(count),
      kinds: new Uint8Array(count),
      lower: new Float64Array(count),
      upper: new Float64Array(count),
      auxiliary_count: 0,
    };
    const families: string[] = new Array(count);
    const index_tuples: (IndexTuple | null)[] = new Array(count);
    for (let made = 0; made < count; made += 1) {
      this.#budget.step();
      const column = order[made]!;
      const { head, table, kind_code } = variables[store.families.items[made]!]!;
      const from = store.elements.items[made]! * head.arity;
      part.names[column] = names.make(head, table.ids, from);
      part.kinds[column] = kind_code;
      part.lower[column] = store.lower.items[made]!;
      part.upper[column] = store.upper.items[made]!;
      families[column] = head.name;
      index_tuples[column] = head.arity === 0 ? null : readTuple(this.#machine, table.ids, from, head.arity);
    }
    return { ...part, families: { names: families, index_tuples } };
  }

  #rowPart(maker: NameMaker): Problem["rows"] {
    const count = this.#lower.length;
    const names: string[] = new Array(count);
    const families: { names: string[]; index_tuples: (IndexTuple | null)[] } & Families = {
      names: new Array(count),
      index_tuples: new Array(count),
    };
    for (const { head, rows, tuples } of this.#families) {
      for (let element = 0; element < rows.length; element += 1) {
        this.#budget.step();
        const row = rows.items[element]!;
        if (row === OBJECTIVE_ROW) continue;
        const from = element * head.arity;
        names[row] = maker.make(head, tuples.items, from);
        families.names[row] = head.name;
        families.index_tuples[row] = head.arity === 0 ? null : readTuple(this.#machine, tuples.items, from, head.arity);
      }
    }
    return {
      count,
      names,
      lower: this.#lower.items.slice(0, count),
      upper: this.#upper.items.slice(0, count),
      families,
      auxiliary_count: 0,
    };
  }

  /** The Hessian, null without one, false after a report. */
  #finishHessian(order: Int32Array, columns: Omit<Problem["columns"], "cost">): Hessian | null | false {
    const quadratic = this.#quadratic;
    const objective = this.#objective;
    if (quadratic.columns.length === 0 || objective === null) return null;
    for (let term = 0; term < quadratic.columns.length; term += 1) {
      quadratic.columns[term] = order[quadratic.columns[term]!]!;
      quadratic.others[term] = order[quadratic.others[term]!]!;
    }
    const hessian = assembleHessian(quadratic, columns.count);
    if (hessian === null) return null;
    const { scope } = this.#program;
    const integer = columns.kinds.findIndex(isIntegerKind);
    if (integer !== -1) {
      const message = `the objective is quadratic and ${columns.names[integer]} is integer: quadratic problems take continuous variables only`;
      scope.error("quadratic_integer", message, objective.span);
      return false;
    }
    const fault = findConvexityFault(hessian, objective.sense === "minimize" ? 1 : -1, this.#budget);
    if (fault === null) return hessian;
    const wanted = objective.sense === "minimize" ? "convex to be minimized" : "concave to be maximized";
    const message = `the quadratic objective must be ${wanted}; it bends the wrong way along ${columns.names[fault.column]}`;
    scope.error("quadratic_not_convex", message, objective.span);
    return false;
  }
}

function readTuple({ symbols }: Machine, ids: Int32Array, from: number, arity: number): IndexTuple {
  if (arity === 1) return [symbols.valueOf(ids[from]!)];
  if (arity === 2) return [symbols.valueOf(ids[from]!), symbols.valueOf(ids[from + 1]!)];
  return Array.from({ length: arity }, (_, part) => symbols.valueOf(ids[from + part]!));
}

/** `x[A,1]` in MathProg; `x_A_1` in JModel, where two may come out the same. */
class NameMaker {
  readonly #machine: Machine;
  readonly #taken: Set<string> | null;
  collision: { readonly name: string; readonly span: Span } | null = null;

  constructor(machine: Machine, dialect: Dialect) {
    this.#machine = machine;
    this.#taken = dialect === "jmodel" ? new Set() : null;
  }

  make({ name, arity, span }: ArrayHead, ids: Int32Array, from: number): string {
    const machine = this.#machine;
    const taken = this.#taken;
    if (taken === null) return arity === 0 ? name : `${name}[${machine.spellTuple(ids, from, arity)}]`;
    let made = name;
    for (let part = 0; part < arity; part += 1) {
      made += `_${machine.symbols.textOf(ids[from + part]!).replaceAll(/[^A-Za-z0-9_]/g, "_")}`;
    }
    if (taken.has(made)) this.collision ??= { name: made, span };
    taken.add(made);
    return made;
  }
}
