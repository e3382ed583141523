/** A compiled problem as the text of a file that other solvers read. */
import type { Problem } from "../../problem/problem";
import { type ExportFormat, FILE_FORMATS } from "../formats";
import type { Written } from "./written";

/** Linear in the size of the problem: for a large one not to be done where others wait. */
export function exportProblem(problem: Problem, format: ExportFormat): Written {
  return FILE_FORMATS[format].write(problem);
}
