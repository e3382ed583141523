/**
 * Turns a varying expression into terms. The factor in front is carried down the tree: a leaf emits one term with the
 * product of the constants on its path, so no intermediate results are built and time is linear in the text.
 * `min`, `max` and `abs` of variables become an auxiliary column where the direction of their curvature makes that exact;
 * products of variables become quadratic terms where the caller takes them.
 */
import type { Budget } from "../budget";
import { type ExpressionCode, FUNCTION, FUNCTION_NAMES, OP } from "./code";
import type { ConstantEvaluator } from "./evaluate";
import type { ParsedExpression } from "./expression_reader";

/** A linear form; columns may repeat. */
export class TermList {
  readonly columns: number[] = [];
  readonly coefficients: number[] = [];
  constant = 0;

  add(column: number, coefficient: number): void {
    this.columns.push(column);
    this.coefficients.push(coefficient);
  }

  clear(): void {
    this.columns.length = 0;
    this.coefficients.length = 0;
    this.constant = 0;
  }
}

/** Terms `coefficient * x[column] * x[other]`, unsorted. */
export class QuadraticTermList {
  readonly columns: number[] = [];
  readonly others: number[] = [];
  readonly coefficients: number[] = [];
}

/**
 * The direction a sum is pushed in: `down` in a row `<=` and when minimizing (a convex part may be replaced by anything not
 * below it), `up` in a row `>=` and when maximizing, `both` in an equation.
 */
export type Pressure = "down" | "up" | "both";

/** An auxiliary column that stands for `node`, whose rows are still to be written. */
export interface PendingPiecewise {
  readonly expression: ParsedExpression;
  readonly node: number;
  readonly column: number;
}

/** What an expression may contain. */
interface Pass {
  readonly pressure: Pressure;
  readonly out: TermList;
  readonly quadratic: QuadraticTermList | null;
  /** True inside a factor of a product, where only a linear form can be expanded. */
  readonly is_factor: boolean;
}

export class Linearizer {
  readonly #code: ExpressionCode;
  readonly #constants: ConstantEvaluator;
  readonly #budget: Budget;
  #expression: ParsedExpression | null = null;
  #next_auxiliary: number;
  /** In the order of their columns; the caller writes their rows, which may add more. */
  readonly pending: PendingPiecewise[] = [];

  /** `column_count` is the number of declared columns; auxiliary ones are numbered from there. */
  constructor(code: ExpressionCode, constants: ConstantEvaluator, budget: Budget, column_count: number) {
    this.#code = code;
    this.#constants = constants;
    this.#budget = budget;
    this.#next_auxiliary = column_count;
  }

  /** The expression whose nodes follow. */
  enter(expression: ParsedExpression): void {
    this.#expression = expression;
    this.#constants.enter(expression);
  }

  /** Adds `factor` times the subtree at `root` to `out`, and its products to `quadratic`; null refuses products. */
  linearize(
    root: number,
    factor: number,
    pressure: Pressure,
    out: TermList,
    quadratic: QuadraticTermList | null,
  ): void {
    this.#run(root, factor, { pressure, out, quadratic, is_factor: false });
  }

  #run(root: number, factor: number, pass: Pass): void {
    const code = this.#code;
    const constants = this.#constants;
    const { out } = pass;
    const nodes: number[] = [root];
    const factors: number[] = [factor];
    while (nodes.length > 0) {
      this.#budget.step();
      const node = nodes.pop()!;
      const scale = factors.pop()!;
      const op = code.op[node]!;
      if (op === OP.variable) {
        this.#addTerm(out, code.operand[node]!, scale, node);
      } else if (code.varying[node] === 0) {
        out.constant += scale * constants.number(node);
      } else if (op === OP.negate) {
        nodes.push(node - 1);
        factors.push(-scale);
      } else if (op === OP.add || op === OP.subtract) {
        nodes.push(node - 1, code.left(node));
        factors.push(op === OP.add ? scale : -scale, scale);
      } else if (op === OP.call) {
        this.#runCall(node, scale, nodes, factors, pass);
      } else {
        this.#runProduct(op, node, scale, nodes, factors, pass);
      }
    }
  }

  #addTerm(out: TermList, column: number, coefficient: number, node: number): void {
    if (coefficient === Infinity || coefficient === -Infinity) {
      const message = `the coefficient of ${this.#constants.quoteNode(node)} is too large for a number`;
      this.#constants.addError("number_too_large", message, node);
    }
    out.add(column, coefficient);
  }

  /** Multiply, divide and power: scales one operand, or expands a product of two varying ones. */
  #runProduct(op: number, node: number, scale: number, nodes: number[], factors: number[], pass: Pass): void {
    const code = this.#code;
    const constants = this.#constants;
    const right = node - 1;
    const left = code.left(node);
    if (op === OP.power) {
      this.#runPower(node, left, right, scale, nodes, factors, pass);
      return;
    }
    if (op === OP.divide) {
      nodes.push(left);
      factors.push(scale / constants.divisor(constants.number(right), right));
    } else if (code.varying[left] === 0) {
      nodes.push(right);
      factors.push(scale * constants.number(left));
    } else if (code.varying[right] === 0) {
      nodes.push(left);
      factors.push(scale * constants.number(right));
    } else {
      this.#expand(node, left, right, scale, pass);
    }
  }

  #runPower(
    node: number,
    base: number,
    exponent_node: number,
    scale: number,
    nodes: number[],
    factors: number[],
    pass: Pass,
  ): void {
    const exponent = this.#constants.number(exponent_node);
    if (exponent === 0) pass.out.constant += scale;
    else if (exponent === 1) {
      nodes.push(base);
      factors.push(scale);
    } else if (exponent === 2) this.#expand(node, base, base, scale, pass);
    else if (!Number.isNaN(exponent)) {
      const message = `variables to the power ${exponent} are neither linear nor quadratic; an exponent is 0, 1 or 2`;
      this.#constants.addError("degree_too_high", message, exponent_node);
    }
  }

  #runCall(node: number, scale: number, nodes: number[], factors: number[], pass: Pass): void {
    const code = this.#code;
    const name = code.operand[node]! & 7;
    const roots = code.callArguments(node);
    if (name === FUNCTION.pow) {
      if (code.varying[roots[1]!] === 1) {
        const message = "a variable in an exponent is not linear; an exponent is 0, 1 or 2";
        this.#constants.addError("exponent_not_constant", message, roots[1]!);
      } else this.#runPower(node, roots[0]!, roots[1]!, scale, nodes, factors, pass);
    } else if (name === FUNCTION.sum) {
      for (const root of roots.reverse()) {
        if (code.varying[root] === 1) {
          nodes.push(root);
          factors.push(scale);
        } else for (const value of this.#constants.numbers(root)) pass.out.constant += scale * value;
      }
    } else this.#replacePiecewise(name, node, scale, pass);
  }

  /** Replaces min, max or abs of variables by an auxiliary column, or reports why that would not be exact. */
  #replacePiecewise(name: number, node: number, scale: number, pass: Pass): void {
    if (scale === 0 || Number.isNaN(scale)) return;
    if (pass.is_factor) {
      const message = `${this.#constants.quoteNode(node)} is multiplied by variables, which is neither linear nor quadratic`;
      this.#constants.addError("piecewise_in_product", message, node);
      return;
    }
    const bends_up = (name === FUNCTION.min ? -scale : scale) > 0;
    if (pass.pressure !== (bends_up ? "down" : "up")) {
      const found = this.#constants.quoteNode(node);
      const message = `${found} ${explainPressure(name, pass.pressure)}; this needs a binary variable and a big-M bound, which are not added automatically; model it with a binary variable`;
      this.#constants.addError("piecewise_not_convex", message, node);
      return;
    }
    pass.out.add(this.#next_auxiliary, scale);
    this.pending.push({ expression: this.#expression!, node, column: this.#next_auxiliary });
    this.#next_auxiliary += 1;
  }

  #expand(node: number, left: number, right: number, scale: number, pass: Pass): void {
    const constants = this.#constants;
    if (pass.is_factor) {
      const message = `${constants.quoteNode(node)} is one factor of a product: three variables multiplied are beyond quadratic`;
      constants.addError("degree_too_high", message, node);
      return;
    }
    const is_row = pass.quadratic === null;
    if (is_row) {
      const message = `${constants.quoteNode(node)} multiplies variables: quadratic constraints are not supported; keep constraints linear`;
      constants.addError("quadratic_constraint", message, node);
      return;
    }
    const first = this.#factorTerms(left);
    const second = left === right ? first : this.#factorTerms(right);
    this.#addProduct(first, second, scale, pass.quadratic, pass.out);
  }

  #factorTerms(root: number): TermList {
    const out = new TermList();
    this.#run(root, 1, { pressure: "both", out, quadratic: null, is_factor: true });
    return out;
  }

  #addProduct(first: TermList, second: TermList, scale: number, quadratic: QuadraticTermList, out: TermList): void {
    this.#budget.takeNonzeros(first.columns.length * second.columns.length);
    for (let at = 0; at < first.columns.length; at += 1) {
      const column = first.columns[at]!;
      const coefficient = scale * first.coefficients[at]!;
      this.#budget.steps(1 + second.columns.length);
      for (let other = 0; other < second.columns.length; other += 1) {
        quadratic.columns.push(column);
        quadratic.others.push(second.columns[other]!);
        quadratic.coefficients.push(coefficient * second.coefficients[other]!);
      }
      if (second.constant !== 0) out.add(column, coefficient * second.constant);
    }
    if (first.constant === 0) return;
    for (let other = 0; other < second.columns.length; other += 1) {
      out.add(second.columns[other]!, scale * first.constant * second.coefficients[other]!);
    }
    out.constant += scale * first.constant * second.constant;
  }
}

/** Says why a min, max or abs cannot be replaced. Whatever its factor is, the wrong direction was asked for. */
function explainPressure(name: number, pressure: Pressure): string {
  const word = FUNCTION_NAMES[name]!;
  const [wrong, right] = name === FUNCTION.min ? ["above", "below or maximized"] : ["below", "above or minimized"];
  const found = pressure === "both" ? "both sides" : wrong;
  return `is held from ${found} here, and ${word} is linear only where it is held from ${right}`;
}
