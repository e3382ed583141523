/**
 * Collects the diagnostics of one pass: limited in number, with errors kept before warnings, and sorted by where
 * they are in the document when the pass ends.
 */
import { type Diagnostic, type DiagnosticNote, positionAt, type Severity } from "./diagnostics";

const DIAGNOSTICS_MAX = 100;
/** Finding the nearest name means comparing all names, so only this many errors get a hint. */
const HINT_SEARCHES_MAX = 20;

/** The place of a diagnostic: a value in model_json, or a span of the text at `path`. */
export interface TextLocation {
  readonly path: string;
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
}

export interface DiagnosticExtras {
  readonly hint?: string | undefined;
  readonly notes?: readonly DiagnosticNote[];
}

export class DiagnosticList {
  readonly #errors: Diagnostic[];
  readonly #warnings: Diagnostic[];
  #hint_searches = 0;
  /** All errors found, including those beyond the limit. */
  error_count: number;
  #warning_count: number;

  /** A new list that starts with a copy of everything in `earlier`. */
  constructor(earlier?: DiagnosticList) {
    this.#errors = earlier ? [...earlier.#errors] : [];
    this.#warnings = earlier ? [...earlier.#warnings] : [];
    this.error_count = earlier?.error_count ?? 0;
    this.#warning_count = earlier ? earlier.#warning_count : 0;
  }

  /** Replaces its contents with those of `other`: of two readings of one text the better one counts. */
  replaceWith(other: DiagnosticList): void {
    this.#errors.splice(0, this.#errors.length, ...other.#errors);
    this.#warnings.splice(0, this.#warnings.length, ...other.#warnings);
    this.error_count = other.error_count;
    this.#warning_count = other.#warning_count;
  }

  error(code: string, message: string, location: TextLocation, extras: DiagnosticExtras = {}): void {
    this.error_count += 1;
    if (this.#errors.length < DIAGNOSTICS_MAX)
      this.#errors.push(makeDiagnostic("error", code, message, location, extras));
  }

  warning(code: string, message: string, location: TextLocation, extras: DiagnosticExtras = {}): void {
    this.#warning_count += 1;
    if (this.#warnings.length >= DIAGNOSTICS_MAX) return;
    this.#warnings.push(makeDiagnostic("warning", code, message, location, extras));
  }

  /** Searches for a hint, unless so many errors were found that more searches would take too long. */
  hint(search: () => string | undefined): string | undefined {
    this.#hint_searches += 1;
    return this.#hint_searches > HINT_SEARCHES_MAX ? undefined : search();
  }

  /** At most DIAGNOSTICS_MAX diagnostics sorted by place, keeping errors before warnings, then one that counts the rest. */
  finish(): readonly Diagnostic[] {
    const kept = [...this.#errors, ...this.#warnings].slice(0, DIAGNOSTICS_MAX);
    if (kept.length === 0) return kept;
    const keys = new Map(kept.map((diagnostic) => [diagnostic, (diagnostic.path ?? "").split(".")]));
    kept.sort((left, right) => comparePaths(keys.get(left)!, keys.get(right)!) || left.start - right.start);
    const omitted = this.error_count + this.#warning_count - kept.length;
    if (omitted > 0) kept.push(omittedDiagnostic(omitted, this.error_count > DIAGNOSTICS_MAX ? "error" : "warning"));
    return kept;
  }
}

function makeDiagnostic(
  severity: Severity,
  code: string,
  message: string,
  location: TextLocation,
  extras: DiagnosticExtras,
): Diagnostic {
  const start = location.start ?? 0;
  const position = location.text === undefined ? { line: 1, column: 1 } : positionAt(location.text, start);
  return {
    code,
    severity,
    message,
    ...position,
    start,
    end: location.end ?? start,
    notes: extras.notes ?? [],
    ...(extras.hint === undefined ? {} : { hint: extras.hint }),
    path: location.path,
  };
}

function omittedDiagnostic(count: number, severity: Severity): Diagnostic {
  const message = `${count} more ${count === 1 ? "finding is" : "findings are"} not shown; correct these first`;
  return { code: "diagnostics_omitted", severity, message, line: 1, column: 1, start: 0, end: 0, notes: [] };
}

/** Reading order of the sections of a model. */
const SECTION_ORDER = ["", "name", "options", "parameters", "variables", "objective", "constraints"];

function comparePaths(left: readonly string[], right: readonly string[]): number {
  const sections = SECTION_ORDER.indexOf(left[0]!) - SECTION_ORDER.indexOf(right[0]!);
  if (sections !== 0) return sections;
  for (let depth = 1; depth < Math.min(left.length, right.length); depth += 1) {
    const [a, b] = [left[depth]!, right[depth]!];
    if (a === b) continue;
    const numeric = Number(a) - Number(b);
    return Number.isNaN(numeric) ? (a < b ? -1 : 1) : numeric;
  }
  return left.length - right.length;
}
