/** Files as models, and what is said of them. */
import type { Diagnostic } from "../../../src/model/diagnostics";
import { compileOf, type JsonObject, problemOf } from "../setup";
import { type Reading, readingOf } from "./highs_oracle";

export type Format = "mps" | "lp";

export function fileOf(format: Format, content: string, more: JsonObject = {}): JsonObject {
  return { format, content, ...more };
}

export function readOurselves(format: Format, content: string): Reading {
  return readingOf(problemOf(fileOf(format, content)));
}

/** `line:column code message (hint)` of each finding of that severity. */
export function findingsOf(format: Format, content: string, severity: Diagnostic["severity"]): readonly string[] {
  return compileOf(fileOf(format, content))
    .diagnostics.filter((diagnostic) => diagnostic.severity === severity)
    .map(({ line, column, code, message, hint }) => `${line}:${column} ${code} ${message}${hint ? ` (${hint})` : ""}`);
}
