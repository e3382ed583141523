/** The state of the service, for anyone who can reach it. */
import { toTimestamp } from "../../clock";
import { SOLVER_VERSION } from "../../solver/engines";
import { PROGRAM_VERSION } from "../../version";
import { overdueCount } from "../alarms/expectations";
import type { Context, ProcessParts, StorageParts } from "../context";

type HealthContext = ProcessParts & StorageParts & Pick<Context, "backups" | "queue" | "running" | "scheduler">;

export interface Health {
  readonly status: "ok" | "stopping" | "clock_not_set";
  readonly version: string;
  readonly solver_version: string;
  readonly uptime_seconds: number;
  readonly queue_depth: number;
  readonly running: number;
  /** The scheduled backups; null when none are set up. */
  readonly backups: { readonly last_at: string | null; readonly is_failing: boolean } | null;
  /** Problems that keep the service from doing all of its work, each with the next step. */
  readonly problems: readonly HealthProblem[];
}

export const HEALTH_PROBLEMS = [
  "disk_low",
  "clock_not_set",
  "cursor_in_future",
  "triggers_overdue",
  "backup_failing",
] as const;

interface HealthProblem {
  readonly code: (typeof HEALTH_PROBLEMS)[number];
  readonly detail: string;
}

export function healthOf(context: HealthContext): Health {
  return {
    status: context.isStopping() ? "stopping" : context.scheduler.is_clock_set ? "ok" : "clock_not_set",
    version: PROGRAM_VERSION,
    solver_version: SOLVER_VERSION,
    uptime_seconds: Math.floor((context.clock.monotonic() - context.started_monotonic) / 1000),
    queue_depth: context.queue.total,
    running: context.running.size,
    backups: context.config.backup_dir === null ? null : backupsOf(context),
    problems: problemsOf(context),
  };
}

function backupsOf({ backups }: Pick<Context, "backups">): Health["backups"] {
  const { last_at, is_failing } = backups;
  return { last_at: last_at === null ? null : toTimestamp(last_at), is_failing };
}

function problemsOf(context: HealthContext): HealthProblem[] {
  const { disk, scheduler } = context;
  const problems: HealthProblem[] = [];
  if (disk.is_low) {
    const detail = "The disk of the data directory is full or nearly so; nothing new is accepted until there is room";
    problems.push({ code: "disk_low", detail });
  }
  if (!scheduler.is_clock_set) {
    const detail = "The system clock shows a time before this program was built; schedules wait until it is set";
    problems.push({ code: "clock_not_set", detail });
  }
  if (scheduler.cursors_in_future > 0) {
    const detail = `${scheduler.cursors_in_future} schedules last fired while the clock was ahead and stay silent until it gets there; POST reset-cursor to each to begin from now`;
    problems.push({ code: "cursor_in_future", detail });
  }
  const overdue = overdueCount(context);
  if (overdue > 0) {
    const who = overdue === 1 ? "1 trigger has" : `${overdue} triggers have`;
    const detail = `${who} had no completed run for longer than expect_within_seconds; their runs say why`;
    problems.push({ code: "triggers_overdue", detail });
  }
  if (context.config.backup_dir !== null && context.backups.is_failing) {
    problems.push({ code: "backup_failing", detail: "The last scheduled backup came to nothing; the log says why" });
  }
  return problems;
}
