/** Rows of triggers and their firing. */
import { Type } from "@sinclair/typebox";
import * as examples from "../openapi/examples";
import * as objects from "../openapi/objects";
import { anyJson, type Operation, type Parameter, text } from "../openapi/operation";
import { ifMatch, revisionTag } from "../openapi/parameters";
import * as runs from "../openapi/run_objects";

const idempotency: Parameter = {
  description:
    "The same key on the same trigger within 24 h gives the same run, a refused one too; with another body it is refused.",
  schema: Type.String({ minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" }),
};
const replayed = { "Idempotent-Replayed": "true when an earlier request with the same Idempotency-Key made this." };
const secretInBody = Type.Optional(text("The trigger's secret, instead of the Authorization header."));
const closed = { additionalProperties: false };

export const TRIGGER_OPERATIONS = {
  "POST /api/v2/triggers": {
    id: "createTrigger",
    tag: "Triggers",
    summary: "Create a trigger",
    description:
      "Pins a version; an unnamed one is named by it, and so kept for ever. The secret is in this answer alone. With a webhook_url and no webhook_secret, one is made and shown here once.",
    access: "editor",
    body: { is_required: true, example: examples.triggerBody },
    answers: {
      201: { description: "The trigger with its secret.", schema: objects.newTrigger, example: examples.newTrigger },
    },
    refusals: [
      "document_not_found",
      "version_not_found",
      "model_invalid",
      "webhook_destination_refused",
      "solver_unavailable",
    ],
  },
  "GET /api/v2/triggers": {
    id: "listTriggers",
    tag: "Triggers",
    summary: "List triggers, newest first",
    access: "viewer",
    query: { document_id: { description: "Only those of this document.", schema: Type.String() } },
    answers: {
      200: { description: "Triggers.", schema: Type.Array(objects.trigger), example: [examples.trigger] },
    },
  },
  "GET /api/v2/triggers/{trigger_id}": {
    id: "getTrigger",
    tag: "Triggers",
    summary: "Get a trigger",
    access: "viewer",
    answers: {
      200: { description: "The trigger.", schema: objects.trigger, example: examples.trigger, headers: revisionTag },
    },
    refusals: ["trigger_not_found"],
  },
  "PATCH /api/v2/triggers/{trigger_id}": {
    id: "updateTrigger",
    tag: "Triggers",
    summary: "Change a trigger",
    description:
      "Fields left out stay; webhook_url null clears it. The pinned version never changes: read-only fields that are sent back are ignored. After a new webhook secret the old one signs beside it for a day.",
    access: "editor",
    headers: ifMatch,
    body: { is_required: true, example: { name: "Daily mix, north", priority: 7 } },
    answers: {
      200: {
        description: "The trigger.",
        schema: objects.changedTrigger,
        example: examples.trigger,
        headers: revisionTag,
      },
    },
    refusals: [
      "trigger_not_found",
      "changed_elsewhere",
      "version_not_found",
      "webhook_destination_refused",
      "model_invalid",
      "solver_unavailable",
    ],
  },
  "DELETE /api/v2/triggers/{trigger_id}": {
    id: "deleteTrigger",
    tag: "Triggers",
    summary: "Delete a trigger and its runs",
    access: "editor",
    headers: ifMatch,
    answers: { 204: { description: "It is gone; runs that waited never start." } },
    refusals: ["trigger_not_found", "changed_elsewhere"],
  },
  "POST /api/v2/triggers/{trigger_id}/toggle": {
    id: "toggleTrigger",
    tag: "Triggers",
    summary: "Enable or disable a trigger",
    description: "A disabled trigger refuses to fire, and its schedules pause.",
    access: "editor",
    body: { is_required: true, example: { enabled: false } },
    answers: {
      200: {
        description: "The trigger.",
        schema: objects.trigger,
        example: { ...examples.trigger, is_enabled: false },
      },
    },
    refusals: ["trigger_not_found"],
  },
  "POST /api/v2/triggers/{trigger_id}/rotate-secret": {
    id: "rotateTriggerSecret",
    tag: "Triggers",
    summary: "Replace a trigger's secret",
    description: "The new secret is in this answer alone; the old one works for grace_seconds more.",
    access: "editor",
    body: { is_required: false, example: { grace_seconds: 3600 } },
    answers: {
      200: {
        description: "The trigger with its new secret.",
        schema: objects.newTrigger,
        example: examples.newTrigger,
      },
    },
    refusals: ["trigger_not_found"],
  },
  "POST /api/v2/triggers/{trigger_id}/fire": {
    id: "fireTrigger",
    tag: "Fire",
    summary: "Fire a trigger",
    description:
      "Queues a run of the pinned version with the data given. 202 means that the run is on disk. The secret comes as bearer token, else as trigger_secret in the body; an API key of the role solver or above does as well. Data that does not fit is refused with 422, and a run with status validation_failed says why.",
    access: "trigger-secret",
    headers: {
      "Idempotency-Key": idempotency,
      Prefer: {
        description: "wait=N: wait up to N seconds for the run's end.",
        schema: Type.String({ examples: ["wait=10"] }),
      },
    },
    refusal_headers: { override_invalid: replayed },
    body: {
      is_required: false,
      schema: Type.Object(
        {
          trigger_secret: secretInBody,
          override_data: Type.Optional(anyJson("Values for the fields of override_schema, as an object.")),
        },
        closed,
      ),
      example: examples.fireBody,
    },
    answers: {
      200: { description: "The finished run, with Prefer: wait.", schema: runs.run, example: examples.run },
      202: {
        description: "The run is on disk and will be solved.",
        schema: runs.accepted,
        example: examples.accepted,
        headers: replayed,
      },
    },
    refusals: [
      "trigger_not_found",
      "trigger_disabled",
      "override_invalid",
      "idempotency_conflict",
      "trigger_queue_full",
      "queue_full",
      "shutting_down",
    ],
  },
  "POST /api/v2/triggers/{trigger_id}/fire-batch": {
    id: "fireTriggerBatch",
    tag: "Fire",
    summary: "Fire a trigger up to 1,000 times",
    description:
      "One run for each set of override data, all in one transaction; one set that does not fit refuses all.",
    access: "trigger-secret",
    headers: { "Idempotency-Key": idempotency },
    refusal_headers: { override_invalid: replayed },
    body: {
      is_required: true,
      schema: Type.Object(
        {
          trigger_secret: secretInBody,
          override_data: Type.Array(anyJson("Values for the fields of override_schema."), {
            minItems: 1,
            maxItems: 1000,
          }),
        },
        closed,
      ),
      example: examples.fireBatchBody,
    },
    answers: {
      202: {
        description: "The runs are on disk and will be solved.",
        schema: runs.acceptedBatch,
        example: { run_ids: [examples.ids.run], status: "queued" },
        headers: replayed,
      },
    },
    refusals: [
      "trigger_not_found",
      "trigger_disabled",
      "override_invalid",
      "idempotency_conflict",
      "trigger_queue_full",
      "queue_full",
      "shutting_down",
    ],
  },
} as const satisfies Readonly<Record<string, Operation>>;
