/** Machines that stand still or run between their least and their most, in a file of MPS; truth by enumeration of what runs. */
import type { Chance } from "./chance";
import type { Specimen } from "./family";
import { type Column, mpsModel, type Program, type Row } from "./program";
import { inUnits } from "./scaled";

const EXPONENTS = [0, 0, 0, 2, 4, 6];

interface Machine {
  readonly least: number;
  readonly most: number;
  readonly cost: number;
}

/** Some have a buyer of last resort, some have to meet the need exactly. */
export function semicontinuous(chance: Chance): Specimen {
  const machines = Array.from({ length: chance.int(2, 6) }, (): Machine => {
    const least = chance.int(1, 15);
    return { least, most: least + chance.int(0, 12), cost: chance.int(1, 30) };
  });
  const need = chance.int(3, 45);
  const is_exact = chance.is(50);
  const bought = chance.is(50) ? chance.int(20, 40) : null;
  const columns = machines.map(({ least, most, cost }, position): Column => {
    return { name: `m${position}`, kind: "semicontinuous", lower: least, upper: most, cost };
  });
  if (bought !== null) columns.push({ name: "bought", kind: "continuous", lower: 0, upper: Infinity, cost: bought });
  const rows: Row[] = [
    { lower: need, upper: is_exact ? need : Infinity, terms: new Map(columns.map((_, column) => [column, 1])) },
  ];
  const exponent = chance.pick(EXPONENTS);
  const plain: Program = { sense: "minimize", columns, rows, hessian: null };
  const program = inUnits(plain, { columns: columns.map(() => exponent), rows: [exponent], objective: 0 });
  const truth = cheapest(machines, need, is_exact, bought);
  const unit = 10 ** exponent;
  return { model: mpsModel(program), truth: truth === Infinity ? "infeasible" : truth, unit };
}

function cheapest(machines: readonly Machine[], need: number, is_exact: boolean, bought: number | null): number {
  let best = Infinity;
  for (let running = 0; running < 2 ** machines.length; running += 1) {
    const on = machines.filter((_, position) => (running >> position) & 1);
    const least = on.reduce((sum, machine) => sum + machine.least, 0);
    if (is_exact && least > need) continue;
    let total = on.reduce((sum, machine) => sum + machine.least * machine.cost, 0);
    let left = need - least;
    const more = on.map(({ most, least, cost }) => ({ amount: most - least, cost }));
    if (bought !== null) more.push({ amount: Infinity, cost: bought });
    for (const { amount, cost } of more.sort((one, other) => one.cost - other.cost)) {
      const used = Math.min(Math.max(0, left), amount);
      left -= used;
      total += used * cost;
    }
    if (left <= 0) best = Math.min(best, total);
  }
  return best;
}
