/**
 * The formats for a model as one text, each defined once: the commands, `apply` and `export`, the compiler, the API and
 * the page read these tables. A new format is one row here, its reader and, if it is written too, its writer.
 */
import type { Problem } from "../problem/problem";
import type { Budget } from "./budget";
import type { DiagnosticList } from "./diagnostic_list";
import { lpFile } from "./exported/lp_writer";
import { mpsFile } from "./exported/mps_writer";
import type { Written } from "./exported/written";
import { readLp } from "./imported/lp_reader";
import { readMps } from "./imported/mps_reader";

/** How the page's editor colours a text. */
export type EditorMode = "mathprog" | "json" | "plain";

interface TextRow {
  /** What people call it. */
  readonly title: string;
  /** Ending of its files, with the dot, in small letters. */
  readonly ending: string;
  readonly editor: EditorMode;
}

interface FileRow extends TextRow {
  /** Reads the file's problem; null after errors in the list. */
  readonly read: (text: string, list: DiagnosticList, budget: Budget) => Problem | null;
  /** Writes a problem; null: the format is only read. */
  readonly write: ((problem: Problem) => Written) | null;
}

/** Dialects of algebraic source: `{"language": NAME, "source": text}`. */
const LANGUAGES = {
  mathprog: { title: "MathProg", ending: ".mod", editor: "mathprog" },
  jmodel: { title: "JModel", ending: ".jmodel", editor: "mathprog" },
} as const satisfies Readonly<Record<string, TextRow>>;

/** Files of other tools: `{"format": NAME, "content": text}`. */
export const FILE_FORMATS = {
  mps: { title: "MPS", ending: ".mps", editor: "plain", read: readMps, write: mpsFile },
  lp: { title: "LP", ending: ".lp", editor: "plain", read: readLp, write: lpFile },
} as const satisfies Readonly<Record<string, FileRow>>;

export type Dialect = keyof typeof LANGUAGES;
export type FileFormat = keyof typeof FILE_FORMATS;
/** A format that problems can be written in. */
export type ExportFormat = {
  [Name in FileFormat]: (typeof FILE_FORMATS)[Name]["write"] extends null ? never : Name;
}[FileFormat];

export const DIALECTS = Object.keys(LANGUAGES) as readonly Dialect[];
export const FILE_FORMAT_NAMES = Object.keys(FILE_FORMATS) as readonly FileFormat[];
export const EXPORT_FORMATS = FILE_FORMAT_NAMES.filter(
  (name): name is ExportFormat => FILE_FORMATS[name].write !== null,
);

/** A format as data: how a model names it, and the ending of its files. */
export interface ModelFormat extends TextRow {
  /** Key of the model that names the format; `name` is its value. */
  readonly tag: "language" | "format";
  readonly name: Dialect | FileFormat;
  /** Key of the model that contains the text. */
  readonly text: "source" | "content";
}

export const MODEL_FORMATS: readonly ModelFormat[] = [
  ...DIALECTS.map((name) => ({ ...textRow(LANGUAGES[name]), tag: "language", name, text: "source" }) as const),
  ...FILE_FORMAT_NAMES.map(
    (name) => ({ ...textRow(FILE_FORMATS[name]), tag: "format", name, text: "content" }) as const,
  ),
];

/** Endings of the files that hold a model, JSON first. */
export const MODEL_ENDINGS: readonly string[] = [".json", ...MODEL_FORMATS.map(({ ending }) => ending)];

function textRow({ title, ending, editor }: TextRow): TextRow {
  return { title, ending, editor };
}
