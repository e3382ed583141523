/** One attempt of a delivery: its request, the meaning of its answer, and when a webhook is given up. */
import { toTimestamp } from "../../clock";
import { messageOf } from "../../log";
import {
  abandonDeliveries,
  type ClaimedDelivery,
  type DeliveryEnd,
  readPayload,
  settleDelivery,
} from "../../storage/deliveries";
import { unseal } from "../../storage/directory/seal";
import { disableWebhook, findTriggerById, noteWebhook } from "../../storage/triggers";
import { PROGRAM_VERSION } from "../../version";
import { retryDelay } from "../../webhooks/backoff";
import { type Attempt, deliverOnce } from "../../webhooks/deliver";
import { signPayload } from "../../webhooks/signature";
import type { Context, ProcessParts, QueueParts, StorageParts, WebhookParts } from "../context";
import type { FireTarget } from "../memory/fire_targets";
import { writePersistently } from "../persistent_write";

type AttemptContext = ProcessParts & StorageParts & QueueParts & WebhookParts & Pick<Context, "metrics">;

/** A receiver is given up after it has failed for this long without a break. */
const FAILING_MS_MAX = 432_000_000;
export const HTTP_GONE = 410;

type Webhook = NonNullable<FireTarget["webhook"]>;

/** Records an attempt as delivered, to be retried, or final; disables the webhook of a receiver that is given up. */
export async function settleAttempt(
  context: AttemptContext,
  delivery: ClaimedDelivery,
  attempt: FinalAttempt,
): Promise<void> {
  const end = endOf(context, delivery, attempt);
  const { trigger_id } = delivery;
  const disabled = await writePersistently(context, (transaction) => {
    if (!settleDelivery(transaction, delivery, end)) return null;
    const failing_since = noteWebhook(transaction, trigger_id, attempt.ok, end.now);
    const reason = reasonToDisable(attempt, failing_since, end.now);
    if (reason === null) return null;
    disableWebhook(transaction, trigger_id, reason, end.now);
    abandonDeliveries(transaction, trigger_id, `the webhook was disabled: ${reason}`, end.now);
    return reason;
  });
  context.metrics.deliveryAttempted(end.state === "pending" ? "retried" : end.state);
  const fields = { delivery_id: delivery.id, trigger_id, attempt: delivery.attempts };
  if (disabled !== null) {
    context.fire_targets.drop(trigger_id);
    context.log.error("webhook_disabled", { ...fields, reason: disabled });
  }
  if (end.next_at !== null) {
    context.delivery_lanes.note(trigger_id, end.next_at);
    context.wake.deliverer();
  }
  if (end.state === "delivered") context.log.info("webhook_delivered", fields);
  else {
    const { http_status, error } = attempt;
    context.log.warn("webhook_failed", { ...fields, http_status, error, state: end.state });
  }
}

function reasonToDisable(attempt: FinalAttempt, failing_since: number | null, now: number): string | null {
  if (attempt.http_status === HTTP_GONE) return "the receiver answered 410, so it wants no more";
  if (failing_since === null || now - failing_since < FAILING_MS_MAX) return null;
  return `every attempt has failed since ${toTimestamp(failing_since)}`;
}

/** An attempt; `is_last` when another one would end in the same way. */
export type FinalAttempt = Attempt & { readonly is_last?: boolean };

/** Never throws: an attempt that cannot be made counts as failed. */
export async function attemptDelivery(context: AttemptContext, delivery: ClaimedDelivery): Promise<FinalAttempt> {
  try {
    const webhook = context.fire_targets.get(delivery.trigger_id)?.webhook ?? null;
    if (webhook === null) return { ...notSent(whyNone(context, delivery.trigger_id)), is_last: true };
    const payload = readPayload(context.client, delivery.id);
    if (payload === null) return { ...notSent("the delivery is no longer kept"), is_last: true };
    return await post(context, delivery, webhook, payload);
  } catch (error) {
    return notSent(messageOf(error));
  }
}

function whyNone(context: Pick<Context, "db">, trigger_id: string): string {
  const reason = findTriggerById(context.db, trigger_id)?.webhook_disabled_reason ?? null;
  return reason === null ? "the webhook was removed" : `the webhook was disabled: ${reason}`;
}

async function post(
  context: AttemptContext,
  delivery: ClaimedDelivery,
  webhook: Webhook,
  body: Uint8Array,
): Promise<Attempt> {
  const started = context.clock.monotonic();
  const timeout_ms = context.config.webhook_timeout_seconds * 1000;
  const target = await context.webhook_destinations.resolve(webhook.url, timeout_ms);
  if ("refused" in target) return notSent(target.refused);
  return deliverOnce({
    url: webhook.url,
    addresses: target.addresses,
    headers: {
      ...signaturesOf(context, delivery, webhook, body),
      "user-agent": `jaot-triggers/${PROGRAM_VERSION}`,
    },
    body,
    deadline_ms: timeout_ms - (context.clock.monotonic() - started),
    clock: context.clock,
    authorities: context.webhook_authorities,
  });
}

function signaturesOf(
  context: Pick<Context, "clock" | "seal_key">,
  delivery: ClaimedDelivery,
  webhook: Webhook,
  body: Uint8Array,
): Record<string, string> {
  const now = context.clock.now();
  const { secret, previous_secret, previous_until } = webhook;
  const open = (sealed: Uint8Array): string => unseal(context.seal_key, sealed, delivery.trigger_id);
  const is_overlapping = previous_secret !== null && previous_until !== null && now < previous_until;
  return signPayload({
    id: delivery.id,
    timestamp_seconds: Math.floor(now / 1000),
    body,
    secret: open(secret),
    previous_secret: is_overlapping ? open(previous_secret) : null,
  });
}

function endOf(
  context: Pick<Context, "clock" | "config" | "ids">,
  delivery: ClaimedDelivery,
  attempt: FinalAttempt,
): DeliveryEnd {
  const now = context.clock.now();
  const { ok, http_status, duration_ms, error, answer, retry_after_seconds } = attempt;
  const record = { at: now - duration_ms, http_status, duration_ms, error, answer };
  if (ok) return { state: "delivered", next_at: null, attempt: record, now };
  const failed = { attempts: delivery.attempts, http_status, retry_after_seconds };
  const is_over = attempt.is_last === true || http_status === HTTP_GONE;
  const delay_ms = is_over ? null : retryDelay(failed, context.ids.fraction(), context.config.webhook_retry_scale);
  if (delay_ms === null) return { state: "exhausted", next_at: null, attempt: record, now };
  return { state: "pending", next_at: Math.ceil(now + delay_ms), attempt: record, now };
}

function notSent(error: string): Attempt {
  return { ok: false, http_status: null, duration_ms: 0, error, answer: "", retry_after_seconds: null };
}
