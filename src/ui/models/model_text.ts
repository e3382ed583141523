/** Turns a model of any form into texts that a person edits, and back; and finds the place of a diagnostic in them. */
import type { Diagnostic, EditorMode, ModelFormat } from "../api/objects";
import type { CodeMark } from "../editor/code_mark";
import { rangeOf } from "../editor/json_range";
import { FACTS } from "../facts";

export type ModelForm = "algebraic" | "file" | "flat";

/** The texts of a model: its source, and its other fields as JSON. */
export interface ModelText {
  readonly form: ModelForm;
  readonly text: string;
  /** The fields beside the source or the content of the file; "{}" for a flat model. */
  readonly rest: string;
}

type Model = Readonly<Record<string, unknown>>;

export function textOfModel(model: unknown): ModelText {
  const { source, content, ...rest } = isRecord(model) ? model : {};
  if (typeof source === "string") return { form: "algebraic", text: source, rest: pretty(rest) };
  if (typeof content === "string") return { form: "file", text: content, rest: pretty(rest) };
  return { form: "flat", text: pretty(model ?? EMPTY_FLAT), rest: "{}" };
}

export const EMPTY_FLAT: Model = {
  variables: [{ name: "x", type: "continuous", lower_bound: 0, upper_bound: 10 }],
  objective: { sense: "maximize", expression: "x" },
  constraints: [],
};

/** The model that the texts describe; an error message when one of them is not JSON. */
export function modelOfText({ form, text, rest }: ModelText): { model: Model } | { fault: string } {
  try {
    if (form === "flat") return { model: JSON.parse(text) as Model };
    const around = JSON.parse(rest) as Model;
    return { model: form === "algebraic" ? { ...around, source: text } : { ...around, content: text } };
  } catch (error) {
    const where = form === "flat" ? "The model" : "What goes with the source";
    return { fault: `${where} is not JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The editor's mode for the text; a source without a language is MathProg. */
export function editorModeOf({ form, rest }: ModelText): EditorMode {
  if (form === "flat") return "json";
  const named = formatOf(parsed(rest));
  return named?.editor ?? (form === "algebraic" ? "mathprog" : "plain");
}

function formatOf(model: Model): ModelFormat | undefined {
  return FACTS.model_formats.find(({ tag, name }) => model[tag] === name);
}

function parsed(text: string): Model {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Marks for the diagnostics in the text that is shown; the others appear in the list only. */
export function marksOf(model_text: ModelText, diagnostics: readonly Diagnostic[]): CodeMark[] {
  return diagnostics.flatMap((diagnostic) => {
    const start = startOf(model_text, diagnostic);
    if (start === null) return [];
    const { severity, message, hint } = diagnostic;
    const said = hint === undefined ? message : `${message}; ${hint}`;
    return [{ from: start, to: start + Math.max(1, diagnostic.end - diagnostic.start), severity, message: said }];
  });
}

function startOf({ form, text }: ModelText, { path, start }: Diagnostic): number | null {
  if (form !== "flat") return path === undefined || path === "source" || path === "content" ? start : null;
  const range = rangeOf(text, path ?? "");
  if (range === null) return null;
  return range.from + (text[range.from] === '"' ? 1 : 0) + Math.min(start, range.to - range.from);
}

/** The model in a file, read by the ending of its name; null when no model format has that ending. */
export function modelOfFile(file_name: string, text: string): { name: string; model: unknown } | null {
  const [, name = file_name, ending = ""] = /^(.*)(\.[a-z]+)$/i.exec(file_name) ?? [];
  if (ending.toLowerCase() === ".json") return { name, model: JSON.parse(text) };
  const format = FACTS.model_formats.find((known) => known.ending === ending.toLowerCase());
  return format === undefined ? null : { name, model: { [format.tag]: format.name, [format.text]: text } };
}

/** A file that holds the model: the source alone when the model has nothing else, otherwise JSON. */
export function fileOfModel(name: string, model_text: ModelText): { file_name: string; text: string } {
  const plain = name.replace(/[^\p{L}\p{N}_-]+/gu, "_");
  const made = modelOfText(model_text);
  const model: Model = "model" in made ? made.model : {};
  const format = formatOf(model) ?? (model_text.form === "algebraic" ? formatOf({ language: "mathprog" }) : undefined);
  const is_bare = Object.keys(model).every((key) => key === format?.tag || key === format?.text || key === "name");
  if (format !== undefined && is_bare) return { file_name: plain + format.ending, text: model_text.text };
  return { file_name: `${plain}.json`, text: JSON.stringify(model, null, 2) };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
