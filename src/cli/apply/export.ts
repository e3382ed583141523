/** `export DIR`: writes the documents and triggers of a service as files that `apply` reads. Secrets are not exported. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { contentDigest } from "../../model/canonical";
import { MODEL_FORMATS } from "../../model/formats";
import { isRecord } from "../../model/json";
import { EXIT_CODES } from "../exit_codes";
import { FileFault } from "../model_file";
import { type Session, tell, wordAt } from "../remote/session";
import { BASE_FILE, baseKey, baseText, ignoreBase } from "./base";
import { writeExport } from "./exported_files";
import { DOCUMENTS, TRIGGERS } from "./files";
import { type Live, type LiveDocument, type LiveTrigger, readLive } from "./live";
import type { Fields } from "./spec";

const MODELS = "models";
const FOLDERS = [DOCUMENTS, TRIGGERS, MODELS];
const SLUG_LENGTH_MAX = 80;

export async function exportFiles(session: Session): Promise<number> {
  const { terminal, parsed, connection } = session;
  const directory = wordAt(session, 0);
  const is_replacing = parsed.options.replace !== undefined;
  if (!is_replacing && FOLDERS.some((folder) => existsSync(join(directory, folder)))) {
    throw new FileFault(`${directory} holds files already; give another directory, or --replace`);
  }
  const live = await readLive(connection, null);
  const twins = [...twinsOf("document", live.documents), ...twinsOf("trigger", live.triggers)];
  if (twins.length > 0) {
    for (const twin of twins) terminal.err(`${twin}\n`);
    terminal.err("jaot-triggers: files know things by their names; nothing was written\n");
    return EXIT_CODES.refused;
  }
  const { files, left_out } = filesOf(live);
  const strangers = writeExport(directory, FOLDERS, files);
  ignoreBase(directory);
  for (const name of strangers) terminal.err(`warning: ${name} is not of an export and was left as it is\n`);
  for (const name of left_out) terminal.err(`warning: trigger ${name} is left out: its document was deleted\n`);
  const counts = { documents: live.documents.length, triggers: live.triggers.length - left_out.length };
  tell(session, counts, () => `${directory}: ${counts.documents} documents, ${counts.triggers} triggers`);
  return 0;
}

interface ExportedLive {
  /** Text by path. */
  readonly files: ReadonlyMap<string, string>;
  /** The names of triggers that files cannot describe. */
  readonly left_out: readonly string[];
}

/** Makes the files, and lists the triggers that files cannot describe. */
function filesOf({ documents, triggers }: Live): ExportedLive {
  const writer = new FileWriter();
  for (const document of documents) {
    const file = writer.nameFor(DOCUMENTS, document.object.name);
    writer.describe(DOCUMENTS, file, documentFields(writer, file, document));
  }
  const described = triggers.filter(({ version, spec }) => version !== null && spec.document !== "");
  for (const trigger of described) {
    const file = writer.nameFor(TRIGGERS, trigger.object.name);
    const document = documents.find(({ object }) => object.id === trigger.object.document_id)!;
    writer.describe(TRIGGERS, file, triggerFieldsOf(writer, file, trigger, document));
  }
  const base = new Map([
    ...documents.map(({ object, digests }) => [baseKey("document", object.name), digests[0]] as const),
    ...described.map(({ object, digests }) => [baseKey("trigger", object.name), digests[0]] as const),
  ]);
  writer.files.set(BASE_FILE, baseText(base));
  const left_out = triggers.filter((trigger) => !described.includes(trigger)).map(({ object }) => object.name);
  return { files: writer.files, left_out };
}

function documentFields(writer: FileWriter, file: string, { object, spec }: LiveDocument): Fields {
  const { name, model_json, canvas_json } = object;
  return {
    name,
    workspace: spec.workspace,
    model: model_json === null ? null : writer.model(file, model_json),
    ...(canvas_json === null ? {} : { canvas: writer.model(`${file}.canvas`, canvas_json) }),
  };
}

function triggerFieldsOf(
  writer: FileWriter,
  file: string,
  { version, spec }: LiveTrigger,
  document: LiveDocument,
): Fields {
  const is_own = version!.content_digest !== contentDigest(document.object.model_json);
  return {
    name: spec.name,
    workspace: spec.workspace,
    document: spec.document,
    ...(is_own ? { model: writer.model(`${file}.pinned`, version!.model_json) } : {}),
    ...spec.fields,
    ...(spec.is_enabled ? {} : { enabled: false }),
    ...(spec.schedules.length === 0 ? {} : { schedules: spec.schedules }),
  };
}

class FileWriter {
  readonly files = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** A file name without its ending, unique in its folder even on a disk that ignores case. */
  nameFor(folder: string, name: string): string {
    const slug =
      name
        .normalize("NFKD")
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .slice(0, SLUG_LENGTH_MAX)
        .replaceAll(/^-+|-+$/g, "") || "unnamed";
    let file = slug;
    for (let number = 2; this.#taken.has(`${folder}/${file}`); number += 1) file = `${slug}-${number}`;
    this.#taken.add(`${folder}/${file}`);
    return file;
  }

  describe(folder: string, file: string, fields: Fields): void {
    this.files.set(`${folder}/${file}.yaml`, stringify(fields, { lineWidth: 0 }));
  }

  /** Writes a model, as plain source text where the model has nothing else. Returns the path for the description. */
  model(file: string, model: unknown): string {
    const [ending, text] = sourceOf(model) ?? [".json", `${JSON.stringify(model, null, 2)}\n`];
    const path = `${MODELS}/${this.nameFor(MODELS, file)}${ending}`;
    this.files.set(path, text);
    return path;
  }
}

function sourceOf(model: unknown): [ending: string, text: string] | null {
  if (!isRecord(model) || Object.keys(model).length !== 2) return null;
  const format = MODEL_FORMATS.find(({ tag, name }) => model[tag] === name);
  const text = format === undefined ? undefined : model[format.text];
  return typeof text === "string" ? [format!.ending, text] : null;
}

function twinsOf(kind: string, all: readonly { object: { id: string; name: string } }[]): string[] {
  const ids = Map.groupBy(all, ({ object }) => object.name);
  return [...ids]
    .filter(([, same]) => same.length > 1)
    .map(([name, same]) => {
      const list = same.map(({ object }) => object.id).join(", ");
      return `${same.length} ${kind}s are named ${JSON.stringify(name)} (${list}); rename or delete all but one`;
    });
}
