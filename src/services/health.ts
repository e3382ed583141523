/** How the service is, for anyone who may reach it. */

import { toTimestamp } from "../clock";
import { SOLVER_VERSION } from "../solver/version";
import { PROGRAM_VERSION } from "../version";
import type { Context } from "./context";

export interface Health {
  readonly status: "ok" | "stopping";
  readonly version: string;
  readonly solver_version: string;
  readonly uptime_seconds: number;
  readonly queue_depth: number;
  readonly running: number;
  /** Scheduled backups; null when none are set up. */
  readonly backups: { readonly last_at: string | null; readonly is_failing: boolean } | null;
}

export function healthOf(context: Context): Health {
  return {
    status: context.isStopping() ? "stopping" : "ok",
    version: PROGRAM_VERSION,
    solver_version: SOLVER_VERSION,
    uptime_seconds: Math.floor((context.clock.monotonic() - context.started_monotonic) / 1000),
    queue_depth: context.queue.total,
    running: context.running.size,
    backups: context.config.backup_dir === null ? null : backupsOf(context),
  };
}

function backupsOf({ backups }: Context): Health["backups"] {
  const { last_at, is_failing } = backups;
  return { last_at: last_at === null ? null : toTimestamp(last_at), is_failing };
}
