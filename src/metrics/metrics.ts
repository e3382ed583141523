/**
 * What the service counts, for Prometheus; the only user of prom-client. Counters and histograms change as things
 * happen; gauges are set at each reading. Labels come from short lists (routes, statuses, outcomes), never from
 * ids or names, so ten thousand triggers make no more series than one.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { TerminalState } from "../runs/run";

/** The values of the gauges at one reading. */
export interface Snapshot {
  readonly queue_depth: number;
  readonly queue_oldest_seconds: number;
  readonly running: number;
  readonly deliveries_pending: number;
  readonly triggers_overdue: number;
  readonly database_bytes: number;
  readonly database_wal_bytes: number;
  readonly solver_processes: Readonly<Record<SolverState, number>>;
  readonly solver_memory_bytes: number;
  readonly solver_jobs_waiting: number;
  /** Since the previous reading. */
  readonly event_loop_delay_seconds: Readonly<Record<"mean" | "p99" | "max", number>>;
  readonly process_memory_bytes: number;
  readonly process_cpu_seconds: number;
  /** null: no scheduled backups, or none yet. */
  readonly backup_last_seconds: number | null;
  /** null: no scheduled backups. */
  readonly is_backup_failing: boolean | null;
}

export type SolverState = "starting" | "idle" | "busy";
export type DeliveryOutcome = "delivered" | "retried" | "exhausted";

/** Facts that stay the same for the life of the process. */
export interface BuildInfo {
  readonly version: string;
  readonly bun_version: string;
  readonly solver_version: string;
}

/** Figures of one solved run. */
export interface SolveFigures {
  /** Time for compiling and solving; null when the run did not end in a solver. */
  readonly execution_time_ms: number | null;
  readonly gap: number | null;
}

const REQUEST_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];
const SOLVE_SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800, 7200];
const GAPS = [0, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.5];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#histogram(
    "jaot_http_request_duration_seconds",
    "HTTP requests by route, and the time until the head of the answer was sent",
    ["method", "route", "status"],
    REQUEST_SECONDS,
  );
  readonly #accepted = this.#counter("jaot_runs_accepted_total", "Runs stored for solving, by source", ["source"]);
  readonly #ended = this.#counter("jaot_runs_ended_total", "Runs that ended, by status", ["status"]);
  readonly #solves = this.#histogram(
    "jaot_run_execution_seconds",
    "Time for compiling and solving, of runs that ended in a solver",
    ["status"],
    SOLVE_SECONDS,
  );
  readonly #gaps = this.#histogram("jaot_run_gap_ratio", "Relative gap, of answers that have one", [], GAPS);
  readonly #deliveries = this.#counter(
    "jaot_delivery_attempts_total",
    "Attempts to deliver a webhook event; retried: it is tried again later, exhausted: it was given up",
    ["outcome"],
  );
  readonly #ticks = this.#counter("jaot_ticks_total", "Ticks of schedules, by outcome", ["outcome"]);
  readonly #gauges = {
    queue_depth: this.#gauge("jaot_queue_depth", "Runs that wait"),
    queue_oldest_seconds: this.#gauge("jaot_queue_oldest_seconds", "Age of the oldest waiting run"),
    running: this.#gauge("jaot_runs_running", "Runs in solvers"),
    deliveries_pending: this.#gauge("jaot_deliveries_pending", "Webhook deliveries that wait to be sent"),
    triggers_overdue: this.#gauge(
      "jaot_triggers_overdue",
      "Triggers that have had no completed run for longer than their expect_within_seconds",
    ),
    database_bytes: this.#gauge("jaot_database_size_bytes", "Size of the database file"),
    database_wal_bytes: this.#gauge("jaot_database_wal_size_bytes", "Size of the database's write-ahead log"),
    solver_memory_bytes: this.#gauge("jaot_solver_memory_bytes", "Memory of all solver processes"),
    solver_jobs_waiting: this.#gauge("jaot_solver_jobs_waiting", "Jobs that wait for a solver process"),
    process_memory_bytes: this.#gauge("process_resident_memory_bytes", "Memory of the service itself"),
  };
  readonly #solver_processes = this.#gauge("jaot_solver_processes", "Solver processes, by state", ["state"]);
  readonly #loop_delay = this.#gauge(
    "jaot_event_loop_delay_seconds",
    "Delay of the event loop since the previous reading",
    ["stat"],
  );
  readonly #cpu = this.#counter("process_cpu_seconds_total", "Processor time of the service itself", []);
  readonly #backup_last = this.#gauge(
    "jaot_backup_last_success_timestamp_seconds",
    "When the newest scheduled backup was made, since 1970",
  );
  readonly #backup_failing = this.#gauge("jaot_backup_failing", "1 when the last scheduled backup failed");

  /** Counters of `statuses` and `outcomes` start at 0, so that an alert sees the first failure as an increase. */
  constructor(build: BuildInfo, started_at: number, statuses: readonly TerminalState[], outcomes: readonly string[]) {
    this.#gauge("jaot_build_info", "Versions of the program and its parts", Object.keys(build)).set({ ...build }, 1);
    this.#gauge("process_start_time_seconds", "When the service started, since 1970").set(started_at / 1000);
    for (const status of statuses) this.#ended.inc({ status }, 0);
    for (const outcome of outcomes) this.#ticks.inc({ outcome }, 0);
    for (const outcome of ["delivered", "retried", "exhausted"]) this.#deliveries.inc({ outcome }, 0);
    for (const source of ["api", "rerun", "cron"]) this.#accepted.inc({ source }, 0);
  }

  /** `route` is the template, never the path. */
  requestEnded(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  /** Adds what one committed transaction counted: `accepted SOURCE`, `ended STATUS`, `tick OUTCOME`. */
  committed(tallies: ReadonlyMap<string, number>): void {
    for (const [what, count] of tallies) {
      const [kind, word = ""] = what.split(" ");
      if (kind === "accepted") this.#accepted.inc({ source: word }, count);
      else if (kind === "ended") this.#ended.inc({ status: word }, count);
      else this.#ticks.inc({ outcome: word }, count);
    }
  }

  solved(status: TerminalState, { execution_time_ms, gap }: SolveFigures): void {
    if (execution_time_ms !== null) this.#solves.observe({ status }, execution_time_ms / 1000);
    if (gap !== null) this.#gaps.observe(gap);
  }

  deliveryAttempted(outcome: DeliveryOutcome): void {
    this.#deliveries.inc({ outcome });
  }

  /** All metrics in the text format of Prometheus, version 0.0.4. */
  async read(snapshot: Snapshot): Promise<string> {
    const gauges = this.#gauges;
    for (const name of Object.keys(gauges) as (keyof typeof gauges)[]) gauges[name].set(snapshot[name]);
    for (const [state, count] of Object.entries(snapshot.solver_processes))
      this.#solver_processes.set({ state }, count);
    for (const [stat, seconds] of Object.entries(snapshot.event_loop_delay_seconds)) {
      this.#loop_delay.set({ stat }, seconds);
    }
    this.#cpu.reset();
    this.#cpu.inc(snapshot.process_cpu_seconds);
    this.#setOrLeaveOut(this.#backup_last, snapshot.backup_last_seconds);
    this.#setOrLeaveOut(
      this.#backup_failing,
      snapshot.is_backup_failing === null ? null : Number(snapshot.is_backup_failing),
    );
    return await this.#registry.metrics();
  }

  get content_type(): string {
    return this.#registry.contentType;
  }

  /** A gauge without a value shows no series, so that alerts on it stay quiet where the feature is not set up. */
  #setOrLeaveOut(gauge: Gauge, value: number | null): void {
    gauge.remove();
    if (value !== null) gauge.set(value);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}
