/** `schedules list|create|pause|resume|preview|delete`. */
import type { ScheduleObject } from "../../services/schedules";
import { readOverrides } from "../model_file";
import { type Connection, Refused } from "./connection";
import { findTrigger, findTriggerId, listTriggers } from "./find";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";
import { table } from "./table";

const PREVIEW_COUNT = 10;
const PREVIEW_MAX = 100;
const NOT_FOUND = 404;

export async function listSchedules(session: Session): Promise<number> {
  const { connection } = session;
  const word = wordAt(session, 1);
  const triggers = word === "" ? await listTriggers(connection) : [await findTrigger(connection, word)];
  const all: { trigger: string; schedule: ScheduleObject }[] = [];
  for (const { id, name } of triggers) {
    for (const schedule of await schedulesOf(connection, id)) all.push({ trigger: name, schedule });
  }
  tell(
    session,
    all.map(({ schedule }) => schedule),
    () =>
      table(
        ["SCHEDULE", "TRIGGER", "PATTERN", "ZONE", "ENABLED", "NEXT"],
        all.map(({ trigger, schedule: row }) => [
          row.id,
          trigger,
          row.cron_expression,
          row.timezone,
          row.is_enabled,
          row.next_run_at,
        ]),
      ),
  );
  return 0;
}

export async function createSchedule(session: Session): Promise<number> {
  const cron_expression = optionOf(session, "cron");
  if (cron_expression === null) throw new Misuse("schedules create: give a pattern with --cron, such as '0 6 * * 1-5'");
  const override_data = readOverrides(session.parsed);
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const body = {
    cron_expression,
    timezone: optionOf(session, "timezone") ?? "UTC",
    ...(override_data === undefined ? {} : { override_data }),
  };
  const made = await session.connection.call<ScheduleObject>("POST", `/triggers/${trigger_id}/schedule`, body);
  tell(session, made, (schedule) => `${schedule.id}  next ${schedule.next_run_at ?? "never"}`);
  return 0;
}

export const pauseSchedule = (session: Session): Promise<number> => enable(session, false);
export const resumeSchedule = (session: Session): Promise<number> => enable(session, true);

export async function deleteSchedule(session: Session): Promise<number> {
  const { id, path } = await chosen(session);
  await session.connection.call("DELETE", path);
  tell(session, { deleted: id }, () => `deleted ${id}`);
  return 0;
}

/** The next instants of a trigger's schedule, or of a pattern that is only tried. */
export async function previewSchedule(session: Session): Promise<number> {
  const { connection } = session;
  const cron = optionOf(session, "cron");
  if (cron === null && wordAt(session, 1) === "") {
    throw new Misuse("schedules preview: TRIGGER is missing, or a pattern with --cron");
  }
  const pattern =
    cron === null
      ? (await chosen(session)).schedule
      : { cron_expression: cron, timezone: optionOf(session, "timezone") ?? "UTC" };
  const { cron_expression, timezone } = pattern;
  const count = numberOption(session, "count", PREVIEW_COUNT, 1, PREVIEW_MAX);
  const body = { cron_expression, timezone, count };
  const found = await connection.call<{ next_runs: string[] }>("POST", "/schedules/validate", body);
  tell(session, found, ({ next_runs }) => next_runs.map((at) => `${at}  ${localTime(at, timezone)}`).join("\n"));
  return 0;
}

async function enable(session: Session, is_enabled: boolean): Promise<number> {
  const { path } = await chosen(session);
  const schedule = await session.connection.call<ScheduleObject>("PATCH", path, { is_enabled });
  const state = is_enabled ? `next ${schedule.next_run_at ?? "never"}` : "paused";
  tell(session, schedule, ({ id }) => `${id}  ${state}`);
  return 0;
}

/** The trigger's only schedule. */
async function chosen(session: Session): Promise<{ id: string; path: string; schedule: ScheduleObject }> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const path = `/triggers/${trigger_id}/schedule`;
  const schedule = await session.connection.call<ScheduleObject>("GET", path);
  return { id: schedule.id, path, schedule };
}

/** Every schedule of a trigger. */
export async function schedulesOf(connection: Connection, trigger_id: string): Promise<ScheduleObject[]> {
  try {
    return [await connection.call<ScheduleObject>("GET", `/triggers/${trigger_id}/schedule`)];
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return [];
    throw error;
  }
}

function localTime(timestamp: string, timezone: string): string {
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, dateStyle: "full", timeStyle: "long" });
  return form.format(Date.parse(timestamp));
}
