/** A family makes models whose truth no floating-point solver computed: by enumeration, dynamic programming or a closed form. */
import type { Chance } from "./chance";
import { flatModel, type Model, type Program } from "./program";

/** The optimum, or why there is none. */
export type Truth = number | "infeasible" | "unbounded";

export interface Specimen {
  readonly model: Model;
  readonly truth: Truth;
  /** How many of the model's units are one of the plain ones: 1000 for a plan in W that was thought of in kW. */
  readonly unit?: number;
  /** The arrays that the model was written from, for other solvers; absent where the model was written directly. */
  readonly program?: Program;
}

/** Makes number `position` of a series; the chance goes on from model to model. */
export type Family = (chance: Chance, position: number) => Specimen;

/** A specimen in the flat form. */
export function specimenOf(program: Program, truth: Truth, unit = 1): Specimen {
  return { model: flatModel(program), truth, unit, program };
}

export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, position) => sum + value * right[position]!, 0);
}
