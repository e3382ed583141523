/**
 * What a solver process does while nobody needs it: it solves small problems of its own, so that the runtime has optimized the solver by the time a run comes.
 * The first solve of a cold process takes 2 to 5 times the processor time of the second (a lot-sizing model of 384 columns: 7.4 s, then 3.5 s). With all rounds
 * done it took 4.0 s and then 3.7 s, with two rounds 6.0 s and 3.3 s; the rounds take 4 to 5 s of processor time, once in a process. A job that comes ends the round in hand.
 */
import type { Clock } from "../../clock";
import { KIND, type Problem } from "../../problem/problem";
import { attemptSolve } from "../attempt";
import type { Engine } from "../engine";
import type { ModelCompiler } from "../messages";
import { SOLVE_OPTIONS_DEFAULT } from "../options";
import { withoutIntegers } from "../relaxation";

const ROUNDS = 8;
const SECONDS_MAX = 5;
/** The integer problem has 180 columns, the linear one 2,880. */
const SIZES = [
  { items: 6, periods: 10, is_integer: true },
  { items: 60, periods: 16, is_integer: false },
] as const;

export class WarmUp {
  readonly #engine: Engine;
  readonly #clock: Clock;
  #steps = 0;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  get is_done(): boolean {
    return this.#steps >= ROUNDS * SIZES.length;
  }

  /** Solves one problem, the linear and the integer kind in turn. One that was interrupted counts: what it ran was warmed. */
  async step(isInterrupted: () => boolean): Promise<void> {
    const { items, periods, is_integer } = SIZES[this.#steps % SIZES.length]!;
    const integer = lotSizing(items, periods, this.#steps);
    const problem = is_integer ? integer : withoutIntegers(integer);
    this.#steps += 1;
    const options = { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: SECONDS_MAX };
    const message = { bound: null, override_data: null, options };
    const hooks = { isInterrupted, onTurn() {}, onProgress() {}, onStanding() {}, onIncumbent() {} };
    await attemptSolve(this.#engine, compilerOf(problem), null, message, hooks, this.#clock);
  }
}

function compilerOf(problem: Problem): ModelCompiler {
  const compilation = { problem, diagnostics: [], warnings: [], report: null };
  return { prepare: () => null, compile: () => compilation, answer: () => null };
}

interface Row {
  readonly lower: number;
  readonly upper: number;
  readonly terms: readonly (readonly [number, number])[];
}

/** Produce, store and set up: capacity is shared, demand is known. Columns by item and period: amount, stock, set-up. */
function lotSizing(items: number, periods: number, seed: number): Problem {
  const rows = lotSizingRows(items, periods, seed);
  const count = 3 * items * periods;
  const columns = Array.from({ length: count }, (_, column) => column);
  const entries = rows.flatMap(({ terms }) => terms);
  const starts = new Int32Array(rows.length + 1);
  for (const [row, { terms }] of rows.entries()) starts[row + 1] = starts[row]! + terms.length;
  const costOf = (column: number) => [1, 1 + scatter(column, seed, 3), 50 + scatter(column, seed, 100)][column % 3]!;
  return {
    name: "warm-up",
    sense: "minimize",
    offset: 0,
    columns: {
      count,
      names: columns.map((column) => `c${column}`),
      kinds: Uint8Array.from(columns, (column) => (column % 3 === 2 ? KIND.binary : KIND.continuous)),
      cost: Float64Array.from(columns, costOf),
      lower: new Float64Array(count),
      upper: Float64Array.from(columns, (column) => (column % 3 === 2 ? 1 : Infinity)),
      families: null,
      auxiliary_count: 0,
    },
    rows: {
      count: rows.length,
      names: rows.map((_, row) => `r${row}`),
      lower: Float64Array.from(rows, ({ lower }) => lower),
      upper: Float64Array.from(rows, ({ upper }) => upper),
      families: null,
      auxiliary_count: 0,
    },
    matrix: {
      starts,
      indices: Int32Array.from(entries, ([column]) => column),
      values: Float64Array.from(entries, ([, value]) => value),
    },
    hessian: null,
  };
}

function lotSizingRows(items: number, periods: number, seed: number): readonly Row[] {
  const rows: Row[] = [];
  for (let cell = 0; cell < items * periods; cell++) {
    const [amount, stock, set_up] = [3 * cell, 3 * cell + 1, 3 * cell + 2];
    const demand = 5 + scatter(cell, seed, 20);
    const before = cell % periods === 0 ? [] : [[stock - 3, 1] as const];
    rows.push({ lower: demand, upper: demand, terms: [...before, [amount, 1], [stock, -1]] });
    rows.push({
      lower: -Infinity,
      upper: 0,
      terms: [
        [amount, 1],
        [set_up, -120],
      ],
    });
  }
  for (let period = 0; period < periods; period++) {
    const used = Array.from({ length: items }, (_, item) => 3 * (item * periods + period));
    const terms = used.flatMap(
      (amount) =>
        [
          [amount, 1],
          [amount + 2, 8],
        ] as const,
    );
    rows.push({ lower: -Infinity, upper: 26 * items, terms });
  }
  return rows;
}

/** Whole numbers below `below` that look drawn, the same each time. */
function scatter(position: number, seed: number, below: number): number {
  return (((Math.imul(position + 1, 2654435761) + Math.imul(seed + 1, 40503)) >>> 0) % 1009) % below;
}
