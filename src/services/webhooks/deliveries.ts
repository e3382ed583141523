/** The log of a trigger's webhook: the deliveries with their answers, and sending one again. */
import { toTimestamp } from "../../clock";
import { Refusal } from "../../refusals";
import type { DeliveryState } from "../../runs/delivery";
import {
  type AttemptRecord,
  countDeliveries,
  type DeliveryRow,
  findDelivery,
  insertDelivery,
  listAttempts,
  listDeliveries as listDeliveryRows,
  redeliver as redeliverRow,
} from "../../storage/deliveries";
import { PING_EVENT } from "../../webhooks/events";
import { recordChange } from "../access/audit";
import { announceDelivery, draftEvent } from "../alarms/delivery_drafts";
import type { Context, Principal, QueueParts, StorageParts } from "../context";
import { type ListingPage, listingPage } from "../listing_page";
import { requireTrigger } from "../runs/runs";

type DeliveryContext = StorageParts & QueueParts & Pick<Context, "clock" | "delivery_lanes" | "ids">;

export interface DeliveryObject {
  readonly id: string;
  readonly trigger_id: string;
  /** null for an event that belongs to no run, or when the run is no longer kept. */
  readonly run_id: string | null;
  readonly event: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A delivery with its payload and each of its attempts, first to last. */
export interface FullDeliveryObject extends DeliveryObject {
  readonly payload: unknown;
  readonly attempt_log: readonly (Omit<AttemptRecord, "at"> & { readonly at: string })[];
}

/** One page of a trigger's deliveries, newest first. */
export function listDeliveries(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  query: { page: number; page_size: number; state: DeliveryState | null },
): ListingPage<DeliveryObject> {
  requireTrigger(context, principal, trigger_id);
  const { page, page_size, state } = query;
  const rows = listDeliveryRows(context.client, trigger_id, state, (page - 1) * page_size, page_size);
  return listingPage(rows.map(deliveryObject), countDeliveries(context.client, trigger_id, state), page, page_size);
}

export function getDelivery(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
  trigger_id: string,
  id: string,
): FullDeliveryObject {
  requireTrigger(context, principal, trigger_id);
  const row = findDelivery(context.client, trigger_id, id);
  if (row === null) throw new Refusal("delivery_not_found", "Delivery not found");
  return {
    ...deliveryObject(row),
    payload: JSON.parse(new TextDecoder().decode(row.payload)),
    attempt_log: listAttempts(context.client, id).map((attempt) => ({ ...attempt, at: toTimestamp(attempt.at) })),
  };
}

/** Sends the same bytes once more, now, under the same id and with a new timestamp. */
export async function redeliver(
  context: DeliveryContext,
  principal: Principal,
  trigger_id: string,
  id: string,
): Promise<FullDeliveryObject> {
  getDelivery(context, principal, trigger_id, id);
  requireWebhook(context, trigger_id);
  const now = context.clock.now();
  const is_pending = await context.writer.write((transaction) => {
    const is_taken = redeliverRow(transaction, id, now);
    if (is_taken) recordChange(context, transaction, principal, "delivery.redeliver", id, `of ${trigger_id}`);
    return is_taken;
  });
  if (!is_pending) throw new Refusal("delivery_under_way", "An attempt is under way; look at the delivery in a moment");
  context.delivery_lanes.note(trigger_id, now);
  context.wake.deliverer();
  return getDelivery(context, principal, trigger_id, id);
}

/** Sends an event that means nothing, so that the receiver can be tested. Returns the delivery, whose log shows the result. */
export async function pingWebhook(
  context: DeliveryContext,
  principal: Principal,
  trigger_id: string,
): Promise<DeliveryObject> {
  const trigger = requireTrigger(context, principal, trigger_id);
  const target = requireWebhook(context, trigger_id);
  const delivery = draftEvent(context, target, PING_EVENT, { message: `A ping of the trigger ${trigger.name}` });
  await context.writer.write((transaction) => {
    insertDelivery(transaction, delivery);
    recordChange(context, transaction, principal, "webhook.ping", trigger_id, delivery.id);
  });
  announceDelivery(context, delivery);
  return getDelivery(context, principal, trigger_id, delivery.id);
}

function requireWebhook(context: Pick<Context, "fire_targets">, trigger_id: string) {
  const target = context.fire_targets.get(trigger_id);
  if (target !== null && target.webhook !== null) return target;
  throw new Refusal(
    "webhook_missing",
    "This trigger has no webhook, or it was disabled (see webhook_disabled_reason); set webhook_url with PATCH",
  );
}

function deliveryObject(row: DeliveryRow): DeliveryObject {
  const { id, trigger_id, run_id, event, state, attempts, last_status, last_error } = row;
  const head = { id, trigger_id, run_id, event, state, attempts };
  const next_attempt_at = row.next_at === null ? null : toTimestamp(row.next_at);
  const times = { created_at: toTimestamp(row.created_at), updated_at: toTimestamp(row.updated_at) };
  return { ...head, next_attempt_at, last_status, last_error, ...times };
}
