/** Reads tables from text: tabs as a spreadsheet copies them, commas or semicolons with quotes as in CSV files (RFC 4180). */
import type { Cells, GridShape } from "./grid_shape";
import { numberOrText, readNumber } from "./number_text";

/** Rows of fields. The separator is the first of tab, semicolon and comma that occurs in the first line. */
export function parseTable(text: string): string[][] {
  return split(text, separatorOf(text));
}

/**
 * Rows of the pasted text. Spreadsheets put tabs between cells, and a comma may be part of a number: it separates cells only
 * where no line is a number as a whole.
 */
export function pastedTable(text: string): string[][] {
  const separator = separatorOf(text);
  const is_number =
    separator === "," && text.split("\n").some((line) => ["number", "two"].includes(readNumber(line).kind));
  return split(text, is_number ? "\t" : separator);
}

/** Objects from a table whose first line holds the names. Texts that are clearly numbers become numbers; 007 stays a name. */
export function objectsOfTable(table: readonly (readonly string[])[]): Record<string, string | number>[] {
  const [names = [], ...lines] = table;
  return lines.map((line) => Object.fromEntries(names.map((name, i) => [name, cellOf(line[i] ?? "")])));
}

function cellOf(text: string): string | number {
  return /^0\d/.test(text) ? text : numberOrText(text);
}

function split(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let is_quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i]!;
    if (is_quoted) {
      if (letter !== '"') field += letter;
      else if (text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else is_quoted = false;
    } else if (letter === '"' && field === "") is_quoted = true;
    else if (letter === separator) {
      row.push(field.trim());
      field = "";
    } else if (letter === "\n") {
      rows.push([...row, field.trim()]);
      row = [];
      field = "";
    } else if (letter !== "\r") field += letter;
  }
  if (field !== "" || row.length > 0) rows.push([...row, field.trim()]);
  return rows.filter((found) => found.some((part) => part !== ""));
}

function separatorOf(text: string): string {
  const line = text.slice(0, text.indexOf("\n") === -1 ? text.length : text.indexOf("\n"));
  if (line.includes("\t")) return "\t";
  return line.includes(";") ? ";" : ",";
}

/** Writes a table over the cells, starting at one cell, as a spreadsheet does; the part beyond the grid is dropped. */
export function pasteAt(
  cells: Cells,
  at: { row: number; column: number },
  table: readonly (readonly string[])[],
): Cells {
  return cells.map((line, i) => line.map((cell, j) => table[i - at.row]?.[j - at.column] ?? cell));
}

/**
 * The cells filled from a file: by the names of rows and columns where the file has them, as `key,value` lines for a list or
 * `row,column,value` lines for a matrix, otherwise by position. Null when the file does not fit in any of these ways.
 */
export function cellsOfTable(shape: GridShape, table: readonly (readonly string[])[]): Cells | null {
  return byNames(shape, table) ?? byLines(shape, table) ?? byPosition(shape, table);
}

function byNames(shape: GridShape, table: readonly (readonly string[])[]): Cells | null {
  const [head = [], ...body] = table;
  const columns = shape.columns.map((column) => head.indexOf(column));
  if (shape.columns[0] === "" || columns.includes(-1)) return null;
  return fill(shape, (row, j) => body.find(([name]) => name === row)?.[columns[j]!]);
}

function byLines(shape: GridShape, table: readonly (readonly string[])[]): Cells | null {
  const known = new Set(shape.rows);
  const is_list = shape.columns[0] === "";
  const width = is_list ? 2 : 3;
  const lines = table.filter((line) => line.length === width && known.has(line[0]!));
  if (lines.length === 0 || lines.length < table.length - 1) return null;
  if (!is_list && lines.some((line) => !shape.columns.includes(line[1]!))) return null;
  const found = new Map(lines.map((line) => [line.slice(0, -1).join(","), line.at(-1)!]));
  return fill(shape, (row, j) => found.get(is_list ? row : `${row},${shape.columns[j]}`));
}

function byPosition(shape: GridShape, table: readonly (readonly string[])[]): Cells | null {
  const flat = table.flat();
  if (shape.columns[0] === "" && flat.length === shape.rows.length) return flat.map((text) => [text]);
  const fits = table.length === shape.rows.length && table.every((line) => line.length === shape.columns.length);
  return fits ? table : null;
}

function fill(shape: GridShape, read: (row: string, column: number) => string | undefined): Cells {
  return shape.rows.map((row) => shape.columns.map((_, j) => read(row, j) ?? ""));
}
