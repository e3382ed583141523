/** Integer columns whose upper bounds are fractional; truth by enumeration. */
import type { Chance } from "./chance";
import { dot, type Specimen } from "./family";

export function fractional(chance: Chance): Specimen {
  const uppers = chance.ints(chance.int(2, 4), 5, 45).map((tenths) => tenths / 10);
  const cost = uppers.map(() => chance.int(-4, 9));
  const rows = Array.from({ length: chance.int(1, 3) }, () => {
    const coefficients = uppers.map(() => chance.int(0, 5));
    return { coefficients, upper: chance.int(10, 120) / 10 };
  });
  const points = wholePoints(uppers);
  const feasible = points.filter((point) => rows.every((row) => dot(row.coefficients, point) <= row.upper + 1e-9));
  return {
    truth: Math.max(...feasible.map((point) => dot(cost, point))),
    model: {
      variables: uppers.map((upper_bound, column) => ({ name: `x${column}`, type: "integer", upper_bound })),
      objective: { sense: "maximize", expression: sumText(cost) },
      constraints: rows.map(({ coefficients, upper }) => ({ expression: `${sumText(coefficients)} <= ${upper}` })),
    },
  };
}

function wholePoints(uppers: readonly number[]): number[][] {
  let points: number[][] = [[]];
  for (const upper of uppers) {
    points = points.flatMap((point) => Array.from({ length: Math.floor(upper) + 1 }, (_, value) => [...point, value]));
  }
  return points;
}

function sumText(coefficients: readonly number[]): string {
  return coefficients.map((value, column) => `${value}*x${column}`).join(" + ");
}
