/**
 * Sends webhooks. A turn takes the deliveries that are due, triggers taking turns, as many of each receiving host as it may
 * have at a time; each attempt runs by itself, so that a receiver which hangs holds up nobody. An attempt is counted before
 * it is made: after a crash the delivery goes out again under the same id.
 */
import type { Context } from "../services/context";
import { writePersistently } from "../services/persistent_write";
import {
  abandonDeliveries,
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryEnd,
  nextDeliveryAt,
  settleDelivery,
} from "../storage/deliveries";
import { unseal } from "../storage/seal";
import { disableWebhook, findTriggerById, noteWebhook, type TriggerRow } from "../storage/triggers";
import { PROGRAM_VERSION } from "../version";
import { retryDelay } from "../webhooks/backoff";
import { type Attempt, deliverOnce } from "../webhooks/deliver";
import { signPayload } from "../webhooks/signature";
import type { Work } from "./loop";

const SENDING_MAX = 64;
const SENDING_PER_HOST_MAX = 4;
/** For one attempt, the look-up of the name included. */
const DEADLINE_MS = 30_000;
const REST_MS_MAX = 60_000;
/** A receiver that has failed for so long without a break is given up. */
const FAILING_MS_MAX = 432_000_000;
const HTTP_GONE = 410;

export function createDeliverer(context: Context): Work {
  const sending = new Sending(context);
  return {
    name: "deliverer",
    async runOnce(now) {
      const taken = context.delivery_lanes.take(now, (trigger_id) => sending.reserve(trigger_id));
      if (taken.length === 0) {
        const next = context.delivery_lanes.nextAfter(now);
        return next === null ? null : Math.min(next - now, REST_MS_MAX);
      }
      const claimed = await claim(context, taken, now).finally(() => sending.release());
      for (const delivery of claimed) {
        const end = sending.begin(delivery.trigger_id);
        void send(context, delivery).finally(() => {
          end();
          context.wake.deliverer();
        });
      }
      return 0;
    },
  };
}

/** What is on its way: in all, and to each host. */
class Sending {
  readonly #context: Context;
  readonly #by_host = new Map<string, number>();
  readonly #reserved = new Map<string, number>();
  #total = 0;
  #reserved_total = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** How many deliveries of a trigger may be taken now; they count until `release`. */
  reserve(trigger_id: string): number {
    const host = this.#hostOf(trigger_id);
    const used = (this.#by_host.get(host) ?? 0) + (this.#reserved.get(host) ?? 0);
    const room = Math.min(SENDING_PER_HOST_MAX - used, SENDING_MAX - this.#total - this.#reserved_total);
    if (room <= 0) return 0;
    this.#reserved.set(host, (this.#reserved.get(host) ?? 0) + room);
    this.#reserved_total += room;
    return room;
  }

  release(): void {
    this.#reserved.clear();
    this.#reserved_total = 0;
  }

  /** Counts one that is sent; returns what ends it. */
  begin(trigger_id: string): () => void {
    const host = this.#hostOf(trigger_id);
    this.#by_host.set(host, (this.#by_host.get(host) ?? 0) + 1);
    this.#total += 1;
    return () => {
      const left = this.#by_host.get(host)! - 1;
      if (left === 0) this.#by_host.delete(host);
      else this.#by_host.set(host, left);
      this.#total -= 1;
    };
  }

  /** Those of a trigger without a webhook end without anything being sent. */
  #hostOf(trigger_id: string): string {
    return this.#context.fire_targets.get(trigger_id)?.webhook?.host ?? trigger_id;
  }
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

/** One attempt with its record; never throws. */
async function send(context: Context, delivery: ClaimedDelivery): Promise<void> {
  try {
    context.killPoint("before_delivery");
    const attempt = await attemptDelivery(context, delivery);
    context.killPoint("after_delivery");
    await settle(context, delivery, attempt);
  } catch (error) {
    context.log.error("delivery_lost_hold", {
      delivery_id: delivery.id,
      error: error instanceof Error ? error.message : String(error),
    });
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
  const fields = { delivery_id: delivery.id, trigger_id, attempt: delivery.attempts };
  if (disabled !== null) {
    context.fire_targets.drop(trigger_id);
    context.log.error("webhook_disabled", { ...fields, reason: disabled });
  }
  if (end.next_at !== null) context.delivery_lanes.note(trigger_id, end.next_at);
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

async function attemptDelivery(context: Context, delivery: ClaimedDelivery): Promise<FinalAttempt> {
  const trigger = findTriggerById(context.db, delivery.trigger_id);
  if (trigger === null || trigger.webhook_url === null) return { ...notSent("the webhook was removed"), is_last: true };
  if (trigger.webhook_disabled_reason !== null) {
    return { ...notSent(`the webhook was disabled: ${trigger.webhook_disabled_reason}`), is_last: true };
  }
  try {
    return await post(context, delivery, trigger, trigger.webhook_url);
  } catch (error) {
    return notSent(error instanceof Error ? error.message : String(error));
  }
}

async function post(context: Context, delivery: ClaimedDelivery, trigger: TriggerRow, url: string): Promise<Attempt> {
  const started = context.clock.monotonic();
  const target = await context.webhook_destinations.resolve(url);
  if ("refused" in target) return notSent(target.refused);
  return deliverOnce({
    url,
    address: target.address,
    headers: { ...headersOf(context, delivery, trigger), "user-agent": `jaot-triggers/${PROGRAM_VERSION}` },
    body: delivery.payload,
    deadline_ms: DEADLINE_MS - (context.clock.monotonic() - started),
    clock: context.clock,
    ca: context.webhook_ca,
  });
}

function headersOf(context: Context, delivery: ClaimedDelivery, trigger: TriggerRow): Record<string, string> {
  const secret = trigger.webhook_secret;
  if (secret === null) throw new Error("a webhook without a secret");
  const now = context.clock.now();
  const is_overlapping = trigger.previous_webhook_until !== null && now < trigger.previous_webhook_until;
  const previous = is_overlapping ? trigger.previous_webhook_secret : null;
  return signPayload({
    id: delivery.id,
    timestamp_seconds: Math.floor(now / 1000),
    body: delivery.payload,
    secret: unseal(context.seal_key, secret, trigger.id),
    previous_secret: previous === null ? null : unseal(context.seal_key, previous, trigger.id),
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
