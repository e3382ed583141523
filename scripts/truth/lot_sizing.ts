/** Lot sizing and site location: fixed charges with a big-M that is tight, loose or far too loose. */
import type { Chance } from "./chance";
import { type Specimen, specimenOf } from "./family";
import type { Column, Row } from "./program";
import { inUnits } from "./scaled";

const LOOSE = [1, 1, 10, 1e3, 1e5, 1e7];

/** Set-up, making and holding cost over a few periods; truth by dynamic programming over the periods that are set up (Wagner and Whitin, 1958). */
export function lotSizing(chance: Chance): Specimen {
  const demand = chance.ints(chance.int(3, 8), 0, 40);
  const setup = demand.map(() => chance.int(5, 90));
  const making = demand.map(() => chance.int(1, 9) / 10);
  const holding = chance.int(1, 9) / 10;
  const most = demand.reduce((sum, amount) => sum + amount, 0) * chance.pick(LOOSE) + 1;
  const columns = demand.flatMap((_, period): Column[] => [
    { name: `setup${period}`, kind: "binary", lower: 0, upper: 1, cost: setup[period]! },
    { name: `made${period}`, kind: "continuous", lower: 0, upper: Infinity, cost: making[period]! },
    { name: `kept${period}`, kind: "continuous", lower: 0, upper: Infinity, cost: holding },
  ]);
  const rows = demand.flatMap((amount, period): Row[] => {
    const balance = new Map([
      [3 * period + 1, 1],
      [3 * period + 2, -1],
    ]);
    if (period > 0) balance.set(3 * period - 1, 1);
    const limit = new Map([
      [3 * period + 1, 1],
      [3 * period, -most],
    ]);
    return [
      { lower: amount, upper: amount, terms: balance },
      { lower: -Infinity, upper: 0, terms: limit },
    ];
  });
  const exponent = chance.pick([0, 0, 0, 3, 5, -3]);
  const units = {
    columns: columns.map(({ kind }) => (kind === "binary" ? 0 : exponent)),
    rows: rows.map(() => exponent),
    objective: 0,
  };
  const truth = cheapestLots(demand, setup, making, holding);
  return specimenOf(inUnits({ sense: "minimize", columns, rows, hessian: null }, units), truth, 10 ** exponent);
}

function cheapestLots(
  demand: readonly number[],
  setup: readonly number[],
  making: readonly number[],
  holding: number,
): number {
  const best = [0];
  demand.forEach((_, last) => {
    let least = Infinity;
    for (let first = 0; first <= last; first += 1) {
      let [variable, is_needed] = [0, false];
      for (let period = first; period <= last; period += 1) {
        variable += demand[period]! * (making[first]! + holding * (period - first));
        is_needed ||= demand[period]! > 0;
      }
      least = Math.min(least, best[first]! + (is_needed ? setup[first]! : 0) + variable);
    }
    best.push(least);
  });
  return best.at(-1)!;
}

/** Sites that serve customers; truth by enumeration of the open sites, each customer at the cheapest one. */
export function location(chance: Chance): Specimen {
  const sites = chance.ints(chance.int(2, 5), 10, 120);
  const customers = chance.ints(chance.int(2, 5), 1, 30);
  const cost = sites.map(() => customers.map(() => chance.int(1, 60) / 10));
  const most = customers.reduce((sum, amount) => sum + amount, 0) * chance.pick(LOOSE);
  const flow = (site: number, customer: number): number => sites.length + site * customers.length + customer;
  const columns: Column[] = [
    ...sites.map((fixed, site): Column => ({ name: `open${site}`, kind: "binary", lower: 0, upper: 1, cost: fixed })),
    ...sites.flatMap((_, site) =>
      customers.map((_, customer): Column => {
        const name = `flow_${site}_${customer}`;
        return { name, kind: "continuous", lower: 0, upper: Infinity, cost: cost[site]![customer]! };
      }),
    ),
  ];
  const rows: Row[] = [
    ...sites.map((_, site): Row => {
      const flows = customers.map((_, customer) => [flow(site, customer), 1] as const);
      return { lower: -Infinity, upper: 0, terms: new Map([...flows, [site, -most] as const]) };
    }),
    ...customers.map((amount, customer): Row => {
      const terms = new Map(sites.map((_, site) => [flow(site, customer), 1]));
      return { lower: amount, upper: chance.pick([amount, Infinity]), terms };
    }),
  ];
  let truth = Infinity;
  for (let open = 1; open < 2 ** sites.length; open += 1) {
    const is_open = (site: number): boolean => ((open >> site) & 1) === 1;
    const fixed = sites.reduce((sum, charge, site) => sum + (is_open(site) ? charge : 0), 0);
    const served = customers.map(
      (amount, at) => amount * Math.min(...cost.map((row, site) => (is_open(site) ? row[at]! : Infinity))),
    );
    truth = Math.min(
      truth,
      served.reduce((sum, value) => sum + value, fixed),
    );
  }
  return specimenOf({ sense: "minimize", columns, rows, hessian: null }, truth);
}
