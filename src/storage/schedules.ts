/** Statements for schedules. `due_at` is set exactly while a schedule and its trigger are enabled and another tick will come. */
import type { Database } from "bun:sqlite";
import { and, asc, count, eq, isNull } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import type { Scope } from "./access";
import { schedules } from "./schema";
import type { Transaction } from "./writer";

/** A schedule with a cron pattern. The table allows kinds without one, which nothing creates yet. */
export type ScheduleRow = typeof schedules.$inferSelect & { readonly cron_expression: string };

export function insertSchedule(transaction: Transaction, row: ScheduleRow): void {
  transaction.db.insert(schedules).values(row).run();
}

/** The main schedule of a trigger, or null. */
export function findMainSchedule(db: BunSQLiteDatabase, trigger_id: string): ScheduleRow | null {
  const where = and(eq(schedules.trigger_id, trigger_id), eq(schedules.is_main, true), isNull(schedules.deleted_at));
  return (db.select().from(schedules).where(where).get() as ScheduleRow | undefined) ?? null;
}

/** A schedule of a trigger, or null. */
export function findSchedule(db: BunSQLiteDatabase, trigger_id: string, id: string): ScheduleRow | null {
  const where = and(eq(schedules.id, id), eq(schedules.trigger_id, trigger_id), isNull(schedules.deleted_at));
  return (db.select().from(schedules).where(where).get() as ScheduleRow | undefined) ?? null;
}

/** Changes the given columns; null when the schedule no longer exists. */
export function updateSchedule(transaction: Transaction, id: string, change: Partial<ScheduleRow>): ScheduleRow | null {
  const where = and(eq(schedules.id, id), isNull(schedules.deleted_at));
  const [row] = transaction.db.update(schedules).set(change).where(where).returning().all();
  return (row as ScheduleRow | undefined) ?? null;
}

/** Schedules of a trigger, oldest first; without a slice, all of them. */
export function listSchedulesOf(
  db: BunSQLiteDatabase,
  trigger_id: string,
  slice: { offset: number; limit: number } = { offset: 0, limit: -1 },
): ScheduleRow[] {
  return db
    .select()
    .from(schedules)
    .where(and(eq(schedules.trigger_id, trigger_id), isNull(schedules.deleted_at)))
    .orderBy(asc(schedules.id))
    .limit(slice.limit)
    .offset(slice.offset)
    .all() as ScheduleRow[];
}

export function countSchedulesOf(db: BunSQLiteDatabase, trigger_id: string): number {
  const where = and(eq(schedules.trigger_id, trigger_id), isNull(schedules.deleted_at));
  return db.select({ n: count() }).from(schedules).where(where).get()!.n;
}

/** Ids of schedules that are due, the longest due first. */
export function listDueSchedules(client: Database, now: number, limit: number): string[] {
  const query = client.query("SELECT id FROM schedules WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2");
  return (query.all(now, limit) as { id: string }[]).map(({ id }) => id);
}

/** A schedule as it stands inside a transaction; null when it is gone. Fixed SQL, because each tick reads it. */
export function readSchedule(transaction: Transaction, id: string): ScheduleRow | null {
  const row = transaction.client.query("SELECT * FROM schedules WHERE id = ?1 AND deleted_at IS NULL").get(id);
  return row === null ? null : rowOf(row as StoredSchedule);
}

/** The columns that a turn of the ticker changes. */
export type ScheduleProgress = Pick<
  ScheduleRow,
  | "is_enabled"
  | "disabled_reason"
  | "validation_failures"
  | "cursor_at"
  | "next_run_at"
  | "due_at"
  | "last_run_at"
  | "updated_at"
>;

/** Advances a schedule. The cursor never goes back. */
export function advanceSchedule(transaction: Transaction, id: string, progress: ScheduleProgress): void {
  transaction.client
    .query(
      `UPDATE schedules SET is_enabled = ?2, disabled_reason = ?3, validation_failures = ?4, cursor_at = max(cursor_at, ?5),
         next_run_at = ?6, due_at = ?7, last_run_at = ?8, updated_at = ?9 WHERE id = ?1`,
    )
    .run(
      id,
      progress.is_enabled ? 1 : 0,
      progress.disabled_reason,
      progress.validation_failures,
      progress.cursor_at,
      progress.next_run_at,
      progress.due_at,
      progress.last_run_at,
      progress.updated_at,
    );
}

/** Counts how a run of the schedule ended. Returns the number of failures in a row; null when the schedule no longer exists. */
export function noteScheduledRun(transaction: Transaction, id: string, is_failure: boolean): number | null {
  const row = transaction.client
    .query(
      `UPDATE schedules SET consecutive_failures = CASE WHEN ?2 THEN consecutive_failures + 1 ELSE 0 END
       WHERE id = ?1 AND deleted_at IS NULL RETURNING consecutive_failures`,
    )
    .get(id, is_failure ? 1 : 0);
  return (row as { consecutive_failures: number } | null)?.consecutive_failures ?? null;
}

/** Schedules that the scope includes, by their next run, the soonest first. */
export function listUpcomingSchedules(client: Database, scope: Scope, until: number, limit: number): ScheduleRow[] {
  const query = client.query(
    `SELECT schedules.* FROM schedules JOIN triggers ON triggers.id = schedules.trigger_id
     WHERE schedules.organization_id = ?1 AND next_run_at <= ?2 AND (?3 IS NULL OR triggers.workspace_id = ?3)
     ORDER BY next_run_at, schedules.id LIMIT ?4`,
  );
  return (query.all(scope.organization_id, until, scope.workspace_id, limit) as StoredSchedule[]).map(rowOf);
}

/** How many schedules wait for an instant after `limit`, because the clock was wrong when they last fired. */
export function countCursorsAfter(client: Database, limit: number): number {
  const query = client.query("SELECT count(*) AS n FROM schedules WHERE due_at IS NOT NULL AND cursor_at > ?1");
  return (query.get(limit) as { n: number }).n;
}

/** Enabled schedules of enabled triggers whose cursor is before `before`, ordered by id. */
export function listTickingSchedules(client: Database, after_id: string, before: number, limit: number): ScheduleRow[] {
  const rows = client
    .query(
      `SELECT schedules.* FROM schedules JOIN triggers ON triggers.id = schedules.trigger_id AND triggers.is_enabled = 1
       WHERE schedules.id > ?1 AND schedules.is_enabled = 1 AND schedules.deleted_at IS NULL AND cursor_at < ?2
       ORDER BY schedules.id LIMIT ?3`,
    )
    .all(after_id, before, limit);
  return (rows as StoredSchedule[]).map(rowOf);
}

/** The program version whose time zones the next instants were computed with; null: unknown. */
export function zonesOf(client: Database): string | null {
  return (client.query("SELECT zones FROM instance").get() as { zones: string | null }).zones;
}

export function noteZones(transaction: Transaction, zones: string): void {
  transaction.client.query("UPDATE instance SET zones = ?1").run(zones);
}

/** Removes up to `limit` rows of deleted schedules, their ledgers first. Returns how many were removed; 0: nothing is left. */
export function purgeSchedules(transaction: Transaction, limit: number): number {
  const { client } = transaction;
  const row = client.query("SELECT id FROM schedules WHERE deleted_at IS NOT NULL LIMIT 1").get();
  if (row === null) return 0;
  return purgeSchedule(transaction, (row as { id: string }).id, limit);
}

/** Removes up to `limit` rows of one schedule, its own row last. Returns how many were removed. */
export function purgeSchedule(transaction: Transaction, id: string, limit: number): number {
  const { client } = transaction;
  for (const statement of PURGE) {
    const { changes } = client.query(statement).run(id, limit);
    if (changes > 0) return changes;
  }
  return client.query("DELETE FROM schedules WHERE id = ?1").run(id).changes;
}

const PURGE = [
  "DELETE FROM ticks WHERE (schedule_id, scheduled_for, item) IN (SELECT schedule_id, scheduled_for, item FROM ticks WHERE schedule_id = ?1 LIMIT ?2)",
  "DELETE FROM tick_ranges WHERE rowid IN (SELECT rowid FROM tick_ranges WHERE schedule_id = ?1 LIMIT ?2)",
];

/** A row as SQLite returns it. */
type StoredSchedule = Omit<ScheduleRow, "is_main" | "is_enabled"> & {
  readonly is_main: number;
  readonly is_enabled: number;
};

function rowOf(row: StoredSchedule): ScheduleRow {
  return { ...row, is_main: row.is_main === 1, is_enabled: row.is_enabled === 1 };
}
