/** Versions: frozen texts of a document, numbered, named or pruned, compared and restored. */
import { toTimestamp } from "../../clock";
import { contentDigest } from "../../model/canonical";
import { isImportedFile, type ModelChanges, summarizeChanges } from "../../model/changes";
import type { ExportFormat } from "../../model/formats";
import type { InputDeclaration } from "../../model/inputs";
import { Refusal } from "../../refusals";
import { updateDocument as updateDocumentRow } from "../../storage/documents";
import {
  findVersion,
  insertVersion,
  latestVersion,
  listVersions as listVersionRows,
  nameVersion,
  pruneVersions,
  type VersionRow,
  type VersionSummary,
} from "../../storage/versions";
import type { Transaction } from "../../storage/writer";
import { recordChange } from "../access/audit";
import { requireAccepting, requireDiskSpace } from "../admission";
import type { Context, Principal, ProcessParts, StorageParts } from "../context";
import type { DocumentObject } from "./document_fields";
import { effectiveModel, fromText, getDocument, requireDocument, toText } from "./documents";
import { compareModels, exportModel, inspectModel } from "./inspection";
import type { Asker } from "./inspector";

type VersionContext = ProcessParts & StorageParts & Pick<Context, "inspector">;

export interface VersionObject {
  readonly id: string;
  readonly document_id: string;
  readonly organization_id: string;
  readonly sequence: number;
  readonly is_named: boolean;
  readonly version_name: string | null;
  readonly version_description: string | null;
  readonly change_summary: string;
  readonly created_at: string;
}

export interface FullVersionObject extends VersionObject {
  readonly canvas_json: unknown;
  readonly model_json: unknown;
  readonly content_digest: string;
}

export interface CheckpointInput {
  readonly canvas_json?: unknown;
  readonly model_json?: unknown;
  readonly version_name?: string | null | undefined;
  readonly version_description?: string | null | undefined;
}

export function listVersions(
  context: Pick<Context, "db">,
  principal: Principal,
  document_id: string,
  skip: number,
  limit: number,
): VersionObject[] {
  requireDocument(context, principal, document_id);
  return listVersionRows(context.db, document_id, skip, limit).map(versionObject);
}

export function getVersion(
  context: Pick<Context, "db">,
  principal: Principal,
  document_id: string,
  id: string,
): FullVersionObject {
  return fullVersionObject(requireVersion(context, principal, document_id, id));
}

/**
 * Freezes the document, or the given texts, as its next version. When canvas and model equal those of the latest one,
 * returns that one (and names it, if a name is given). Deletes older unnamed versions beyond the limit.
 */
export async function checkpoint(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  input: CheckpointInput,
): Promise<FullVersionObject> {
  const document = requireDocument(context, principal, document_id);
  const canvas = input.canvas_json === undefined ? fromText(document.canvas_json) : input.canvas_json;
  const own = input.model_json === undefined ? fromText(document.model_json) : input.model_json;
  const frozen = await freeze(context, principal, document_id, canvas, effectiveModel(own, canvas));
  const row = await context.writer.write((transaction) => {
    const version = addVersion(context, transaction, frozen, input.version_description ?? null);
    recordChange(context, transaction, principal, "version.create", version.id, `of ${document_id}`);
    if (typeof input.version_name !== "string") return version;
    const named = nameVersion(
      transaction,
      document_id,
      version.id,
      nameChange(input.version_name, input.version_description),
    );
    return { ...version, ...named };
  }, frozen.bytes);
  return fullVersionObject(row);
}

/** Gives a version a name for the first time, or another one. */
export async function renameVersion(
  context: Pick<Context, "clock" | "db" | "writer">,
  principal: Principal,
  document_id: string,
  id: string,
  name: { version_name: string; version_description?: string | null | undefined },
): Promise<VersionObject> {
  requireVersion(context, principal, document_id, id);
  const change = nameChange(name.version_name, name.version_description);
  const row = await context.writer.write((transaction) => {
    const named = nameVersion(transaction, document_id, id, change);
    if (named !== null) recordChange(context, transaction, principal, "version.name", id, `of ${document_id}`);
    return named;
  });
  if (row === null) throw versionNotFound();
  return versionObject(row);
}

/** Restores the document to the version, after a checkpoint of its present state (or of the canvas that the client holds). */
export async function restoreVersion(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  id: string,
  current_canvas_json: unknown,
): Promise<{ checkpoint_id: string; document: DocumentObject }> {
  const version = requireVersion(context, principal, document_id, id);
  const document = requireDocument(context, principal, document_id);
  const canvas = current_canvas_json ?? fromText(document.canvas_json);
  const model = effectiveModel(fromText(document.model_json), canvas);
  const frozen = await freeze(context, principal, document_id, canvas, model);
  const model_json = isDerived(version) ? null : version.model_json;
  const checkpoint_id = await context.writer.write((transaction) => {
    const safety = addVersion(context, transaction, frozen);
    recordChange(context, transaction, principal, "document.restore", document_id, `to ${id}, checkpoint ${safety.id}`);
    updateDocumentRow(transaction, principal, document_id, {
      canvas_json: version.canvas_json,
      model_json,
      updated_at: context.clock.now(),
    });
    return safety.id;
  }, frozen.bytes);
  return { checkpoint_id, document: getDocument(context, principal, document_id) };
}

/** The changes from version `a` to version `b`. */
export async function diffVersions(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  a: string,
  b: string,
): Promise<{ from: VersionObject; to: VersionObject } & ModelChanges> {
  const from = requireVersion(context, principal, document_id, a);
  const to = requireVersion(context, principal, document_id, b);
  return {
    from: versionObject(from),
    to: versionObject(to),
    ...(await compareModels(context, principal, from.model_json ?? "null", to.model_json ?? "null")),
  };
}

/** The inputs that a fire of this version can override. */
export async function listInputs(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  id: string,
): Promise<{ version_id: string; inputs: readonly InputDeclaration[] }> {
  const version = requireVersion(context, principal, document_id, id);
  const inspection = await inspectModel(context, principal, fromText(version.model_json));
  return { version_id: version.id, inputs: inspection.inputs };
}

/** The version's model with its pinned data as the text of a file, and a name for the file. */
export async function exportVersion(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  id: string,
  format: ExportFormat,
): Promise<{ text: string; file_name: string }> {
  const version = requireVersion(context, principal, document_id, id);
  const text = await exportModel(context, principal, version.model_json ?? "null", format);
  return { text, file_name: `${version.id}.${format}` };
}

/** The version, when its document is this organization's. */
export function requireVersion(
  context: Pick<Context, "db">,
  principal: Principal,
  document_id: string,
  id: string,
): VersionRow {
  requireDocument(context, principal, document_id);
  const row = findVersion(context.db, document_id, id);
  if (row === null) throw versionNotFound();
  return row;
}

export function versionNotFound(): Refusal {
  return new Refusal("version_not_found", "Version not found");
}

/** A document's texts, ready to become a version; the digests are taken before the transaction. */
interface Frozen {
  readonly document_id: string;
  readonly organization_id: string;
  readonly canvas_json: string | null;
  readonly canvas_digest: string;
  readonly model: unknown;
  readonly model_json: string | null;
  readonly content_digest: string;
  readonly bytes: number;
  /** For an imported file: the changes since that version. They are found before the transaction, because both files must be parsed. */
  readonly compared: { readonly version_id: string; readonly summary: string } | null;
}

async function freeze(
  context: VersionContext,
  principal: Principal,
  document_id: string,
  canvas: unknown,
  model: unknown,
): Promise<Frozen> {
  requireAccepting(context);
  requireDiskSpace(context);
  const canvas_json = toText(canvas);
  const model_json = toText(model);
  return {
    document_id,
    organization_id: principal.organization_id,
    canvas_json,
    canvas_digest: contentDigest(canvas ?? null),
    model,
    model_json,
    content_digest: contentDigest(model ?? null),
    bytes: (canvas_json?.length ?? 0) + (model_json?.length ?? 0) + 256,
    compared: isImportedFile(model) ? await compareWithLatest(context, principal, document_id, model_json!) : null,
  };
}

async function compareWithLatest(
  context: VersionContext,
  asker: Asker,
  document_id: string,
  model_json: string,
): Promise<Frozen["compared"]> {
  const latest = latestVersion(context.db, document_id);
  if (latest === null || latest.model_json === null || latest.model_json === model_json) return null;
  const { summary } = await compareModels(context, asker, latest.model_json, model_json);
  return { version_id: latest.id, summary };
}

function addVersion(
  context: Pick<Context, "clock" | "config" | "ids">,
  transaction: Transaction,
  frozen: Frozen,
  version_description: string | null = null,
): VersionRow {
  const latest = latestVersion(transaction.db, frozen.document_id);
  if (latest !== null && isSameText(latest, frozen)) return latest;
  const row: VersionRow = {
    id: context.ids.next("version"),
    document_id: frozen.document_id,
    organization_id: frozen.organization_id,
    sequence: (latest?.sequence ?? 0) + 1,
    is_named: false,
    version_name: null,
    version_description,
    change_summary:
      latest !== null && latest.id === frozen.compared?.version_id
        ? frozen.compared.summary
        : summarizeChanges(latest === null ? null : fromText(latest.model_json), frozen.model),
    canvas_json: frozen.canvas_json,
    model_json: frozen.model_json,
    content_digest: frozen.content_digest,
    created_at: context.clock.now(),
  };
  insertVersion(transaction, row);
  pruneVersions(transaction, frozen.document_id, context.config.unnamed_versions_max);
  return row;
}

/** True when the version's model comes from its canvas alone, so that a restored document keeps following its canvas. */
function isDerived(version: VersionRow): boolean {
  if (version.canvas_json === null) return false;
  return contentDigest(effectiveModel(null, fromText(version.canvas_json))) === version.content_digest;
}

function isSameText(latest: VersionRow, frozen: Frozen): boolean {
  if (latest.content_digest !== frozen.content_digest) return false;
  if (latest.canvas_json === frozen.canvas_json) return true;
  return contentDigest(fromText(latest.canvas_json)) === frozen.canvas_digest;
}

/** A description that is not given stays as it is. */
function nameChange(version_name: string, version_description: string | null | undefined) {
  return version_description === undefined ? { version_name } : { version_name, version_description };
}

function versionObject(row: VersionSummary): VersionObject {
  return {
    id: row.id,
    document_id: row.document_id,
    organization_id: row.organization_id,
    sequence: row.sequence,
    is_named: row.is_named,
    version_name: row.version_name,
    version_description: row.version_description,
    change_summary: row.change_summary,
    created_at: toTimestamp(row.created_at),
  };
}

function fullVersionObject(row: VersionRow): FullVersionObject {
  return {
    ...versionObject(row),
    canvas_json: fromText(row.canvas_json),
    model_json: fromText(row.model_json),
    content_digest: row.content_digest,
  };
}
