/** A compiled problem as the text of a file that other solvers read. */
import type { Problem } from "../../problem/problem";
import { type ExportFormat, FILE_FORMATS } from "../formats";
import type { Written } from "./written";

/** Takes time linear in the size of the problem, so a large one must not be exported on a thread that others wait for. */
export function exportProblem(problem: Problem, format: ExportFormat): Written {
  return FILE_FORMATS[format].write(problem);
}
