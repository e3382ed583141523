/** Small random models with big-M rows, one function a family. Bounds and coefficients are small and whole, so that enumeration is exact. */
import type { ProblemText } from "../problem_text";

type ColumnText = ProblemText["columns"][number];
type RowText = ProblemText["rows"][number];
type Terms = Record<number, number>;

/** A seeded source of whole numbers. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    for (let i = 0; i < 5; i++) this.#next();
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  isBelow(share: number): boolean {
    return this.#next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

export type Family = (dice: Dice) => ProblemText;

/** Columns of all kinds, gates in all forms, rows of all relations and signs. */
function mixed(dice: Dice): ProblemText {
  const gates = dice.int(1, 3);
  const others = dice.int(1, 4);
  const count = gates + others;
  const columns: ColumnText[] = [];
  for (let gate = 0; gate < gates; gate++) {
    const lots = dice.isBelow(0.2) ? dice.int(1, 3) : 1;
    columns.push([`y${gate}`, dice.int(-3, 9), 0, lots, lots > 1 ? "integer" : "binary"]);
  }
  for (let other = 0; other < others; other++) columns.push(mixedColumn(dice, other));
  const rows: RowText[] = [];
  for (let other = 0; other < others; other++) {
    if (dice.isBelow(0.85)) rows.push(gateRow(dice, gates, gates + other, gates + ((other + 1) % others)));
  }
  for (let row = dice.int(1, 4); row > 0; row--) {
    const terms = randomTerms(dice, dice.isBelow(0.6) ? gates : 0, count);
    const bound = dice.int(-4, 12);
    const relation = dice.pick(["<=", ">=", "=", "range"] as const);
    const width = relation === "range" ? dice.int(0, 5) : 0;
    rows.push([`d${row}`, relation === "<=" ? null : bound, terms, relation === ">=" ? null : bound + width]);
  }
  return { sense: "minimize", columns, rows };
}

function mixedColumn(dice: Dice, position: number): ColumnText {
  const kind = dice.pick([
    "continuous",
    "continuous",
    "continuous",
    "integer",
    "semicontinuous",
    "semi_integer",
  ] as const);
  const cost = dice.isBelow(0.75) ? dice.int(0, 6) : dice.int(-3, 0);
  if (kind === "semicontinuous" || kind === "semi_integer") {
    const lower = dice.int(1, 3);
    return [`x${position}`, cost, lower, lower + dice.int(0, 8), kind];
  }
  const lower = dice.isBelow(0.8) ? 0 : dice.int(-3, 2);
  const isOpen = kind === "continuous" && dice.isBelow(0.7);
  const isFree = isOpen && dice.isBelow(0.1);
  return [`x${position}`, cost, isFree ? null : lower, isOpen ? null : lower + dice.int(0, 9), kind];
}

/** x <= M y, -x >= -M y, x + z + M y <= M + b, x <= sum of M y + b. */
function gateRow(dice: Dice, gates: number, column: number, other: number): RowText {
  const sign = dice.pick([1, -1]);
  const gate = dice.int(0, gates - 1);
  const terms: Terms = { [column]: sign * dice.int(1, 2) };
  let bound = 0;
  const form = dice.int(0, 2);
  if (form === 0) terms[gate] = -sign * dice.int(10, 60);
  else if (form === 1) {
    const big = dice.int(10, 60);
    if (other !== column && dice.isBelow(0.5)) terms[other] = sign * dice.pick([1, -1, 2]);
    terms[gate] = sign * big;
    bound = big + dice.int(0, 3);
  } else {
    for (let each = 0; each < gates; each++) if (dice.isBelow(0.6)) terms[each] = -sign * dice.int(5, 60);
    bound = dice.int(0, 2);
  }
  return [`m${column}`, sign > 0 ? null : -bound, terms, sign > 0 ? bound : null];
}

function randomTerms(dice: Dice, from: number, count: number): Terms {
  const isUnit = dice.isBelow(0.5);
  const terms: Terms = {};
  for (let column = from; column < count; column++) {
    if (dice.isBelow(0.6)) terms[column] = (isUnit ? 1 : dice.int(1, 3)) * (dice.isBelow(0.75) ? 1 : -1);
  }
  return terms;
}

/** Lot sizing with stocks and perhaps backlogs; now and then a row that does not belong into a network. */
function lots(dice: Dice): ProblemText {
  const periods = dice.int(2, 4);
  const hasBacklog = dice.isBelow(0.4);
  const columns: ColumnText[] = [];
  for (let t = 0; t < periods; t++) columns.push([`y${t}`, dice.int(0, 15), 0, 1, "binary"]);
  for (let t = 0; t < periods; t++) columns.push([`make${t}`, dice.int(0, 3), 0, null]);
  for (let t = 0; t < periods; t++) {
    columns.push([`stock${t}`, dice.int(0, 2), dice.pick([0, 0, 0, 1]), dice.isBelow(0.8) ? null : dice.int(3, 8)]);
  }
  for (let t = 0; hasBacklog && t < periods; t++) columns.push([`late${t}`, dice.int(0, 4), 0, null]);
  const rows: RowText[] = [];
  for (let t = 0; t < periods; t++) {
    const terms: Terms = { [periods + t]: 1, [2 * periods + t]: -1 };
    if (t > 0) terms[2 * periods + t - 1] = 1;
    if (hasBacklog) Object.assign(terms, { [3 * periods + t]: 1, ...(t > 0 && { [3 * periods + t - 1]: -1 }) });
    rows.push(balance(dice, `balance${t}`, terms, dice.int(-1, 9)));
    rows.push([`cap${t}`, null, { [periods + t]: 1, [t]: -dice.int(40, 200) }, 0]);
  }
  if (dice.isBelow(0.3)) {
    const terms: Terms = {};
    for (let column = periods; column < columns.length; column++)
      if (dice.isBelow(0.4)) terms[column] = dice.pick([1, -1, 2]);
    rows.push(["odd", dice.isBelow(0.5) ? dice.int(0, 4) : null, terms, null]);
  }
  return { sense: "minimize", columns, rows };
}

/** An equality mostly, in either sign, sometimes an inequality or a range. */
function balance(dice: Dice, name: string, terms: Terms, demand: number): RowText {
  const sign = dice.isBelow(0.2) ? -1 : 1;
  const signed = Object.fromEntries(Object.entries(terms).map(([column, value]) => [column, sign * value]));
  const bound = sign * demand;
  const form = dice.int(0, 9);
  return [name, form === 8 ? null : bound, signed, form === 7 ? null : form === 9 ? bound + 2 : bound];
}

/** Arcs with fixed charges between a few nodes and the outside; parallel rows and lower bounds occur. */
function network(dice: Dice): ProblemText {
  const nodes = dice.int(2, 4);
  const arcs: [number, number][] = [];
  for (let from = -1; from < nodes; from++) {
    for (let to = -1; to < nodes; to++) if (from !== to && dice.isBelow(0.45) && arcs.length < 6) arcs.push([from, to]);
  }
  if (arcs.length === 0) arcs.push([-1, 0]);
  const count = arcs.length;
  const columns: ColumnText[] = arcs.map((_, arc) => [`y${arc}`, dice.int(0, 9), 0, 1, "binary"]);
  for (let arc = 0; arc < count; arc++) {
    columns.push([`x${arc}`, dice.int(dice.isBelow(0.1) ? -1 : 0, 3), dice.isBelow(0.9) ? 0 : 1, null]);
  }
  const rows: RowText[] = [];
  for (let node = 0; node < nodes; node++) {
    const terms: Terms = {};
    arcs.forEach(([from, to], arc) => {
      if (to === node) terms[count + arc] = 1;
      if (from === node) terms[count + arc] = -1;
    });
    if (dice.isBelow(0.15)) terms[dice.int(0, count - 1)] = dice.pick([-2, 1, 3]);
    rows.push(balance(dice, `node${node}`, terms, dice.int(-5, 6)));
  }
  for (let arc = 0; arc < count; arc++) {
    if (dice.isBelow(0.9)) rows.push([`cap${arc}`, null, { [count + arc]: 1, [arc]: -dice.int(40, 150) }, 0]);
  }
  return { sense: "minimize", columns, rows };
}

/** Jobs on one machine, in either order; perhaps with gaps, due dates and a row that fits no schedule. */
function schedule(dice: Dice): ProblemText {
  const jobs = dice.int(2, 4);
  const duration = Array.from({ length: jobs }, () => dice.int(1, 6) + (dice.isBelow(0.2) ? 0.5 : 0));
  const pairs = duration.flatMap((_, i) => duration.slice(i + 1).map((_, k) => [i, i + 1 + k] as const));
  const first = pairs.length;
  const end = first + jobs;
  const isWhole = dice.isBelow(0.3);
  const columns: ColumnText[] = pairs.map((_, pair) => [`y${pair}`, 0, 0, 1, "binary"]);
  for (let job = 0; job < jobs; job++) {
    const kind = isWhole || dice.isBelow(0.1) ? "integer" : "continuous";
    columns.push([`start${job}`, dice.int(0, 3), dice.int(0, 2), null, kind]);
  }
  columns.push(["end", dice.int(0, 3), 0, null]);
  const rows: RowText[] = pairs.flatMap(([i, j], pair): RowText[] => {
    const big = dice.int(50, 150);
    return [
      [`a${pair}`, duration[i]! - big, { [pair]: -big, [first + i]: -1, [first + j]: 1 }, null],
      [`b${pair}`, duration[j]!, { [pair]: big, [first + i]: 1, [first + j]: -1 }, null],
    ];
  });
  for (const [job, time] of duration.entries()) rows.push([`end${job}`, time, { [first + job]: -1, [end]: 1 }, null]);
  if (dice.isBelow(0.4)) {
    rows.push(["gap", dice.isBelow(0.5) ? dice.int(-4, 4) : null, { [first]: 1, [first + 1]: -1 }, dice.int(4, 8)]);
  }
  if (dice.isBelow(0.3)) rows.push(["due", null, { [first + dice.int(0, jobs - 1)]: 1 }, dice.int(3, 15)]);
  if (dice.isBelow(0.3)) {
    rows.push([
      "odd",
      dice.int(0, 12),
      { [first]: 1, [first + 1]: dice.pick([1, -1, -2]), [end]: dice.pick([1, -1]) },
      null,
    ]);
  }
  return { sense: "minimize", columns, rows };
}

export const FAMILIES: Readonly<Record<string, Family>> = { mixed, lots, network, schedule };

/** The same model as a maximization. */
export function mirrored(text: ProblemText): ProblemText {
  const columns = text.columns.map(([name, cost, ...rest]): ColumnText => [name, -cost, ...rest]);
  return { ...text, sense: "maximize", columns };
}
