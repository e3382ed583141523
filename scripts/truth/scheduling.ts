/** Jobs on one machine, each pair in one order or the other: disjunctions with a big-M that is just enough or far too large. */
import type { Chance } from "./chance";
import type { Specimen } from "./family";

const BIG = [100, 1e3, 1e5, 1e6, 1e7, 1e8];

interface Job {
  readonly release: number;
  readonly duration: number;
  readonly weight: number;
}

/** The weighted sum of the ends; truth by trying every order. */
export function scheduling(chance: Chance): Specimen {
  const jobs = Array.from({ length: chance.int(2, 4) }, (): Job => {
    return { release: chance.int(0, 10), duration: chance.int(1, 9), weight: chance.int(1, 5) };
  });
  const big = chance.pick(BIG);
  const pairs = jobs.flatMap((_, later) => Array.from({ length: later }, (__, earlier) => [earlier, later] as const));
  return {
    unit: big,
    truth: cheapestOrder(jobs, 0, 0),
    model: {
      variables: [
        ...jobs.map(({ release }, job) => ({ name: `start${job}`, lower_bound: release })),
        ...pairs.map(([one, other]) => ({ name: `first_${one}_${other}`, type: "binary" })),
      ],
      objective: {
        sense: "minimize",
        expression: jobs.map(({ duration, weight }, job) => `${weight}*(start${job} + ${duration})`).join(" + "),
      },
      constraints: pairs.flatMap(([one, other]) => [
        { expression: `start${one} + ${jobs[one]!.duration} <= start${other} + ${big}*(1 - first_${one}_${other})` },
        { expression: `start${other} + ${jobs[other]!.duration} <= start${one} + ${big}*first_${one}_${other}` },
      ]),
    },
  };
}

/** The rest of an order that is free from `time` on, in which `done` is a set of jobs by bits. */
function cheapestOrder(jobs: readonly Job[], done: number, time: number): number {
  if (done === 2 ** jobs.length - 1) return 0;
  const totals = jobs.map(({ release, duration, weight }, job) => {
    if ((done >> job) & 1) return Infinity;
    const end = Math.max(time, release) + duration;
    return weight * end + cheapestOrder(jobs, done | (1 << job), end);
  });
  return Math.min(...totals);
}
