/** A store that buys, sells and serves a demand at prices that change by the hour, in kWh, Wh or smaller units. */
import type { Chance } from "./chance";
import { type Specimen, specimenOf } from "./family";
import type { Column, Row } from "./program";
import { inUnits } from "./scaled";

const EXPONENTS = [0, 3, 5, 6, 7];

interface Plan {
  readonly buy: readonly number[];
  readonly sell: readonly number[];
  readonly demand: readonly number[];
  readonly capacity: number;
  readonly rate: number;
}

/** Half of them with the price per kWh whatever the unit of the store, half with the objective in the store's own unit. */
export function storage(chance: Chance, position: number): Specimen {
  const exponent = EXPONENTS[position % EXPONENTS.length]!;
  const buy = chance.ints(chance.int(3, 10), 5, 60);
  const sell = buy.map((price) => Math.max(0, price - chance.int(0, 20)));
  const [capacity, rate] = [chance.int(3, 20), chance.int(2, 12)];
  const demand = buy.map(() => (chance.is(40) ? chance.int(0, rate) : 0));
  const plan = { buy, sell, demand, capacity, rate };
  const [columns, rows] = [columnsOf(plan), rowsOf(plan)];
  const program = { sense: "minimize", columns, rows, hessian: null } as const;
  const objective = chance.pick([0, 0, exponent - 2]);
  const units = { columns: columns.map(() => exponent), rows: rows.map(() => exponent), objective };
  const truth = cheapest(plan) / 1000;
  return specimenOf(inUnits(program, units), truth * 10 ** objective, 10 ** exponent);
}

/** Columns buy, sell and stored of each hour; the prices are in thousandths. */
function columnsOf({ buy, sell, capacity, rate }: Plan): Column[] {
  return buy.flatMap((price, hour) => [
    { name: `buy${hour}`, kind: "continuous" as const, lower: 0, upper: rate, cost: price / 1000 },
    { name: `sell${hour}`, kind: "continuous" as const, lower: 0, upper: rate, cost: 0 - sell[hour]! / 1000 },
    { name: `stored${hour}`, kind: "continuous" as const, lower: 0, upper: capacity, cost: 0 },
  ]);
}

function rowsOf({ demand }: Plan): Row[] {
  return demand.map((amount, hour) => {
    const terms = new Map([
      [3 * hour, 1],
      [3 * hour + 1, -1],
      [3 * hour + 2, -1],
    ]);
    if (hour > 0) terms.set(3 * hour - 1, 1);
    return { lower: amount, upper: amount, terms };
  });
}

/** By dynamic programming over whole levels: the matrix is a network's, so some optimal plan is whole. */
function cheapest({ buy, sell, demand, capacity, rate }: Plan): number {
  let costs = new Map([[0, 0]]);
  demand.forEach((amount, hour) => {
    const next = new Map<number, number>();
    for (const [level, cost] of costs) {
      for (let traded = -rate; traded <= rate; traded += 1) {
        const after = level + traded - amount;
        if (after < 0 || after > capacity) continue;
        const total = cost + traded * (traded > 0 ? buy[hour]! : sell[hour]!);
        if (total < (next.get(after) ?? Infinity)) next.set(after, total);
      }
    }
    costs = next;
  });
  return Math.min(...costs.values());
}
