/**
 * Single numbers of an imported file that a fire may replace: `columns.NAME.cost|lower|upper`, `rows.NAME.rhs|lower|upper`
 * and `coefficients.ROW.COLUMN`. Names may contain dots, so a path is matched against the names of the file.
 */
import { nearestHint } from "../../nearest";
import type { Problem } from "../../problem/problem";
import { describeValue, quote } from "../json";

/** `["columns", NAME, "cost"]`, `["rows", NAME, "rhs"]`, `["coefficients", ROW, COLUMN]`. */
export type Cell = readonly [part: string, name: string, property: string];

/** The cell that a path leads to, as plain JSON. */
export type CellResolution =
  | { readonly cell: Cell; readonly accepts: CellValue; readonly value: number | null }
  | { readonly error: string };

/** A finite number; `bound` also accepts null for none. */
export type CellValue = "number" | "bound";

const PATH_LENGTH_MAX = 1000;
const PARTS = ["columns", "rows", "coefficients"];
const COLUMN_PROPERTIES = ["cost", "lower", "upper"];
const ROW_PROPERTIES = ["rhs", "lower", "upper"];

/** Positions of a problem's names. Compiled models may have equal names; then the first one counts. */
export class CellIndex {
  readonly #columns: ReadonlyMap<string, number>;
  readonly #rows: ReadonlyMap<string, number>;

  readonly #problem: Problem;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#columns = positions(problem.columns.names);
    this.#rows = positions(problem.rows.names);
  }

  /** The error is a sentence for the person who wrote the path. */
  resolve(path: string): CellResolution {
    if (path.length > PATH_LENGTH_MAX) return { error: `the path is longer than ${PATH_LENGTH_MAX} characters` };
    const dot = path.indexOf(".");
    const part = dot === -1 ? path : path.slice(0, dot);
    const rest = dot === -1 ? "" : path.slice(dot + 1);
    switch (part) {
      case "columns":
        return this.#resolveProperty("columns", rest, this.#columns, COLUMN_PROPERTIES);
      case "rows":
        return this.#resolveProperty("rows", rest, this.#rows, ROW_PROPERTIES);
      case "coefficients":
        return this.#resolveCoefficient(rest);
      default:
        return {
          error: `the file has no part ${quote(part)}${hintOf(part, PARTS)}; the parts are ${PARTS.join(", ")}`,
        };
    }
  }

  /** The problem with other numbers in some cells; unchanged parts are shared with the old one. */
  replace(values: Readonly<Record<string, unknown>>): Problem {
    const { columns, rows, matrix } = this.#problem;
    const cost = new Copied(columns.cost);
    const bounds = {
      columns: new CopiedBounds(columns.lower, columns.upper),
      rows: new CopiedBounds(rows.lower, rows.upper),
    };
    const coefficients = new Copied(matrix.values);
    for (const [key, value] of Object.entries(values)) {
      const [part, name, property] = readCellKey(key);
      const number = typeof value === "number" ? value + 0 : null;
      if (part === "coefficients") coefficients.put(this.#entryOf(name, property), number ?? 0);
      else if (part === "columns" && property === "cost") cost.put(this.#columns.get(name) ?? -1, number ?? 0);
      else if (part === "columns") bounds.columns.put(this.#columns.get(name) ?? -1, property, number);
      else bounds.rows.put(this.#rows.get(name) ?? -1, property, number);
    }
    return {
      ...this.#problem,
      columns: { ...columns, cost: cost.items, ...bounds.columns.finish() },
      rows: { ...rows, ...bounds.rows.finish() },
      matrix: { ...matrix, values: coefficients.items },
    };
  }

  #resolveProperty(
    part: "columns" | "rows",
    rest: string,
    names: ReadonlyMap<string, number>,
    properties: readonly string[],
  ): CellResolution {
    const dot = rest.lastIndexOf(".");
    const name = rest.slice(0, Math.max(0, dot));
    const property = rest.slice(dot + 1);
    const noun = part === "columns" ? "column" : "row";
    if (names.has(rest)) return { error: `the path ends at ${part}.${rest}; go on to ${properties.join(", ")}` };
    if (dot === -1) return { error: `${part} has no ${noun} ${quote(rest)}${hintOf(rest, names.keys())}` };
    const at = names.get(name);
    if (at === undefined) return { error: `${part} has no ${noun} ${quote(name)}${hintOf(name, names.keys())}` };
    if (!properties.includes(property))
      return {
        error: `${part}.${name} has no property ${quote(property)}${hintOf(property, properties)}; it has ${properties.join(", ")}`,
      };
    const cell: Cell = [part, name, property];
    const { columns, rows } = this.#problem;
    if (property === "cost") return { cell, accepts: "number", value: columns.cost[at]! };
    const { lower, upper } = part === "columns" ? columns : rows;
    if (property !== "rhs")
      return { cell, accepts: "bound", value: finiteOrNull((property === "lower" ? lower : upper)[at]!) };
    return resolveSide(cell, lower[at]!, upper[at]!);
  }

  /** Tries every dot as the separator between row and column. */
  #resolveCoefficient(rest: string): CellResolution {
    let row_seen: string | null = null;
    for (let dot = rest.indexOf("."); dot !== -1; dot = rest.indexOf(".", dot + 1)) {
      const [row, column] = [rest.slice(0, dot), rest.slice(dot + 1)];
      if (!this.#rows.has(row)) continue;
      row_seen ??= row;
      if (!this.#columns.has(column)) continue;
      const entry = this.#entryOf(row, column);
      if (entry === -1)
        return { error: `the row ${quote(row)} has no coefficient of ${quote(column)}; the file gives none` };
      return { cell: ["coefficients", row, column], accepts: "number", value: this.#problem.matrix.values[entry]! };
    }
    if (row_seen === null) {
      const row = rest.split(".")[0]!;
      return {
        error: `the path coefficients.${rest} names no row of the file${hintOf(row, this.#rows.keys())}; write coefficients.ROW.COLUMN`,
      };
    }
    const column = rest.slice(row_seen.length + 1);
    return { error: `columns has no column ${quote(column)}${hintOf(column, this.#columns.keys())}` };
  }

  #entryOf(row: string, column: string): number {
    const at = this.#rows.get(row) ?? -1;
    const index = this.#columns.get(column) ?? -1;
    const { starts, indices } = this.#problem.matrix;
    if (at === -1) return -1;
    let [from, to] = [starts[at]!, starts[at + 1]!];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (indices[middle]! < index) from = middle + 1;
      else to = middle;
    }
    return from < starts[at + 1]! && indices[from] === index ? from : -1;
  }
}

/** The right side of a row is its only side; for an equation it means both sides. */
function resolveSide([part, name]: Cell, lower: number, upper: number): CellResolution {
  const owner = `${part}.${name}`;
  if (lower === upper) return { cell: [part, name, "rhs"], accepts: "number", value: lower };
  const is_lower = Number.isFinite(lower);
  if (is_lower && Number.isFinite(upper))
    return { error: `${owner} is a range from ${lower} to ${upper}; override its lower or upper side` };
  if (!is_lower && !Number.isFinite(upper))
    return { error: `${owner} has no right side; override its lower or upper side` };
  return { cell: [part, name, is_lower ? "lower" : "upper"], accepts: "number", value: is_lower ? lower : upper };
}

/** Gives the same text for two cells when one would overwrite all or part of the other. */
export function cellPaths([part, name, property]: Cell): readonly (readonly string[])[] {
  if (property !== "rhs" || part !== "rows") return [[part, name, property]];
  return [
    [part, name, "lower"],
    [part, name, "upper"],
  ];
}

/** A key for the values of a compile. */
export function cellKey(cell: Cell): string {
  return JSON.stringify(cell);
}

/** What was expected; null when the value fits. */
export function findCellFault(accepts: CellValue, value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return null;
  if (accepts === "number") return `${describeValue(value)}, expected a finite number`;
  return value === null ? null : `${describeValue(value)}, expected a finite number, or null for no bound`;
}

function readCellKey(key: string): Cell {
  return JSON.parse(key) as Cell;
}

class Copied {
  #is_copied = false;

  constructor(public items: Float64Array) {}

  put(at: number, value: number): void {
    if (at === -1) return;
    if (!this.#is_copied) this.items = this.items.slice();
    this.#is_copied = true;
    this.items[at] = value;
  }
}

class CopiedBounds {
  readonly #lower: Copied;
  readonly #upper: Copied;

  constructor(lower: Float64Array, upper: Float64Array) {
    this.#lower = new Copied(lower);
    this.#upper = new Copied(upper);
  }

  put(at: number, property: string, value: number | null): void {
    if (property !== "upper") this.#lower.put(at, value ?? -Infinity);
    if (property !== "lower") this.#upper.put(at, value ?? Infinity);
  }

  finish(): { readonly lower: Float64Array; readonly upper: Float64Array } {
    return { lower: this.#lower.items, upper: this.#upper.items };
  }
}

function positions(names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let at = 0; at < names.length; at += 1) if (!found.has(names[at]!)) found.set(names[at]!, at);
  return found;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function hintOf(name: string, known: Iterable<string>): string {
  const hint = nearestHint(name, known);
  return hint === undefined ? "" : `, ${hint}`;
}
