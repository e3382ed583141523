/** Programs without an optimum: no point at all, shown by planted multipliers (Farkas), or better without end along a planted ray. */
import type { Chance } from "./chance";
import { dot, type Specimen, specimenOf } from "./family";
import { sparse, termsOf } from "./planted";
import type { Column, ColumnKind, Program, Row } from "./program";
import { inUnits } from "./scaled";

const BOX = 100;

/**
 * Rows whose weighted sum is 0 = at least 1, or for whole numbers a sum of even terms that is odd. Quantities in units
 * of 1e-4 to 1e7.
 */
export function infeasible(chance: Chance): Specimen {
  const count = chance.int(2, 8);
  if (chance.is(25)) return parity(chance, count);
  const free = chance.int(1, 4);
  const weights = chance.ints(free, 1, 3);
  const matrix = weights.map(() => sparse(chance, count, 60));
  const sides = chance.ints(free, -20, 20);
  const last = matrix[0]!.map(
    (_, column) => 0 - weights.reduce((sum, weight, row) => sum + weight * matrix[row]![column]!, 0),
  );
  if (last.every((value) => value === 0)) return parity(chance, count);
  const rows = [...matrix, last].map((coefficients, row): Row => {
    const lower = row < free ? sides[row]! : chance.int(1, 5) - dot(weights, sides);
    return { lower, upper: Infinity, terms: termsOf(coefficients) };
  });
  const is_boxed = chance.is(60);
  const kind: ColumnKind = is_boxed && chance.is(30) ? "integer" : "continuous";
  const columns = last.map((_, column): Column => {
    const bounds = is_boxed ? { lower: -BOX, upper: BOX } : { lower: -Infinity, upper: Infinity };
    return { name: `x${column}`, kind, ...bounds, cost: chance.int(-5, 5) };
  });
  const exponent = kind === "integer" ? 0 : chance.pick([0, 0, -4, -2, 3, 5, 7]);
  const units = { columns: columns.map(() => exponent), rows: rows.map(() => exponent), objective: 0 };
  const program: Program = { sense: "minimize", columns, rows, hessian: null };
  return specimenOf(inUnits(program, units), "infeasible", 10 ** exponent);
}

function parity(chance: Chance, count: number): Specimen {
  const coefficients = chance.ints(count, 1, 9).map((value) => 2 * value);
  const columns = coefficients.map((_, column): Column => {
    return {
      name: `n${column}`,
      kind: "integer",
      lower: chance.int(-3, 0),
      upper: chance.int(1, 6),
      cost: chance.int(-5, 5),
    };
  });
  const odd = 2 * chance.int(-2, 10) + 1;
  const rows: Row[] = [{ lower: odd, upper: odd, terms: termsOf(coefficients) }];
  return specimenOf({ sense: "maximize", columns, rows, hessian: null }, "infeasible");
}

/** A point that satisfies all rows, and a ray that leaves them no more violated while it improves the objective by whole numbers. */
export function unbounded(chance: Chance): Specimen {
  const count = chance.int(2, 9);
  const point = chance.ints(count, -5, 8);
  const ray = point.map(() => chance.pick([-2, -1, 0, 0, 1, 1, 3]));
  const leader = chance.int(0, count - 1);
  ray[leader] = chance.pick([1, -1]);
  const kind: ColumnKind = chance.is(30) ? "integer" : "continuous";
  const cost = chance.ints(count, -6, 6);
  const gain = chance.int(1, 9);
  cost[leader] = 0;
  cost[leader] = (0 - gain - dot(cost, ray)) * ray[leader];
  const columns = point.map((value, column): Column => {
    const [low, high] = [value - chance.int(0, 9), value + chance.int(0, 9)];
    const step = ray[column]!;
    const bounds = { lower: step < 0 ? -Infinity : low, upper: step > 0 ? Infinity : high };
    return { name: `x${column}`, kind, ...bounds, cost: cost[column]! };
  });
  const rows = Array.from({ length: chance.int(1, 8) }, (): Row => {
    const coefficients = sparse(chance, count, 60);
    const [activity, step] = [dot(coefficients, point), dot(coefficients, ray)];
    const lower = step < 0 ? -Infinity : activity - chance.int(0, 9);
    const upper = step > 0 ? Infinity : activity + chance.int(0, 9);
    return { lower, upper, terms: termsOf(coefficients) };
  });
  const exponent = kind === "integer" ? 0 : chance.pick([0, 0, -4, -2, 3, 5, 7]);
  const units = { columns: columns.map(() => exponent), rows: rows.map(() => exponent), objective: 0 };
  return specimenOf(inUnits({ sense: "minimize", columns, rows, hessian: null }, units), "unbounded", 10 ** exponent);
}
