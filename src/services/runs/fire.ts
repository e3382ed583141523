/**
 * Accepts runs: by a trigger's secret, by an API key as a rerun, by the clock. Accepted means committed: the
 * promise of `fire` settles after the fsync.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { digestOfAll, type FireData, readFireData } from "../../model/bodies/fire_body";
import type { KeptText } from "../../model/kept_text";
import { misfitMessage } from "../../model/override_data";
import type { FieldError } from "../../model/override_fields";
import type { DataQuestion } from "../../model/questions";
import { Refusal } from "../../refusals";
import { isTerminal, type RunSource } from "../../runs/run";
import { insertDelivery } from "../../storage/deliveries";
import { findIdempotencyKey, type IdempotencyRow, putIdempotencyKey } from "../../storage/idempotency_keys";
import { findRun, insertRun, type NewRun, readOverrideData } from "../../storage/runs";
import type { Transaction } from "../../storage/writer";
import { recordChange } from "../access/audit";
import { authenticate, KEY_PREFIX, refuseSecret, requireRole, type Visit } from "../access/authentication";
import { requireAccepting, requireDiskSpace, requireRoom } from "../admission";
import { announceDelivery, draftDeliveryOfRefusedRun } from "../alarms/delivery_drafts";
import type {
  Context,
  InspectingParts,
  Principal,
  ProcessParts,
  QueueParts,
  StorageParts,
  VisitParts,
} from "../context";
import type { Asker } from "../documents/inspector";
import type { FireTarget } from "../memory/fire_targets";
import { requireRun } from "./runs";

export type FireContext = ProcessParts &
  StorageParts &
  QueueParts &
  VisitParts &
  InspectingParts &
  Pick<Context, "delivery_lanes">;

const IDEMPOTENCY_KEEP_MS = 86_400_000;
/** Number of sets of a refused batch that the message names; its fields hold all of them. */
const BATCH_MISFITS_SHOWN = 3;
/** The secret is compared with this when there is no trigger, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = new Uint8Array(32);

/** Credentials presented with a fire. */
export interface FireCredentials extends Visit {
  /** The secret, or an API key in its place, as it came: from the header, otherwise from the body. Null when there is none, or when the two differ. */
  readonly secret: string | null;
  /** Says what the secret's header and field held instead, for a client that sent no secret. */
  readonly found: string;
}

export interface Accepted {
  /** One for a fire, one for each set of a batch. */
  readonly run_ids: readonly string[];
  /** True when an earlier request with the same Idempotency-Key made these runs. */
  readonly is_replayed: boolean;
}

/** The trigger. Refuses 404 when it does not exist. */
export function requireFireTarget(context: Pick<Context, "fire_targets">, trigger_id: string): FireTarget {
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw triggerNotFound();
  return target;
}

/** A trigger that may be fired, and the API key that opened it; null: its secret did. */
export interface OpenTrigger {
  readonly target: FireTarget;
  readonly fired_by: string | null;
}

/**
 * The trigger, when its secret opens it, or an API key that may fire and see the trigger. Refuses 404, then
 * 401 (429 for a client that keeps guessing), then 403.
 */
export function openTrigger(context: FireContext, trigger_id: string, credentials: FireCredentials): OpenTrigger {
  const target = context.fire_targets.get(trigger_id);
  const { secret } = credentials;
  if (secret?.startsWith(KEY_PREFIX)) return openByKey(context, target, secret, credentials);
  const given = createHash("sha256")
    .update(secret ?? "")
    .digest();
  const is_right = isRightSecret(context, target, given);
  if (target === null) throw triggerNotFound();
  if (is_right && secret !== null) return { target, fired_by: null };
  throw refuseSecret(context, target, secret === null ? credentials.found : null, credentials);
}

function openByKey(context: FireContext, target: FireTarget | null, api_key: string, visit: Visit): OpenTrigger {
  if (target === null) throw triggerNotFound();
  const principal = authenticate(context, api_key, visit);
  const { organization_id, workspace_id } = principal;
  const is_in_sight =
    target.organization_id === organization_id && (workspace_id === null || target.workspace_id === workspace_id);
  if (!is_in_sight) throw triggerNotFound();
  requireRole(principal, "solver");
  return { target, fired_by: principal.key_id };
}

function triggerNotFound(): Refusal {
  return new Refusal("trigger_not_found", "Trigger not found");
}

/**
 * Queues a run of an opened trigger. Refuses a disabled trigger, overrides that do not fit, and a full queue. A key whose
 * run was refused gives that refusal again, also when the trigger has changed since.
 */
export async function fire(
  context: FireContext,
  { target, fired_by }: OpenTrigger,
  data: FireData,
  idempotency_key: string | null,
): Promise<Accepted> {
  if (!target.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const draft = { ...draftRun(context, target, data.text, "api"), fired_by };
  const key = keyOf(idempotency_key, [data]);
  if (data.misfits.length > 0) return keepMisfit(context, target, draft, data.misfits, key);
  requireRoom(context, target.id, 1);
  return accept(context, target, [draft], key);
}

/**
 * Queues a run for each set of override data, all in one transaction, ids in the order of the sets. If one set does
 * not fit, all are refused and nothing is stored.
 */
export async function fireBatch(
  context: FireContext,
  { target, fired_by }: OpenTrigger,
  sets: readonly FireData[],
  idempotency_key: string | null,
): Promise<Accepted> {
  if (!target.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const fields = sets.flatMap(({ misfits }, index) => misfits.map((misfit) => ({ index, ...misfit })));
  if (fields.length > 0) {
    const shown = fields.slice(0, BATCH_MISFITS_SHOWN);
    const error = `Override validation failed, nothing was queued: ${shown.map(({ index, msg }) => `set ${index}: ${msg}`).join("; ")}`;
    throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields } });
  }
  requireRoom(context, target.id, sets.length);
  const drafts = sets.map(({ text }) => ({ ...draftRun(context, target, text, "api"), fired_by }));
  return accept(context, target, drafts, keyOf(idempotency_key, sets));
}

/** Queues a new run with the data of a finished one, on the version that the trigger pins. */
export async function rerun(
  context: FireContext,
  principal: Principal,
  trigger_id: string,
  run_id: string,
): Promise<Accepted> {
  requireAccepting(context);
  const { run } = requireRun(context, principal, trigger_id, run_id);
  if (!isTerminal(run.status)) {
    throw new Refusal(
      "run_not_finished",
      `Run is ${run.status}; wait until it has ended, or cancel it, before rerunning it`,
    );
  }
  const target = context.fire_targets.get(trigger_id);
  if (target === null) throw triggerNotFound();
  if (!target.is_enabled) throw new Refusal("trigger_disabled", "Trigger is disabled");
  const stored = readOverrideData(context.client, run);
  const draft = { ...draftRun(context, target, stored, "rerun"), rerun_of: run.id, fired_by: principal.key_id };
  const misfits = await checkStored(context, principal, target, stored);
  if (misfits.length > 0) return keepMisfit(context, target, draft, misfits, null);
  requireRoom(context, target.id, 1);
  return accept(context, target, [draft], null, (transaction) =>
    recordChange(context, transaction, principal, "run.rerun", run.id, `as ${draft.id}`),
  );
}

/** A queued run of that trigger, not yet stored. */
export function draftRun(
  context: Pick<Context, "clock" | "run_ids">,
  target: FireTarget,
  override_data: KeptText | null,
  source: RunSource,
): NewRun {
  return {
    ...context.run_ids.next(),
    trigger_seq: target.seq,
    status: "queued",
    source,
    override_data,
    created_at: context.clock.now(),
    error_message: null,
    schedule_id: null,
    scheduled_for: null,
    missed_count: null,
    rerun_of: null,
    fired_by: null,
  };
}

/** Checks whether stored data still fit. Packed data are long, so another process reads them. */
function checkStored(
  { inspector }: InspectingParts,
  asker: Asker,
  { bound, contract }: FireTarget,
  text: KeptText | null,
): readonly FieldError[] | Promise<readonly FieldError[]> {
  if (!(text instanceof Uint8Array)) return readFireData(text === null ? null : JSON.parse(text), bound).misfits;
  return inspector.ask(asker, "", { kind: "data", text, contract } satisfies DataQuestion, text.length);
}

/** Tells the executor of further queued runs, after their commit. */
export function announce(context: Pick<Context, "queue" | "wake">, target: FireTarget, count = 1): void {
  context.queue.add(target.id, target.priority, count);
  context.wake.executor();
}

function isRightSecret(context: Pick<Context, "clock">, target: FireTarget | null, given: Uint8Array): boolean {
  const is_current = timingSafeEqual(given, target?.secret_hash ?? NO_HASH);
  const is_previous = timingSafeEqual(given, target?.previous_secret_hash ?? NO_HASH);
  const until = target?.previous_secret_until ?? null;
  return is_current || (is_previous && until !== null && context.clock.now() < until);
}

/** Refuses, and stores a run that says why. Returns the run that the key made earlier, when that one was accepted. */
async function keepMisfit(
  context: FireContext,
  target: FireTarget,
  draft: NewRun,
  fields: readonly FieldError[],
  key: IdempotencyKey | null,
): Promise<Accepted> {
  requireDiskSpace(context);
  const error = misfitMessage(fields);
  const refused: NewRun = { ...draft, status: "validation_failed", error_message: error };
  const delivery = draftDeliveryOfRefusedRun(context, target, refused);
  const earlier = await context.writer.write((transaction) => {
    const known = takeKey(transaction, target.id, [refused], key, fields);
    if (known !== null) return known;
    insertRun(transaction, refused);
    if (delivery !== null) insertDelivery(transaction, delivery);
    return null;
  });
  if (earlier !== null) return earlier;
  announceDelivery(context, delivery);
  throw overrideInvalid(error, draft.id, fields);
}

function overrideInvalid(
  error: string,
  run_id: string,
  fields: readonly FieldError[],
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal("override_invalid", error, { detail: { error, run_id, fields }, headers });
}

/** A client's key, and the digest that tells different data apart. */
interface IdempotencyKey {
  readonly key: string;
  readonly body_hash: Uint8Array;
}

function keyOf(key: string | null, sets: readonly FireData[]): IdempotencyKey | null {
  return key === null ? null : { key, body_hash: digestOfAll(sets) };
}

async function accept(
  context: FireContext,
  target: FireTarget,
  drafts: readonly NewRun[],
  key: IdempotencyKey | null,
  record: (transaction: Transaction) => void = () => {},
): Promise<Accepted> {
  const bytes = drafts.reduce((sum, draft) => sum + (draft.override_data?.length ?? 0) + 256, 0);
  const accepted = await context.writer.write((transaction) => {
    record(transaction);
    return acceptOnce(transaction, target.id, drafts, key);
  }, bytes);
  context.killPoint("accepted");
  if (!accepted.is_replayed) announce(context, target, drafts.length);
  return accepted;
}

function acceptOnce(
  transaction: Transaction,
  trigger_id: string,
  drafts: readonly NewRun[],
  key: IdempotencyKey | null,
): Accepted {
  const known = takeKey(transaction, trigger_id, drafts, key, []);
  if (known !== null) return known;
  for (const draft of drafts) insertRun(transaction, draft);
  return { run_ids: drafts.map((draft) => draft.id), is_replayed: false };
}

/**
 * Stores the key with the runs that are about to be made; null. A known key: the runs that it made, or the refusal of the
 * one that was refused, with the `fields` that do not fit now.
 */
function takeKey(
  transaction: Transaction,
  trigger_id: string,
  drafts: readonly NewRun[],
  idempotency: IdempotencyKey | null,
  fields: readonly FieldError[],
): Accepted | null {
  if (idempotency === null) return null;
  const { created_at } = drafts[0]!;
  const { key, body_hash } = idempotency;
  const known = findIdempotencyKey(transaction, trigger_id, key, created_at - IDEMPOTENCY_KEEP_MS);
  if (known !== null) return replay(transaction, trigger_id, known, body_hash, fields);
  const run_ids = drafts.map((draft) => draft.id);
  putIdempotencyKey(transaction, { trigger_id, key, body_hash, run_ids, created_at });
  return null;
}

function replay(
  transaction: Transaction,
  trigger_id: string,
  { body_hash, run_ids }: IdempotencyRow,
  given_hash: Uint8Array,
  fields: readonly FieldError[],
): Accepted {
  if (Buffer.compare(body_hash, given_hash) !== 0) {
    throw new Refusal(
      "idempotency_conflict",
      "This Idempotency-Key was used with other override_data within 24 hours; send a new key for new data",
    );
  }
  const first = findRun(transaction.client, trigger_id, run_ids[0]!);
  if (first?.status !== "validation_failed") return { run_ids, is_replayed: true };
  const again = fields.length > 0 ? "" : ". The data fit now: send a new Idempotency-Key to run them";
  throw overrideInvalid(`${first.error_message}${again}`, first.id, fields, { "idempotent-replayed": "true" });
}
