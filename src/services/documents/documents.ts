/** Builder documents: a user's models, named, with work in progress allowed. */
import { toTimestamp } from "../../clock";
import { deriveModel } from "../../model/canvas";
import type { Diagnostic } from "../../model/diagnostics";
import { Refusal } from "../../refusals";
import {
  type DocumentRow,
  findDocument,
  insertDocument,
  listDocuments as listDocumentRows,
  updateDocument as updateDocumentRow,
} from "../../storage/documents";
import { fieldsOf, recordChange } from "../access/audit";
import { requireWorkspace } from "../access/workspaces";
import { requireDiskSpace } from "../admission";
import type { Context, Principal } from "../context";
import { inspectModel } from "./inspection";

const UNTITLED = "Untitled Model";

export interface DocumentObject {
  readonly id: string;
  readonly organization_id: string;
  readonly created_by: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly canvas_json: unknown;
  /** The model given, else the one that the canvas draws. */
  readonly model_json: unknown;
  readonly is_active: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  /** Of the model as it was written; absent on a read. */
  readonly diagnostics?: readonly Diagnostic[];
}

export interface DocumentInput {
  readonly name?: string | undefined;
  /** null: no model of its own, derive it from the canvas. */
  readonly model_json?: unknown;
  readonly canvas_json?: unknown;
  readonly workspace_id?: string | null | undefined;
}

export async function createDocument(
  context: Context,
  principal: Principal,
  input: DocumentInput,
): Promise<DocumentObject> {
  requireDiskSpace(context);
  const now = context.clock.now();
  const row: DocumentRow = {
    id: context.ids.next("document"),
    organization_id: principal.organization_id,
    workspace_id: requireWorkspace(context, principal, input.workspace_id ?? null),
    created_by: principal.user_id,
    name: input.name ?? UNTITLED,
    model_json: toText(input.model_json),
    canvas_json: toText(input.canvas_json),
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  const diagnostics = await diagnose(context, row);
  await context.writer.write((transaction) => {
    insertDocument(transaction, row);
    recordChange(context, transaction, principal, "document.create", row.id);
  }, sizeOf(row));
  return { ...documentObject(row), diagnostics };
}

export function listDocuments(
  context: Context,
  principal: Principal,
  skip: number,
  limit: number,
): { id: string; name: string; created_at: string; updated_at: string }[] {
  return listDocumentRows(context.db, principal, skip, limit).map((row) => ({
    id: row.id,
    name: row.name,
    created_at: toTimestamp(row.created_at),
    updated_at: toTimestamp(row.updated_at),
  }));
}

export function getDocument(context: Context, principal: Principal, id: string): DocumentObject {
  return documentObject(requireDocument(context, principal, id));
}

/** Changes what is given and keeps the rest: a canvas alone leaves a model of the document's own as it is. */
export async function updateDocument(
  context: Context,
  principal: Principal,
  id: string,
  input: DocumentInput,
): Promise<DocumentObject> {
  const before = requireDocument(context, principal, id);
  requireDiskSpace(context);
  const change = {
    updated_at: context.clock.now(),
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.model_json === undefined ? {} : { model_json: toText(input.model_json) }),
    ...(input.canvas_json === undefined ? {} : { canvas_json: toText(input.canvas_json) }),
    ...(typeof input.workspace_id === "string"
      ? { workspace_id: requireWorkspace(context, principal, input.workspace_id) }
      : {}),
  };
  const diagnostics = await diagnose(context, { ...before, ...change });
  const row = await context.writer.write(
    (transaction) => {
      const changed = updateDocumentRow(transaction, principal, id, change);
      if (changed !== null) recordChange(context, transaction, principal, "document.update", id, fieldsOf(input));
      return changed;
    },
    sizeOf({ ...before, ...change }),
  );
  if (row === null) throw documentNotFound();
  return { ...documentObject(row), diagnostics };
}

/** Takes the document away from every route; triggers that pin its versions keep firing. */
export async function deleteDocument(context: Context, principal: Principal, id: string): Promise<void> {
  const change = { deleted_at: context.clock.now() };
  const row = await context.writer.write((transaction) => {
    const changed = updateDocumentRow(transaction, principal, id, change);
    if (changed !== null) recordChange(context, transaction, principal, "document.delete", id);
    return changed;
  });
  if (row === null) throw documentNotFound();
}

/** The document, when it is in the principal's sight and not deleted. */
export function requireDocument(context: Context, principal: Principal, id: string): DocumentRow {
  const row = findDocument(context.db, principal, id);
  if (row === null) throw documentNotFound();
  return row;
}

/** The model a document stands for: its own, else what its canvas draws, else null. */
export function effectiveModel(model_json: unknown, canvas_json: unknown): unknown {
  if (model_json !== null && model_json !== undefined) return model_json;
  return canvas_json === null || canvas_json === undefined ? null : deriveModel(canvas_json);
}

/** Parses a JSON column; null stays null. */
export function fromText(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** JSON for a column; absent and null are null. */
export function toText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

async function diagnose(context: Context, row: DocumentRow): Promise<readonly Diagnostic[]> {
  const model = effectiveModel(fromText(row.model_json), fromText(row.canvas_json));
  return model === null ? [] : (await inspectModel(context, model)).diagnostics;
}

function documentObject(row: DocumentRow): DocumentObject {
  const canvas_json = fromText(row.canvas_json);
  return {
    id: row.id,
    organization_id: row.organization_id,
    created_by: row.created_by,
    workspace_id: row.workspace_id,
    name: row.name,
    canvas_json,
    model_json: effectiveModel(fromText(row.model_json), canvas_json),
    is_active: row.deleted_at === null,
    created_at: toTimestamp(row.created_at),
    updated_at: toTimestamp(row.updated_at),
  };
}

function sizeOf(row: DocumentRow): number {
  return (row.model_json?.length ?? 0) + (row.canvas_json?.length ?? 0) + 256;
}

function documentNotFound(): Refusal {
  return new Refusal("document_not_found", "Builder document not found");
}
