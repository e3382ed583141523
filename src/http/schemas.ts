/** Bodies of requests. Objects refuse unknown fields, so that a typo is never silently ignored. */
import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { PRIORITY_MAX } from "../runs/ready_queue";
import { CATCH_UPS, OVERLAP_POLICIES } from "../schedules/tick_plan";
import { WEBHOOK_EVENTS } from "../webhooks/events";

const closed = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, { additionalProperties: false });
const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]));

const name = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const description = Type.String({ maxLength: 10_000 });
const anyJson = Type.Optional(Type.Unknown());
const webhookUrl = Type.String({ minLength: 1, maxLength: 2048 });
const webhookSecret = Type.String({ minLength: 8, maxLength: 256 });
const webhookEvents = orNull(
  Type.Array(Type.Union(WEBHOOK_EVENTS.map((event) => Type.Literal(event))), { maxItems: WEBHOOK_EVENTS.length }),
);
const positive = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const expectWithin = orNull(Type.Integer({ minimum: 1, maximum: 31_536_000 }));
const priority = Type.Optional(Type.Integer({ minimum: 0, maximum: PRIORITY_MAX }));

export const documentBody = closed({
  name: optional(name),
  model_json: anyJson,
  canvas_json: anyJson,
  workspace_id: orNull(Type.String()),
});

export const checkpointBody = closed({
  canvas_json: anyJson,
  model_json: anyJson,
  version_name: orNull(name),
  version_description: orNull(description),
});

export const versionNameBody = closed({ version_name: name, version_description: orNull(description) });

export const restoreBody = closed({ current_canvas_json: anyJson });

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

const timestamp = orNull(Type.String({ maxLength: 40 }));
const scheduleFields = {
  timezone: optional(Type.String()),
  override_data: anyJson,
  is_enabled: optional(Type.Boolean()),
  overlap_policy: optional(Type.Union(OVERLAP_POLICIES.map((policy) => Type.Literal(policy)))),
  catch_up: optional(Type.Union(CATCH_UPS.map((policy) => Type.Literal(policy)))),
  catch_up_window_seconds: optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })),
  jitter_seconds: optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  starts_at: timestamp,
  ends_at: timestamp,
  pause_until: timestamp,
  exclude_dates: orNull(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 1000 })),
};

export const scheduleBody = closed({ cron_expression: Type.String(), ...scheduleFields });

export const scheduleChangeBody = closed({ cron_expression: optional(Type.String()), ...scheduleFields });

export const cronBody = closed({
  cron_expression: Type.String(),
  timezone: optional(Type.String()),
  count: optional(Type.Integer({ minimum: 1, maximum: 100 })),
});

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

export const workspaceBody = closed({ name });

export const keyBody = closed({
  name,
  workspace_id: orNull(Type.String()),
  role: optional(
    Type.Union([Type.Literal("admin"), Type.Literal("editor"), Type.Literal("solver"), Type.Literal("viewer")]),
  ),
  expires_days: orNull(Type.Integer({ minimum: 1, maximum: 36_500 })),
});

export const sessionBody = closed({ link: Type.String({ minLength: 1, maxLength: 200 }) });

/** A model: its own compiler says what is wrong with it. */
export const anyBody = Type.Unknown();
