/**
 * A document and a trigger as files describe them, and the one normal form in which files and service are compared:
 * defaults left out, lists that are sets sorted, models as their digests. Two equal digests mean that there is nothing to do.
 */
import { fromTimestamp, toTimestamp } from "../../clock";
import { canonicalJson, contentDigest } from "../../model/canonical";
import type { FieldShape, FieldTable } from "../../services/field_table";
import { SCHEDULE_FIELDS, type ScheduleObject } from "../../services/schedules/schedule_fields";
import { TRIGGER_FIELDS, type TriggerObject } from "../../services/triggers/trigger_fields";

export type Fields = Readonly<Record<string, unknown>>;

export interface DocumentSpec {
  readonly name: string;
  /** Name of its workspace. */
  readonly workspace: string;
  readonly model_json: unknown;
  readonly canvas_json: unknown;
}

export interface TriggerSpec {
  readonly name: string;
  /** Name of its workspace. */
  readonly workspace: string;
  /** Name of its document. */
  readonly document: string;
  /** Digest of the model that it is pinned to. */
  readonly model_digest: string;
  readonly is_enabled: boolean;
  /** Its settings that are not at their default. */
  readonly fields: Fields;
  /** Each with its settings that are not at their default. */
  readonly schedules: readonly Fields[];
}

/**
 * Digests of one state, one for each form that a record may have been written in, the present form first. A state is the
 * recorded one when any of its digests matches. Before 0.2.0 the workspace was not part of a digest.
 */
export type Digests = readonly [present: string, ...older: string[]];

export function documentDigests({ name, workspace, model_json, canvas_json }: DocumentSpec): Digests {
  const before = { name, model: contentDigest(model_json ?? null), canvas: contentDigest(canvas_json ?? null) };
  return [contentDigest({ ...before, workspace }), contentDigest(before)];
}

export function triggerDigests({ workspace, ...spec }: TriggerSpec): Digests {
  const before = { ...spec, schedules: sorted(spec.schedules) };
  return [contentDigest({ ...before, workspace }), contentDigest(before)];
}

/** The settings that are not at their default, each in its normal form. */
export function reduced(table: FieldTable, values: Fields): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, { file, shape, default: otherwise = null }] of Object.entries(table)) {
    if (file !== "setting") continue;
    // null means the default.
    const value = normal(shape, values[name]) ?? null;
    if (value !== null && canonicalJson(value) !== canonicalJson(normal(shape, otherwise))) kept[name] = value;
  }
  return kept;
}

/** The changes that turn one reduced object into the other. A setting that the new one leaves out is set to its default. */
export function changesBetween(table: FieldTable, from: Fields, to: Fields): Fields {
  const names = Object.keys(table).filter((name) => canonicalJson(from[name]) !== canonicalJson(to[name]));
  return Object.fromEntries(names.map((name) => [name, name in to ? to[name] : (table[name]?.default ?? null)]));
}

export function triggerSettings(live: TriggerObject): Fields {
  return reduced(TRIGGER_FIELDS, { ...live });
}

export function scheduleSettings(live: ScheduleObject): Fields {
  return reduced(SCHEDULE_FIELDS, { ...live });
}

/** Sorts schedules into an order that does not depend on how they were written. */
export function sorted(schedules: readonly Fields[]): Fields[] {
  return [...schedules].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** Writes instants in one spelling and sets in one order. A value that does not have its shape stays, and the service refuses it. */
function normal(shape: FieldShape, value: unknown): unknown {
  if (Array.isArray(value) && (shape.type === "words" || shape.type === "texts")) return [...new Set(value)].sort();
  if (shape.type !== "instant" || typeof value !== "string") return value;
  const at = fromTimestamp(value);
  return at === null ? value : toTimestamp(at);
}
