/** The fields of a document, a row each, in the order in which the API shows them. */
import type { DocumentRow } from "../../storage/documents";
import { type AnswerOf, BY_SERVICE, BY_USER, type CreateInput, type Field } from "../field_table";

/** A column of the table `documents` needs a row here: without it this file does not compile. */
type Rows = { readonly [Column in Exclude<keyof DocumentRow, "deleted_at">]: Field } & Readonly<Record<string, Field>>;

const READ_ONLY = { ...BY_SERVICE, change: "refused" } as const;

export const DOCUMENT_FIELDS = {
  id: { ...READ_ONLY, shape: { type: "text" }, about: "doc_..." },
  organization_id: { ...READ_ONLY, shape: { type: "text" }, about: "org_..." },
  created_by: { ...READ_ONLY, shape: { type: "text" }, about: "usr_..." },
  workspace_id: {
    ...BY_USER,
    shape: { type: "text" },
    nullable: "in bodies",
    file: { key: "workspace" },
    about: "The workspace that it is in, wsp_...; when it is not given, the first one that the key sees.",
  },
  name: {
    ...BY_USER,
    shape: { type: "text", length_min: 1, length_max: 200, is_visible: true },
    nullable: "never",
    default: "Untitled Model",
    file: { key: "name" },
    about: "What people and files call it.",
  },
  canvas_json: {
    ...BY_USER,
    shape: { type: "json" },
    file: { key: "canvas" },
    about: "The drawing, as it was given; null without one.",
  },
  model_json: {
    ...BY_USER,
    shape: { type: "json" },
    file: { key: "model" },
    about: "The model given, else the one that the canvas draws; null for none.",
  },
  is_active: {
    ...READ_ONLY,
    shape: { type: "flag" },
    kept: "elsewhere",
    about: "Always true: a deleted document is gone from every route.",
  },
  created_at: { ...READ_ONLY, shape: { type: "instant" }, about: "When it was made." },
  revision: {
    ...READ_ONLY,
    shape: { type: "text" },
    kept: "elsewhere",
    about: "Changes with every change of what people set; ETag of answers, and what If-Match is held to.",
  },
  updated_at: { ...READ_ONLY, shape: { type: "instant" }, about: "When it changed last." },
} as const satisfies Rows;

export type DocumentObject = AnswerOf<typeof DOCUMENT_FIELDS>;
export type DocumentInput = CreateInput<typeof DOCUMENT_FIELDS>;
