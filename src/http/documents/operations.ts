/** Rows of documents and versions. */
import { Type } from "@sinclair/typebox";
import { EXPORT_FORMATS } from "../../model/formats";
import * as documents from "../openapi/document_objects";
import * as examples from "../openapi/examples";
import type { Operation } from "../openapi/operation";
import { ifMatch, oneOf, revisionTag, slice } from "../openapi/parameters";

export const BUILDER_OPERATIONS = {
  "POST /api/v2/builder": {
    id: "createDocument",
    tag: "Documents",
    summary: "Create a document",
    description:
      "The model is compiled on write. One with errors is kept, work in progress is allowed, and the answer carries its diagnostics. With canvas_json alone the model is what the canvas draws.",
    access: "editor",
    body: { is_required: true, example: examples.documentBody },
    answers: {
      201: {
        description: "The document.",
        schema: documents.document,
        example: { ...examples.document, diagnostics: [] },
      },
    },
    refusals: ["shutting_down", "model_invalid", "solver_unavailable"],
  },
  "GET /api/v2/builder": {
    id: "listDocuments",
    tag: "Documents",
    summary: "List documents, newest first",
    access: "viewer",
    query: slice(100),
    answers: {
      200: { description: "Documents.", schema: Type.Array(documents.documentSummary), example: examples.documents },
    },
    refusals: ["validation_failed"],
  },
  "GET /api/v2/builder/{document_id}": {
    id: "getDocument",
    tag: "Documents",
    summary: "Get a document",
    access: "viewer",
    answers: {
      200: {
        description: "The document.",
        schema: documents.document,
        example: examples.document,
        headers: revisionTag,
      },
    },
    refusals: ["document_not_found"],
  },
  "PUT /api/v2/builder/{document_id}": {
    id: "updateDocument",
    tag: "Documents",
    summary: "Change a document",
    description: "Fields left out stay; model_json null clears the model. Versions made before stay as they are.",
    access: "editor",
    headers: ifMatch,
    body: { is_required: true, example: examples.documentBody },
    answers: {
      200: {
        description: "The document.",
        headers: revisionTag,
        schema: documents.document,
        example: { ...examples.document, diagnostics: [] },
      },
    },
    refusals: ["document_not_found", "changed_elsewhere", "shutting_down", "model_invalid", "solver_unavailable"],
  },
  "DELETE /api/v2/builder/{document_id}": {
    id: "deleteDocument",
    tag: "Documents",
    summary: "Delete a document",
    description: "It is gone from every route; triggers that pin its versions go on firing.",
    access: "editor",
    headers: ifMatch,
    answers: { 204: { description: "It is gone." } },
    refusals: ["document_not_found", "changed_elsewhere"],
  },
  "GET /api/v2/builder/{document_id}/versions": {
    id: "listVersions",
    tag: "Versions",
    summary: "List versions, newest first",
    access: "viewer",
    query: slice(50),
    answers: {
      200: {
        description: "Versions, without their texts.",
        schema: Type.Array(documents.versionSummary),
        example: [examples.versionSummary],
      },
    },
    refusals: ["document_not_found", "validation_failed"],
  },
  "POST /api/v2/builder/{document_id}/versions": {
    id: "createVersion",
    tag: "Versions",
    summary: "Freeze a version",
    description:
      "Takes the document's own texts where none are given. Equal to the latest version in canvas and model, it answers that one.",
    access: "editor",
    body: { is_required: false, example: { version_name: "winter" } },
    answers: { 201: { description: "The version.", schema: documents.version, example: examples.version } },
    refusals: ["document_not_found", "shutting_down", "model_invalid", "solver_unavailable"],
  },
  "GET /api/v2/builder/{document_id}/versions/{version_id}": {
    id: "getVersion",
    tag: "Versions",
    summary: "Get a version with its texts",
    access: "viewer",
    answers: { 200: { description: "The version.", schema: documents.version, example: examples.version } },
    refusals: ["document_not_found", "version_not_found"],
  },
  "PATCH /api/v2/builder/{document_id}/versions/{version_id}": {
    id: "renameVersion",
    tag: "Versions",
    summary: "Name a version",
    description: "A named version is kept for ever.",
    access: "editor",
    body: { is_required: true, example: { version_name: "winter", version_description: "Holds until March" } },
    answers: {
      200: { description: "The version.", schema: documents.versionSummary, example: examples.versionSummary },
    },
    refusals: ["document_not_found", "version_not_found"],
  },
  "POST /api/v2/builder/{document_id}/versions/{version_id}/restore": {
    id: "restoreVersion",
    tag: "Versions",
    summary: "Take the document back to a version",
    description: "What the document was before is frozen first, as a checkpoint.",
    access: "editor",
    body: { is_required: false, example: {} },
    answers: {
      200: {
        description: "The document as it is now, and the checkpoint.",
        schema: documents.restoration,
        example: { checkpoint_id: examples.ids.version, document: examples.document },
      },
    },
    refusals: ["document_not_found", "version_not_found", "shutting_down", "model_invalid", "solver_unavailable"],
  },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/diff/{other_id}": {
    id: "diffVersions",
    tag: "Versions",
    summary: "Tell what changed between two versions",
    access: "viewer",
    answers: { 200: { description: "The changes.", schema: documents.difference, example: examples.difference } },
    refusals: ["document_not_found", "version_not_found", "model_invalid", "solver_unavailable"],
  },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/inputs": {
    id: "listInputs",
    tag: "Versions",
    summary: "List what a fire may override",
    access: "viewer",
    answers: { 200: { description: "The inputs.", schema: documents.inputs, example: examples.inputs } },
    refusals: ["document_not_found", "version_not_found", "model_invalid", "solver_unavailable"],
  },
  "GET /api/v2/builder/{document_id}/versions/{version_id}/export": {
    id: "exportVersion",
    tag: "Versions",
    summary: "Get the model as a file for other solvers",
    access: "viewer",
    query: { format: { ...oneOf(EXPORT_FORMATS, "MPS, or the LP format of CPLEX."), is_required: true } },
    answers: {
      200: {
        description: "The file.",
        content_type: "text/plain",
        example: "NAME mix\nROWS\n N obj\n",
        headers: { "Content-Disposition": "Offers the file under a name of its own." },
      },
    },
    refusals: ["document_not_found", "version_not_found", "validation_failed", "model_invalid", "solver_unavailable"],
  },
} as const satisfies Readonly<Record<string, Operation>>;
