/** `--export FILE`: writes the compiled problem for other solvers. */
import { basename, extname } from "node:path";
import { exportProblem } from "../model/exported/export";
import { EXPORT_FORMATS, FILE_FORMATS } from "../model/formats";
import type { Problem } from "../problem/problem";
import type { ParsedArguments } from "./arguments";
import { FileFault, oneOf } from "./model_file";
import { writeOutputFile } from "./output_file";

/** `.mps or .lp`. */
export const EXPORT_ENDINGS = oneOf(EXPORT_FORMATS.map((format) => FILE_FORMATS[format].ending));

/** Writes the problem to the file that --export names, when the option is given. @throws FileFault */
export function exportIfAsked(parsed: ParsedArguments, problem: () => Problem | null): void {
  const path = parsed.options.export?.[0];
  if (path === undefined) return;
  const ending = extname(path).toLowerCase();
  const format = EXPORT_FORMATS.find((known) => FILE_FORMATS[known].ending === ending);
  if (format === undefined)
    throw new FileFault(`${basename(path)}: the ending tells the format; ${EXPORT_ENDINGS} is expected`);
  const compiled = problem();
  if (compiled === null) return;
  const written = exportProblem(compiled, format);
  if ("error" in written) throw new FileFault(`--export: ${written.error}`);
  writeOutputFile(path, written.text);
}
