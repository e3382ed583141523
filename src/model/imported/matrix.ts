/** The sparse matrix of a file that is given by columns, converted to rows; and the quadratic part of an objective. */
import { type Hessian, isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";
import type { Budget } from "../budget";
import { findConvexityFault } from "../flat/convexity";
import { quote } from "../json";
import { GrowingIntegers, GrowingNumbers } from "../language/run/growing";
import type { FileDiagnostics, Span } from "./file_diagnostics";

/** Entries in ascending order of columns. */
export class ColumnwiseEntries {
  readonly columns = new GrowingIntegers();
  readonly rows = new GrowingIntegers();
  readonly values = new GrowingNumbers();

  push(column: number, row: number, value: number): void {
    this.columns.push(column);
    this.rows.push(row);
    this.values.push(value);
  }

  /** By rows, each in order of columns; linear in the number of entries. */
  toRows(row_count: number): SparseRows {
    const count = this.values.length;
    const starts = new Int32Array(row_count + 1);
    const rows = this.rows.items;
    for (let entry = 0; entry < count; entry += 1) starts[rows[entry]! + 1]! += 1;
    for (let row = 0; row < row_count; row += 1) starts[row + 1]! += starts[row]!;
    const next = starts.slice(0, row_count);
    const indices = new Int32Array(count);
    const values = new Float64Array(count);
    for (let entry = 0; entry < count; entry += 1) {
      const row = rows[entry]!;
      const slot = next[row]!;
      next[row] = slot + 1;
      indices[slot] = this.columns.items[entry]!;
      values[slot] = this.values.items[entry]!;
    }
    return { starts, indices, values };
  }
}

/** Reports quadratic objectives that HiGHS cannot solve: with integer columns, or with the wrong curvature. */
export function checkQuadratic(
  problem: Omit<Problem, "hessian">,
  hessian: Hessian,
  diagnostics: FileDiagnostics,
  location: Span,
  budget: Budget,
): void {
  const { columns, sense } = problem;
  const discrete = columns.kinds.findIndex((kind) => isIntegerKind(kind) || kind === KIND.semicontinuous);
  if (discrete !== -1) {
    const message = `the objective is quadratic and ${quote(columns.names[discrete]!)} is integer or semi-continuous: quadratic problems take continuous variables only`;
    diagnostics.error("quadratic_integer", message, location);
    return;
  }
  const fault = findConvexityFault(hessian, sense === "minimize" ? 1 : -1, budget);
  if (fault === null) return;
  const wanted = sense === "minimize" ? "convex to be minimized" : "concave to be maximized";
  const message = `the quadratic objective must be ${wanted}; it bends the wrong way along ${quote(columns.names[fault.column]!)}`;
  diagnostics.error("quadratic_not_convex", message, location);
}
