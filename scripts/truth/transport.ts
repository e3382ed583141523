/** Transport between plants and markets. Truth by planting prices: what is shipped costs the difference in price, all else as much or more. */
import type { Chance } from "./chance";
import { type Specimen, specimenOf } from "./family";
import type { Column, Row } from "./program";
import { inUnits } from "./scaled";

const EXPONENTS = [0, 0, 0, 3, 5, 6, 7];

export function transport(chance: Chance): Specimen {
  const [plants, markets] = [chance.ints(chance.int(2, 6), 0, 20), chance.ints(chance.int(2, 8), 20, 60)];
  const columns: Column[] = [];
  const shipped = plants.map(() => markets.map(() => (chance.is(45) ? chance.int(0, 30) : 0)));
  let truth = 0;
  plants.forEach((supply_price, plant) => {
    markets.forEach((demand_price, market) => {
      const amount = shipped[plant]![market]!;
      const is_full = amount > 0 && chance.is(15);
      const difference = demand_price - supply_price;
      const cost = is_full ? difference - chance.int(0, 9) : amount > 0 ? difference : difference + chance.int(0, 15);
      truth += cost * amount;
      const upper = is_full ? amount : chance.pick([Infinity, amount + chance.int(1, 30)]);
      columns.push({ name: `ship_${plant}_${market}`, kind: "continuous", lower: 0, upper, cost });
    });
  });
  const column = (plant: number, market: number): number => plant * markets.length + market;
  const rows: Row[] = [
    ...plants.map((price, plant): Row => {
      const sent = shipped[plant]!.reduce((sum, amount) => sum + amount, 0);
      const terms = new Map(markets.map((_, market) => [column(plant, market), 1]));
      return { lower: -Infinity, upper: price === 0 ? sent + chance.int(0, 40) : sent, terms };
    }),
    ...markets.map((_, market): Row => {
      const received = shipped.reduce((sum, row) => sum + row[market]!, 0);
      const terms = new Map(plants.map((_, plant) => [column(plant, market), 1]));
      return { lower: received, upper: chance.pick([received, Infinity]), terms };
    }),
  ];
  const exponent = chance.pick(EXPONENTS);
  const program = { sense: "minimize", columns, rows, hessian: null } as const;
  const units = { columns: columns.map(() => exponent), rows: rows.map(() => exponent), objective: 0 };
  return specimenOf(inUnits(program, units), truth, 10 ** exponent);
}
