/** The bytes of a delivery: made once when the run ends, stored, and sent unchanged on every attempt. */
import { toTimestamp } from "../clock";
import type { TerminalState } from "../runs/run";
import type { WebhookEvent } from "./events";

/** Payloads above this go without the large parts of the result, and without override data that are large themselves. */
export const PAYLOAD_BYTES_MAX = 262_144;

export interface RunEnding {
  readonly trigger_id: string;
  readonly run_id: string;
  readonly status: TerminalState;
  readonly ended_at: number;
  readonly error_message: string | null;
  /** JSON texts as they are stored; undefined for one that alone is too large for a payload. */
  readonly override_data: string | null | undefined;
  readonly result: string | null | undefined;
  /** JSON of a large result without variables, solution and constraints; null when there is nothing to leave out. */
  readonly result_summary: string | null;
}

/** The payload of a run's end. */
export function buildPayload(event: WebhookEvent, ending: RunEnding): Uint8Array {
  const { override_data, result, result_summary } = ending;
  const is_cut = override_data === undefined || result === undefined;
  const whole = is_cut ? null : payloadBytes(event, ending, result, "");
  if (whole !== null && (whole.length <= PAYLOAD_BYTES_MAX || result_summary === null)) return whole;
  const result_url = `/api/v2/triggers/${ending.trigger_id}/runs/${ending.run_id}`;
  return payloadBytes(
    event,
    ending,
    result_summary ?? result ?? null,
    `,"truncated":true,"result_url":${JSON.stringify(result_url)}`,
  );
}

function payloadBytes(event: WebhookEvent, ending: RunEnding, result: string | null, extra: string): Uint8Array {
  const head = {
    event,
    trigger_id: ending.trigger_id,
    run_id: ending.run_id,
    timestamp: toTimestamp(ending.ended_at),
  };
  const data = [`"status":${JSON.stringify(ending.status)}`];
  if (ending.status !== "completed") data.push(`"error":${JSON.stringify(ending.error_message)}`);
  if (result !== null || ending.status === "completed") data.push(`"result":${result ?? "null"}`);
  data.push(`"override_data":${ending.override_data ?? "null"}`);
  return new TextEncoder().encode(`${JSON.stringify(head).slice(0, -1)},"data":{${data.join(",")}${extra}}}`);
}

/** The payload of an event that does not belong to a run; `data` is plain JSON. */
export function buildEventPayload(event: string, trigger_id: string, at: number, data: unknown): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({ event, trigger_id, run_id: null, timestamp: toTimestamp(at), data }),
  );
}
