/**
 * How far a solution can be from the optimum, proven from row multipliers wherever they come from.
 *
 * For any multipliers y, clipped to the signs that the rows' bounds allow, and reduced costs d = g - A'y computed here,
 *
 *     objective(x) - optimum  <=  sum over rows of y (activity - bound)  +  sum over columns of d (x - bound)
 *
 * where each bound is the one that makes its term largest (Neumaier and Shcherbina, Safe bounds in linear and mixed-integer programming,
 * 2004, written as a sum of complementarity terms so that nothing cancels). For a convex quadratic objective g = c + Qx is the gradient: the
 * tangent lies below the objective, so what holds for it holds for the objective.
 *
 * The solver's dual tolerance of 1e-7 is absolute. A reduced cost of -1e-9 on a column of 1e7 is "feasible" to it, and is a term
 * of 1e-2 here.
 */
import type { Hessian, Problem } from "../../problem/problem";
import { implyBounds } from "./implied_bounds";

/** Reduced costs below this part of their terms are rounding errors, whatever the bounds of their columns are. */
const ROUNDING_PART = 1e-13;
/** Prices below this part of the highest one are rounding errors too: a column in cheap rows only may have no other terms. */
const NOISE_PART = 4 * Number.EPSILON;
/** Above this part of its terms a reduced cost of the wrong sign, on a column without a bound on that side, proves nothing. */
const UNPROVEN_PART = 1e-6;
/** A column without a bound is assumed to move, priced at the terms of its reduced cost, by at most this many times the cost of the whole plan. */
const MOVE_FACTOR = 10;
const INFINITE_BEYOND = 1e20;

export interface OptimalityProof {
  /** Largest distance from `objective` to the optimum, in the objective's unit; Infinity when nothing was proven. */
  readonly distance: number;
  /** What the objective's own terms may have lost in rounding: its figure may lie as far from the solution's true objective. */
  readonly rounding: number;
  /** Smallest magnitude of the terms of a reduced cost: the size that the solver's dual tolerance has to stay below. 0: no terms. */
  readonly price_scale: number;
}

/**
 * @param values one a column, feasible within tolerances
 * @param row_duals change of the objective per unit of each row's bound, in the problem's own sense
 */
export function proveOptimality(problem: Problem, values: Float64Array, row_duals: Float64Array): OptimalityProof {
  return new Proof(problem, values, row_duals).run();
}

class Proof {
  readonly #reduced: Float64Array;
  /** Sum of the magnitudes of the terms of each reduced cost. */
  readonly #magnitudes: Float64Array;
  #distance = 0;
  /** The cost of the plan, as a sum of magnitudes. */
  #cost = 0;
  /** The same without a least cost. */
  #terms = 0;

  readonly #problem: Problem;
  readonly #values: Float64Array;
  readonly #row_duals: Float64Array;

  constructor(problem: Problem, values: Float64Array, row_duals: Float64Array) {
    this.#problem = problem;
    this.#values = values;
    this.#row_duals = row_duals;
    const sign = problem.sense === "maximize" ? -1 : 1;
    this.#reduced = problem.columns.cost.map((price) => sign * price);
    this.#magnitudes = this.#reduced.map(Math.abs);
    if (problem.hessian !== null) this.#addCurvature(problem.hessian, sign);
  }

  run(): OptimalityProof {
    this.#measureCost();
    this.#addRows();
    const open = this.#addColumns();
    if (open.length > 0) this.#addOpenColumns(open);
    return { distance: this.#distance, rounding: Number.EPSILON * this.#terms, price_scale: this.#priceScale() };
  }

  /** Adds Qx; only the lower triangle is stored, by columns. */
  #addCurvature(hessian: Hessian, sign: number): void {
    for (let column = 0; column < this.#values.length; column++) {
      for (let entry = hessian.starts[column]!; entry < hessian.starts[column + 1]!; entry++) {
        const row = hessian.indices[entry]!;
        const value = sign * hessian.values[entry]!;
        this.#addTerm(row, value * this.#values[column]!);
        if (row !== column) this.#addTerm(column, value * this.#values[row]!);
      }
    }
  }

  #addTerm(column: number, term: number): void {
    this.#reduced[column]! += term;
    this.#magnitudes[column]! += Math.abs(term);
  }

  /** At least the cost of one unit of the most expensive column, so that a plan of zeros also has a size. */
  #measureCost(): void {
    for (let column = 0; column < this.#values.length; column++) {
      const price = this.#magnitudes[column]!;
      const value = Math.abs(this.#values[column]!);
      this.#cost = Math.max(this.#cost + price * value, price);
      this.#terms += price * value;
    }
  }

  #addRows(): void {
    const { rows, matrix, sense } = this.#problem;
    const sign = sense === "maximize" ? -1 : 1;
    for (let row = 0; row < rows.count; row++) {
      const dual = sign * this.#row_duals[row]!;
      const bound = dual > 0 ? rows.lower[row]! : rows.upper[row]!;
      if (dual === 0 || Math.abs(bound) >= INFINITE_BEYOND) continue;
      let activity = 0;
      for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
        const column = matrix.indices[entry]!;
        const price = dual * matrix.values[entry]!;
        activity += matrix.values[entry]! * this.#values[column]!;
        this.#reduced[column]! -= price;
        this.#magnitudes[column]! += Math.abs(price);
      }
      this.#distance += Math.abs(dual * (activity - bound));
    }
  }

  /** Returns the columns that could move without end in the direction that their reduced cost favours. */
  #addColumns(): number[] {
    const { lower, upper } = this.#problem.columns;
    const open: number[] = [];
    const noise = this.#noise();
    for (let column = 0; column < this.#values.length; column++) {
      const price = this.#reduced[column]!;
      if (price === 0) continue;
      const part = Math.abs(price) / this.#magnitudes[column]!;
      const bound = price > 0 ? lower[column]! : upper[column]!;
      if (Math.abs(bound) < INFINITE_BEYOND) {
        const term = Math.abs(price * (this.#values[column]! - bound));
        this.#distance += part <= ROUNDING_PART ? Math.min(term, this.#moveOf(part)) : term;
      } else if (part > ROUNDING_PART && Math.abs(price) > noise) open.push(column);
    }
    return open;
  }

  #addOpenColumns(open: readonly number[]): void {
    const bounds = implyBounds(this.#problem);
    for (const column of open) {
      const price = this.#reduced[column]!;
      const bound = price > 0 ? bounds.lower[column]! : bounds.upper[column]!;
      const part = Math.abs(price) / this.#magnitudes[column]!;
      const move = part <= UNPROVEN_PART ? this.#moveOf(part) : Number.POSITIVE_INFINITY;
      this.#distance += Math.min(move, Math.abs(price * (this.#values[column]! - bound)));
    }
  }

  #moveOf(part: number): number {
    return part * MOVE_FACTOR * this.#cost;
  }

  #noise(): number {
    return NOISE_PART * this.#magnitudes.reduce((most, magnitude) => Math.max(most, magnitude), 0);
  }

  #priceScale(): number {
    const noise = this.#noise();
    let smallest = Number.POSITIVE_INFINITY;
    for (const magnitude of this.#magnitudes) if (magnitude > noise && magnitude < smallest) smallest = magnitude;
    return smallest === Number.POSITIVE_INFINITY ? 0 : smallest;
  }
}
