/**
 * Errors in a model are data: all that a pass finds are returned, sorted by position.
 * Positions refer to `path` when it is set (an expression inside model_json), else to the source text.
 */

export type Severity = "error" | "warning";

export interface DiagnosticNote {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Diagnostic {
  /** snake_case and stable, for programs to test. */
  readonly code: string;
  readonly severity: Severity;
  /** What was found, what was expected, what to do next. */
  readonly message: string;
  /** 1-based line and column, 0-based half-open offsets [start, end) into the text. */
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
  readonly notes: readonly DiagnosticNote[];
  readonly hint?: string;
  /** Dot path into model_json of the text the position refers to, such as `constraints.0.expression`. */
  readonly path?: string;
}

/** 1-based line and column (in UTF-16 units) of a 0-based offset; an offset past the end counts as the end. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const end = Math.min(offset, text.length);
  let line = 1;
  let line_start = 0;
  for (let found = text.indexOf("\n"); found !== -1 && found < end; found = text.indexOf("\n", found + 1)) {
    line += 1;
    line_start = found + 1;
  }
  return { line, column: end - line_start + 1 };
}

/** Columns of a source line shown around the caret. */
const EXCERPT_COLUMNS_MAX = 100;

/**
 * One diagnostic as plain text for a terminal: the message, its place and, when `text` (the text at `path`)
 * is given, its line with a caret under the span. Control characters of the line are shown as spaces.
 */
export function renderDiagnostic(diagnostic: Diagnostic, text: string | null): string {
  const location = diagnostic.path === undefined ? "" : `${diagnostic.path}:`;
  const lines = [
    `${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`,
    `  at ${location}${diagnostic.line}:${diagnostic.column}`,
  ];
  if (text !== null && text.length > 0) lines.push(...excerpt(diagnostic, text));
  for (const note of diagnostic.notes) {
    lines.push(`  note: ${note.message}${note.line === undefined ? "" : ` (${note.line}:${note.column ?? 1})`}`);
  }
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${diagnostic.hint}`);
  return lines.join("\n");
}

function excerpt(diagnostic: Diagnostic, text: string): string[] {
  const line_start = diagnostic.start - (diagnostic.column - 1);
  const next_break = text.indexOf("\n", line_start);
  const line_end = next_break === -1 ? text.length : next_break;
  const from = Math.max(line_start, Math.min(diagnostic.start - 60, line_end - EXCERPT_COLUMNS_MAX));
  const to = Math.min(line_end, from + EXCERPT_COLUMNS_MAX);
  const carets = Math.max(1, Math.min(diagnostic.end, to) - diagnostic.start);
  const printable = [...text.slice(from, to)].map((letter) => (letter < " " || letter === "\u007f" ? " " : letter));
  return [`    ${printable.join("")}`, `    ${" ".repeat(diagnostic.start - from)}${"^".repeat(carets)}`];
}
