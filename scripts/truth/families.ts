/** All families by name, with how many models of each the full proof solves, and from which seed. */
import { bigM } from "./big_m";
import { chained } from "./chained";
import { Chance } from "./chance";
import { commitment } from "./commitment";
import type { Family, Specimen } from "./family";
import { fractional } from "./fractional";
import { infeasible, unbounded } from "./hopeless";
import { location, lotSizing } from "./lot_sizing";
import { assignment, integer, knapsack, setCover } from "./packing";
import { peak } from "./peak";
import { degenerate, farBoxes, linear, quadratic } from "./planted";
import { mixed, scaled } from "./scaled";
import { scheduling } from "./scheduling";
import { semicontinuous } from "./semicontinuous";
import { storage } from "./storage";
import { transport } from "./transport";

export interface Series {
  readonly make: Family;
  readonly count: number;
  readonly seed: number;
}

/** 5,000 models. */
export const FAMILIES: Readonly<Record<string, Series>> = {
  fractional: { make: fractional, count: 1000, seed: 101 },
  peak: { make: peak, count: 1000, seed: 102 },
  big_m: { make: bigM, count: 1000, seed: 103 },
  linear: { make: linear, count: 150, seed: 201 },
  far_boxes: { make: farBoxes, count: 50, seed: 364 },
  degenerate: { make: degenerate, count: 100, seed: 202 },
  transport: { make: transport, count: 70, seed: 203 },
  storage: { make: storage, count: 160, seed: 204 },
  scaled: { make: scaled, count: 250, seed: 205 },
  knapsack: { make: knapsack, count: 80, seed: 206 },
  assignment: { make: assignment, count: 40, seed: 207 },
  set_cover: { make: setCover, count: 50, seed: 208 },
  integer: { make: integer, count: 100, seed: 209 },
  lot_sizing: { make: lotSizing, count: 100, seed: 210 },
  location: { make: location, count: 50, seed: 211 },
  mixed: { make: mixed, count: 100, seed: 218 },
  commitment: { make: commitment, count: 60, seed: 216 },
  scheduling: { make: scheduling, count: 60, seed: 217 },
  chained: { make: chained, count: 80, seed: 219 },
  quadratic: { make: quadratic, count: 250, seed: 212 },
  semicontinuous: { make: semicontinuous, count: 120, seed: 213 },
  infeasible: { make: infeasible, count: 70, seed: 214 },
  unbounded: { make: unbounded, count: 60, seed: 215 },
};

/** So many models of one family; the same name, count and seed give the same models. */
export function* specimens({ make, count, seed }: Series): Generator<Specimen> {
  const chance = new Chance(seed);
  for (let position = 0; position < count; position += 1) yield make(chance, position);
}
