/**
 * The composition root: opens the data directory, puts every part together, starts the loops and the server, and
 * takes all of it down again in the order that loses nothing.
 */
import { cpus } from "node:os";
import { createBackupKeeper } from "./background/backup_keeper";
import { createDeliverer } from "./background/deliverer";
import { createDiskKeeper } from "./background/disk_keeper";
import { createExecutor } from "./background/executor";
import { Loop } from "./background/loop";
import { createPruner } from "./background/pruner";
import { createTicker, refreshSchedules } from "./background/ticker";
import { createWatcher } from "./background/watcher";
import type { Clock } from "./clock";
import { type Config, listOf } from "./config";
import { readCertificate } from "./http/edge/certificate";
import { createServer } from "./http/server";
import type { Ids } from "./ids";
import { killPoints } from "./kill_points";
import type { Log } from "./log";
import { Metrics } from "./metrics/metrics";
import { bootIdOf } from "./runs/process_identity";
import { ProgressLog } from "./runs/progress_log";
import { ReadyQueue } from "./runs/ready_queue";
import { isTerminal, RUN_STATES } from "./runs/run";
import { RunIds } from "./runs/run_id";
import { RunSignals } from "./runs/run_signals";
import { TICK_OUTCOMES_FINAL } from "./runs/tick";
import { type AccessContext, bootstrap } from "./services/access/keys";
import { makeSignInLink } from "./services/access/sign_in";
import type { Context } from "./services/context";
import { INSPECTOR_LIMITS, Inspector } from "./services/documents/inspector";
import { BackupStatus } from "./services/memory/backup_status";
import { FailureLimits } from "./services/memory/failure_limits";
import { FireTargets } from "./services/memory/fire_targets";
import { LoopDelay } from "./services/memory/loop_delay";
import { RefusalLog } from "./services/memory/refusal_log";
import { ServedHosts } from "./services/memory/served_hosts";
import { VersionModels } from "./services/memory/version_models";
import { WebhookDestinations } from "./services/memory/webhook_destinations";
import { recover } from "./services/runs/recovery";
import { SOLVER_VERSION } from "./solver/engines";
import { wasJobBegun } from "./solver/process/control";
import { type PoolSettings, SolverPool } from "./solver/process/pool";
import { findTenant, firstTenant, hasLiveKey, hasOnlyFirstKey } from "./storage/access";
import { type OpenDatabase, openDatabase, openExistingDatabase } from "./storage/database";
import {
  DataDirectoryError,
  directoryProblem,
  lockDirectory,
  prepareDirectory,
} from "./storage/directory/data_directory";
import { DiskSpace } from "./storage/directory/disk_space";
import { hasSealKey, loadSealKey, type SealKey } from "./storage/directory/seal";
import { lastRunSeq } from "./storage/runs";
import { countSealedSecrets } from "./storage/triggers";
import { type StorageFailure, Writer } from "./storage/writer";
import { PROGRAM_VERSION } from "./version";
import { readAuthorities } from "./webhooks/authorities";
import { DeliveryLanes } from "./webhooks/lanes";

const MIB_BYTES = 1_048_576;
/** A compile cannot be told that its client has left: its process is ended this long after that. */
const INSPECTOR_GRACE_MS = 100;
/** Reading 16 MiB of numbers takes 1 GB, which the next request uses again: a new process for each would cost more. */
const INSPECTOR_GROWTH_BYTES = 1e9;
/** Added to the compiler's own limit, for reading the text and for a model that is read twice. */
const INSPECTOR_EXTRA_MS = 30_000;

export interface AppParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Tells this start of the machine from others (runs/process_identity.ts); null: unknown. */
  readonly machine_start: string | null;
  /** The arguments that start this program again, up to its command; solver processes and backups use them. */
  readonly self: readonly string[];
  /** Called when the storage can no longer be trusted: the process must end. */
  readonly onStorageLost: (failure: StorageFailure) => void;
}

export interface Started {
  /** The address that clients use. */
  readonly address: string;
  /** The first admin key, when it was made just now and must be shown. */
  readonly new_admin_key: string | null;
  /** Signs a browser in once, as the first admin. It is made together with the key above and is also shown only once. */
  readonly sign_in_link: string | null;
  /** True when nothing shows that anyone has ever used the first key: it may never have been seen. */
  readonly is_first_key_unused: boolean;
}

export interface App {
  readonly context: Context;
  /** Listens, then makes the first key if there is none, then starts the loops: a start that cannot listen makes no key that nobody sees. */
  start(): Promise<Started>;
  /** Stops accepting, lets running solves end for `drain_seconds`, puts the rest back into the queue, closes the database. */
  stop(drain_seconds: number): Promise<void>;
}

/** Opens everything, takes over what an earlier process left, and waits to be started. Throws DataDirectoryError. */
export async function openApp(parts: AppParts): Promise<App> {
  const { config, clock, ids } = parts;
  prepareDirectory(config.data_dir);
  const unlock = lockDirectory(config.data_dir);
  try {
    const new_instance_id = ids.next("instance");
    const started = clock.monotonic();
    const database = openDatabase(config.data_dir, {
      now: clock.now(),
      program_version: PROGRAM_VERSION,
      new_instance_id,
      onMigration: (progress) => parts.log.info("migrating", { ...progress }),
      onUpgraded: (upgrade) => {
        parts.log.info("migrated", { ...upgrade, duration_ms: Math.round(clock.monotonic() - started) });
      },
    });
    requireKeyBeforeNetwork(config, database, clock.now());
    const was_job_begun = wasJobBegun(config.data_dir);
    const app = assemble(parts, database, unlock);
    const recovered = await recover(app.context, was_job_begun);
    if (recovered.requeued + recovered.failed > 0) parts.log.info("runs_recovered", recovered);
    const refreshed = await refreshSchedules(app.context);
    if (refreshed > 0) parts.log.info("schedules_recomputed", { schedules: refreshed });
    return app;
  } catch (error) {
    unlock();
    throw directoryProblem(config.data_dir, error);
  }
}

/** The keys of a data directory, for a command that runs beside the service or without it. */
export interface KeyAccess {
  readonly context: AccessContext;
  /** The organization and user that the caller named, or the first ones. */
  readonly tenant: { organization_id: string; user_id: string };
  close(): void;
}

/** Opens the database of a directory that a service has been started on; `organization` is a name or an id; null means the first one. Throws DataDirectoryError. */
export function openKeyAccess(
  config: Config,
  parts: { clock: Clock; ids: Ids },
  organization: string | null = null,
): KeyAccess {
  const database = openExisting(config.data_dir);
  const context = {
    ...parts,
    writer: new Writer(database.write_client, database.syncLog, () => {}),
    db: database.read,
  };
  const tenant = organization === null ? firstTenant(context.db) : findTenant(context.db, organization);
  if (tenant === null) {
    database.close();
    throw new DataDirectoryError(
      1,
      organization === null
        ? `the first start on ${config.data_dir} has not ended; start the service once`
        : `there is no organization ${organization}; orgs list shows them`,
    );
  }
  return { context, tenant, close: () => database.close() };
}

function openExisting(data_dir: string): OpenDatabase {
  try {
    return openExistingDatabase(data_dir);
  } catch (error) {
    throw directoryProblem(data_dir, error);
  }
}

/** Refuses to serve other machines while no API key exists and none is given: nobody could use the service. */
function requireKeyBeforeNetwork(config: Config, database: OpenDatabase, now: number): void {
  if (isLoopback(config.host) || hasLiveKey(database.read, now)) return;
  if (config.admin_key !== null && firstTenant(database.read) === null) return;
  database.close();
  throw new DataDirectoryError(
    1,
    `--host ${config.host} is reachable from other machines, and no API key opens this service yet; give the first one as JAOT_ADMIN_KEY, start once on 127.0.0.1, or run keys create`,
  );
}

/** True for an address that other machines cannot reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** How many solver processes run when `workers` is not set. */
export function defaultWorkers(): number {
  return Math.max(1, cpus().length - 1);
}

function assemble(parts: AppParts, database: OpenDatabase, unlock: () => void): App {
  const { clock, log } = parts;
  let is_stopping = false;
  const context = createContext(parts, database, () => is_stopping);
  const backup_keeper = createBackupKeeper(context, parts.self);
  const loops = {
    backups: new Loop(backup_keeper, clock, log),
    executor: new Loop(createExecutor(context), clock, log),
    deliverer: new Loop(createDeliverer(context), clock, log),
    ticker: new Loop(createTicker(context), clock, log),
    pruner: new Loop(createPruner(context), clock, log),
    disk_keeper: new Loop(createDiskKeeper(context, database.findLoss), clock, log),
    watcher: new Loop(createWatcher(context), clock, log),
  };
  for (const name of ["executor", "deliverer", "ticker", "watcher"] as const)
    context.wake[name] = () => loops[name].wake();
  const server = createServer(context);
  return {
    context,
    start: async () => {
      const address = listen(context, server);
      const first = await makeFirst(context);
      for (const loop of Object.values(loops)) loop.start();
      context.loop_delay.start();
      return { address, ...first };
    },
    stop: async (drain_seconds) => {
      is_stopping = true;
      context.loop_delay.stop();
      backup_keeper.abort();
      await Promise.all([
        loops.backups.stop(),
        loops.executor.stop(),
        loops.ticker.stop(),
        loops.pruner.stop(),
        loops.watcher.stop(),
        loops.disk_keeper.stop(),
      ]);
      await Promise.all([context.solvers.stop({ drain_ms: drain_seconds * 1000 }), context.inspector.stop()]);
      await settled(context);
      await loops.deliverer.stop();
      await server.stop(true);
      database.close();
      unlock();
    },
  };
}

/** Binds the port; the address that clients use. */
function listen(
  { config, webhook_destinations, served_hosts }: Context,
  server: ReturnType<typeof createServer>,
): string {
  const certificate = readCertificate(config);
  server.listen({
    hostname: config.host,
    port: config.port,
    ...(certificate === null ? {} : { tls: { cert: certificate.cert, key: certificate.key } }),
  });
  const port = server.server!.port!;
  webhook_destinations.listensOn(config.host, port);
  served_hosts.listensOn(port);
  const scheme = certificate === null ? "http" : "https";
  return `${scheme}://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
}

/** Makes the organization, its user and the admin key at the first start; does nothing at later ones. */
async function makeFirst(context: Context): Promise<Omit<Started, "address">> {
  const { admin_key } = context.config;
  const is_first_key_unused = admin_key === null && hasOnlyFirstKey(context.client);
  const new_admin_key = await bootstrap(context, admin_key);
  const owner = firstTenant(context.db)!;
  const sign_in_link = new_admin_key === null ? null : await makeSignInLink(context, { ...owner, role: "admin" });
  return { new_admin_key, sign_in_link, is_first_key_unused };
}

function createContext(parts: AppParts, database: OpenDatabase, isStopping: () => boolean): Context {
  const { config, clock, ids, log } = parts;
  const metrics = createMetrics(clock);
  const wake: Context["wake"] = { executor: () => {}, deliverer: () => {}, ticker: () => {}, watcher: () => {} };
  const disk = new DiskSpace(config.data_dir, database.write_client, (count) => ids.bytes(count));
  const writer = new Writer(
    database.write_client,
    database.syncLog,
    parts.onStorageLost,
    (tallies) => metrics.committed(tallies),
    () => {
      if (disk.giveUp()) log.error("disk_full", { next: "make room on the disk of the data directory" });
    },
  );
  return {
    config,
    clock,
    ids,
    run_ids: new RunIds(ids, lastRunSeq(database.read_client)),
    log,
    boot_id: bootIdOf(ids.next("boot"), parts.machine_start),
    started_monotonic: clock.monotonic(),
    writer,
    disk,
    db: database.read,
    client: database.read_client,
    seal_key: openSealKey(parts, database),
    delivery_lanes: new DeliveryLanes(),
    webhook_destinations: new WebhookDestinations(config.webhook_targets, clock),
    webhook_authorities: config.webhook_ca === null ? null : readAuthorities(config.webhook_ca),
    solvers: createSolvers(parts, () => wake.executor()),
    inspector: createInspector(parts),
    queue: new ReadyQueue(),
    signals: new RunSignals(clock),
    progress: new ProgressLog(),
    fire_targets: new FireTargets(database.read),
    version_models: new VersionModels(database.read),
    backups: new BackupStatus(),
    metrics,
    loop_delay: new LoopDelay(),
    failure_limits: new FailureLimits(clock, config.failures_per_minute_max),
    refusal_log: new RefusalLog(clock, writer),
    served_hosts: new ServedHosts(config.host, listOf(config.public_host)),
    running: new Map(),
    scheduler: { is_clock_set: true, cursors_in_future: 0, ended_schedules: new Set() },
    killPoint: killPoints(config.kill_at),
    wake,
    isStopping,
  };
}

function createMetrics(clock: Clock): Metrics {
  const build = { version: PROGRAM_VERSION, bun_version: Bun.version, solver_version: SOLVER_VERSION };
  return new Metrics(build, clock.now(), RUN_STATES.filter(isTerminal), TICK_OUTCOMES_FINAL);
}

/** The key that encrypts webhook secrets. A new key cannot decrypt stored secrets: a warning says so, and the service goes on. */
function openSealKey({ config, ids, log }: AppParts, database: OpenDatabase): SealKey {
  const is_made = config.secret_key === null && !hasSealKey(config.data_dir);
  const sealed = is_made ? countSealedSecrets(database.read_client) : 0;
  if (sealed > 0) {
    log.error("seal_key_missing", {
      triggers: sealed,
      next: "stop, put the file seal.key of this directory (or JAOT_SECRET_KEY) back and start again; or set each trigger's webhook_secret again",
    });
  }
  return loadSealKey(config.data_dir, config.secret_key, (count) => ids.bytes(count));
}

function createSolvers(parts: AppParts, onRoom: () => void): SolverPool {
  // The pool needs at least one process; with `workers` 0 it gets no runs.
  const processes = Math.max(1, parts.config.workers ?? defaultWorkers());
  return createPool(parts, { processes, onRoom });
}

/** One process beside the solvers; it starts with the first request and ends when there has been none for a while. */
function createInspector(parts: AppParts): Inspector {
  const limits = { kill_grace_ms: INSPECTOR_GRACE_MS, recycle_growth_bytes: INSPECTOR_GROWTH_BYTES };
  const pool = createPool(parts, { control_prefix: "inspector-", processes: 1, kept: 0, warms_up: false, limits });
  const answer_ms_max = parts.config.max_model_seconds * 1000 + INSPECTOR_EXTRA_MS;
  return new Inspector(pool, parts.clock, { ...INSPECTOR_LIMITS, answer_ms_max });
}

type PoolChoices = Pick<PoolSettings, "control_prefix" | "processes" | "kept" | "warms_up" | "onRoom" | "limits">;

function createPool(parts: AppParts, { limits, ...choices }: PoolChoices): SolverPool {
  const { config, clock, log } = parts;
  const memory_max_mb = config.solver_memory_max_mb;
  return new SolverPool({
    ...choices,
    command: [
      ...parts.self,
      "solver",
      `--max-model-nonzeros=${config.max_model_nonzeros}`,
      `--max-model-seconds=${config.max_model_seconds}`,
    ],
    clock,
    log,
    control_dir: config.data_dir,
    limits: {
      ...limits,
      idle_seconds: config.solver_idle_seconds,
      ...(memory_max_mb === null ? {} : { memory_max_bytes: memory_max_mb * MIB_BYTES }),
    },
  });
}

/** Settles when the outcomes of all runs that the stop ended have been written. */
async function settled(context: Context): Promise<void> {
  while (context.running.size > 0) await context.writer.write(() => undefined);
}
