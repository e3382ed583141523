/** Schedules have no names: those that are equal stay, the rest are changed in pairs, so that a ledger of ticks goes on where it can. */
import { canonicalJson } from "../../model/canonical";
import type { ScheduleObject } from "../../services/schedules";
import type { Connection } from "../remote/connection";
import type { LiveTrigger } from "./live";
import { type Fields, SCHEDULE_DEFAULTS, scheduleFields } from "./spec";

interface Run {
  readonly connection: Connection;
  readonly undo: (() => Promise<unknown>)[];
}

/** Brings the schedules of a trigger to what the files say. */
export async function changeSchedules(run: Run, live: LiveTrigger, desired: readonly Fields[]): Promise<void> {
  const open = [...live.schedules];
  const wanted = desired.filter((fields) => {
    const place = open.findIndex((schedule) => canonicalJson(scheduleFields(schedule)) === canonicalJson(fields));
    if (place >= 0) open.splice(place, 1);
    return place < 0;
  });
  const trigger_id = live.object.id;
  for (const fields of wanted) {
    const schedule = open.shift();
    if (schedule === undefined) await create(run, trigger_id, fields);
    else await change(run, trigger_id, schedule, fields);
  }
  for (const schedule of open) await remove(run, trigger_id, schedule);
}

/** The old trigger's schedules end before the new one's begin: between the two a tick may be missed, and none fires twice. */
export async function moveSchedules(
  run: Run,
  old: LiveTrigger | null,
  trigger_id: string,
  desired: readonly Fields[],
): Promise<void> {
  for (const schedule of old?.schedules ?? []) await remove(run, old!.object.id, schedule);
  for (const fields of desired) await create(run, trigger_id, fields);
}

async function create(run: Run, trigger_id: string, fields: Fields): Promise<void> {
  const made = await run.connection.call<ScheduleObject>("POST", collection(trigger_id), fields);
  run.undo.push(() => run.connection.call("DELETE", pathOf(trigger_id, made)));
}

async function change(run: Run, trigger_id: string, schedule: ScheduleObject, fields: Fields): Promise<void> {
  const before = scheduleFields(schedule);
  const path = pathOf(trigger_id, schedule);
  await run.connection.call("PATCH", path, patchOf(before, fields));
  run.undo.push(() => run.connection.call("PATCH", path, patchOf(fields, before)));
}

async function remove(run: Run, trigger_id: string, schedule: ScheduleObject): Promise<void> {
  await run.connection.call("DELETE", pathOf(trigger_id, schedule));
  run.undo.push(() => run.connection.call("POST", collection(trigger_id), scheduleFields(schedule)));
}

function patchOf(from: Fields, to: Fields): Fields {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries([...names].map((name) => [name, name in to ? to[name] : SCHEDULE_DEFAULTS[name]]));
}

function collection(trigger_id: string): string {
  return `/triggers/${trigger_id}/schedule`;
}

function pathOf(trigger_id: string, _schedule: ScheduleObject): string {
  return `/triggers/${trigger_id}/schedule`;
}
