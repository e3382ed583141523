/** Problems written by hand in tests: plain JSON in, typed arrays out. `null` stands for a missing bound. */
import { type ColumnKind, KIND, type Problem } from "../../src/problem/problem";

export interface ProblemText {
  readonly sense: "minimize" | "maximize";
  readonly offset?: number;
  /** name, cost, lower, upper, kind (continuous unless given). */
  readonly columns: readonly (readonly [string, number, number | null, number | null, ColumnKind?])[];
  /** name, lower, coefficients by position of the column, upper. */
  readonly rows: readonly (readonly [string, number | null, Readonly<Record<number, number>>, number | null])[];
  /** Entries [row, column, value] of Q's lower triangle, by columns. */
  readonly hessian?: readonly (readonly [number, number, number])[];
}

export function readProblem(text: ProblemText): Problem {
  const { columns, rows } = text;
  const entries = rows.map(([, , coefficients]) => Object.entries(coefficients));
  const starts = [0];
  for (const row of entries) starts.push(starts.at(-1)! + row.length);
  return {
    name: "test",
    sense: text.sense,
    offset: text.offset ?? 0,
    columns: {
      count: columns.length,
      names: columns.map(([name]) => name),
      kinds: Uint8Array.from(columns, ([, , , , kind]) => KIND[kind ?? "continuous"]),
      cost: Float64Array.from(columns, ([, cost]) => cost),
      lower: Float64Array.from(columns, ([, , lower]) => lower ?? -Infinity),
      upper: Float64Array.from(columns, ([, , , upper]) => upper ?? Infinity),
      families: null,
      auxiliary_count: 0,
    },
    rows: {
      count: rows.length,
      names: rows.map(([name]) => name),
      lower: Float64Array.from(rows, ([, lower]) => lower ?? -Infinity),
      upper: Float64Array.from(rows, ([, , , upper]) => upper ?? Infinity),
      families: null,
      auxiliary_count: 0,
    },
    matrix: {
      starts: Int32Array.from(starts),
      indices: Int32Array.from(entries.flat(), ([column]) => Number(column)),
      values: Float64Array.from(entries.flat(), ([, value]) => value),
    },
    hessian: text.hessian === undefined ? null : readHessian(text.hessian, columns.length),
  };
}

function readHessian(entries: NonNullable<ProblemText["hessian"]>, count: number): Problem["hessian"] {
  const starts = new Int32Array(count + 1);
  for (const [, column] of entries) starts[column + 1]! += 1;
  for (let column = 0; column < count; column++) starts[column + 1]! += starts[column]!;
  return {
    starts,
    indices: Int32Array.from(entries, ([row]) => row),
    values: Float64Array.from(entries, ([, , value]) => value),
  };
}

/** The production plan of the benchmarks: optimum 3650 at 11, 40, 25. */
export const PRODUCTION: ProblemText = {
  sense: "maximize",
  columns: [
    ["a", 50, 0, 30, "integer"],
    ["b", 40, 0, 40, "integer"],
    ["c", 60, 0, 25, "integer"],
  ],
  rows: [
    ["machine", null, { 0: 2, 1: 3, 2: 2 }, 240],
    ["labour", null, { 0: 4, 1: 2, 2: 3 }, 200],
    ["space", null, { 0: 1, 1: 1, 2: 1 }, 150],
  ],
};

/** Market split (Cornuejols and Dawande): small, and far out of reach; the slack keeps every point feasible. */
export function marketSplit(rows: number, columns: number): ProblemText {
  let state = 12345;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * 100);
  };
  const weights = Array.from({ length: rows }, () => Array.from({ length: columns }, next));
  const slack = (row: number) => columns + 2 * row;
  return {
    sense: "minimize",
    columns: [
      ...Array.from({ length: columns }, (_, column) => [`x${column}`, 0, 0, 1, "binary"] as const),
      ...weights.flatMap((_, row) => [[`over${row}`, 1, 0, null] as const, [`under${row}`, 1, 0, null] as const]),
    ],
    rows: weights.map((weight, row) => {
      const half = Math.floor(weight.reduce((sum, value) => sum + value, 0) / 2);
      return [`split${row}`, half, { ...weight, [slack(row)]: 1, [slack(row) + 1]: -1 }, half] as const;
    }),
  };
}
