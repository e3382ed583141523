/** Schedules have no names. Equal ones stay, and the others are changed pair by pair, so that they keep their ledgers of ticks where possible. */
import { canonicalJson } from "../../model/canonical";
import { SCHEDULE_FIELDS, type ScheduleObject } from "../../services/schedules/schedule_fields";
import type { Connection } from "../remote/connection";
import { addSchedule, schedulePath } from "../remote/schedules";
import type { LiveTrigger } from "./live";
import { changesBetween, type Fields, scheduleSettings } from "./spec";

interface Run {
  readonly connection: Connection;
  readonly undo: (() => Promise<unknown>)[];
}

/** Changes the schedules of a trigger to those in the files. */
export async function changeSchedules(run: Run, live: LiveTrigger, desired: readonly Fields[]): Promise<void> {
  const open = [...live.schedules];
  const kept: ScheduleObject[] = [];
  const wanted = desired.filter((fields) => {
    const index = open.findIndex((schedule) => canonicalJson(scheduleSettings(schedule)) === canonicalJson(fields));
    if (index >= 0) kept.push(...open.splice(index, 1));
    return index < 0;
  });
  const paired = open.splice(0, wanted.length);
  for (const [index, schedule] of paired.entries()) await change(run, schedule, wanted[index]!);
  for (const schedule of open) await remove(run, schedule);
  await createAll(run, live.object.id, [...kept, ...paired], wanted.slice(paired.length));
}

/** The old trigger's schedules end before the new one's begin, so a tick may be missed in between, but none fires twice. */
export async function moveSchedules(
  run: Run,
  old: LiveTrigger | null,
  trigger_id: string,
  desired: readonly Fields[],
): Promise<void> {
  for (const schedule of old?.schedules ?? []) await remove(run, schedule);
  await createAll(run, trigger_id, [], desired);
}

async function createAll(
  run: Run,
  trigger_id: string,
  known: readonly ScheduleObject[],
  wanted: readonly Fields[],
): Promise<void> {
  const all = [...known];
  for (const fields of wanted) {
    const made = await addSchedule(run.connection, trigger_id, all, fields);
    run.undo.push(() => run.connection.call("DELETE", schedulePath(made)));
    all.push(made);
  }
}

async function change(run: Run, schedule: ScheduleObject, fields: Fields): Promise<void> {
  const before = scheduleSettings(schedule);
  const path = schedulePath(schedule);
  await run.connection.call("PATCH", path, changesBetween(SCHEDULE_FIELDS, before, fields));
  run.undo.push(() => run.connection.call("PATCH", path, changesBetween(SCHEDULE_FIELDS, fields, before)));
}

async function remove(run: Run, schedule: ScheduleObject): Promise<void> {
  await run.connection.call("DELETE", schedulePath(schedule));
  const others = schedule.is_main ? [] : [{ ...schedule, is_main: true }];
  run.undo.push(() => addSchedule(run.connection, schedule.trigger_id, others, scheduleSettings(schedule)));
}
