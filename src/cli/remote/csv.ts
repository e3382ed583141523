/** Lines of CSV as RFC 4180 has them, safe to open in a spreadsheet. */

/** A spreadsheet takes a text that begins so for a formula. */
const FORMULA_PATTERN = /^[=+\-@\t\r]/;

export function csvLine(values: readonly unknown[]): string {
  return `${values.map(field).join(",")}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = FORMULA_PATTERN.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
