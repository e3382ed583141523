/** Reads for the page's overview: recent runs of each trigger, what is due, what is wrong. Each returns a limited number of rows. */
import type { Database } from "bun:sqlite";
import { statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RunState, runStateOf } from "../runs/run";
import { DATABASE_FILE } from "./directory/data_directory";

/** One run, as a lane or a row of a table shows it. */
export interface ActivityRow {
  readonly id: string;
  readonly status: RunState;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly completed_at: number | null;
  readonly objective_value: number | null;
  readonly solver_status: string | null;
  readonly error_message: string | null;
}

/** The newest runs of a trigger, newest first. */
export function listActivity(client: Database, trigger_id: string, limit: number): ActivityRow[] {
  const rows = client
    .query(
      `SELECT id, status, created_at, started_at, completed_at, objective_value, solver_status, error_message FROM runs
       WHERE trigger_seq = (SELECT seq FROM triggers WHERE id = ?1) ORDER BY seq DESC LIMIT ?2`,
    )
    .all(trigger_id, limit) as (Omit<ActivityRow, "status"> & { status: number })[];
  return rows.map((row) => ({ ...row, status: runStateOf(row.status) }));
}

/** A schedule with a tick that is coming or overdue. */
export interface NextTickRow {
  readonly schedule_id: string;
  readonly trigger_id: string;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly next_run_at: number;
  readonly consecutive_failures: number;
}

/** The next ticks of an organization's enabled triggers, soonest first. */
export function listNextTicks(client: Database, organization_id: string, limit: number): NextTickRow[] {
  return client
    .query(
      `SELECT schedules.id AS schedule_id, trigger_id, cron_expression, timezone, next_run_at, consecutive_failures
       FROM schedules JOIN triggers ON triggers.id = schedules.trigger_id
       WHERE schedules.organization_id = ?1 AND next_run_at IS NOT NULL AND schedules.is_enabled = 1
         AND triggers.is_enabled = 1 AND triggers.deleted_at IS NULL
       ORDER BY next_run_at LIMIT ?2`,
    )
    .all(organization_id, limit) as NextTickRow[];
}

/** A trigger whose webhook deliveries fail. */
export interface FailingWebhookRow {
  readonly trigger_id: string;
  readonly webhook_failing_since: number | null;
  readonly webhook_disabled_at: number | null;
  readonly webhook_disabled_reason: string | null;
  /** The outcome of the last attempt. */
  readonly last_error: string | null;
  readonly last_status: number | null;
}

export function listFailingWebhooks(client: Database, organization_id: string, limit: number): FailingWebhookRow[] {
  return client
    .query(
      `SELECT id AS trigger_id, webhook_failing_since, webhook_disabled_at, webhook_disabled_reason,
         (SELECT last_error FROM deliveries WHERE trigger_id = triggers.id AND attempts > 0 ORDER BY id DESC LIMIT 1) AS last_error,
         (SELECT last_status FROM deliveries WHERE trigger_id = triggers.id AND attempts > 0 ORDER BY id DESC LIMIT 1) AS last_status
       FROM triggers WHERE organization_id = ?1 AND deleted_at IS NULL AND webhook_url IS NOT NULL
         AND (webhook_failing_since IS NOT NULL OR webhook_disabled_at IS NOT NULL) LIMIT ?2`,
    )
    .all(organization_id, limit) as FailingWebhookRow[];
}

/** Sizes on the disk, in bytes. */
export interface StorageFacts {
  readonly database_bytes: number;
  readonly log_bytes: number;
  readonly disk_free_bytes: number;
  readonly disk_total_bytes: number;
}

export function storageFacts(data_dir: string): StorageFacts {
  const disk = statfsSync(data_dir);
  return {
    database_bytes: sizeOf(join(data_dir, DATABASE_FILE)),
    log_bytes: sizeOf(join(data_dir, `${DATABASE_FILE}-wal`)),
    disk_free_bytes: disk.bavail * disk.bsize,
    disk_total_bytes: disk.blocks * disk.bsize,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Rows stored, of one organization and, unless null, one workspace. */
export function countStored(
  client: Database,
  { organization_id, workspace_id }: { readonly organization_id: string; readonly workspace_id: string | null },
): { runs: number; triggers: number; documents: number; versions: number } {
  const in_sight = "organization_id = ?1 AND (?2 IS NULL OR workspace_id = ?2)";
  return client
    .query(
      `SELECT coalesce(sum(stored_runs), 0) AS runs, count(*) AS triggers,
         (SELECT count(*) FROM documents WHERE deleted_at IS NULL AND ${in_sight}) AS documents,
         (SELECT count(*) FROM versions WHERE document_id IN (SELECT id FROM documents WHERE ${in_sight})) AS versions
       FROM triggers WHERE deleted_at IS NULL AND ${in_sight}`,
    )
    .get(organization_id, workspace_id) as { runs: number; triggers: number; documents: number; versions: number };
}
