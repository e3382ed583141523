/** JSON Schemas of the objects in answers of the API, with every field that services/ builds. */
import { Type } from "@sinclair/typebox";
import { ROLES } from "../../roles";
import { DELIVERY_STATES } from "../../runs/delivery";
import { AUDIT_ACTIONS } from "../../services/access/audit";
import { HEALTH_PROBLEMS } from "../../services/operations/health";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { answerProperties, answerSchema } from "../edge/field_schemas";
import { overrideField } from "./document_objects";
import { object, optional } from "./object_schema";
import { count, flag, integerOrNull, orNull, text, textOrNull, time, timeOrNull, words } from "./operation";

const triggerFields = { ...answerProperties(TRIGGER_FIELDS), override_schema: orNull(Type.Array(overrideField)) };
export const trigger = object("Trigger", "A pinned version behind a secret.", triggerFields);
const webhook_secret = optional(answerSchema(TRIGGER_FIELDS.webhook_secret));
const warnings = optional(
  Type.Array(text("What receivers must do."), {
    description: "Of a webhook secret that libraries of Standard Webhooks do not take as it is.",
  }),
);
export const changedTrigger = object("ChangedTrigger", "A trigger after a change.", {
  ...triggerFields,
  webhook_secret,
  warnings,
});
export const newTrigger = object("NewTrigger", "A trigger with its secret: shown in this answer and never again.", {
  ...triggerFields,
  trigger_secret: answerSchema(TRIGGER_FIELDS.trigger_secret),
  webhook_secret,
  warnings,
});

const deliveryFields = {
  id: text("whd_...: also the webhook-id header that the receiver sees."),
  trigger_id: text("trg_..."),
  run_id: textOrNull("null for an event that is no run's, or when the run is no longer kept."),
  event: text("What it tells."),
  state: words(DELIVERY_STATES, "exhausted: given up after the last attempt."),
  attempts: count("Attempts made."),
  next_attempt_at: timeOrNull("When the next one is due."),
  last_status: integerOrNull("HTTP status of the last attempt; null without an answer."),
  last_error: textOrNull("Why the last attempt failed."),
  created_at: time("When the event happened."),
  updated_at: time("When it changed last."),
};
export const delivery = object("Delivery", "One webhook event on its way to a receiver.", deliveryFields);
export const fullDelivery = object("FullDelivery", "A delivery with what is sent and how each attempt went.", {
  ...deliveryFields,
  payload: Type.Object({}, { additionalProperties: true, description: "The body that the receiver gets." }),
  attempt_log: Type.Array(
    Type.Object({
      at: time("When it was made."),
      http_status: integerOrNull("null without an answer."),
      duration_ms: Type.Number(),
      error: textOrNull("null when it was delivered."),
      answer: text("The beginning of what the receiver answered."),
    }),
  ),
});

const keyFields = {
  id: text("key_..."),
  name: Type.String(),
  role: words(ROLES, "What it may do."),
  workspace_id: textOrNull("The only workspace that it sees; null: all."),
  prefix: text("The first 12 characters of the key."),
  organization_id: text("org_..."),
  created_by: text("usr_..."),
  created_at: time("When it was made."),
  expires_at: timeOrNull("null: never."),
  revoked_at: timeOrNull("null: not revoked."),
};
export const key = object("Key", "An API key, without the key itself.", keyFields);
export const newKey = object("NewKey", "An API key: shown in this answer and never again.", {
  ...keyFields,
  api_key: text("ok_live_ and 64 hex digits. Keep it: only its hash is stored."),
});

export const workspace = object("Workspace", "A part of an organization that a key can be limited to.", {
  id: text("wsp_..."),
  organization_id: text("org_..."),
  name: Type.String(),
  created_at: time("When it was made."),
});
const appliedFields = {
  kind: words(["document", "trigger"], "What it is."),
  name: text("Its name, which is how files refer to it."),
  object_id: text("Its id when it was put there."),
  digest: text("SHA-256 of what the files said of it, in hex."),
};
export const appliedRecord = object("AppliedRecord", "What apply last put there from files.", {
  revision: text("Changes with every change of the record."),
  items: Type.Array(
    object("AppliedObject", "A document or trigger that comes from files.", {
      ...appliedFields,
      applied_at: time("When files last changed it."),
    }),
  ),
});
export const workspaces = object("Workspaces", "The workspaces that a key sees.", { items: Type.Array(workspace) });
export const auditEntry = object("AuditEntry", "A change, or a visitor who was turned away.", {
  at: time("When."),
  action: words(AUDIT_ACTIONS, "What."),
  outcome: words(["done", "refused"], "How it ended."),
  object_id: textOrNull("On which object."),
  key_id: textOrNull("Through which API key; null: through none, or one that is not known."),
  user_id: textOrNull("By whom."),
  client: text("From which address; command line: on the machine itself."),
  request_id: textOrNull("Of the X-Request-ID header."),
  detail: textOrNull("More about it, never a secret."),
});

export const health = object("Health", "How the service is.", {
  status: words(["ok", "stopping", "clock_not_set"], "stopping: nothing new is taken; clock_not_set: schedules wait."),
  version: Type.String(),
  solver_version: Type.String(),
  uptime_seconds: count("Since the start."),
  queue_depth: count("Runs that wait."),
  running: count("Runs in solvers."),
  backups: orNull(
    Type.Object(
      {
        last_at: timeOrNull("The last good one; null: none since the start."),
        is_failing: flag("The last try failed; the log says why."),
      },
      { description: "Scheduled backups; null when none are set up." },
    ),
  ),
  problems: Type.Array(
    Type.Object({
      code: words(HEALTH_PROBLEMS, "What keeps the service from doing all of its work."),
      detail: text("What to do."),
    }),
  ),
});
