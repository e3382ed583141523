/**
 * Sends webhooks. A turn takes the deliveries that are due, triggers taking turns, as many of each receiving host as it may
 * have; each attempt runs by itself, so that a receiver which hangs holds up nobody (sending.ts). An attempt is counted before
 * it is made: after a crash the delivery goes out again under the same id.
 */
import type { Context } from "../services/context";
import type { FireTarget } from "../services/memory/fire_targets";
import { writePersistently } from "../services/persistent_write";
import {
  abandonDeliveries,
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryEnd,
  giveBackDelivery,
  nextDeliveryAt,
  readPayload,
  settleDelivery,
} from "../storage/deliveries";
import { unseal } from "../storage/directory/seal";
import { disableWebhook, findTriggerById, noteWebhook } from "../storage/triggers";
import { PROGRAM_VERSION } from "../version";
import { retryDelay } from "../webhooks/backoff";
import { type Attempt, deliverOnce } from "../webhooks/deliver";
import { signPayload } from "../webhooks/signature";
import type { Work } from "./loop";
import { Sending } from "./sending";

const REST_MS_MAX = 60_000;
/** At a stop, so long for receivers that are about to answer: what they took is then not sent twice. */
const DRAIN_MS_MAX = 2000;
/** A receiver that has failed for so long without a break is given up. */
const FAILING_MS_MAX = 432_000_000;
const HTTP_GONE = 410;

type Webhook = NonNullable<FireTarget["webhook"]>;

export function createDeliverer(context: Context): Work {
  const sending = new Sending(context.clock);
  const under_way = new Set<Promise<void>>();
  /** Triggers whose receiver answered 410 just now: nothing more begins until that is written. */
  const gone = new Set<string>();
  const pump = (): void => {
    for (let begun = sending.next(); begun !== null; begun = sending.next()) begin(begun.delivery, begun.end);
  };
  const begin = (delivery: ClaimedDelivery, end: (is_answered: boolean) => void): void => {
    const { trigger_id } = delivery;
    let is_gone = false;
    const sent = send(context, delivery, (attempt) => {
      end(attempt.http_status !== null);
      is_gone = attempt.http_status === HTTP_GONE;
      if (is_gone) {
        gone.add(trigger_id);
        void giveBack(context, sending.giveBackOf(trigger_id));
      } else if (attempt.http_status === null) void giveBack(context, sending.giveBackFailing());
      pump();
      context.wake.deliverer();
    });
    under_way.add(sent);
    void sent.finally(() => {
      under_way.delete(sent);
      if (!is_gone) return;
      gone.delete(trigger_id);
      context.wake.deliverer();
    });
  };
  const reserve = (trigger_id: string): number =>
    gone.has(trigger_id) ? 0 : sending.reserve(hostOf(context, trigger_id));
  return {
    name: "deliverer",
    async runOnce(now) {
      const taken = context.delivery_lanes.take(now, reserve);
      if (taken.length === 0) {
        const next = context.delivery_lanes.nextAfter(now);
        return next === null ? null : Math.min(next - now, REST_MS_MAX);
      }
      const claimed = await claim(context, taken, now).finally(() => sending.release());
      const late = claimed.filter(({ trigger_id }) => gone.has(trigger_id));
      for (const delivery of claimed) {
        if (!late.includes(delivery)) sending.take(hostOf(context, delivery.trigger_id), delivery);
      }
      void giveBack(context, late);
      pump();
      return 0;
    },
    async release() {
      await giveBack(context, sending.giveBackAll());
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = context.clock.after(Math.min(DRAIN_MS_MAX, context.config.drain_seconds * 1000), resolve);
      await Promise.race([Promise.all(under_way), late]);
      cancel();
    },
  };
}

/** Those of a trigger without a webhook end without anything being sent. */
function hostOf(context: Context, trigger_id: string): string {
  return context.fire_targets.get(trigger_id)?.webhook?.host ?? trigger_id;
}

/** Takes deliveries of several triggers in one transaction and notes when the next of each is due. */
async function claim(
  context: Context,
  taken: readonly { trigger_id: string; limit: number }[],
  now: number,
): Promise<ClaimedDelivery[]> {
  try {
    const parts = await context.writer.write((transaction) =>
      taken.map(({ trigger_id, limit }) => ({
        trigger_id,
        claimed: claimDeliveries(transaction, trigger_id, context.boot_id, now, limit),
        next_at: nextDeliveryAt(transaction.client, trigger_id),
      })),
    );
    for (const { trigger_id, next_at } of parts) {
      if (next_at !== null) context.delivery_lanes.note(trigger_id, next_at);
    }
    return parts.flatMap(({ claimed }) => claimed);
  } catch (error) {
    for (const { trigger_id } of taken) context.delivery_lanes.note(trigger_id, now);
    throw error;
  }
}

/** Returns what was taken and not sent: it waits again, and no attempt counts. Never throws: the next start finds what stays. */
async function giveBack(context: Context, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const now = context.clock.now();
  try {
    await writePersistently(context, (transaction) => {
      for (const delivery of deliveries) giveBackDelivery(transaction, delivery, now);
    });
    for (const { trigger_id } of deliveries) context.delivery_lanes.note(trigger_id, now);
    context.wake.deliverer();
  } catch (error) {
    context.log.error("deliveries_not_given_back", { deliveries: deliveries.length, error: textOf(error) });
  }
}

/** One attempt with its record; never throws. `onAnswer` is told the outcome before it is recorded. */
async function send(
  context: Context,
  delivery: ClaimedDelivery,
  onAnswer: (attempt: FinalAttempt) => void,
): Promise<void> {
  try {
    context.killPoint("before_delivery");
    const attempt = await attemptDelivery(context, delivery);
    onAnswer(attempt);
    context.killPoint("after_delivery");
    await settle(context, delivery, attempt);
    context.killPoint("delivery_recorded");
  } catch (error) {
    context.log.error("delivery_lost_hold", { delivery_id: delivery.id, error: textOf(error) });
  }
}

async function settle(context: Context, delivery: ClaimedDelivery, attempt: FinalAttempt): Promise<void> {
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
  return `every attempt has failed since ${new Date(failing_since).toISOString()}`;
}

/** An attempt; `is_last` when another one would come to the same. */
type FinalAttempt = Attempt & { readonly is_last?: boolean };

/** Never throws: an attempt that cannot be made is one that failed. */
async function attemptDelivery(context: Context, delivery: ClaimedDelivery): Promise<FinalAttempt> {
  try {
    const webhook = context.fire_targets.get(delivery.trigger_id)?.webhook ?? null;
    if (webhook === null) return { ...notSent(whyNone(context, delivery.trigger_id)), is_last: true };
    const payload = readPayload(context.client, delivery.id);
    if (payload === null) return { ...notSent("the delivery is no longer kept"), is_last: true };
    return await post(context, delivery, webhook, payload);
  } catch (error) {
    return notSent(textOf(error));
  }
}

function whyNone(context: Context, trigger_id: string): string {
  const reason = findTriggerById(context.db, trigger_id)?.webhook_disabled_reason ?? null;
  return reason === null ? "the webhook was removed" : `the webhook was disabled: ${reason}`;
}

async function post(context: Context, delivery: ClaimedDelivery, webhook: Webhook, body: Uint8Array): Promise<Attempt> {
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
  context: Context,
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

function endOf(context: Context, delivery: ClaimedDelivery, attempt: FinalAttempt): DeliveryEnd {
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
