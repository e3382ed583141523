/**
 * A document and a trigger as files describe them, and the one normal form that files and service are compared in:
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
 * Digests of one state in every form in which a record may hold it, the present form first. A digest is of one form alone:
 * a state is the recorded one when any of its digests is. Before 0.2.0 the workspace was no part of it.
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
    // null asks for the default.
    const value = normal(shape, values[name]) ?? null;
    if (value !== null && canonicalJson(value) !== canonicalJson(normal(shape, otherwise))) kept[name] = value;
  }
  return kept;
}

/** The changes that make one reduced object the other: a setting that is at its default in the new one is set to it. */
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

/** In an order that does not depend on who wrote them down. */
export function sorted(schedules: readonly Fields[]): Fields[] {
  return [...schedules].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** An instant is the same however it is written, a set however it is ordered. What is not of its shape stays: the service refuses it. */
function normal(shape: FieldShape, value: unknown): unknown {
  if (Array.isArray(value) && (shape.type === "words" || shape.type === "texts")) return [...new Set(value)].sort();
  if (shape.type !== "instant" || typeof value !== "string") return value;
  const at = fromTimestamp(value);
  return at === null ? value : toTimestamp(at);
}
