/**
 * The objects that services work with, created once in app.ts. A function takes the parts that it uses: single ones as
 * `Pick<Context, ...>`, several of one kind as the named group.
 */
import type { SecureContext } from "node:tls";
import type { Clock } from "../clock";
import type { Config } from "../config";
import type { Ids } from "../ids";
import type { PassKillPoint } from "../kill_points";
import type { Log } from "../log";
import type { Metrics } from "../metrics/metrics";
import type { Role } from "../roles";
import type { ProgressLog } from "../runs/progress_log";
import type { ReadyQueue } from "../runs/ready_queue";
import type { RunIds } from "../runs/run_id";
import type { RunSignals } from "../runs/run_signals";
import type { SolverPlace } from "../solver/place";
import type { Scope } from "../storage/access";
import type { Connection, TypedQueries } from "../storage/database";
import type { DiskSpace } from "../storage/directory/disk_space";
import type { SealKey } from "../storage/directory/seal";
import type { Writer } from "../storage/writer";
import type { DeliveryLanes } from "../webhooks/lanes";
import type { Asker, Inspector } from "./documents/inspector";
import type { BackupStatus } from "./memory/backup_status";
import type { FailureLimits } from "./memory/failure_limits";
import type { FireTargets } from "./memory/fire_targets";
import type { LoopDelay } from "./memory/loop_delay";
import type { RefusalLog } from "./memory/refusal_log";
import type { ServedHosts } from "./memory/served_hosts";
import type { VersionModels } from "./memory/version_models";
import type { WebhookDestinations } from "./memory/webhook_destinations";

/** The process: its settings, clock, ids, log and stop. */
export interface ProcessParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Id of this process: tells apart what it holds and what an earlier one held. */
  readonly boot_id: string;
  /** Monotonic milliseconds at the start. */
  readonly started_monotonic: number;
  readonly killPoint: PassKillPoint;
  /** True once a stop was asked for: nothing new is accepted. */
  readonly isStopping: () => boolean;
}

/** Storage: the writer, the reads, and the free disk space. */
export interface StorageParts {
  readonly writer: Writer;
  readonly disk: DiskSpace;
  /** Typed reads. */
  readonly db: TypedQueries;
  /** Fixed reads of the hot paths. */
  readonly client: Connection;
}

/** Everything that takes an accepted run into the queue. */
export interface QueueParts {
  readonly run_ids: RunIds;
  readonly queue: ReadyQueue;
  readonly fire_targets: FireTargets;
  /** Set by app.ts: nudges the loops that have work after a commit. */
  readonly wake: Record<"executor" | "deliverer" | "ticker" | "watcher", () => void>;
}

/** Runs in solvers, and the signals and progress for their watchers. */
export interface SolvingParts {
  readonly solvers: SolverPlace;
  /** Runs that are in a solver of this process, by run id. */
  readonly running: Map<string, { cancel(): void }>;
  readonly signals: RunSignals;
  readonly progress: ProgressLog;
  readonly version_models: VersionModels;
}

/** Webhooks: their destinations, the lanes they are sent in, and the key of their secrets. */
export interface WebhookParts {
  readonly delivery_lanes: DeliveryLanes;
  readonly webhook_destinations: WebhookDestinations;
  /** Trusts private certificate authorities of webhook receivers; null: only the public ones. */
  readonly webhook_authorities: SecureContext | null;
  readonly seal_key: SealKey;
}

/** Access: failure limits, the log of refusals, and the hosts that are served. */
export interface VisitParts {
  readonly failure_limits: FailureLimits;
  readonly refusal_log: RefusalLog;
  readonly served_hosts: ServedHosts;
}

/** Counters and measurements. */
export interface FigureParts {
  readonly metrics: Metrics;
  readonly loop_delay: LoopDelay;
  readonly backups: BackupStatus;
}

/** The inspector, which reads models and large data for callers. */
export interface InspectingParts {
  readonly inspector: Inspector;
}

/** The whole context. Only app.ts, which creates it, and the two tables of routes and tools (http/server.ts, http/mcp/) hold it whole. */
export interface Context
  extends ProcessParts,
    StorageParts,
    QueueParts,
    SolvingParts,
    InspectingParts,
    WebhookParts,
    VisitParts,
    FigureParts {
  /** The scheduler's view of the clock, for /health. */
  readonly scheduler: SchedulerState;
}

export interface SchedulerState {
  /** False while the clock shows a time before this program was built: no schedule fires then. */
  is_clock_set: boolean;
  /** Number of schedules that do not fire because they last fired when the clock was ahead. */
  cursors_in_future: number;
  /** Schedules whose run has ended since the last turn, and whose ticks may have waited for it. */
  readonly ended_schedules: Set<string>;
}

/** The author of a change, as the audit log shows it. */
export interface Actor {
  readonly organization_id: string;
  readonly user_id: string | null;
  /** null: the change came without a key. */
  readonly key_id: string | null;
  /** Address that the request came from. */
  readonly client: string;
  readonly request_id: string | null;
}

/** The sender of a request: its organization, user, key and role. */
export interface Principal extends Actor, Scope, Asker {
  readonly user_id: string;
  readonly key_id: string;
  readonly role: Role;
}
