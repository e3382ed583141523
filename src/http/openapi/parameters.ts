/** Parameters that several routes share; path parameters are found by their name. */
import { Type } from "@sinclair/typebox";
import { type Parameter, words } from "./operation";

const LIMIT_MAX = 1000;

export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  document_id: "The document, doc_...",
  version_id: "The version, ver_...",
  other_id: "The later version, ver_...",
  trigger_id: "The trigger, trg_...",
  schedule_id: "The schedule, tsch_...",
  scheduled_for: "The instant of a tick, as its ledger shows it.",
  run_id: "The run, run_...",
  delivery_id: "The delivery, whd_...",
  key_id: "The key, key_...",
  example_name: "Name of the example, such as restocking.",
};

export const pages: Readonly<Record<string, Parameter>> = {
  page: { description: "Counts from 1.", schema: Type.Integer({ minimum: 1, default: 1 }) },
  page_size: { description: "Entries of a page.", schema: Type.Integer({ minimum: 1, maximum: 100, default: 20 }) },
};

export function slice(limit_default: number): Readonly<Record<string, Parameter>> {
  return {
    skip: { description: "Entries to leave out.", schema: Type.Integer({ minimum: 0, default: 0 }) },
    limit: {
      description: "Entries at most.",
      schema: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: limit_default }),
    },
  };
}

/** The header that limits a change to the revision that its sender has read. */
export const ifMatch: Readonly<Record<string, Parameter>> = {
  "If-Match": {
    description: "The revision that was read: the change is refused with 412 when the object has another one by now.",
    schema: Type.String({ examples: ['"7c1f0a9be2d4835611aa"'] }),
  },
};
/** The header of answers that show one object. */
export const revisionTag = { ETag: "The object's revision, in quotes: what If-Match takes." };

export function oneOf(list: readonly string[], description: string): Parameter {
  return { description, schema: words(list, description) };
}
