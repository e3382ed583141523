/** Fixed charges with a big-M of 1e6 to 1e9; half of the models have no bound that would tighten it. */
import type { Chance } from "./chance";
import type { Specimen, Truth } from "./family";

const UNITS = [1e6, 1e7, 1e8, 1e9];

/** Truth by enumeration of what is open; the cheapest open ones serve first. */
export function bigM(chance: Chance, position: number): Specimen {
  const unit = UNITS[position % UNITS.length]!;
  const fixed = chance.ints(chance.int(2, 5), 1, 12);
  const cost = fixed.map(() => chance.int(1, 9) / 10);
  const is_unbounded = position % 8 >= 4;
  const capacities = fixed.map(() => (is_unbounded ? unit : chance.int(3, 15)));
  const need = chance.int(2, 25);
  return {
    unit,
    truth: cheapest(fixed, cost, capacities, need),
    model: {
      variables: [
        ...fixed.map((_, site) => ({ name: `y${site}`, type: "binary" })),
        ...capacities.map((upper_bound, site) => ({ name: `x${site}`, ...(is_unbounded ? {} : { upper_bound }) })),
      ],
      objective: {
        sense: "minimize",
        expression: fixed.map((charge, site) => `${charge}*y${site} + ${cost[site]}*x${site}`).join(" + "),
      },
      constraints: [
        ...fixed.map((_, site) => ({ expression: `x${site} <= ${unit}*y${site}` })),
        { expression: `${fixed.map((_, site) => `x${site}`).join(" + ")} >= ${need}` },
      ],
    },
  };
}

/** The least cost of serving the need; `cost` is per unit and `capacities` are of an open site. */
export function cheapest(
  fixed: readonly number[],
  cost: readonly number[],
  capacities: readonly number[],
  need: number,
): Truth {
  let best = Infinity;
  for (let open = 0; open < 2 ** fixed.length; open += 1) {
    const sites = fixed.map((_, site) => site).filter((site) => (open >> site) & 1);
    sites.sort((one, other) => cost[one]! - cost[other]!);
    let [left, total] = [need, 0];
    for (const site of sites) {
      const amount = Math.min(left, capacities[site]!);
      left -= amount;
      total += fixed[site]! + amount * cost[site]!;
    }
    if (left <= 0) best = Math.min(best, total);
  }
  return best === Infinity ? "infeasible" : best;
}
