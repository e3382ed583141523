/** Planted programs written in other units: columns in grams or megatonnes, rows in any unit, the objective in cents or millions. */
import type { Chance } from "./chance";
import { type Specimen, specimenOf } from "./family";
import { boxed, plant } from "./planted";
import type { Program } from "./program";

const EXPONENT_MAX = 9;
/** A coefficient of Q takes the unit twice. */
const QUADRATIC_EXPONENT_MAX = 5;

export interface Units {
  /** Powers of ten: how many of its units a column is one plain unit of; likewise each row and the objective. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  readonly objective: number;
}

/** The same program in other units: x becomes unit * x, so its coefficients are divided by the unit. */
export function inUnits({ sense, columns, rows, hessian }: Program, units: Units): Program {
  return {
    sense,
    columns: columns.map((column, at) => ({
      ...column,
      lower: times(column.lower, units.columns[at]!),
      upper: times(column.upper, units.columns[at]!),
      cost: times(column.cost, units.objective - units.columns[at]!),
    })),
    rows: rows.map(({ lower, upper, terms }, at) => ({
      lower: times(lower, units.rows[at]!),
      upper: times(upper, units.rows[at]!),
      terms: new Map(
        [...terms].map(([column, value]) => [column, times(value, units.rows[at]! - units.columns[column]!)]),
      ),
    })),
    hessian:
      hessian?.map((row, one) =>
        row.map((value, other) => times(value, units.objective - units.columns[one]! - units.columns[other]!)),
      ) ?? null,
  };
}

/** One rounding: powers of ten beyond 1e22 are not exact, and none is below 1. */
export function times(value: number, exponent: number): number {
  return exponent >= 0 ? value * 10 ** exponent : value / 10 ** -exponent;
}

/** A linear or quadratic program whose columns, or all of them alike, come in units of 1e-9 to 1e9. */
export function scaled(chance: Chance): Specimen {
  const rank = chance.is(40) ? chance.int(1, 8) : 0;
  const shape = { columns: chance.int(2, 12), rows: chance.int(1, 9), density: 50, degenerate: 10, rank };
  const { program, truth } = plant(chance, shape);
  const most = rank > 0 ? QUADRATIC_EXPONENT_MAX : EXPONENT_MAX;
  const units = chance.is(50) ? sameUnit(chance, program, most) : mixedUnits(chance, program, most);
  const model = inUnits(program, units);
  return specimenOf(model, times(truth, units.objective), 10 ** largestOf(units.columns));
}

/**
 * A linear program whose planted point is whole, with half of the columns integer: the point stays optimal. The other columns and the rows come in
 * units of 1e-5 to 1e7, or the missing bounds are written as large ones.
 */
export function mixed(chance: Chance): Specimen {
  const shape = { columns: chance.int(2, 12), rows: chance.int(1, 10), density: 50, degenerate: 15, rank: 0 };
  const planted = plant(chance, shape);
  const columns = planted.program.columns.map((column) =>
    chance.is(50) ? { ...column, kind: "integer" as const } : column,
  );
  const program = { ...planted.program, columns };
  if (chance.is(30)) return specimenOf(boxed(program, 10 ** chance.int(4, 12)), planted.truth);
  const exponent = chance.is(50) ? 0 : chance.int(-5, 7);
  const units = {
    columns: columns.map(({ kind }) => (kind === "integer" ? 0 : exponent)),
    rows: program.rows.map(() => exponent),
    objective: chance.pick([0, 0, -3, 3]),
  };
  return specimenOf(inUnits(program, units), times(planted.truth, units.objective), 10 ** exponent);
}

/** All quantities in one unit, rows as they come, the objective in its own unit. */
function sameUnit(chance: Chance, { columns, rows }: Program, most: number): Units {
  const exponent = chance.int(-most, most);
  return {
    columns: columns.map(() => exponent),
    rows: rows.map(() => exponent),
    objective: chance.pick([0, 0, 3, -3]),
  };
}

/** Each column in its own unit, at most 1e8 apart, and each row in that of one of its columns. */
function mixedUnits(chance: Chance, program: Program, most: number): Units {
  const reach = chance.pick([1, 2, 3, 4]);
  const middle = chance.int(reach - most, most - reach);
  const columns = program.columns.map(() => middle + chance.int(-reach, reach));
  const rows = program.rows.map(({ terms }) => columns[chance.pick([...terms.keys()])]!);
  return { columns, rows, objective: chance.pick([0, 0, 3]) };
}

function largestOf(exponents: readonly number[]): number {
  return exponents.reduce((largest, exponent) => (Math.abs(exponent) > Math.abs(largest) ? exponent : largest), 0);
}
