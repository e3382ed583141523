/** Request bodies of triggers, and of the records that `apply` keeps about them. */
import { Type } from "@sinclair/typebox";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { APPLIED_KINDS } from "../../storage/schema";
import { closed, optional } from "../edge/body_fields";
import { changeBody, createBody } from "../edge/field_schemas";

export const triggerBody = createBody(TRIGGER_FIELDS);

export const triggerChangeBody = changeBody(TRIGGER_FIELDS);

export const toggleBody = closed({ enabled: Type.Boolean() });

export const rotateBody = closed({ grace_seconds: optional(Type.Integer({ minimum: 0, maximum: 604_800 })) });

export const appliedBody = closed({
  revision: Type.String({ maxLength: 64 }),
  items: Type.Array(
    closed({
      kind: Type.Union(APPLIED_KINDS.map((kind) => Type.Literal(kind))),
      name: Type.String({ minLength: 1, maxLength: 200 }),
      object_id: Type.String({ minLength: 1, maxLength: 100 }),
      digest: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    }),
    { maxItems: 100_000 },
  ),
});
