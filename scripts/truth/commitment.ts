/** Machines that are switched on for a charge and then run within limits, in kW or in smaller units; truth by enumeration of what is on. */
import type { Chance } from "./chance";
import { type Specimen, specimenOf } from "./family";
import type { Column, Row } from "./program";
import { inUnits } from "./scaled";

const EXPONENTS = [0, 0, 3, 5, 6, 8];

interface Machine {
  readonly charge: number;
  readonly least: number;
  readonly most: number;
  readonly cost: number;
}

export function commitment(chance: Chance): Specimen {
  const machines = Array.from({ length: chance.int(2, 6) }, (): Machine => {
    const least = chance.int(0, 15);
    return { charge: chance.int(0, 60), least, most: least + chance.int(1, 20), cost: chance.int(1, 30) };
  });
  const need = chance.int(3, 60);
  const columns = machines.flatMap(({ charge, cost }, position): Column[] => [
    { name: `on${position}`, kind: "binary", lower: 0, upper: 1, cost: charge },
    { name: `power${position}`, kind: "continuous", lower: 0, upper: Infinity, cost },
  ]);
  const rows = machines.flatMap(({ least, most }, position): Row[] => {
    const limit = (value: number): Row["terms"] => new Map([[2 * position + 1, 1], ...entry(2 * position, -value)]);
    return [
      { lower: 0, upper: Infinity, terms: limit(least) },
      { lower: -Infinity, upper: 0, terms: limit(most) },
    ];
  });
  const terms = new Map(machines.map((_, position) => [2 * position + 1, 1]));
  rows.push({ lower: need, upper: chance.pick([need, Infinity]), terms });
  const exponent = chance.pick(EXPONENTS);
  const units = {
    columns: columns.map(({ kind }) => (kind === "binary" ? 0 : exponent)),
    rows: rows.map(() => exponent),
    objective: 0,
  };
  const program = inUnits({ sense: "minimize", columns, rows, hessian: null }, units);
  const truth = cheapest(machines, need, rows.at(-1)!.upper === need);
  return specimenOf(program, truth === Infinity ? "infeasible" : truth, 10 ** exponent);
}

function entry(column: number, value: number): [number, number][] {
  return value === 0 ? [] : [[column, value]];
}

function cheapest(machines: readonly Machine[], need: number, is_exact: boolean): number {
  let best = Infinity;
  for (let on = 0; on < 2 ** machines.length; on += 1) {
    const running = machines.filter((_, position) => (on >> position) & 1);
    const least = running.reduce((sum, machine) => sum + machine.least, 0);
    if (is_exact && least > need) continue;
    let total = running.reduce((sum, { charge, least: amount, cost }) => sum + charge + amount * cost, 0);
    let left = Math.max(0, need - least);
    for (const machine of running.sort((one, other) => one.cost - other.cost)) {
      const used = Math.min(left, machine.most - machine.least);
      left -= used;
      total += used * machine.cost;
    }
    if (left === 0) best = Math.min(best, total);
  }
  return best;
}
