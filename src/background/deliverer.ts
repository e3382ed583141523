/**
 * Sends webhooks. A turn takes the deliveries that are due, triggers taking turns, as many of each receiving host as it may
 * have; each attempt runs by itself, so that a receiver which hangs holds up nobody (sending.ts). An attempt is counted before
 * it is made: after a crash the delivery goes out again under the same id.
 */
import { messageOf } from "../log";
import type { Context, ProcessParts, QueueParts, StorageParts, WebhookParts } from "../services/context";
import { writePersistently } from "../services/persistent_write";
import { attemptDelivery, type FinalAttempt, HTTP_GONE, settleAttempt } from "../services/webhooks/attempts";
import { type ClaimedDelivery, claimDeliveries, giveBackDelivery, nextDeliveryAt } from "../storage/deliveries";
import type { Work } from "./loop";
import { Sending } from "./sending";

type DelivererContext = ProcessParts & StorageParts & QueueParts & WebhookParts & Pick<Context, "metrics">;

const REST_MS_MAX = 60_000;
/** At a stop, so long for receivers that are about to answer: what they took is then not sent twice. */
const DRAIN_MS_MAX = 2000;

export function createDeliverer(context: DelivererContext): Work {
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
function hostOf(context: Pick<Context, "fire_targets">, trigger_id: string): string {
  return context.fire_targets.get(trigger_id)?.webhook?.host ?? trigger_id;
}

/** Takes deliveries of several triggers in one transaction and notes when the next of each is due. */
async function claim(
  context: Pick<Context, "boot_id" | "delivery_lanes" | "writer">,
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
async function giveBack(context: DelivererContext, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const now = context.clock.now();
  try {
    await writePersistently(context, (transaction) => {
      for (const delivery of deliveries) giveBackDelivery(transaction, delivery, now);
    });
    for (const { trigger_id } of deliveries) context.delivery_lanes.note(trigger_id, now);
    context.wake.deliverer();
  } catch (error) {
    context.log.error("deliveries_not_given_back", { deliveries: deliveries.length, error: messageOf(error) });
  }
}

/** One attempt with its record; never throws. `onAnswer` is told the outcome before it is recorded. */
async function send(
  context: DelivererContext,
  delivery: ClaimedDelivery,
  onAnswer: (attempt: FinalAttempt) => void,
): Promise<void> {
  try {
    context.killPoint("before_delivery");
    const attempt = await attemptDelivery(context, delivery);
    onAnswer(attempt);
    context.killPoint("after_delivery");
    await settleAttempt(context, delivery, attempt);
    context.killPoint("delivery_recorded");
  } catch (error) {
    context.log.error("delivery_lost_hold", { delivery_id: delivery.id, error: messageOf(error) });
  }
}
