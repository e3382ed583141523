/** The refusals in the document: their status comes from refusals.ts, an example of each body from here. */
import { type TSchema, Type } from "@sinclair/typebox";
import type { RefusalCode } from "../../refusals";
import { named, text } from "./operation";

const REQUEST_ID = "req_01k2m3n4p5q6r7s8t9v0w1x2y3";

/** `detail` of an example of each refusal: a sentence, or one of the contract's two fixed shapes. */
const REFUSAL_DETAILS: { readonly [Code in RefusalCode]: unknown } = {
  malformed_json: "The body is not valid JSON; check quotes, commas and brackets",
  invalid_cron: "minute 61 is out of range 0 to 59",
  missing_api_key:
    "Send an API key: Authorization: Bearer ok_live_...; the scheme Basic was found and Bearer is expected",
  invalid_api_key: "Invalid API key",
  invalid_trigger_secret: "Invalid trigger secret",
  invalid_sign_in_link: "This sign-in link is unknown, used or more than an hour old; sign in with an API key instead",
  not_allowed: "This needs the role editor; the key's role is viewer",
  foreign_origin:
    'Requests made by pages of another origin are refused, found "http://elsewhere.example"; allow the origin with --cors-origin',
  route_not_found: "No route GET /api/v2/nothing",
  document_not_found: "Builder document not found",
  version_not_found: "Version not found",
  trigger_not_found: "Trigger not found",
  run_not_found: "Run not found",
  tick_not_found: "The ledger has no tick for 2026-02-19T07:00:00.000Z; GET .../ticks lists those that made no run",
  tick_has_run: "This tick has had its run; rerun that run instead",
  schedule_not_found: "No schedule found for this trigger",
  key_not_found: "API key not found",
  example_not_found: "Example not found; did you mean restocking?",
  delivery_not_found: "Delivery not found",
  method_not_allowed: "This service sends nothing of its own accord here; POST each message to /mcp",
  trigger_disabled: "Trigger is disabled",
  schedule_exists: "Trigger already has a schedule",
  run_not_finished: "Run is running; wait until it has ended, or cancel it, before rerunning it",
  run_already_finished: "Run has already ended: completed",
  run_not_solved: "Run is validation_failed and has no answer of the solver to compare with",
  delivery_under_way: "An attempt is under way; look at the delivery in a moment",
  webhook_missing:
    "This trigger has no webhook, or it was disabled (see webhook_disabled_reason); set webhook_url with PATCH",
  last_admin_key: "This is the last admin key; create another admin key before revoking it",
  applied_changed: "Another apply has changed the record meanwhile; run apply again",
  workspace_exists: 'There is a workspace "North" already; choose another name',
  organization_exists: 'There is an organization "Plant North" already; choose another name',
  changed_elsewhere:
    "It was changed by someone else: its revision is 7c1f0a9be2d4835611aa, and If-Match names another. Read it again, then change it",
  body_too_large: "The body is larger than 16 MiB; send less, or raise --max-body-mb",
  unsupported_media_type: 'The body must be sent as application/json, found "text/plain"',
  host_not_served:
    'This service does not answer to the Host "elsewhere.example"; use 127.0.0.1:8421, or start it with --public-host for other names',
  validation_failed: [
    { loc: ["body", "nmae"], msg: 'unknown field "nmae"; did you mean "name"?', type: "unknown_field" },
  ],
  override_invalid: {
    error: "Override validation failed: demand_forecast is required",
    run_id: "run_01k2m3n4p5q6r7s8t9v0w1x2y3",
    fields: [{ name: "demand_forecast", msg: "demand_forecast is required" }],
  },
  model_invalid: "The model does not compile: unknown name ordr at constraints.0.expression",
  idempotency_conflict: "This Idempotency-Key was used with another body; use a new key for a new request",
  webhook_destination_refused: "webhook_url leads to a link-local address, where webhooks never go",
  too_many_failures: "Too many wrong keys from this client; try again in 42 s",
  body_too_slow: "The body came at less than 1000 bytes a second; send less, or lower --body-bytes-per-second-min",
  trigger_queue_full: "1000 runs of this trigger wait; try again when some have ended",
  bodies_full:
    "Too many large bodies are on their way; send the secret as Authorization: Bearer, or try again in a second",
  queue_full: "1000000 runs wait; try again later",
  solver_unavailable: "Every solver is busy and many solves wait; try again later",
  shutting_down: "The service is stopping; try again shortly",
  storage_busy: "Another program holds the database; nothing of this request was kept. Try again",
  storage_full: "The disk is full; nothing of this request was kept. Make room, then try again",
};

/** Fields that a refusal has besides `detail`, `code` and `request_id`. */
const REFUSAL_FIELDS: Partial<Record<RefusalCode, Readonly<Record<string, unknown>>>> = {
  changed_elsewhere: { revision: "7c1f0a9be2d4835611aa" },
  model_invalid: {
    diagnostics: [
      {
        code: "unknown_name",
        severity: "error",
        message: "unknown name ordr",
        line: 1,
        column: 1,
        start: 0,
        end: 4,
        notes: [],
        hint: "did you mean order?",
        path: "constraints.0.expression",
      },
    ],
  },
};

/** The whole body of an example. */
export function exampleOf(code: RefusalCode): Record<string, unknown> {
  return { detail: REFUSAL_DETAILS[code], code, ...REFUSAL_FIELDS[code], request_id: REQUEST_ID };
}

const requestId = text("Of the X-Request-ID header: what to quote when asking about it.");

/** The schema of every refusal, except those of an invalid body and of override data that does not fit. */
const refusalSchema = named(
  "Error",
  Type.Object(
    {
      detail: text("What was found, what was expected, what to do next."),
      code: text("snake_case, stable: what a program may test."),
      request_id: requestId,
    },
    { description: "A refusal. Some carry further fields.", additionalProperties: true },
  ),
);

const invalidRequestSchema = named(
  "ValidationError",
  Type.Object(
    {
      detail: Type.Array(
        Type.Object({
          loc: Type.Array(Type.Union([Type.String(), Type.Integer()]), { description: "Where, from the outside in." }),
          msg: text("What is wrong there."),
          type: text("snake_case: what kind of fault."),
        }),
      ),
      code: text("validation_failed"),
      request_id: requestId,
    },
    { description: "The body, the query or a header does not validate." },
  ),
);

const invalidOverridesSchema = named(
  "OverrideError",
  Type.Object(
    {
      detail: Type.Object({
        error: text("All faults in one sentence."),
        run_id: Type.Unsafe<string | null>({
          type: ["string", "null"],
          description: "The run that was kept with status validation_failed; null where none is kept.",
        }),
        fields: Type.Array(
          Type.Object({
            name: text("The field of override_schema."),
            msg: text("What is wrong with its value."),
            index: Type.Optional(Type.Integer({ description: "In a batch: which set." })),
          }),
        ),
      }),
      code: text("override_invalid"),
      request_id: requestId,
    },
    { description: "The override data does not fit the model." },
  ),
);

export const failureSchema = named(
  "InternalError",
  Type.Object(
    {
      detail: text("Names the incident."),
      code: text("internal_error"),
      incident_id: text("What the service's log explains."),
      request_id: requestId,
    },
    { description: "A fault of the service itself." },
  ),
);

/** The schema that the body of a refusal has. */
export function schemaOf(code: RefusalCode): TSchema {
  if (code === "validation_failed") return invalidRequestSchema;
  return code === "override_invalid" ? invalidOverridesSchema : refusalSchema;
}

export const FAILURE_EXAMPLE = {
  detail: "The service failed on this request; its log explains incident inc_01k2m3n4p5q6r7s8t9v0w1x2y3",
  code: "internal_error",
  incident_id: "inc_01k2m3n4p5q6r7s8t9v0w1x2y3",
  request_id: REQUEST_ID,
};
