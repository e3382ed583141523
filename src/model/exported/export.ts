/** A compiled problem as the text of a file that other solvers read. */
import type { Problem } from "../../problem/problem";
import { quote } from "../json";
import { writeLp } from "./lp_writer";
import { writeMps } from "./mps_writer";

export const EXPORT_FORMATS = ["mps", "lp"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Linear in the size of the problem: for a large one not to be done where others wait. The error, a sentence, is for what
 * the format cannot say.
 */
export function exportProblem(
  problem: Problem,
  format: ExportFormat,
): { readonly text: string } | { readonly error: string } {
  const { columns, rows } = problem;
  if (format === "lp") {
    if (columns.count > 0 || rows.count === 0) return { text: writeLp(problem) };
    return { error: "the model has constraints and no variables, which an LP file cannot hold; export it as MPS" };
  }
  const crossed = rows.lower.findIndex((lower, row) => lower > rows.upper[row]!);
  if (crossed === -1) return { text: writeMps(problem) };
  const sides = `the lower side ${rows.lower[crossed]} above its upper side ${rows.upper[crossed]}`;
  return {
    error: `the constraint ${quote(rows.names[crossed]!)} has ${sides}, which an MPS file cannot hold; export it as LP`,
  };
}
