/**
 * A directory of documents and triggers:
 *
 *     documents/NAME.yaml   name, workspace, model (a file, or the model itself), canvas
 *     triggers/NAME.yaml    name, workspace, document, model (when it is not the document's), settings, schedules
 *     models/...            the files that `model` and `canvas` name, relative to the directory
 *
 * YAML or JSON. All faults are reported at once, each with its file and line; an unknown field is a fault too.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { isMap, LineCounter } from "yaml";
import { nearestHint } from "../../nearest";
import { DOCUMENT_FIELDS } from "../../services/documents/document_fields";
import type { FieldTable } from "../../services/field_table";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { FileFault, readModelFile } from "../model_file";
import type { Fields } from "./spec";
import { parseYaml } from "./yaml_text";

export const DOCUMENTS = "documents";
export const TRIGGERS = "triggers";
const ENDINGS = [".yaml", ".yml", ".json"];

const DOCUMENT_KEYS = keysOf(DOCUMENT_FIELDS);
const TRIGGER_KEYS = [...keysOf(TRIGGER_FIELDS), "schedules"];
const TRIGGER_SETTINGS = settingsOf(TRIGGER_FIELDS);

function settingsOf(table: FieldTable): string[] {
  return Object.keys(table).filter((name) => table[name]!.file === "setting");
}

/** The keys that a description may have. */
function keysOf(table: FieldTable): string[] {
  const keys = Object.values(table).flatMap(({ file }) => (file === null || file === "setting" ? [] : [file.key]));
  return [...keys, ...settingsOf(table)];
}

export interface DocumentFile {
  readonly file: string;
  readonly name: string;
  /** Name of its workspace. null: an existing object stays where it is, and a new one goes into the first that the key sees. */
  readonly workspace: string | null;
  readonly model_json: unknown;
  readonly canvas_json: unknown;
}

export interface TriggerFile {
  readonly file: string;
  readonly name: string;
  /** Name of its workspace. null: an existing object stays where it is, and a new one goes into the first that the key sees. */
  readonly workspace: string | null;
  readonly document: string;
  /** undefined: the document's model. */
  readonly model_json: unknown;
  readonly enabled: boolean;
  readonly settings: Fields;
  readonly schedules: readonly Fields[];
  /** Name of the variable that holds its webhook secret; null: the service makes one. */
  readonly webhook_secret_env: string | null;
}

export interface Files {
  readonly documents: readonly DocumentFile[];
  readonly triggers: readonly TriggerFile[];
}

/** Reads the whole directory. Every fault is added to `faults`. */
export function readFiles(directory: string, faults: string[]): Files {
  if (!existsSync(directory)) throw new FileFault(`there is no directory ${directory}`);
  const root = realpathSync(directory);
  const documents = descriptions(root, DOCUMENTS, DOCUMENT_KEYS, faults).map((one) => documentOf(root, one, faults));
  const triggers = descriptions(root, TRIGGERS, TRIGGER_KEYS, faults).map((one) => triggerOf(root, one, faults));
  if (documents.length + triggers.length === 0 && faults.length === 0) {
    faults.push(`${directory} holds no ${DOCUMENTS}/*.yaml and no ${TRIGGERS}/*.yaml; export writes such a directory`);
  }
  refuseTwins(documents, faults);
  refuseTwins(triggers, faults);
  return { documents, triggers };
}

interface Description {
  readonly file: string;
  readonly fields: Fields;
  /** Reports a fault of a field, with its line. */
  readonly fault: (field: string, message: string) => void;
}

function descriptions(root: string, folder: string, known: readonly string[], faults: string[]): Description[] {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder)).filter((name) => !name.startsWith("."));
  return names.sort().flatMap((name) => {
    const file = `${folder}/${name}`;
    if (!ENDINGS.includes(extname(name))) {
      faults.push(`${file}: ${ENDINGS.join(", ")} are expected in ${folder}/; models go into models/`);
      return [];
    }
    const read = readDescription(root, file, faults);
    if (read === null) return [];
    for (const field of Object.keys(read.fields)) {
      if (known.includes(field)) continue;
      const hint = nearestHint(field, known);
      read.fault(field, `unknown field${hint === undefined ? "" : `; ${hint}`}`);
    }
    return [read];
  });
}

function readDescription(root: string, file: string, faults: string[]): Description | null {
  const lines = new LineCounter();
  const source = parseYaml(readFileSync(join(root, file), "utf8"), lines);
  if ("fault" in source) {
    faults.push(`${file}${source.at === null ? "" : `:${lines.linePos(source.at).line}`}: ${source.fault}`);
    return null;
  }
  const { contents } = source;
  if (!isMap(contents)) {
    faults.push(`${file}: fields by name are expected, such as "name: mix"`);
    return null;
  }
  const lineOf = (field: string): number => {
    const pair = contents.items.find(({ key }) => String(key) === field);
    const at = (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
    return at === undefined ? 1 : lines.linePos(at).line;
  };
  return {
    file,
    fields: source.toJS({ maxAliasCount: -1 }) as Fields,
    fault: (field, message) => void faults.push(`${file}:${lineOf(field)}: ${field}: ${message}`),
  };
}

function documentOf(root: string, one: Description, faults: string[]): DocumentFile {
  const { file, fields, fault } = one;
  const model_json = contentOf(root, fields.model, (message) => fault("model", message)) ?? null;
  const canvas_json = contentOf(root, fields.canvas, (message) => fault("canvas", message)) ?? null;
  if (model_json === null && canvas_json === null && fields.model === undefined && fields.canvas === undefined) {
    faults.push(`${file}: a model is missing: the name of a file, such as models/mix.mod, or the model itself`);
  }
  return { file, name: nameOf(one, "name"), workspace: workspaceOf(one), model_json, canvas_json };
}

function triggerOf(root: string, one: Description, _faults: string[]): TriggerFile {
  const { file, fields, fault } = one;
  const { enabled = true, schedules = [], webhook_secret_env = null } = fields;
  if (typeof enabled !== "boolean") fault("enabled", "true or false is expected");
  const is_list = Array.isArray(schedules) && schedules.every((entry) => typeof entry === "object" && entry !== null);
  if (!is_list) fault("schedules", "a list of schedules is expected, each with cron_expression and timezone");
  if (webhook_secret_env !== null && typeof webhook_secret_env !== "string")
    fault("webhook_secret_env", "the name of an environment variable is expected");
  const settings = Object.fromEntries(
    TRIGGER_SETTINGS.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])),
  );
  return {
    file,
    name: nameOf(one, "name"),
    workspace: workspaceOf(one),
    document: nameOf(one, "document"),
    model_json: contentOf(root, fields.model, (message) => fault("model", message)),
    enabled: enabled !== false,
    settings,
    schedules: is_list ? (schedules as Fields[]) : [],
    webhook_secret_env: typeof webhook_secret_env === "string" ? webhook_secret_env : null,
  };
}

function nameOf({ fields, fault }: Description, field: string): string {
  const name = fields[field];
  if (typeof name === "string" && name.trim() !== "") return name;
  fault(field, name === undefined ? "is missing" : "a text is expected");
  return "";
}

function workspaceOf(one: Description): string | null {
  return one.fields.workspace === undefined ? null : nameOf(one, "workspace");
}

/** The content of the file that the value names, or the value itself; undefined when there is neither, or after a fault. */
function contentOf(root: string, value: unknown, fault: (message: string) => void): unknown {
  if (typeof value !== "string") return value ?? undefined;
  const path = join(root, value);
  if (!existsSync(path)) return void fault(`there is no file ${value}`);
  // A description from someone else must not be able to send arbitrary files of this machine to the service.
  if (!realpathSync(path).startsWith(root + sep)) return void fault(`${value} lies outside the directory`);
  try {
    return readModelFile(path);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return void fault(error.message);
  }
}

function refuseTwins(files: readonly { file: string; name: string }[], faults: string[]): void {
  const seen = new Map<string, string>();
  for (const { file, name } of files) {
    const other = seen.get(name);
    if (other !== undefined && name !== "") faults.push(`${file}: ${other} has the name ${JSON.stringify(name)} too`);
    seen.set(name, file);
  }
}
