/** A model of any form as texts that a person edits, and back; and where in them a diagnostic stands. */
import type { Diagnostic } from "../api/objects";
import type { CodeMark, EditorLanguage } from "../editor/code_editor";
import { placeOf } from "../editor/json_place";

export type ModelForm = "algebraic" | "file" | "flat";

/** The texts of a model: its source, and what goes with it as JSON. */
export interface ModelText {
  readonly form: ModelForm;
  readonly text: string;
  /** Everything beside the source or the file's content; of a flat model nothing. */
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

/** The model that the texts make; a sentence when one of them is no JSON. */
export function modelOfText({ form, text, rest }: ModelText): { model: Model } | { problem: string } {
  try {
    if (form === "flat") return { model: JSON.parse(text) as Model };
    const around = JSON.parse(rest) as Model;
    return { model: form === "algebraic" ? { ...around, source: text } : { ...around, content: text } };
  } catch (error) {
    const where = form === "flat" ? "The model" : "What goes with the source";
    return { problem: `${where} is not JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function languageOf(form: ModelForm): EditorLanguage {
  return ({ algebraic: "mathprog", file: "plain", flat: "json" } as const)[form];
}

/** Diagnostics as marks in the text that is shown; those that stand elsewhere are left to the list. */
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
  const place = placeOf(text, path ?? "");
  if (place === null) return null;
  return place.from + (text[place.from] === '"' ? 1 : 0) + Math.min(start, place.to - place.from);
}

/** What a file holds, by its name; null for an ending that is no model's. */
export function modelOfFile(file_name: string, text: string): { name: string; model: unknown } | null {
  const [, name = file_name, ending = ""] = /^(.*)\.([a-z]+)$/i.exec(file_name) ?? [];
  switch (ending.toLowerCase()) {
    case "mod":
      return { name, model: { language: "mathprog", source: text } };
    case "jmodel":
      return { name, model: { language: "jmodel", source: text } };
    case "mps":
    case "lp":
      return { name, model: { format: ending.toLowerCase(), content: text } };
    case "json":
      return { name, model: JSON.parse(text) };
    default:
      return null;
  }
}

/** A file that holds the model: the source itself where it is all there is, else JSON. */
export function fileOfModel(name: string, model_text: ModelText): { file_name: string; text: string } {
  const plain = name.replace(/[^\p{L}\p{N}_-]+/gu, "_");
  const made = modelOfText(model_text);
  const model: Model = "model" in made ? made.model : {};
  const is_bare = Object.keys(model).every((key) => ["language", "source", "format", "content", "name"].includes(key));
  if (model_text.form === "algebraic" && is_bare) {
    return { file_name: `${plain}.${model.language === "jmodel" ? "jmodel" : "mod"}`, text: model_text.text };
  }
  if (model_text.form === "file" && is_bare) return { file_name: `${plain}.${model.format}`, text: model_text.text };
  return { file_name: `${plain}.json`, text: JSON.stringify(model, null, 2) };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
