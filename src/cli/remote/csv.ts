/** Lines of CSV as RFC 4180 has them, safe to open in a spreadsheet. */

/** A spreadsheet reads a text that begins with one of these as a formula; the full-width forms too, where people type them. */
const FORMULA_PATTERN = /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/;
/** If the semicolon separates cells, as in most of Europe, a new cell begins at each of these, even inside quotes. */
const INNER_CELL_PATTERN = /([;\t\r\n][\s"]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])/g;

export function csvLine(values: readonly unknown[]): string {
  return `${values.map(field).join(",")}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const inside = text.replace(INNER_CELL_PATTERN, "$1'");
  const safe = FORMULA_PATTERN.test(text) ? `'${inside}` : inside;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
