/**
 * Programs around a planted optimum. A point, multipliers of rows and columns that fit it and whole coefficients come first;
 * bounds and costs follow from them, so that the point is optimal by the Karush-Kuhn-Tucker conditions, in whole numbers,
 * whatever the size: cost = A'y + z - Qx, y of a row and z of a column being 0 unless it is at a bound.
 */
import type { Chance } from "./chance";
import { dot, type Specimen, specimenOf } from "./family";
import type { Column, Program, Row } from "./program";

export interface Shape {
  readonly columns: number;
  readonly rows: number;
  /** Percent of the matrix that is not 0. */
  readonly density: number;
  /** Percent of multipliers that are 0 although their row or column is at a bound. */
  readonly degenerate: number;
  /** Terms of squares that Q is the sum of; 0 for a linear program. */
  readonly rank: number;
}

interface Planted {
  readonly lower: number;
  readonly upper: number;
  /** Of a minimized objective: at least 0 at a lower bound, at most 0 at an upper one. */
  readonly multiplier: number;
}

/** A program in whole numbers with its optimum, half of them maximized. */
export function plant(chance: Chance, shape: Shape): { readonly program: Program; readonly truth: number } {
  const point = chance.ints(shape.columns, -6, 9);
  const bounds = point.map((value) => plantAround(chance, value, shape.degenerate, 45));
  const matrix = Array.from({ length: shape.rows }, () => sparse(chance, shape.columns, shape.density));
  const sides = matrix.map((row) => plantAround(chance, dot(row, point), shape.degenerate, 30));
  const q = squares(chance, shape);
  const slope = q.map((row) => dot(row, point));
  const cost = point.map((_, column) => {
    const of_rows = sides.reduce((sum, side, row) => sum + side.multiplier * matrix[row]![column]!, 0);
    return of_rows + bounds[column]!.multiplier - slope[column]!;
  });
  const truth = dot(cost, point) + dot(slope, point) / 2;
  const columns = bounds.map(
    ({ lower, upper }, column): Column => ({
      name: `x${column}`,
      kind: "continuous",
      lower,
      upper,
      cost: cost[column]!,
    }),
  );
  const rows = sides
    .map(({ lower, upper }, row): Row => ({ lower, upper, terms: termsOf(matrix[row]!) }))
    .filter(({ lower, upper }) => Number.isFinite(lower) || Number.isFinite(upper));
  const hessian = shape.rank === 0 ? null : q;
  const program: Program = { sense: "minimize", columns, rows, hessian };
  return chance.is(50) ? { program, truth } : { program: turned(program), truth: -truth };
}

/** The same program as a maximization of the negative. */
function turned({ columns, rows, hessian }: Program): Program {
  return {
    sense: "maximize",
    columns: columns.map((column) => ({ ...column, cost: -column.cost + 0 })),
    rows,
    hessian: hessian?.map((row) => row.map((value) => -value + 0)) ?? null,
  };
}

/** Bounds and a multiplier that fit `value`; `inside` percent of them hold nothing. */
function plantAround(chance: Chance, value: number, degenerate: number, inside: number): Planted {
  const multiplier = chance.is(degenerate) ? 0 : chance.int(1, 9);
  const away = chance.pick([chance.int(1, 20), Infinity]);
  if (chance.is(inside)) return { lower: value - chance.int(1, 20), upper: value + away, multiplier: 0 };
  switch (chance.int(0, 6)) {
    case 0:
    case 1:
    case 2:
      return { lower: value, upper: value + away, multiplier };
    case 3:
    case 4:
      return { lower: value - away, upper: value, multiplier: 0 - multiplier };
    case 5:
      return { lower: value, upper: value, multiplier: chance.pick([multiplier, 0 - multiplier]) };
    default:
      return { lower: -Infinity, upper: value + away, multiplier: 0 };
  }
}

/** At least one entry is not 0. */
export function sparse(chance: Chance, count: number, density: number): number[] {
  const row = Array.from({ length: count }, () => (chance.is(density) ? chance.pick(COEFFICIENTS) : 0));
  if (!row.some((value) => value !== 0)) row[chance.int(0, count - 1)] = chance.pick(COEFFICIENTS);
  return row;
}

const COEFFICIENTS = [-9, -5, -3, -2, -1, -1, 1, 1, 1, 2, 3, 4, 7, 12];

/** The sum of `rank` outer products of whole vectors: positive semidefinite, singular where the rank is low. */
function squares(chance: Chance, { columns, rank }: Shape): number[][] {
  const q = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
  for (let term = 0; term < rank; term += 1) {
    const vector = Array.from({ length: columns }, () => (chance.is(50) ? chance.int(-3, 3) : 0));
    for (let row = 0; row < columns; row += 1) {
      for (let column = 0; column < columns; column += 1) q[row]![column]! += vector[row]! * vector[column]!;
    }
  }
  return q;
}

export function termsOf(row: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...row.entries()].filter(([, value]) => value !== 0));
}

const LINEAR = { degenerate: 15, rank: 0 };

/** Dense, sparse, wide and tall linear programs with ranges, equations and free columns. */
export function linear(chance: Chance): Specimen {
  const shape = chance.pick<Shape>([
    { ...LINEAR, columns: chance.int(2, 8), rows: chance.int(1, 6), density: 90 },
    { ...LINEAR, columns: chance.int(10, 40), rows: chance.int(8, 30), density: 15 },
    { ...LINEAR, columns: chance.int(5, 15), rows: chance.int(20, 40), density: 40 },
    { ...LINEAR, columns: chance.int(30, 60), rows: chance.int(3, 8), density: 60 },
  ]);
  const { program, truth } = plant(chance, shape);
  return specimenOf(chance.is(20) ? boxed(program, chance.pick([1e6, 1e9, 1e12])) : program, truth);
}

/** The same with a bound of that size where there was none, as some write "without limit". */
export function boxed(program: Program, most: number): Program {
  const columns = program.columns.map((column) => ({
    ...column,
    lower: Math.max(column.lower, -most),
    upper: Math.min(column.upper, most),
  }));
  return { ...program, columns };
}

/** Linear programs of few rows in which a bound of 1e9 to 1e13 stands for none. */
export function farBoxes(chance: Chance): Specimen {
  const shape = { ...LINEAR, columns: chance.int(3, 24), rows: chance.int(1, 5), density: 70, degenerate: 10 };
  const { program, truth } = plant(chance, shape);
  return specimenOf(boxed(program, 10 ** chance.int(9, 13)), truth);
}

/** Most multipliers are 0, and rows stand twice or as sums of others. */
export function degenerate(chance: Chance): Specimen {
  const [columns, rows] = [chance.int(3, 20), chance.int(4, 24)];
  const { program, truth } = plant(chance, { columns, rows, density: 35, degenerate: 70, rank: 0 });
  const copies = Array.from({ length: chance.int(1, 6) }, () => {
    const [one, other] = [chance.pick(program.rows), chance.pick(program.rows)];
    return chance.is(50) ? one : sumOf(one, other);
  });
  return specimenOf({ ...program, rows: [...program.rows, ...copies] }, truth);
}

/** What two rows say together, which adds nothing. */
function sumOf(one: Row, other: Row): Row {
  const terms = new Map(one.terms);
  for (const [column, value] of other.terms) terms.set(column, (terms.get(column) ?? 0) + value);
  for (const [column, value] of terms) if (value === 0) terms.delete(column);
  const sum = { lower: one.lower + other.lower, upper: one.upper + other.upper, terms };
  const says_something = terms.size > 0 && (Number.isFinite(sum.lower) || Number.isFinite(sum.upper));
  return says_something ? sum : one;
}

/** Convex quadratic objectives, of full rank and of low rank, with and without rows, with columns that do nothing. */
export function quadratic(chance: Chance): Specimen {
  const columns = chance.is(15) ? chance.int(13, 40) : chance.int(1, 12);
  const rank = chance.pick([1, chance.int(1, columns), columns, columns + 3]);
  const rows = chance.pick([0, 1, chance.int(1, 8)]);
  const { program, truth } = plant(chance, { columns, rows, density: 50, degenerate: chance.pick([15, 60]), rank });
  if (!chance.is(20)) return specimenOf(program, truth);
  const idle: Column = { name: "idle", kind: "continuous", lower: -10, upper: 10, cost: 0 };
  const hessian = program.hessian && [
    ...program.hessian.map((row) => [...row, 0]),
    new Array<number>(columns + 1).fill(0),
  ];
  return specimenOf({ ...program, columns: [...program.columns, idle], hessian }, truth);
}
