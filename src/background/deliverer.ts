/**
 * Sends webhooks. One turn claims the deliveries that are due: triggers take turns, and each receiving host gets at most its
 * share. Attempts run independently, so a receiver that hangs does not delay the others (sending.ts). An attempt is counted
 * before it is made: after a crash the delivery is sent again under the same id.
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
/** How long a stop waits for receivers that are about to answer, so that fewer deliveries are sent twice. */
const DRAIN_MS_MAX = 2000;

export function createDeliverer(context: DelivererContext): Work {
  const sending = new Sending(context.clock);
  const under_way = new Set<Promise<void>>();
  /** Triggers whose receiver has just answered 410: no further attempt begins until that is recorded. */
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

/** The host that a trigger's deliveries go to. Deliveries of a trigger without a webhook end without being sent. */
function hostOf(context: Pick<Context, "fire_targets">, trigger_id: string): string {
  return context.fire_targets.get(trigger_id)?.webhook?.host ?? trigger_id;
}

/** Claims deliveries of several triggers in one transaction and notes when the next one of each trigger is due. */
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

/** Returns deliveries that were claimed and not sent: they wait again, and no attempt is counted. Never throws: the next start returns the rest. */
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

/** Makes one attempt and records it; never throws. `onAnswer` gets the outcome before it is recorded. */
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
