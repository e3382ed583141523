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
import type { Context, Principal, StorageParts } from "../context";
import { answerOf, changedColumns, newColumns } from "../field_table";
import { type ExpectedRevisions, requireRevision, revisionOf } from "../revision";
import { DOCUMENT_FIELDS, type DocumentInput, type DocumentObject } from "./document_fields";
import { type InspectionContext, inspectModel } from "./inspection";
import type { Asker } from "./inspector";

type DocumentContext = StorageParts & Pick<Context, "clock" | "config" | "ids" | "inspector">;

/** A document as it was written, with the compiler's diagnostics of its model. */
export type WrittenDocument = DocumentObject & { readonly diagnostics: readonly Diagnostic[] };

export async function createDocument(
  context: DocumentContext,
  principal: Principal,
  input: DocumentInput,
): Promise<WrittenDocument> {
  requireDiskSpace(context);
  const now = context.clock.now();
  const row: DocumentRow = {
    ...newColumns(DOCUMENT_FIELDS, input),
    id: context.ids.next("document"),
    organization_id: principal.organization_id,
    workspace_id: requireWorkspace(context, principal, input.workspace_id ?? null),
    created_by: principal.user_id,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  const diagnostics = await diagnose(context, principal, row);
  await context.writer.write((transaction) => {
    insertDocument(transaction, row);
    recordChange(context, transaction, principal, "document.create", row.id);
  }, sizeOf(row));
  return { ...documentObject(row), diagnostics };
}

export function listDocuments(
  context: Pick<Context, "db">,
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

export function getDocument(context: Pick<Context, "db">, principal: Principal, id: string): DocumentObject {
  return documentObject(requireDocument(context, principal, id));
}

/**
 * Changes the given fields and keeps the rest: a canvas alone does not change the document's own model. Refuses 412
 * when the document is not at an expected revision.
 */
export async function updateDocument(
  context: DocumentContext,
  principal: Principal,
  id: string,
  input: DocumentInput,
  expected: ExpectedRevisions = null,
): Promise<WrittenDocument> {
  const before = requireDocument(context, principal, id);
  requireDiskSpace(context);
  const { workspace_id, ...columns } = changedColumns(DOCUMENT_FIELDS, input);
  const change = {
    ...columns,
    updated_at: context.clock.now(),
    ...(typeof workspace_id === "string" ? { workspace_id: requireWorkspace(context, principal, workspace_id) } : {}),
  };
  requireRevision(expected, DOCUMENT_FIELDS, before);
  const diagnostics = await diagnose(context, principal, { ...before, ...change });
  const row = await context.writer.write(
    (transaction) => {
      requireRevision(expected, DOCUMENT_FIELDS, findDocument(transaction.db, principal, id));
      const changed = updateDocumentRow(transaction, principal, id, change);
      if (changed !== null) recordChange(context, transaction, principal, "document.update", id, fieldsOf(input));
      return changed;
    },
    sizeOf({ ...before, ...change }),
  );
  if (row === null) throw documentNotFound();
  return { ...documentObject(row), diagnostics };
}

/** Deletes the document for every route; triggers that pin its versions keep firing. */
export async function deleteDocument(
  context: Pick<Context, "clock" | "writer">,
  principal: Principal,
  id: string,
  expected: ExpectedRevisions = null,
): Promise<void> {
  const change = { deleted_at: context.clock.now() };
  const row = await context.writer.write((transaction) => {
    requireRevision(expected, DOCUMENT_FIELDS, findDocument(transaction.db, principal, id));
    const changed = updateDocumentRow(transaction, principal, id, change);
    if (changed !== null) recordChange(context, transaction, principal, "document.delete", id);
    return changed;
  });
  if (row === null) throw documentNotFound();
}

/** The document, when the principal may see it and it is not deleted. */
export function requireDocument(context: Pick<Context, "db">, principal: Principal, id: string): DocumentRow {
  const row = findDocument(context.db, principal, id);
  if (row === null) throw documentNotFound();
  return row;
}

/** The model of a document: its own, otherwise the one that its canvas draws, otherwise null. */
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

async function diagnose(context: InspectionContext, asker: Asker, row: DocumentRow): Promise<readonly Diagnostic[]> {
  const model = effectiveModel(fromText(row.model_json), fromText(row.canvas_json));
  return model === null ? [] : (await inspectModel(context, asker, model)).diagnostics;
}

function documentObject(row: DocumentRow): DocumentObject {
  return answerOf(DOCUMENT_FIELDS, row, {
    model_json: effectiveModel(fromText(row.model_json), fromText(row.canvas_json)),
    is_active: row.deleted_at === null,
    revision: revisionOf(DOCUMENT_FIELDS, row),
  });
}

function sizeOf(row: DocumentRow): number {
  return (row.model_json?.length ?? 0) + (row.canvas_json?.length ?? 0) + 256;
}

function documentNotFound(): Refusal {
  return new Refusal("document_not_found", "Builder document not found");
}
