/** Deliveries before they are written. Only this file decides what is sent, to whom, and when it is due. */
import { type KeptText, unpackText } from "../../model/kept_text";
import type { NewDelivery } from "../../storage/deliveries";
import { type NewRun, readOverrideData } from "../../storage/runs";
import { eventOf, type WebhookEvent } from "../../webhooks/events";
import { buildEventPayload, buildPayload, PAYLOAD_BYTES_MAX, type RunEnding } from "../../webhooks/payload";
import { unpackedBytes } from "../../zstd";
import type { Context } from "../context";
import type { FireTarget } from "../memory/fire_targets";

/** The fields of a run that its delivery needs. */
interface EndedRun {
  readonly seq: number;
  readonly id: string;
  /** Null when the data are stored apart or were not sent. */
  readonly override_data: KeptText | null;
}

/** The delivery of a run's end; null when the trigger has no webhook or has not chosen this event. */
export function draftRunDelivery(
  context: Pick<Context, "client" | "ids">,
  target: FireTarget | null,
  run: EndedRun,
  ending: Omit<RunEnding, "trigger_id" | "run_id" | "override_data">,
): NewDelivery | null {
  const event = eventOf(ending.status);
  if (target === null || !isWanted(target, event)) return null;
  const kept = readOverrideData(context.client, run);
  const is_too_large = kept instanceof Uint8Array && unpackedBytes(kept) > PAYLOAD_BYTES_MAX;
  const override_data = is_too_large ? undefined : kept === null ? null : unpackText(kept);
  const payload = buildPayload(event, { ...ending, trigger_id: target.id, run_id: run.id, override_data });
  return { ...head(context, target, event, ending.ended_at), run_seq: run.seq, payload };
}

/** The delivery of a run that was inserted in a final state because its data did not fit or its tick was skipped. Null for a queued run. */
export function draftDeliveryOfRefusedRun(
  context: Pick<Context, "client" | "ids">,
  target: FireTarget,
  run: NewRun,
): NewDelivery | null {
  if (run.status === "queued") return null;
  const { status, created_at: ended_at, error_message } = run;
  return draftRunDelivery(context, target, run, {
    status,
    ended_at,
    error_message,
    result: null,
    result_summary: null,
  });
}

/** The delivery of an event that is always sent, whichever events the trigger has chosen. */
export function draftEvent(
  context: Pick<Context, "clock" | "ids">,
  target: FireTarget,
  event: string,
  data: unknown,
): NewDelivery {
  const now = context.clock.now();
  const payload = buildEventPayload(event, target.id, now, data);
  return { ...head(context, target, event, now), run_seq: null, payload };
}

/** The delivery of an event that belongs to no run; null when the trigger has not chosen this event. */
export function draftChosenEvent(
  context: Pick<Context, "clock" | "ids">,
  target: FireTarget,
  event: WebhookEvent,
  data: unknown,
): NewDelivery | null {
  return isWanted(target, event) ? draftEvent(context, target, event, data) : null;
}

/** Wakes the deliverer after the commit; null does nothing. */
export function announceDelivery(
  context: Pick<Context, "delivery_lanes" | "wake">,
  delivery: NewDelivery | null,
): void {
  if (delivery === null) return;
  context.delivery_lanes.note(delivery.trigger_id, delivery.created_at);
  context.wake.deliverer();
}

function isWanted(target: FireTarget, event: WebhookEvent): boolean {
  return target.webhook?.events.has(event) ?? false;
}

function head(context: Pick<Context, "ids">, target: FireTarget, event: string, created_at: number) {
  const { id: trigger_id, organization_id } = target;
  return { id: context.ids.next("delivery"), organization_id, trigger_id, event, created_at };
}
