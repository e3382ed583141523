/** Triggers: a version behind a secret. Every change drops the cached fire target after its commit. */
import { createHash } from "node:crypto";
import type { BoundOverrides, FieldError, OverrideField } from "../../model/override_fields";
import { bindOverrides, parseOverrideSchema, pathsOf } from "../../model/overrides";
import { Refusal } from "../../refusals";
import type { Scope } from "../../storage/access";
import { seal, unseal } from "../../storage/directory/seal";
import {
  findTrigger,
  insertTrigger,
  listTriggers as listTriggerRows,
  type TriggerRow,
  type TriggerView,
  updateTrigger as updateTriggerRow,
} from "../../storage/triggers";
import { nameVersion, readVersionModel } from "../../storage/versions";
import type { Transaction } from "../../storage/writer";
import { makeWebhookSecret, secretWarning, trimmedSecret } from "../../webhooks/signature";
import { type AuditAction, fieldsOf, recordChange } from "../access/audit";
import { requireWorkspace } from "../access/workspaces";
import { requireDiskSpace } from "../admission";
import { beginExpecting } from "../alarms/expectations";
import type { Context, Principal, QueueParts, StorageParts, WebhookParts } from "../context";
import { fromText } from "../documents/documents";
import { type Inspection, inspectModel, modelInvalid } from "../documents/inspection";
import type { Asker } from "../documents/inspector";
import { requireVersion, versionNotFound } from "../documents/versions";
import { answerOf, changedColumns, newColumns } from "../field_table";
import { type ExpectedRevisions, requireRevision, revisionOf } from "../revision";
import { requireTrigger } from "../runs/runs";
import { deleteSchedules, toggleSchedules } from "../schedules/schedules";
import { TRIGGER_FIELDS, type TriggerChange, type TriggerInput, type TriggerObject } from "./trigger_fields";

type TriggerContext = StorageParts &
  QueueParts &
  WebhookParts &
  Pick<Context, "clock" | "config" | "ids" | "inspector">;

const SECRET_BYTES = 32;
const SHOWN_PREFIX_LENGTH = 8;
const WEBHOOK_SECRET_GRACE_MS = 86_400_000;
const WEBHOOK_ENABLED = { webhook_failing_since: null, webhook_disabled_at: null, webhook_disabled_reason: null };

/** Secrets that are shown once, in the answer that creates them. */
export interface TriggerSecrets {
  readonly trigger_secret?: string;
  /** Present only when the service created it, because no secret was given with the URL. */
  readonly webhook_secret?: string;
  /** Warnings about the given webhook secret that its receivers must know. */
  readonly warnings?: readonly string[];
}

/** Pins a version behind a new secret. An unnamed version gets a name, which keeps it from being pruned. */
export async function createTrigger(
  context: TriggerContext,
  principal: Principal,
  input: TriggerInput,
): Promise<TriggerObject & TriggerSecrets> {
  const version = requireVersion(context, principal, input.document_id, input.version_id);
  const fields = readSchema(input.override_schema ?? null);
  const inspection = await inspectModel(context, principal, fromText(version.model_json), pathsOf(fields));
  requireSound(inspection);
  requireDiskSpace(context);
  const bound = bindSchema(fields, inspection);
  const id = context.ids.next("trigger");
  const webhook = newWebhook(context, id, input.webhook_url ?? null, givenSecret(input.webhook_secret));
  const trigger_secret = makeSecret(context);
  const now = context.clock.now();
  const row: Omit<TriggerRow, "seq"> = {
    ...newColumns(TRIGGER_FIELDS, input),
    id,
    organization_id: principal.organization_id,
    workspace_id: requireWorkspace(context, principal, input.workspace_id ?? null),
    created_by: principal.user_id,
    ...secretColumns(trigger_secret),
    previous_secret_hash: null,
    previous_secret_until: null,
    override_contract: JSON.stringify(bound),
    ...webhook.columns,
    previous_webhook_secret: null,
    previous_webhook_until: null,
    ...WEBHOOK_ENABLED,
    is_enabled: true,
    total_runs: 0,
    stored_runs: 0,
    last_fired_at: null,
    ...beginExpecting(input.expect_within_seconds ?? null, true, now),
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  await context.writer.write((transaction) => {
    if (readVersionModel(transaction.db, row.version_id) === null) throw versionNotFound();
    if (!version.is_named) {
      nameVersion(transaction, row.document_id, row.version_id, { version_name: `Pinned for trigger: ${row.name}` });
    }
    insertTrigger(transaction, row);
    recordChange(context, transaction, principal, "trigger.create", id, `pins ${row.version_id}`);
  });
  return { ...getTrigger(context, principal, id), trigger_secret, ...webhook.shown };
}

/** Triggers of the organization, newest first. */
export function listTriggers(
  context: Pick<Context, "db">,
  principal: Principal,
  document_id: string | null,
): TriggerObject[] {
  const filter = { ...scopeOf(principal), document_id, id: null };
  return listTriggerRows(context.db, filter).map(triggerObject);
}

export function getTrigger(context: Pick<Context, "db">, principal: Principal, id: string): TriggerObject {
  const filter = { ...scopeOf(principal), document_id: null, id };
  const view = listTriggerRows(context.db, filter)[0];
  if (view === undefined) throw new Refusal("trigger_not_found", "Trigger not found");
  return triggerObject(view);
}

/**
 * Changes the given fields; refuses 412 when the trigger is not at an expected revision. A new webhook secret signs at
 * once; the old one signs beside it for a day.
 */
export async function updateTrigger(
  context: TriggerContext,
  principal: Principal,
  id: string,
  change: TriggerChange,
  expected: ExpectedRevisions = null,
): Promise<TriggerObject & TriggerSecrets> {
  const before = requireTrigger(context, principal, id);
  const webhook = changedWebhook(context, before, change);
  const columns: Partial<TriggerRow> = {
    ...changedColumns(TRIGGER_FIELDS, change),
    updated_at: context.clock.now(),
    ...(change.expect_within_seconds === undefined || change.expect_within_seconds === before.expect_within_seconds
      ? {}
      : beginExpecting(change.expect_within_seconds, before.is_enabled, context.clock.now())),
    ...(change.override_schema === undefined
      ? {}
      : await contractColumn(context, principal, before, change.override_schema)),
    ...webhook.columns,
    ...(change.webhook_url === undefined && change.webhook_events === undefined ? {} : WEBHOOK_ENABLED),
  };
  await store(context, principal, id, "trigger.update", fieldsOf(change), (transaction) => {
    requireRevision(expected, TRIGGER_FIELDS, findTrigger(transaction.db, principal, id));
    return updateTriggerRow(transaction, principal, id, columns);
  });
  if (change.priority !== undefined) context.queue.setPriority(id, change.priority);
  return { ...getTrigger(context, principal, id), ...webhook.shown };
}

/** Deletes a trigger with its schedules and, in the background, its runs. Runs that wait never start. */
export async function deleteTrigger(
  context: TriggerContext,
  principal: Principal,
  id: string,
  expected: ExpectedRevisions = null,
): Promise<void> {
  const change = { deleted_at: context.clock.now(), is_enabled: false, overdue_at: null, overdue_since: null };
  await store(context, principal, id, "trigger.delete", null, (transaction) => {
    requireRevision(expected, TRIGGER_FIELDS, findTrigger(transaction.db, principal, id));
    deleteSchedules(transaction, id, change.deleted_at);
    return updateTriggerRow(transaction, principal, id, change);
  });
  context.queue.clear(id);
}

/** Enables or disables a trigger. Its schedules pause with it and go on from now, not from where they stopped. */
export async function toggleTrigger(
  context: TriggerContext,
  principal: Principal,
  id: string,
  enabled: boolean,
): Promise<TriggerObject> {
  const now = context.clock.now();
  const before = requireTrigger(context, principal, id);
  const expectation = before.is_enabled === enabled ? {} : beginExpecting(before.expect_within_seconds, enabled, now);
  await store(context, principal, id, "trigger.toggle", enabled ? "on" : "off", (transaction) => {
    toggleSchedules(transaction, id, enabled, now);
    return updateTriggerRow(transaction, principal, id, { is_enabled: enabled, updated_at: now, ...expectation });
  });
  context.wake.ticker();
  return getTrigger(context, principal, id);
}

/** Replaces the secret; the old one goes on working for `grace_seconds`. */
export async function rotateSecret(
  context: TriggerContext,
  principal: Principal,
  id: string,
  grace_seconds: number,
): Promise<TriggerObject & TriggerSecrets> {
  const before = requireTrigger(context, principal, id);
  const trigger_secret = makeSecret(context);
  const now = context.clock.now();
  const grace = grace_seconds > 0;
  const change: Partial<TriggerRow> = {
    ...secretColumns(trigger_secret),
    previous_secret_hash: grace ? before.secret_hash : null,
    previous_secret_until: grace ? now + grace_seconds * 1000 : null,
    updated_at: now,
  };
  const detail = grace ? `the old one works for ${grace_seconds} s more` : null;
  await store(context, principal, id, "trigger.rotate_secret", detail, (transaction) =>
    updateTriggerRow(transaction, principal, id, change),
  );
  return { ...getTrigger(context, principal, id), trigger_secret };
}

function scopeOf({ organization_id, workspace_id }: Principal): Scope {
  return { organization_id, workspace_id };
}

async function store(
  context: TriggerContext,
  principal: Principal,
  id: string,
  action: AuditAction,
  detail: string | null,
  operation: (transaction: Transaction) => TriggerRow | null,
): Promise<void> {
  requireTrigger(context, principal, id);
  const row = await context.writer.write((transaction) => {
    const changed = operation(transaction);
    if (changed !== null) recordChange(context, transaction, principal, action, id, detail);
    return changed;
  });
  context.fire_targets.drop(id);
  if (row === null) throw new Refusal("trigger_not_found", "Trigger not found");
}

function makeSecret(context: Pick<Context, "ids">): string {
  return Buffer.from(context.ids.bytes(SECRET_BYTES)).toString("hex");
}

function secretColumns(secret: string): { secret_hash: Buffer; secret_prefix: string } {
  return {
    secret_hash: createHash("sha256").update(secret).digest(),
    secret_prefix: secret.slice(0, SHOWN_PREFIX_LENGTH),
  };
}

function requireSound(inspection: Inspection): void {
  if (inspection.has_errors)
    throw modelInvalid(inspection.diagnostics, "This version's model has errors and cannot be pinned");
}

type SchemaFields = readonly OverrideField[] | null;

function readSchema(schema: unknown): SchemaFields {
  const { fields, errors } = parseOverrideSchema(schema);
  if (errors.length > 0) throw schemaInvalid(errors);
  return fields;
}

/** The schema, checked against the model. Every fire is validated with it. */
function bindSchema(fields: SchemaFields, inspection: Inspection): BoundOverrides {
  const { bound, errors } = bindOverrides(fields, inspection.subject);
  if (errors.length > 0) throw schemaInvalid(errors);
  return bound;
}

function schemaInvalid(errors: readonly FieldError[]): Refusal {
  const detail = errors.map((error) => ({
    loc: ["body", "override_schema", error.name],
    msg: error.msg,
    type: "override_schema_invalid",
  }));
  return new Refusal("validation_failed", "override_schema does not fit the model", { detail });
}

async function contractColumn(
  context: TriggerContext,
  asker: Asker,
  row: TriggerRow,
  schema: unknown,
): Promise<Pick<TriggerRow, "override_contract">> {
  const version = readVersionModel(context.db, row.version_id);
  if (version === null) throw versionNotFound();
  const fields = readSchema(schema);
  const bound = bindSchema(fields, await inspectModel(context, asker, fromText(version.model_json), pathsOf(fields)));
  return { override_contract: JSON.stringify(bound) };
}

interface WebhookChange {
  readonly columns: Pick<TriggerRow, "webhook_url" | "webhook_secret">;
  readonly shown: TriggerSecrets;
}

function newWebhook(
  context: Pick<Context, "ids" | "seal_key" | "webhook_destinations">,
  trigger_id: string,
  webhook_url: string | null,
  given_secret: string | null,
): WebhookChange {
  if (webhook_url !== null) context.webhook_destinations.require(webhook_url);
  if (webhook_url === null && given_secret === null)
    return { columns: { webhook_url, webhook_secret: null }, shown: {} };
  const webhook_secret = given_secret ?? makeWebhookSecret((count) => context.ids.bytes(count));
  const warning = secretWarning(webhook_secret);
  return {
    columns: { webhook_url, webhook_secret: seal(context.seal_key, webhook_secret, trigger_id, context.ids) },
    shown: {
      ...(given_secret === null ? { webhook_secret } : {}),
      ...(warning === null ? {} : { warnings: [warning] }),
    },
  };
}

/** The given secret without the blanks around it. Refuses 422 when it is too short without them. */
function givenSecret(given: string | null | undefined): string | null {
  if (given === null || given === undefined) return null;
  const secret = trimmedSecret(given);
  const { length_min } = TRIGGER_FIELDS.webhook_secret.shape;
  if (secret.length >= length_min) return secret;
  const msg = `a text of at least ${length_min} characters beside the blanks around it is expected`;
  const detail = [{ loc: ["body", "webhook_secret"], msg, type: "invalid_value" }];
  throw new Refusal("validation_failed", `webhook_secret: ${msg}`, { detail });
}

/** The columns of a changed webhook. Giving the same secret again changes nothing; `null` asks for a new one. */
function changedWebhook(
  context: TriggerContext,
  before: TriggerRow,
  change: TriggerChange,
): { columns: Partial<TriggerRow>; shown: TriggerSecrets } {
  const webhook_url = change.webhook_url === undefined ? before.webhook_url : change.webhook_url;
  const current = openSecret(context, before);
  const is_asked_for = change.webhook_secret === null && webhook_url !== null;
  const given_secret = givenSecret(change.webhook_secret);
  const is_kept =
    given_secret === null ? before.webhook_secret !== null || webhook_url === null : given_secret === current;
  if (is_kept && !is_asked_for) {
    if (change.webhook_url) context.webhook_destinations.require(change.webhook_url);
    return { columns: { webhook_url }, shown: {} };
  }
  const { columns, shown } = newWebhook(context, before.id, webhook_url, given_secret);
  const previous = current === null ? null : before.webhook_secret;
  const previous_webhook_until = previous === null ? null : context.clock.now() + WEBHOOK_SECRET_GRACE_MS;
  return { columns: { ...columns, previous_webhook_secret: previous, previous_webhook_until }, shown };
}

/** The webhook's secret; null when there is none, or when this key cannot open it, so that it can sign nothing any more. */
function openSecret(context: Pick<Context, "seal_key">, { id, webhook_secret }: TriggerRow): string | null {
  try {
    return webhook_secret === null ? null : unseal(context.seal_key, webhook_secret, id);
  } catch {
    return null;
  }
}

function triggerObject({ trigger, model_name, has_active_schedule }: TriggerView): TriggerObject {
  return answerOf(TRIGGER_FIELDS, trigger, {
    model_name,
    trigger_secret_prefix: trigger.secret_prefix,
    webhook_secret_set: trigger.webhook_secret !== null,
    has_active_schedule: trigger.is_enabled && has_active_schedule,
    revision: revisionOf(TRIGGER_FIELDS, trigger),
  });
}
