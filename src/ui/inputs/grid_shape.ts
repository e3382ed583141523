/**
 * Keyed tables and matrices as grids: finds the rows and columns of an input, fills the cells from JSON, and makes JSON from
 * the cells. Cells are texts while they are edited; an empty one is left out.
 */
import type { InputDeclaration } from "../api/objects";
import { type NumberHabit, numberOrText, typedNumber } from "./number_text";

/** Inputs with more cells than this are not edited cell by cell: they come from a file. */
export const GRID_CELLS_MAX = 2500;

export interface GridShape {
  readonly rows: readonly string[];
  /** A plain list has one column, whose name is empty. */
  readonly columns: readonly string[];
  readonly row_label: string;
  readonly column_label: string | null;
  /** The form of the JSON that the cells are written as. */
  readonly form: "array" | "arrays" | "object" | "objects" | "object_of_arrays" | "keys";
  readonly is_text: boolean;
}

export type Cells = readonly (readonly string[])[];

type Shape = InputDeclaration["shape"];

/** The grid of an input; null for a scalar, a set, or an input whose members are not known. */
export function gridShapeOf(input: InputDeclaration, draft: Readonly<Record<string, unknown>>): GridShape | null {
  const { shape } = input;
  if (shape.type === "param") return paramGrid(shape, draft);
  return shape.type === "set" ? null : flatGrid(shape);
}

function paramGrid(
  shape: Extract<Shape, { type: "param" }>,
  draft: Readonly<Record<string, unknown>>,
): GridShape | null {
  if (shape.indices.length === 0) return null;
  const members = shape.indices.map(({ set, members }) => membersGiven(draft[set]) ?? members);
  if (members.some((list) => list === null)) return null;
  const known = members as readonly (readonly string[])[];
  const labels = shape.indices.map(({ set }) => set);
  const text = { is_text: shape.is_symbolic, form: "keys" } as const;
  const last = known.at(-1)!;
  if (known.length === 1) {
    return { rows: last, columns: [""], row_label: labels[0]!, column_label: null, ...text };
  }
  const rows = known
    .slice(0, -1)
    .reduce<readonly string[]>(
      (found, list) =>
        found.length === 0 ? list : found.flatMap((start) => list.map((member) => `${start},${member}`)),
      [],
    );
  return { rows, columns: last, row_label: labels.slice(0, -1).join(", "), column_label: labels.at(-1)!, ...text };
}

/** Members of a set that are given in the same form. */
function membersGiven(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  return value.map((member) => (Array.isArray(member) ? member.join(",") : String(member)));
}

const positions = (length: number): string[] => Array.from({ length }, (_, i) => String(i));

function flatGrid(shape: Shape): GridShape | null {
  const plain = { row_label: "", column_label: null, is_text: false, columns: [""] };
  if (shape.type === "array") {
    const rows = positions(shape.length);
    if (shape.of.type === "number") return { ...plain, rows, form: "array" };
    if (shape.of.type === "array" && shape.of.of.type === "number") {
      return { ...plain, rows, columns: positions(shape.of.length), form: "arrays" };
    }
  }
  if (shape.type === "object") {
    const rows = shape.keys;
    if (shape.of.type === "number") return { ...plain, rows, form: "object" };
    if (shape.of.type === "object" && shape.of.of.type === "number") {
      return { ...plain, rows, columns: shape.of.keys, form: "objects" };
    }
    if (shape.of.type === "array" && shape.of.of.type === "number") {
      return { ...plain, rows, columns: positions(shape.of.length), form: "object_of_arrays" };
    }
  }
  return null;
}

/** The cells for a value, with numbers as the viewer types them; cells without a value are empty. */
export function cellsOf(shape: GridShape, value: unknown, habit: NumberHabit): Cells {
  return shape.rows.map((row, i) =>
    shape.columns.map((column, j) => textOf(elementOf(shape, value, { row, column, i, j }), habit)),
  );
}

interface GridCell {
  readonly row: string;
  readonly column: string;
  readonly i: number;
  readonly j: number;
}

function elementOf(shape: GridShape, value: unknown, { row, column, i, j }: GridCell): unknown {
  const is_list = shape.columns.length === 1 && shape.columns[0] === "";
  if (shape.form === "keys") {
    const direct = pick(value, is_list ? row : `${row},${column}`);
    if (direct !== undefined) return direct;
    return is_list ? pick(value, String(i)) : pick(pick(value, row) ?? pick(value, String(i)), column);
  }
  const line = pick(value, shape.form === "array" || shape.form === "arrays" ? String(i) : row);
  if (is_list) return line;
  return pick(line, shape.form === "objects" ? column : String(j));
}

function pick(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function textOf(value: unknown, habit: NumberHabit): string {
  if (typeof value === "number") return typedNumber(value, habit);
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

/** The JSON for the cells, in the form that the model takes. */
export function jsonOf(shape: GridShape, cells: Cells): unknown {
  const read = (text: string): unknown => (shape.is_text ? text : numberOrText(text));
  const is_list = shape.columns.length === 1 && shape.columns[0] === "";
  const line = (i: number): unknown[] => shape.columns.map((_, j) => read(cells[i]?.[j] ?? ""));
  const keyed = (entries: [string, string][]): Record<string, unknown> =>
    Object.fromEntries(entries.filter(([, text]) => text.trim() !== "").map(([key, text]) => [key, read(text)]));
  switch (shape.form) {
    case "array":
      return shape.rows.map((_, i) => read(cells[i]?.[0] ?? ""));
    case "arrays":
      return shape.rows.map((_, i) => line(i));
    case "object_of_arrays":
      return Object.fromEntries(shape.rows.map((row, i) => [row, line(i)]));
    case "objects":
      return Object.fromEntries(
        shape.rows.map((row, i) => [row, keyed(shape.columns.map((column, j) => [column, cells[i]?.[j] ?? ""]))]),
      );
    case "object":
    case "keys":
      return keyed(
        shape.rows.flatMap((row, i) =>
          shape.columns.map((column, j): [string, string] => [is_list ? row : `${row},${column}`, cells[i]?.[j] ?? ""]),
        ),
      );
  }
}
