/**
 * Sends webhooks. A turn takes the deliveries that are due; each attempt runs by itself, so that a receiver which
 * hangs holds up nobody. An attempt is counted before it is made: after a crash the delivery goes out again
 * under the same id.
 */
import type { Context } from "../services/context";
import { writePersistently } from "../services/persistent_write";
import {
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryEnd,
  nextDeliveryAt,
  settleDelivery,
} from "../storage/deliveries";
import { unseal } from "../storage/seal";
import { findTriggerById, type TriggerRow } from "../storage/triggers";
import { PROGRAM_VERSION } from "../version";
import { retryDelay } from "../webhooks/backoff";
import { type Attempt, deliverOnce } from "../webhooks/deliver";
import { signPayload } from "../webhooks/signature";
import type { Work } from "./loop";

const SENDING_MAX = 64;
/** For one attempt, the look-up of the name included. */
const DEADLINE_MS = 30_000;
const REST_MS_MAX = 60_000;

export function createDeliverer(context: Context): Work {
  let sending = 0;
  return {
    name: "deliverer",
    async runOnce(now) {
      const due_at = nextDeliveryAt(context.client);
      if (due_at === null || sending >= SENDING_MAX) return null;
      if (due_at > now) return Math.min(due_at - now, REST_MS_MAX);
      const { boot_id } = context;
      const claimed = await context.writer.write((transaction) =>
        claimDeliveries(transaction, boot_id, now, SENDING_MAX - sending),
      );
      for (const delivery of claimed) {
        sending += 1;
        void send(context, delivery).finally(() => {
          sending -= 1;
          context.wake.deliverer();
        });
      }
      return claimed.length === 0 ? null : 0;
    },
  };
}

/** One attempt with its record; never throws. */
async function send(context: Context, delivery: ClaimedDelivery): Promise<void> {
  try {
    context.killPoint("before_delivery");
    const attempt = await attemptDelivery(context, delivery).catch((error: unknown) => notSent(String(error)));
    context.killPoint("after_delivery");
    const end = endOf(context, delivery, attempt);
    await writePersistently(context, (transaction) => settleDelivery(transaction, delivery, end));
    const fields = { delivery_id: delivery.id, trigger_id: delivery.trigger_id, attempt: delivery.attempts };
    if (end.state === "delivered") context.log.info("webhook_delivered", fields);
    else
      context.log.warn("webhook_failed", {
        ...fields,
        http_status: end.last_status,
        error: end.last_error,
        state: end.state,
      });
  } catch (error) {
    context.log.error("delivery_lost_hold", {
      delivery_id: delivery.id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

async function attemptDelivery(context: Context, delivery: ClaimedDelivery): Promise<Attempt> {
  const trigger = findTriggerById(context.db, delivery.trigger_id);
  if (trigger === null || trigger.webhook_url === null) return notSent("the webhook was removed");
  const started = context.clock.monotonic();
  const target = await context.webhook_destinations.resolve(trigger.webhook_url);
  if ("refused" in target) return notSent(target.refused);
  return deliverOnce({
    url: trigger.webhook_url,
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

function endOf(context: Context, delivery: ClaimedDelivery, attempt: Attempt): DeliveryEnd {
  const now = context.clock.now();
  const { http_status, retry_after_seconds } = attempt;
  const last = { last_status: http_status, last_error: attempt.error, now };
  if (attempt.ok) return { state: "delivered", next_at: null, ...last };
  const failed = { attempts: delivery.attempts, http_status, retry_after_seconds };
  const delay_ms = retryDelay(failed, context.ids.fraction(), context.config.webhook_retry_scale);
  if (delay_ms === null) return { state: "exhausted", next_at: null, ...last };
  return { state: "pending", next_at: Math.ceil(now + delay_ms), ...last };
}

function notSent(error: string): Attempt {
  return { ok: false, http_status: null, duration_ms: 0, error, answer: "", retry_after_seconds: null };
}
