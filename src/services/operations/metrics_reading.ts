/** Reads the metrics. The state of the service is gathered at the time of the request. */
import type { Snapshot, SolverState } from "../../metrics/metrics";
import type { SolverStats } from "../../solver/place";
import { countPendingDeliveries } from "../../storage/deliveries";
import { fileSizes } from "../../storage/directory/data_directory";
import { oldestQueuedAt } from "../../storage/runs";
import { overdueCount } from "../alarms/expectations";
import type { Context, FigureParts } from "../context";

type MetricsReadingContext = FigureParts &
  Pick<Context, "client" | "clock" | "config" | "queue" | "running" | "solvers">;

const MICROSECONDS = 1e-6;

/** All metrics in the format of Prometheus. */
export function readMetrics(context: MetricsReadingContext): Promise<string> {
  return context.metrics.read(snapshotOf(context));
}

function snapshotOf(context: MetricsReadingContext): Snapshot {
  const now = context.clock.now();
  const { database_bytes, wal_bytes } = fileSizes(context.config.data_dir);
  const { solvers, waiting } = context.solvers.stats();
  const oldest_at = context.queue.total === 0 ? null : oldestQueuedAt(context.client);
  const { backups } = context;
  const cpu = process.cpuUsage();
  return {
    queue_depth: context.queue.total,
    queue_oldest_seconds: oldest_at === null ? 0 : Math.max(0, now - oldest_at) / 1000,
    running: context.running.size,
    deliveries_pending: countPendingDeliveries(context.client),
    triggers_overdue: overdueCount(context),
    database_bytes,
    database_wal_bytes: wal_bytes,
    solver_processes: countStates(solvers),
    solver_memory_bytes: solvers.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0),
    solver_jobs_waiting: waiting,
    event_loop_delay_seconds: context.loop_delay.take(),
    process_memory_bytes: process.memoryUsage().rss,
    process_cpu_seconds: (cpu.user + cpu.system) * MICROSECONDS,
    backup_last_seconds: backups.last_at === null ? null : backups.last_at / 1000,
    is_backup_failing: context.config.backup_dir === null ? null : backups.is_failing,
  };
}

function countStates(solvers: readonly SolverStats[]): Record<SolverState, number> {
  const counts = { starting: 0, idle: 0, busy: 0 };
  for (const { state } of solvers) counts[state] += 1;
  return counts;
}
