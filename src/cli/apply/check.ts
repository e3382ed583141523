/**
 * Checks all that can be checked before anything is sent, so that a broken file changes nothing: the models compile, the
 * models have the inputs that the triggers set, the cron patterns are valid, and the service accepts each body.
 */
import { documentBody } from "../../http/documents/bodies";
import { bodyFaults } from "../../http/edge/body_faults";
import { scheduleBody } from "../../http/schedules/bodies";
import { triggerBody } from "../../http/triggers/bodies";
import { contentDigest } from "../../model/canonical";
import { type Examination, examineModel } from "../../model/compile";
import { overrideSubject } from "../../model/inspected";
import { validateOverrideData } from "../../model/override_data";
import type { BoundOverrides } from "../../model/override_fields";
import { bindOverrides, parseOverrideSchema, pathsOf } from "../../model/overrides";
import { nearestHint } from "../../nearest";
import { parsePattern } from "../../schedules/cadence";
import { effectiveModel } from "../../services/documents/documents";
import { SCHEDULE_FIELDS } from "../../services/schedules/schedule_fields";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { defaultLimits } from "../check";
import type { Terminal } from "../terminal";
import type { DocumentFile, Files, TriggerFile } from "./files";
import { type DocumentSpec, type Fields, reduced, type TriggerSpec } from "./spec";

/** The checked files. Their workspaces are found later, because that needs the service (workspaces.ts). */
export interface Checked {
  readonly documents: readonly {
    readonly file: DocumentFile;
    readonly spec: Omit<DocumentSpec, "workspace">;
  }[];
  readonly triggers: readonly { readonly file: TriggerFile; readonly spec: Omit<TriggerSpec, "workspace"> }[];
}

/** Checks the files. Every fault is added to `faults`. */
export function checkFiles(terminal: Terminal, files: Files, faults: string[]): Checked {
  const models = new Map<string, Examination>();
  const documents = files.documents.map((file) => {
    const spec = { name: file.name, ...textsOf(file) };
    const { model_json } = spec;
    checkBody(documentBody, { name: file.name }, file.file, faults);
    if (model_json !== null) models.set(file.name, checkModel(terminal, model_json, file.file, faults));
    return { file, spec };
  });
  const triggers = files.triggers.flatMap((file) => {
    const own = file.model_json;
    const pinned = own === undefined ? models.get(file.document) : checkModel(terminal, own, file.file, faults);
    const names = files.documents.map(({ name }) => name);
    if (!names.includes(file.document)) {
      const hint = nearestHint(file.document, names);
      faults.push(
        `${file.file}: no document is named ${JSON.stringify(file.document)}${hint === undefined ? "" : `; ${hint}`}`,
      );
    }
    if (pinned === undefined) return [];
    checkTrigger(terminal, file, pinned, faults);
    const spec = triggerSpec(file, contentDigest(pinned.prepared.model));
    return [{ file, spec }];
  });
  return { documents, triggers };
}

/** The texts as the service will show them: a document with a canvas and no model has the model that the canvas draws. */
function textsOf({ model_json, canvas_json }: DocumentFile): { model_json: unknown; canvas_json: unknown } {
  return { model_json: effectiveModel(model_json, canvas_json) ?? null, canvas_json };
}

function triggerSpec(file: TriggerFile, model_digest: string): Omit<TriggerSpec, "workspace"> {
  return {
    name: file.name,
    document: file.document,
    model_digest,
    is_enabled: file.enabled,
    fields: reduced(TRIGGER_FIELDS, file.settings),
    schedules: file.schedules.map((schedule) => reduced(SCHEDULE_FIELDS, schedule)),
  };
}

/** Inputs without a value are no faults: a trigger's fires may give them, which binding its schema shows. */
function checkModel(terminal: Terminal, model: unknown, file: string, faults: string[]): Examination {
  const examined = examineModel(model, defaultLimits(terminal));
  for (const { severity, message, line, column, path } of examined.diagnostics) {
    if (severity !== "error") continue;
    const index = [path === "source" ? undefined : path, line, column].filter((part) => part !== undefined).join(":");
    faults.push(`${file}: model: ${index === "" ? "" : `${index}: `}${message}`);
  }
  return examined;
}

/** In a model with errors nothing is looked up: its own faults are told, not one more for each field. */
function checkTrigger(terminal: Terminal, file: TriggerFile, pinned: Examination, faults: string[]): void {
  checkBody(triggerBody, { ...bodyOf(file), document_id: "", version_id: "" }, file.file, faults);
  const bound = checkSchema(file, pinned, faults);
  for (const [index, schedule] of file.schedules.entries()) {
    const where = `${file.file}: schedules.${index}`;
    checkBody(scheduleBody, schedule, where, faults);
    checkPattern(terminal, schedule, where, faults);
    if (bound === null) continue;
    for (const { msg } of validateOverrideData(bound, schedule.override_data ?? null))
      faults.push(`${where}: override_data: ${msg}`);
  }
}

/** The bound schema, null after faults in it or in the model. */
function checkSchema(
  file: TriggerFile,
  { prepared, inputs, diagnostics }: Examination,
  faults: string[],
): BoundOverrides | null {
  const parsed = parseOverrideSchema(file.settings.override_schema ?? null);
  const is_sound = diagnostics.every(({ severity }) => severity !== "error");
  const { bound, errors } = is_sound
    ? bindOverrides(parsed.fields, overrideSubject(prepared, inputs, pathsOf(parsed.fields)))
    : { bound: null, errors: [] };
  const all = [...parsed.errors, ...errors];
  for (const { name, msg } of all) faults.push(`${file.file}: override_schema: ${name}: ${msg}`);
  return all.length > 0 ? null : bound;
}

/** The body that creates this trigger, without its document and version. */
export function bodyOf(file: TriggerFile): Fields {
  return { name: file.name, ...file.settings };
}

function checkBody(schema: Parameters<typeof bodyFaults>[0], body: unknown, where: string, faults: string[]): void {
  for (const fault of bodyFaults(schema, body)) faults.push(`${where}: ${fault}`);
}

function checkPattern(terminal: Terminal, schedule: Fields, where: string, faults: string[]): void {
  const { cron_expression, timezone = "UTC" } = schedule;
  if (typeof cron_expression !== "string" || typeof timezone !== "string") return;
  const { fault } = parsePattern(cron_expression, timezone, { spacing_min_seconds: 1, now: terminal.clock.now() });
  if (fault !== null) faults.push(`${where}: ${fault.message}`);
}
