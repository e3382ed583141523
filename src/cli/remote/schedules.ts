/** `schedules list|create|pause|resume|preview|delete`. */
import type { ListingPage } from "../../services/listing_page";
import type { ScheduleObject } from "../../services/schedules/schedule_fields";
import type { PatternPreview, TickPreview } from "../../services/schedules/schedule_previews";
import { readOverrides } from "../model_file";
import type { Connection } from "./connection";
import { findTrigger, findTriggerId, listTriggers } from "./find";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";
import { table } from "./table";

const PREVIEW_COUNT = 10;
const PREVIEW_MAX = 100;
const PAGE_SIZE = 100;

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
  const { connection } = session;
  const cron_expression = optionOf(session, "cron");
  if (cron_expression === null) throw new Misuse("schedules create: give a pattern with --cron, such as '0 6 * * 1-5'");
  const override_data = readOverrides(session.parsed);
  const trigger_id = await findTriggerId(connection, wordAt(session, 1));
  const body = {
    cron_expression,
    timezone: optionOf(session, "timezone") ?? "UTC",
    ...(override_data === undefined ? {} : { override_data }),
  };
  const made = await addSchedule(connection, trigger_id, await schedulesOf(connection, trigger_id), body);
  tell(session, made, (schedule) => `${schedule.id}  next ${schedule.next_run_at ?? "never"}`);
  return 0;
}

export const pauseSchedule = (session: Session): Promise<number> => enable(session, false);
export const resumeSchedule = (session: Session): Promise<number> => enable(session, true);

export async function deleteSchedule(session: Session): Promise<number> {
  const schedule = await chosen(session);
  await session.connection.call("DELETE", schedulePath(schedule));
  tell(session, { deleted: schedule.id }, () => `deleted ${schedule.id}`);
  return 0;
}

/** Shows the next instants of a trigger's schedule, or of a pattern that is only being tried out. */
export async function previewSchedule(session: Session): Promise<number> {
  const { connection } = session;
  const count = numberOption(session, "count", PREVIEW_COUNT, 1, PREVIEW_MAX);
  const cron_expression = optionOf(session, "cron");
  if (cron_expression !== null) {
    const timezone = optionOf(session, "timezone") ?? "UTC";
    const body = { cron_expression, timezone, count };
    const found = await connection.call<PatternPreview>("POST", "/schedules/validate", body);
    tell(session, found, ({ next_runs }) => next_runs.map((at) => `${at}  ${localTime(at, timezone)}`).join("\n"));
    return 0;
  }
  if (wordAt(session, 1) === "") throw new Misuse("schedules preview: TRIGGER is missing, or a pattern with --cron");
  const path = `${schedulePath(await chosen(session))}/preview?n=${count}`;
  tell(session, await connection.call<{ items: TickPreview[] }>("GET", path), ({ items }) =>
    table(
      ["INSTANT", "LOCAL", "OFFSET", "NOTE"],
      items.map((tick) => [tick.instant, tick.local_time, tick.offset, tick.is_excluded ? "excluded" : tick.note]),
    ),
  );
  return 0;
}

/** Every schedule of a trigger, the main one first. */
export async function schedulesOf(connection: Connection, trigger_id: string): Promise<ScheduleObject[]> {
  const all: ScheduleObject[] = [];
  for (let page = 1; ; page += 1) {
    const path = `/triggers/${trigger_id}/schedules?page=${page}&page_size=${PAGE_SIZE}`;
    const found = await connection.call<ListingPage<ScheduleObject>>("GET", path);
    all.push(...found.items);
    if (!found.has_next) return all.sort((a, b) => Number(b.is_main) - Number(a.is_main));
  }
}

/** Adds a schedule. It becomes the main one when the trigger has no main one yet. */
export function addSchedule(
  connection: Connection,
  trigger_id: string,
  known: readonly ScheduleObject[],
  body: unknown,
): Promise<ScheduleObject> {
  const collection = known.some(({ is_main }) => is_main) ? "schedules" : "schedule";
  return connection.call("POST", `/triggers/${trigger_id}/${collection}`, body);
}

export function schedulePath({ trigger_id, id }: ScheduleObject): string {
  return `/triggers/${trigger_id}/schedules/${id}`;
}

async function enable(session: Session, is_enabled: boolean): Promise<number> {
  const path = schedulePath(await chosen(session));
  const schedule = await session.connection.call<ScheduleObject>("PATCH", path, { is_enabled });
  const state = is_enabled ? `next ${schedule.next_run_at ?? "never"}` : "paused";
  tell(session, schedule, ({ id }) => `${id}  ${state}`);
  return 0;
}

/** The schedule that is named, or the trigger's only one. */
async function chosen(session: Session): Promise<ScheduleObject> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const all = await schedulesOf(session.connection, trigger_id);
  const word = wordAt(session, 2);
  const found = word === "" ? all : all.filter(({ id }) => id === word);
  if (found.length === 1) return found[0]!;
  const ids = all.map(({ id, cron_expression }) => `${id} (${cron_expression})`).join(", ");
  throw new Misuse(all.length === 0 ? "the trigger has no schedule" : `SCHEDULE_ID: one of ${ids} is expected`);
}

function localTime(timestamp: string, timezone: string): string {
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, dateStyle: "full", timeStyle: "long" });
  return form.format(Date.parse(timestamp));
}
