/** JSON for people: a value that fits on one line stays on one line. */
const LINE_LENGTH_MAX = 72;

/** The value as JSON text, indented by two spaces per level. */
export function spellJson(value: unknown, indent = ""): string {
  const line = spellLine(value);
  if (indent.length + line.length <= LINE_LENGTH_MAX || typeof value !== "object" || value === null) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const entries = Array.isArray(value)
    ? value.map((entry) => spellJson(entry, deeper))
    : Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${spellJson(entry, deeper)}`);
  return `${open}\n${entries.map((entry) => deeper + entry).join(",\n")}\n${indent}${close}`;
}

function spellLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spellLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${spellLine(entry)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
