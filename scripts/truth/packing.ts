/** Packing, covering, assigning and general whole numbers, each small enough that every point can be looked at. */
import type { Chance } from "./chance";
import { dot, type Specimen, specimenOf } from "./family";
import { termsOf } from "./planted";
import type { Column, Program, Row } from "./program";
import { inUnits, times } from "./scaled";

/** One or two knapsacks of binaries or of a few pieces each; weights in units of 1e-9 to 1e9 and values in their own. */
export function knapsack(chance: Chance): Specimen {
  const count = chance.int(4, 12);
  const value = chance.ints(count, 5, 60);
  const upper = value.map(() => (count <= 6 ? chance.int(1, 3) : 1));
  const rows = Array.from({ length: chance.int(1, 2) }, (): Row => {
    const weights = chance.ints(count, 3, 40);
    const size = Math.floor((dot(weights, upper) * chance.int(30, 70)) / 100);
    return { lower: chance.is(20) ? size - 2 : -Infinity, upper: size, terms: termsOf(weights) };
  });
  const lower = value.map(() => 0);
  const plain = enumerated("maximize", wholeColumns(value, lower, upper), rows);
  const objective = chance.pick([0, 0, 0, -5, -8, 5, 8]);
  const exponents = rows.map(() => chance.pick([0, 0, chance.int(-9, 9)]));
  const program = inUnits(plain.program, { columns: lower, rows: exponents, objective });
  const truth = plain.truth === "infeasible" ? plain.truth : times(plain.truth, objective);
  return specimenOf(program, truth, 10 ** exponents[0]!);
}

/** Each of a set's elements is covered, and some at least twice. */
export function setCover(chance: Chance): Specimen {
  const count = chance.int(5, 12);
  const cost = chance.ints(count, 1, 9).map((tenths) => (chance.is(50) ? tenths : tenths / 10));
  const rows = Array.from({ length: chance.int(4, 14) }, (): Row => {
    const covers = cost.map(() => (chance.is(35) ? 1 : 0));
    const sum = covers.reduce<number>((total, one) => total + one, 0);
    return { lower: Math.min(sum, chance.is(15) ? 2 : 1), upper: Infinity, terms: termsOf(covers) };
  }).filter(({ terms }) => terms.size > 0);
  return enumerated(
    "minimize",
    wholeColumns(
      cost,
      cost.map(() => 0),
      cost.map(() => 1),
    ),
    rows,
  );
}

/** Any rows over whole numbers of either sign; some have no point at all. */
export function integer(chance: Chance): Specimen {
  const count = chance.int(2, 5);
  const lower = chance.ints(count, -4, 1);
  const upper = lower.map((low) => low + chance.int(0, 5));
  const cost = chance.ints(count, -9, 9);
  const anyPoint = (): number[] => lower.map((low, column) => chance.int(low, upper[column]!));
  const shared = anyPoint();
  const rows = Array.from({ length: chance.int(1, 5) }, (): Row => {
    const coefficients = chance.ints(count, -6, 6);
    const middle = dot(coefficients, chance.is(80) ? shared : anyPoint());
    const sides = chance.pick([
      { lower: middle, upper: middle },
      { lower: middle - chance.int(0, 4) / 2, upper: Infinity },
      { lower: -Infinity, upper: middle + chance.int(0, 4) / 2 },
      { lower: middle - 1.5, upper: middle + chance.int(0, 9) / 4 },
      { lower: middle - 0.75, upper: middle + 0.25 },
    ]);
    return { ...sides, terms: termsOf(coefficients) };
  }).filter(({ terms }) => terms.size > 0);
  return enumerated(chance.pick(["minimize", "maximize"]), wholeColumns(cost, lower, upper), rows);
}

/** As many jobs as workers; truth by trying every order. */
export function assignment(chance: Chance): Specimen {
  const count = chance.int(2, 6);
  const cost = Array.from({ length: count }, () => chance.ints(count, 1, 50));
  const positions = cost.map((_, position) => position);
  const columns = cost.flatMap((row, worker) =>
    row.map((value, job): Column => ({ name: `a_${worker}_${job}`, kind: "binary", lower: 0, upper: 1, cost: value })),
  );
  const one = (cells: readonly number[]): Row => ({
    lower: 1,
    upper: 1,
    terms: new Map(cells.map((cell) => [cell, 1])),
  });
  const rows = positions.flatMap((at) => [
    one(positions.map((job) => at * count + job)),
    one(positions.map((worker) => worker * count + at)),
  ]);
  const totals = orders(positions).map((jobs) => jobs.reduce((sum, job, worker) => sum + cost[worker]![job]!, 0));
  return specimenOf({ sense: "minimize", columns, rows, hessian: null }, Math.min(...totals));
}

function orders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

function wholeColumns(cost: readonly number[], lower: readonly number[], upper: readonly number[]): Column[] {
  return cost.map((value, column) => {
    const is_binary = lower[column] === 0 && upper[column] === 1;
    const bounds = { lower: lower[column]!, upper: upper[column]! };
    return { name: `n${column}`, kind: is_binary ? "binary" : "integer", ...bounds, cost: value };
  });
}

interface Enumerated extends Specimen {
  readonly program: Program;
  readonly truth: number | "infeasible";
}

/** The best of all whole points, a depth-first walk with the activities carried along. */
function enumerated(sense: Program["sense"], columns: readonly Column[], rows: readonly Row[]): Enumerated {
  const better = sense === "maximize" ? Math.max : Math.min;
  let best: number | null = null;
  const walk = (column: number, total: number, activities: readonly number[]): void => {
    if (column === columns.length) {
      if (activities.every((activity, row) => activity >= rows[row]!.lower && activity <= rows[row]!.upper))
        best = best === null ? total : better(best, total);
      return;
    }
    const { lower, upper, cost } = columns[column]!;
    for (let value = lower; value <= upper; value += 1) {
      const next = activities.map((activity, row) => activity + value * (rows[row]!.terms.get(column) ?? 0));
      walk(column + 1, total + value * cost, next);
    }
  };
  walk(
    0,
    0,
    rows.map(() => 0),
  );
  const program = { sense, columns, rows, hessian: null };
  return { ...specimenOf(program, best ?? "infeasible"), program, truth: best ?? "infeasible" };
}
