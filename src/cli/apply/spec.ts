/**
 * A document and a trigger as files describe them, and the one normal form that files and service are compared in:
 * defaults left out, lists that are sets sorted, models as their digests. Two equal digests mean that there is nothing to do.
 */
import { canonicalJson, contentDigest } from "../../model/canonical";
import type { ScheduleObject } from "../../services/schedules/schedules";
import type { TriggerObject } from "../../services/triggers/triggers";
import { WEBHOOK_EVENTS_DEFAULT } from "../../webhooks/events";

export type Fields = Readonly<Record<string, unknown>>;

/** Fields of a trigger that a PATCH sets, with the value that means "not given". */
export const TRIGGER_DEFAULTS: Fields = {
  description: null,
  override_schema: null,
  webhook_url: null,
  webhook_events: [...WEBHOOK_EVENTS_DEFAULT].sort(),
  max_concurrent_runs: null,
  priority: 5,
  expect_within_seconds: null,
};

/** Fields of a schedule that a PATCH sets, with the value that means "not given". */
export const SCHEDULE_DEFAULTS: Fields = {
  cron_expression: undefined,
  timezone: "UTC",
  is_enabled: true,
  override_data: null,
  overlap_policy: "skip",
  catch_up: "latest",
  catch_up_window_seconds: 86_400,
  jitter_seconds: 0,
  starts_at: null,
  ends_at: null,
  pause_until: null,
  exclude_dates: [],
};

export interface DocumentSpec {
  readonly name: string;
  readonly model_json: unknown;
  readonly canvas_json: unknown;
}

export interface TriggerSpec {
  readonly name: string;
  /** Name of its document. */
  readonly document: string;
  /** Digest of the model that it is pinned to. */
  readonly model_digest: string;
  readonly is_enabled: boolean;
  /** Those of TRIGGER_DEFAULTS that are not at their default. */
  readonly fields: Fields;
  /** Each with those of SCHEDULE_DEFAULTS that are not at their default. */
  readonly schedules: readonly Fields[];
}

export function documentDigest({ name, model_json, canvas_json }: DocumentSpec): string {
  return contentDigest({ name, model: contentDigest(model_json ?? null), canvas: contentDigest(canvas_json ?? null) });
}

export function triggerDigest(spec: TriggerSpec): string {
  return contentDigest({ ...spec, schedules: sorted(spec.schedules) });
}

/** What is not at its default, of the fields that the table knows. */
export function reduced(values: Fields, defaults: Fields): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(defaults)) {
    // null clears a field, which is its default.
    const given = normalized(values[name]) ?? undefined;
    if (given !== undefined && canonicalJson(given) !== canonicalJson(value ?? null)) kept[name] = given;
  }
  return kept;
}

export function triggerFields(live: TriggerObject): Fields {
  const { webhook_events, ...rest } = live;
  return reduced({ ...rest, webhook_events: [...webhook_events].sort() }, TRIGGER_DEFAULTS);
}

export function scheduleFields(live: ScheduleObject): Fields {
  return reduced({ ...live }, SCHEDULE_DEFAULTS);
}

/** In an order that does not depend on who wrote them down. */
export function sorted(schedules: readonly Fields[]): Fields[] {
  return [...schedules].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** An instant is the same however it is written; null where a default is null is absence. */
function normalized(value: unknown): unknown {
  if (typeof value !== "string" || !INSTANT_PATTERN.test(value)) return value;
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : new Date(at).toISOString();
}

const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
