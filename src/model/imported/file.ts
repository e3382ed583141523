/**
 * Imported files: `prepareFile` reads the text once, `compileFile` replaces the numbers in some of its cells, any number of
 * times. `{"format": name, "content": text, "options"?, "name"?}`.
 */
import { nearestHint } from "../../nearest";
import type { Problem } from "../../problem/problem";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { FILE_FORMAT_NAMES, FILE_FORMATS } from "../formats";
import type { InputDeclaration } from "../inputs";
import { describeValue, quote } from "../json";
import { CellIndex, type CellResolution } from "./cells";

const KEYS = ["format", "content", "options", "name"];
/** Limit of cells listed as inputs. A file may have millions; paths reach all of them. */
const INPUTS_MAX = 1000;

export class ImportedFile {
  #cells: CellIndex | null = null;

  constructor(readonly problem: Problem) {}

  /** Made on first use, because most fires override nothing. */
  get index(): CellIndex {
    this.#cells ??= new CellIndex(this.problem);
    return this.#cells;
  }
}

/** Null after errors in `list`. */
export function prepareFile(
  model: Readonly<Record<string, unknown>>,
  list: DiagnosticList,
  budget: Budget,
): ImportedFile | null {
  for (const key of Object.keys(model)) {
    if (KEYS.includes(key)) continue;
    const message = `an imported file has no key ${quote(key)}; it takes ${KEYS.join(", ")}`;
    list.error("unknown_key", message, { path: key }, { hint: list.hint(() => nearestHint(key, KEYS)) });
  }
  const { content, name } = model;
  const format = FILE_FORMAT_NAMES.find((known) => known === model.format);
  if (format === undefined) {
    const known = FILE_FORMAT_NAMES.map(quote).join(" or ");
    list.error("wrong_value", `format is ${describeValue(model.format)}, expected ${known}`, { path: "format" });
  }
  if (name !== undefined && typeof name !== "string")
    list.error("wrong_type", `name is ${describeValue(name)}, expected a text`, { path: "name" });
  if (typeof content !== "string") {
    list.error("wrong_type", `content is ${describeValue(content)}, expected the text of the file`, {
      path: "content",
    });
    return null;
  }
  if (format === undefined) return null;
  const problem = FILE_FORMATS[format].read(content, list, budget);
  if (problem === null) return null;
  return new ImportedFile(typeof name === "string" ? { ...problem, name } : problem);
}

/** The file's problem with `values` put into the cells that their keys name. */
export function compileFile(file: ImportedFile, values: Readonly<Record<string, unknown>>): Problem {
  return Object.keys(values).length === 0 ? file.problem : file.index.replace(values);
}

/**
 * The cells that a fire is likely to override, by their paths: right sides of the rows, costs that are not 0, finite bounds that
 * are not the default. At most 1,000.
 */
export function declareFileInputs(file: ImportedFile): readonly InputDeclaration[] {
  const { columns, rows } = file.problem;
  const inputs: InputDeclaration[] = [];
  const list = (path: string): void => {
    const found = file.index.resolve(path);
    if (!("error" in found)) inputs.push(declare(path, found));
  };
  for (let row = 0; row < rows.count && inputs.length < INPUTS_MAX; row += 1) {
    const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
    const is_range = lower !== upper && Number.isFinite(lower) && Number.isFinite(upper);
    for (const property of is_range ? ["lower", "upper"] : ["rhs"]) list(`rows.${rows.names[row]}.${property}`);
  }
  for (let column = 0; column < columns.count && inputs.length < INPUTS_MAX; column += 1) {
    const owner = `columns.${columns.names[column]}`;
    if (columns.cost[column] !== 0) list(`${owner}.cost`);
    if (columns.lower[column] !== 0 && columns.lower[column] !== -Infinity) list(`${owner}.lower`);
    if (columns.upper[column] !== Infinity) list(`${owner}.upper`);
  }
  return inputs.slice(0, INPUTS_MAX);
}

function declare(name: string, { value }: Exclude<CellResolution, { error: string }>): InputDeclaration {
  const shape = { type: "number" } as const;
  return {
    name,
    kind: "cell",
    description: null,
    unit: null,
    type: "number",
    index_sets: [],
    shape,
    value,
    size: 1,
    required: false,
  };
}
