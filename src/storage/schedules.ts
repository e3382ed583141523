/** Schedules and their ticks at rest. A tick's key is (schedule, instant), so no instant can fire twice. */
import type { Database } from "bun:sqlite";
import { and, asc, eq, isNull, lte, sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { schedules, ticks, triggers } from "./schema";
import type { Transaction } from "./writer";

export type ScheduleRow = typeof schedules.$inferSelect;
export type TickRow = typeof ticks.$inferSelect;

export function insertSchedule(transaction: Transaction, row: ScheduleRow): void {
  transaction.db.insert(schedules).values(row).run();
}

/** The main schedule of a trigger, or null. */
export function findMainSchedule(db: BunSQLiteDatabase, trigger_id: string): ScheduleRow | null {
  const where = and(eq(schedules.trigger_id, trigger_id), eq(schedules.is_main, true));
  return db.select().from(schedules).where(where).get() ?? null;
}

export function updateSchedule(transaction: Transaction, id: string, change: Partial<ScheduleRow>): ScheduleRow | null {
  return transaction.db.update(schedules).set(change).where(eq(schedules.id, id)).returning().all()[0] ?? null;
}

export function deleteSchedule(transaction: Transaction, id: string): void {
  transaction.db.delete(schedules).where(eq(schedules.id, id)).run();
}

/** Schedules of a trigger, inside a transaction. */
export function listSchedulesOf(transaction: Transaction, trigger_id: string): ScheduleRow[] {
  return transaction.db.select().from(schedules).where(eq(schedules.trigger_id, trigger_id)).all();
}

/** Enabled schedules whose next instant has come, oldest first, with their triggers still there and enabled. */
export function listDueSchedules(db: BunSQLiteDatabase, now: number, limit: number): ScheduleRow[] {
  return db
    .select({ schedule: schedules })
    .from(schedules)
    .innerJoin(triggers, and(eq(triggers.id, schedules.trigger_id), isNull(triggers.deleted_at)))
    .where(and(lte(schedules.next_run_at, now), eq(schedules.is_enabled, true), eq(triggers.is_enabled, true)))
    .orderBy(asc(schedules.next_run_at))
    .limit(limit)
    .all()
    .map((row) => row.schedule);
}

/** Puts a tick into the ledger. False when it is there already. */
export function insertTick(transaction: Transaction, tick: TickRow): boolean {
  return (
    transaction.db.insert(ticks).values(tick).onConflictDoNothing().returning({ id: ticks.schedule_id }).all().length >
    0
  );
}

/** Moves the cursor on, never back. */
export function advanceSchedule(
  transaction: Transaction,
  id: string,
  cursor: { last_tick_at: number; next_run_at: number | null; updated_at: number },
): void {
  transaction.db
    .update(schedules)
    .set({ ...cursor, last_tick_at: sql`max(coalesce(${schedules.last_tick_at}, 0), ${cursor.last_tick_at})` })
    .where(eq(schedules.id, id))
    .run();
}

/** When the last run of a schedule was made, or null. */
export function lastRunOf(client: Database, schedule_id: string): number | null {
  const row = client
    .query("SELECT max(scheduled_for) AS at FROM ticks WHERE schedule_id = ?1 AND outcome = 'fired'")
    .get(schedule_id) as { at: number | null };
  return row.at;
}
