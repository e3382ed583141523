/** HiGHS's own readers as the oracle: the arrays that they make of a text. */
import load, { type Highs } from "highs";
import wasmPath from "highs/runtime" with { type: "file" };
import { isIntegerKind, KIND, type Problem } from "../../../src/problem/problem";

/** A problem in a form in which two readings of it can be compared. */
export interface Reading {
  readonly sense: string;
  readonly offset: number;
  readonly cost: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly row_lower: readonly number[];
  readonly row_upper: readonly number[];
  /** `[column, value]` of each row, in order of columns, without zeros. */
  readonly rows: readonly (readonly (readonly [number, number])[])[];
  /** 0 continuous, 1 integer, 2 semi-continuous, 3 semi-integer. */
  readonly integrality: readonly number[];
  /** `column row value` of the lower triangle of Q, without zeros. */
  readonly hessian: readonly string[];
}

const OPTIMAL = 7;

let highs: Highs = await load({ locateFile: () => wasmPath });

/** What HiGHS reads; null when it refuses the text. */
export async function readWithHighs(format: "mps" | "lp", text: string): Promise<Reading | null> {
  const model = highs.createModel();
  try {
    model.options.set("output_flag", false);
    model.readModel({ format, data: text });
    const read = model.getModel("csr");
    const { matrix, hessian } = read;
    return {
      sense: Number(read.sense) === -1 ? "maximize" : "minimize",
      offset: read.offset + 0,
      cost: plain(read.colCost),
      lower: plain(read.colLower),
      upper: plain(read.colUpper),
      row_lower: plain(read.rowLower),
      row_upper: plain(read.rowUpper),
      rows: rowsOf(matrix),
      integrality: read.integrality.length > 0 ? [...read.integrality] : new Array<number>(read.numCols).fill(0),
      hessian: hessian === undefined ? [] : triangleOf(hessian),
    };
  } catch (error) {
    // Its LP reader aborts on what it does not know, which leaves the instance in an unknown state.
    if (!(error instanceof Error) || error.name !== "HighsError") highs = await load({ locateFile: () => wasmPath });
    return null;
  } finally {
    try {
      model.dispose();
    } catch {
      // An instance that has aborted takes its models with it.
    }
  }
}

/** The optimum of a text that HiGHS reads and solves all by itself; null when it finds none. */
export function solveWithHighs(format: "mps" | "lp", text: string): number | null {
  const model = highs.createModel();
  try {
    model.options.set("output_flag", false);
    model.options.set("mip_rel_gap", 0);
    model.options.set("time_limit", 5);
    model.readModel({ format, data: text });
    return model.run().modelStatus === OPTIMAL ? model.getObjectiveValue() : null;
  } finally {
    model.dispose();
  }
}

/** Our problem in the same form. */
export function readingOf(problem: Problem): Reading {
  const { columns, rows, matrix, hessian } = problem;
  return {
    sense: problem.sense,
    offset: problem.offset,
    cost: plain(columns.cost),
    lower: plain(columns.lower),
    upper: plain(columns.upper),
    row_lower: plain(rows.lower),
    row_upper: plain(rows.upper),
    rows: rowsOf(matrix),
    integrality: Array.from(columns.kinds, (kind) =>
      kind === KIND.semicontinuous ? 2 : kind === KIND.semi_integer ? 3 : isIntegerKind(kind) ? 1 : 0,
    ),
    hessian: hessian === null ? [] : triangleOf(hessian),
  };
}

interface Sparse {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

function rowsOf({ starts, indices, values }: Sparse): [number, number][][] {
  return Array.from({ length: starts.length - 1 }, (_, row) => {
    const entries: [number, number][] = [];
    for (let at = starts[row]!; at < starts[row + 1]!; at += 1)
      if (values[at] !== 0) entries.push([indices[at]!, values[at]!]);
    return entries.sort(([left], [right]) => left - right);
  });
}

function triangleOf({ starts, indices, values }: Sparse): string[] {
  const entries: string[] = [];
  for (let column = 0; column + 1 < starts.length; column += 1) {
    for (let at = starts[column]!; at < starts[column + 1]!; at += 1)
      if (values[at] !== 0) entries.push(`${column} ${indices[at]} ${values[at]}`);
  }
  return entries;
}

function plain(numbers: Float64Array): number[] {
  return Array.from(numbers, (number) => number + 0);
}
