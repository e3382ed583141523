/** A battery that lowers a day's peak, in kW, W or smaller units: small costs against large quantities. */
import type { Chance } from "./chance";
import type { Specimen } from "./family";

const UNITS = [1, 1e3, 1e5, 1e6, 1e7];
const BISECTIONS = 200;

/** Truth by bisection: a level can be kept when a battery that is charged as much as it allows never runs empty. */
export function peak(chance: Chance, position: number): Specimen {
  const unit = UNITS[position % UNITS.length]!;
  const loads = chance.ints(chance.int(4, 10), 20, 100).map((load) => load * unit);
  const capacity = chance.int(20, 60) * unit;
  return { unit, truth: lowestLevel(loads, capacity, unit) / (100 * unit), model: modelOf(loads, capacity, unit) };
}

function lowestLevel(loads: readonly number[], capacity: number, unit: number): number {
  const isEnough = (level: number): boolean => {
    let stored = 0;
    return loads.every((load) => {
      stored = Math.min(capacity, stored + level - load);
      return stored >= -1e-9 * unit;
    });
  };
  let [low, high] = [0, Math.max(...loads)];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function modelOf(loads: readonly number[], capacity: number, unit: number): Specimen["model"] {
  return {
    variables: [
      { name: "peak" },
      ...loads.flatMap((_, hour) => [
        { name: `charge${hour}` },
        { name: `discharge${hour}` },
        { name: `stored${hour}`, upper_bound: capacity },
      ]),
    ],
    objective: { sense: "minimize", expression: "peak" },
    constraints: loads.flatMap((load, hour) => {
      const before = hour > 0 ? `stored${hour - 1} + ` : "";
      return [
        { expression: `${load} + charge${hour} - discharge${hour} <= ${100 * unit}*peak` },
        { expression: `stored${hour} = ${before}charge${hour} - discharge${hour}` },
      ];
    }),
  };
}
