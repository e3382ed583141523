/** Rows for a person, as columns that line up. */

/** Control characters: in a user's names they could move the cursor, or do worse. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant.
const CONTROL_PATTERN = /[\u0000-\u001f\u007f-\u009f]/g;

export type Cell = string | number | boolean | null | undefined;

/** Text of a table; the header alone when there are no rows. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(shown))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => Bun.stringWidth(row[column] ?? ""))));
  return cells
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A list of names with their values, one a line. */
export function facts(values: Readonly<Record<string, Cell>>): string {
  const names = Object.keys(values);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)}  ${shown(values[name])}`.trimEnd()).join("\n");
}

function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return "-";
  return String(cell).replaceAll(CONTROL_PATTERN, " ");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));
}
