/** Request bodies of triggers, and of what `apply` notes about them. */
import { Type } from "@sinclair/typebox";
import { PRIORITY_MAX } from "../../runs/ready_queue";
import { WEBHOOK_EVENTS } from "../../webhooks/events";
import { anyJson, closed, description, name, optional, orNull } from "../edge/body_fields";

const webhookUrl = Type.String({ minLength: 1, maxLength: 2048 });
const webhookSecret = Type.String({ minLength: 8, maxLength: 256 });
const webhookEvents = orNull(
  Type.Array(Type.Union(WEBHOOK_EVENTS.map((event) => Type.Literal(event))), { maxItems: WEBHOOK_EVENTS.length }),
);
const positive = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const expectWithin = orNull(Type.Integer({ minimum: 1, maximum: 31_536_000 }));
const priority = Type.Optional(Type.Integer({ minimum: 0, maximum: PRIORITY_MAX }));

export const triggerBody = closed({
  name,
  description: orNull(description),
  document_id: Type.String(),
  version_id: Type.String(),
  override_schema: anyJson,
  webhook_url: orNull(webhookUrl),
  webhook_secret: orNull(webhookSecret),
  webhook_events: webhookEvents,
  workspace_id: orNull(Type.String()),
  max_concurrent_runs: orNull(positive),
  priority,
  expect_within_seconds: expectWithin,
});

/** Fields of the trigger object that a client may send back with a change; they are ignored. */
export const READ_ONLY_TRIGGER_FIELDS = [
  "id",
  "organization_id",
  "created_by",
  "document_id",
  "version_id",
  "model_name",
  "workspace_id",
  "trigger_secret",
  "trigger_secret_prefix",
  "webhook_secret_set",
  "overdue_since",
  "webhook_disabled_at",
  "webhook_disabled_reason",
  "has_active_schedule",
  "is_enabled",
  "total_runs",
  "last_fired_at",
  "created_at",
  "updated_at",
] as const;

type ReadOnlyFields = { [Field in (typeof READ_ONLY_TRIGGER_FIELDS)[number]]: typeof anyJson };
const readOnlyFields = Object.fromEntries(READ_ONLY_TRIGGER_FIELDS.map((field) => [field, anyJson])) as ReadOnlyFields;

export const triggerChangeBody = closed({
  name: optional(name),
  description: orNull(description),
  override_schema: anyJson,
  webhook_url: orNull(webhookUrl),
  webhook_secret: orNull(webhookSecret),
  webhook_events: webhookEvents,
  max_concurrent_runs: orNull(positive),
  priority,
  expect_within_seconds: expectWithin,
  ...readOnlyFields,
});

export const toggleBody = closed({ enabled: Type.Boolean() });

export const rotateBody = closed({ grace_seconds: optional(Type.Integer({ minimum: 0, maximum: 604_800 })) });

export const appliedBody = closed({
  revision: Type.String({ maxLength: 64 }),
  items: Type.Array(
    closed({
      kind: Type.Union([Type.Literal("document"), Type.Literal("trigger")]),
      name: Type.String({ minLength: 1, maxLength: 200 }),
      object_id: Type.String({ minLength: 1, maxLength: 100 }),
      digest: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    }),
    { maxItems: 100_000 },
  ),
});
