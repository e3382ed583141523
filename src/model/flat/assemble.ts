/**
 * Compiles a flat model with given parameter values into a Problem: typed arrays, rows in order of the constraints,
 * columns in order of the variables, then the auxiliary rows and columns of min, max and abs.
 */
import { nearestHint } from "../../nearest";
import { type Hessian, isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { quote } from "../json";
import { FUNCTION, FUNCTION_NAMES } from "./code";
import { type ConvexityFault, findConvexityFault } from "./convexity";
import { ConstantEvaluator } from "./evaluate";
import { expressionPath, OBJECTIVE, type ParsedExpression } from "./expression_reader";
import { assembleHessian } from "./hessian";
import { Linearizer, type PendingPiecewise, type Pressure, QuadraticTermList, TermList } from "./linearize";
import { RowBuffer } from "./row_buffer";
import type { FlatModel } from "./structure";

/** A constant row may miss its bound by this much, relative to the bound, and still count as holding. */
const CONSTANT_ROW_TOLERANCE = 1e-9;

/**
 * The problem, or null when `list` got an error. `values` replaces parameters by name; a parameter that is left out keeps the
 * model's value. Throws only BudgetExhausted.
 */
export function assembleFlat(
  model: FlatModel,
  values: Readonly<Record<string, unknown>>,
  list: DiagnosticList,
  budget: Budget,
): Problem | null {
  const constants = new ConstantEvaluator(model.code, replaceValues(model, values, list), list, budget);
  return new FlatAssembler(model, constants, list, budget).assemble();
}

function replaceValues(
  model: FlatModel,
  values: Readonly<Record<string, unknown>>,
  list: DiagnosticList,
): readonly unknown[] {
  const { names } = model.parameters;
  const given = Object.keys(values);
  if (given.length === 0) return model.parameters.values;
  for (const name of given) {
    if (names.includes(name)) continue;
    const message = `the model has no parameter ${quote(name)} to replace`;
    list.error("unknown_input", message, { path: "parameters" }, { hint: nearestHint(name, names) });
  }
  return model.parameters.values.map((value, position) => {
    const name = names[position]!;
    return Object.hasOwn(values, name) ? values[name] : value;
  });
}

class FlatAssembler {
  readonly #model: FlatModel;
  readonly #constants: ConstantEvaluator;
  readonly #linearizer: Linearizer;
  readonly #list: DiagnosticList;
  readonly #budget: Budget;
  readonly #terms = new TermList();
  readonly #rows: RowBuffer;
  readonly #row_names: string[] = [];
  readonly #row_lower: number[] = [];
  readonly #row_upper: number[] = [];
  readonly #auxiliary_names: string[] = [];
  readonly #auxiliary_lower: number[] = [];

  constructor(model: FlatModel, constants: ConstantEvaluator, list: DiagnosticList, budget: Budget) {
    this.#model = model;
    this.#constants = constants;
    this.#list = list;
    this.#budget = budget;
    this.#linearizer = new Linearizer(model.code, constants, budget, model.variables.names.length);
    this.#rows = new RowBuffer(model.variables.names.length, model.code.count);
  }

  assemble(): Problem | null {
    const model = this.#model;
    const quadratic = new QuadraticTermList();
    const objective = this.#assembleObjective(quadratic);
    for (let row = 0; row < model.constraints.length; row += 1) {
      this.#assembleConstraint(model.constraints[row]!, model.constraint_names[row]!);
    }
    const declared_rows = this.#row_names.length;
    this.#assemblePiecewise();
    const matrix = this.#rows.finish();
    const column_count = model.variables.names.length + this.#auxiliary_names.length;
    const hessian = assembleHessian(quadratic, column_count);
    if (hessian !== null) this.#checkQuadratic(hessian);
    if (this.#list.error_count > 0) return null;
    return this.#finish(objective, matrix, hessian, declared_rows);
  }

  #finish(
    objective: { readonly cost: Float64Array; readonly offset: number },
    matrix: SparseRows,
    hessian: Hessian | null,
    declared_rows: number,
  ): Problem {
    const { variables, name, sense } = this.#model;
    const auxiliary_count = this.#auxiliary_names.length;
    const count = variables.names.length + auxiliary_count;
    const { cost, offset } = objective;
    return {
      name,
      sense,
      offset,
      columns: {
        count,
        names: auxiliary_count === 0 ? variables.names : [...variables.names, ...this.#auxiliary_names],
        kinds: extend(variables.kinds, new Uint8Array(count)),
        cost: extend(cost, new Float64Array(count)),
        lower: extend(variables.lower, new Float64Array(count), this.#auxiliary_lower),
        upper: extend(variables.upper, new Float64Array(count).fill(Infinity)),
        families: null,
        auxiliary_count,
      },
      rows: {
        count: this.#row_names.length,
        names: this.#row_names,
        lower: Float64Array.from(this.#row_lower),
        upper: Float64Array.from(this.#row_upper),
        families: null,
        auxiliary_count: this.#row_names.length - declared_rows,
      },
      matrix,
      hessian,
    };
  }

  /** Costs of the declared and auxiliary columns that the objective uses. */
  #assembleObjective(quadratic: QuadraticTermList): { readonly cost: Float64Array; readonly offset: number } {
    const { objective, sense, variables } = this.#model;
    const terms = this.#terms;
    const linearizer = this.#linearizer;
    if (objective === null || !objective.is_valid) return { cost: new Float64Array(0), offset: 0 };
    terms.clear();
    linearizer.enter(objective);
    const pressure: Pressure = sense === "minimize" ? "down" : "up";
    const errors_before = this.#list.error_count;
    linearizer.linearize(objective.sides[0]!, 1, pressure, terms, quadratic);
    this.#budget.takeNonzeros(terms.columns.length);
    const cost = new Float64Array(variables.names.length + linearizer.pending.length);
    for (let at = 0; at < terms.columns.length; at += 1) cost[terms.columns[at]!]! += terms.coefficients[at]!;
    const is_finite = Number.isFinite(terms.constant) && cost.every(Number.isFinite);
    if (!is_finite && this.#list.error_count === errors_before) this.#reportOverflow(objective);
    return { cost: cost.map(positiveZero), offset: positiveZero(terms.constant) };
  }

  #assembleConstraint(expression: ParsedExpression, name: string): void {
    if (!expression.is_valid) return;
    const terms = this.#terms;
    const linearizer = this.#linearizer;
    const { sides, relations } = expression;
    const relation = relations[0]!;
    terms.clear();
    linearizer.enter(expression);
    const errors_before = this.#list.error_count;
    let lower = -Infinity;
    let upper = Infinity;
    if (sides.length === 3) {
      linearizer.linearize(sides[1]!, 1, "both", terms, null);
      const first = this.#constants.number(sides[0]!) - terms.constant;
      const last = this.#constants.number(sides[2]!) - terms.constant;
      [lower, upper] = relation === "<=" ? [first, last] : [last, first];
    } else {
      const pressure: Pressure = relation === "=" ? "both" : relation === "<=" ? "down" : "up";
      linearizer.linearize(sides[0]!, 1, pressure, terms, null);
      linearizer.linearize(sides[1]!, -1, pressure, terms, null);
      if (relation !== "<=") lower = 0 - terms.constant;
      if (relation !== ">=") upper = 0 - terms.constant;
    }
    this.#budget.takeNonzeros(terms.columns.length);
    const { entries, is_finite } = this.#rows.append(terms);
    this.#row_names.push(name);
    this.#row_lower.push(positiveZero(lower));
    this.#row_upper.push(positiveZero(upper));
    if (this.#list.error_count > errors_before) return;
    if (!is_finite || !Number.isFinite(terms.constant)) this.#reportOverflow(expression);
    else this.#checkRow(expression, name, lower, upper, entries);
  }

  #checkRow(expression: ParsedExpression, name: string, lower: number, upper: number, entries: number): void {
    const location = { path: expressionPath(expression.position), text: expression.text, end: expression.text.length };
    if (lower > upper) {
      const message = `the range of ${quote(name)} is empty: its lower side is above its upper side by ${lower - upper}`;
      this.#list.error("range_empty", message, location);
    } else if (entries === 0 && (isAbove(lower, 0) || isAbove(0, upper))) {
      const message = `${quote(name)} holds no variable and is false, so no solution can exist`;
      this.#list.error("constraint_never_holds", message, location);
    }
  }

  #reportOverflow(expression: ParsedExpression): void {
    const { text, position } = expression;
    const message = "a coefficient or constant of this expression is too large for a number; rescale the model";
    this.#list.error("number_too_large", message, { path: expressionPath(position), text, end: text.length });
  }

  /** Writes the rows that define each auxiliary column; their pieces may need further auxiliary columns. */
  #assemblePiecewise(): void {
    const { pending } = this.#linearizer;
    if (pending.length === 0) return;
    const taken_columns = new Set(this.#model.variables.names);
    const taken_rows = new Set(this.#model.constraint_names);
    for (let at = 0; at < pending.length; at += 1) {
      const piecewise = pending[at]!;
      const function_name = this.#model.code.operand[piecewise.node]! & 7;
      const name = freeName(`_${FUNCTION_NAMES[function_name]!}_${at + 1}`, taken_columns);
      this.#auxiliary_names.push(name);
      this.#auxiliary_lower.push(function_name === FUNCTION.abs ? 0 : -Infinity);
      this.#linearizer.enter(piecewise.expression);
      this.#assemblePieces(piecewise, function_name, name, taken_rows);
    }
  }

  #assemblePieces(piecewise: PendingPiecewise, function_name: number, name: string, taken: Set<string>): void {
    const { code } = this.#model;
    const roots = code.callArguments(piecewise.node);
    const row_name = (piece: number) => freeName(`${name}_${piece + 1}`, taken);
    if (function_name === FUNCTION.abs) {
      this.#assemblePiece(piecewise, roots[0]!, 1, "down", row_name(0));
      this.#assemblePiece(piecewise, roots[0]!, -1, "down", row_name(1));
      return;
    }
    const pressure: Pressure = function_name === FUNCTION.max ? "down" : "up";
    const constants: number[] = [];
    let piece = 0;
    for (const root of roots) {
      if (code.varying[root] === 1) this.#assemblePiece(piecewise, root, 1, pressure, row_name(piece++));
      else for (const value of this.#constants.numbers(root)) constants.push(value);
    }
    if (constants.length === 0) return;
    const constant = constants.reduce((best, value) =>
      pressure === "down" ? Math.max(best, value) : Math.min(best, value),
    );
    this.#terms.clear();
    this.#terms.constant = constant;
    this.#appendPiece(piecewise, pressure, row_name(piece));
  }

  #assemblePiece(piecewise: PendingPiecewise, root: number, sign: number, pressure: Pressure, name: string): void {
    this.#terms.clear();
    this.#linearizer.linearize(root, sign, pressure, this.#terms, null);
    this.#appendPiece(piecewise, pressure, name);
  }

  /** The row `piece - column <= 0` (max, abs) or `>= 0` (min). */
  #appendPiece(piecewise: PendingPiecewise, pressure: Pressure, name: string): void {
    const terms = this.#terms;
    terms.add(piecewise.column, -1);
    this.#budget.takeNonzeros(terms.columns.length);
    const { is_finite } = this.#rows.append(terms);
    const bound = 0 - terms.constant;
    if ((!is_finite || !Number.isFinite(bound)) && this.#list.error_count === 0)
      this.#reportOverflow(piecewise.expression);
    this.#row_names.push(name);
    this.#row_lower.push(pressure === "down" ? -Infinity : bound);
    this.#row_upper.push(pressure === "down" ? bound : Infinity);
  }

  /** HiGHS solves convex quadratic objectives over continuous variables only. */
  #checkQuadratic(hessian: Hessian): void {
    const { objective, variables, sense } = this.#model;
    if (!hessian.values.every(Number.isFinite)) {
      if (this.#list.error_count === 0) this.#reportOverflow(objective!);
      return;
    }
    const location = { path: expressionPath(OBJECTIVE), text: objective!.text, end: objective!.text.length };
    const integer = variables.kinds.findIndex(isIntegerKind);
    if (integer !== -1) {
      const kind = variables.kinds[integer] === KIND.binary ? "binary" : "integer";
      const message = `the objective is quadratic and ${quote(variables.names[integer]!)} is ${kind}: quadratic problems take continuous variables only`;
      this.#list.error("quadratic_integer", message, location);
      return;
    }
    const fault = findConvexityFault(hessian, sense === "minimize" ? 1 : -1, this.#budget);
    if (fault === null) return;
    const wanted = sense === "minimize" ? "convex to be minimized" : "concave to be maximized";
    const message = `the quadratic objective must be ${wanted}: ${this.#describeFault(fault)}`;
    this.#list.error("quadratic_not_convex", message, location);
  }

  #describeFault(fault: ConvexityFault): string {
    const { names } = this.#model.variables;
    const name = names[fault.column]!;
    if (fault.kind === "wrong_square") return `the square of ${quote(name)} has the wrong sign`;
    if (fault.kind === "wrong_combination")
      return `it bends the wrong way where ${quote(name)} moves with other variables`;
    return `the product of ${quote(name)} and ${quote(names[fault.other]!)} outweighs their squares`;
  }
}

/** Turns -0 into 0, so that equal problems have equal bytes. */
function positiveZero(value: number): number {
  return value + 0;
}

function isAbove(value: number, bound: number): boolean {
  return value - bound > CONSTANT_ROW_TOLERANCE * Math.max(1, Math.abs(value), Math.abs(bound));
}

/** `target` with `head` at its start and `tail` behind it. */
function extend<T extends Uint8Array | Float64Array>(head: T, target: T, tail: readonly number[] = []): T {
  target.set(head);
  target.set(tail, target.length - tail.length);
  return target;
}

function freeName(base: string, taken: Set<string>): string {
  let name = base;
  while (taken.has(name)) name = `_${name}`;
  taken.add(name);
  return name;
}
