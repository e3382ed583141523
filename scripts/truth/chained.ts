/** Fixed charges whose gates are chains of rows, each with a harmless factor: as loose as the product of the factors, up to 1e16. */
import { cheapest } from "./big_m";
import type { Chance } from "./chance";
import type { Specimen } from "./family";

/** Half of the chains are equations, as conversions of units are. */
export function chained(chance: Chance): Specimen {
  const [sites, length, factor] = [chance.int(2, 3), chance.int(2, 4), 10 ** chance.int(2, 4)];
  const relation = chance.pick(["<=", "="]);
  const fixed = chance.ints(sites, 1, 40);
  const cost = chance.ints(sites, 1, 9);
  const need = chance.int(2, 20);
  const names = fixed.map((_, site) => [
    `y${site}`,
    ...Array.from({ length }, (_, link) => `z${site}_${link}`),
    `x${site}`,
  ]);
  return {
    truth: cheapest(
      fixed,
      cost,
      fixed.map(() => Infinity),
      need,
    ),
    model: {
      variables: names.flatMap(([gate, ...others]) => [
        { name: gate, type: "binary" },
        ...others.map((name) => ({ name })),
      ]),
      objective: {
        sense: "minimize",
        expression: fixed.map((charge, site) => `${charge}*y${site} + ${cost[site]}*x${site}`).join(" + "),
      },
      constraints: [
        ...names.flatMap((chain, site) => [
          ...chain.slice(1, -1).map((name, link) => ({ expression: `${name} ${relation} ${factor}*${chain[link]}` })),
          { expression: `x${site} <= ${chain.at(-2)}` },
        ]),
        { expression: `${fixed.map((_, site) => `x${site}`).join(" + ")} >= ${need}` },
      ],
    },
  };
}
