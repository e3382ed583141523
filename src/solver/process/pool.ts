/**
 * The place for solves that needs nothing else: child processes of this program. The pool accepts jobs, finds a process for each, and starts
 * and stops the processes. Jobs are sent in the order of their arrival, those of low priority after all others. A process is
 * started when a job finds none idle; one is kept for the next job, and the others stop after being idle for long. After
 * much growth a process is replaced: its successor is started beside it and takes over once it has warmed itself, so that no job
 * waits for a start or pays for a cold runtime.
 *
 * On a crash the job in hand fails, those sent behind it end as `returned`, and the next job starts a new process.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock";
import { type Log, messageOf } from "../../log";
import { platform } from "../../platform/current";
import { Refusal } from "../../refusals";
import type { SolveOutcome } from "../messages";
import type { AskHooks, JobHooks, PlaceStats, SolveRequest, SolverPlace, SolverStats, SubmittedJob } from "../place";
import { COLD_VARIABLE } from "./child";
import { CONTROL_PREFIX } from "./control";
import { defaultMemoryMaxBytes } from "./memory_limit";
import { PoolJob } from "./pool_job";
import { type ProcessEvents, SolverProcess } from "./solver_process";

export interface PoolLimits {
  readonly idle_seconds: number;
  /** A process that has grown by more is replaced, never one that has solved much: that would throw away what the runtime has optimized. */
  readonly recycle_growth_bytes: number;
  readonly memory_max_bytes: number;
  readonly kill_grace_ms: number;
  /** Quick jobs in one process at a time, including the one in hand. */
  readonly pipeline_depth: number;
}

export interface PoolSettings {
  /** The command line that starts a solver process. */
  readonly command: readonly string[];
  /** How many may run at one time. */
  readonly processes: number;
  readonly clock: Clock;
  /** Directory for the files beside each process, created if missing. Only one pool of a prefix may use it at a time. */
  readonly control_dir: string;
  /** Begins the names of those files; CONTROL_PREFIX when left out. */
  readonly control_prefix?: string;
  /** Processes that stay when nothing is to do; 1 when left out. */
  readonly kept?: 0 | 1;
  readonly log?: Log;
  /** Called when there may be room for another job: a job ended or was given up by its process, or a process started or ended. */
  readonly onRoom?: () => void;
  readonly limits?: Partial<PoolLimits>;
  /** Whether processes warm themselves for solves while they are idle; true when left out. */
  readonly warms_up?: boolean;
  /** Variables that every process gets besides those of the platform. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProcessStats extends SolverStats {
  readonly pid: number;
  /** It has solved what it solves to warm itself. */
  readonly is_warm: boolean;
}

const IDLE_LOOK_MS_MAX = 10_000;
const STOP_LOOK_MS = 20;
const QUESTION_RETRY_SECONDS = 5;
/** Time for an answer, beyond the compiler's own limit. */
const ASK_LIMIT_MS = 60_000;

const LIMITS_DEFAULT: Omit<PoolLimits, "memory_max_bytes"> = {
  idle_seconds: 120,
  recycle_growth_bytes: 200e6,
  kill_grace_ms: 2000,
  pipeline_depth: 8,
};

export class SolverPool implements SolverPlace {
  readonly #limits: PoolLimits;
  readonly #settings: PoolSettings;
  readonly #solvers: SolverProcess[] = [];
  readonly #waiting: PoolJob[] = [];
  readonly #waiting_low: PoolJob[] = [];
  #next_job = 1;
  #next_control = 1;
  #solver_version: string | null = null;
  #ready_waiters: { resolve(version: string): void; reject(error: Error): void }[] = [];
  #is_idle_watched = false;
  #is_stopped = false;
  /** Why the last start failed; null after a successful one. */
  #start_fault: string | null = null;
  readonly #events: ProcessEvents = {
    onReady: (solver) => this.#onReady(solver),
    onWarm: (solver) => this.#onWarm(solver),
    onOutcome: (job, outcome) => this.#onOutcome(job, outcome),
    onModelMissing: (job) => this.#lineOf(job).unshift(job),
    onFree: (solver) => this.#onFree(solver),
    onEnded: (solver, cause) => this.#onEnded(solver, cause),
  };

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    const memory_max_bytes = defaultMemoryMaxBytes(settings.processes);
    this.#limits = { ...LIMITS_DEFAULT, memory_max_bytes, ...settings.limits };
    if (!existsSync(settings.control_dir)) platform.files.makePrivateDirectory(settings.control_dir);
    // Files that the processes of a killed service have left.
    for (const name of readdirSync(settings.control_dir)) {
      if (name.startsWith(this.#prefix)) rmSync(join(settings.control_dir, name), { force: true });
    }
  }

  /** Accepts a job, which waits here until a process is free. */
  submit(request: SolveRequest, hooks: JobHooks = {}): SubmittedJob {
    const { promise, resolve } = Promise.withResolvers<SolveOutcome>();
    const job = PoolJob.solve(this.#next_job++, request, hooks, resolve);
    this.#enqueue(job);
    return { job: job.id, outcome: promise, cancel: () => this.#cancel(job) };
  }

  ask<Answer>(text: string, question: unknown, { signal = null, limit_ms = ASK_LIMIT_MS }: AskHooks = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const refuse = (outcome: SolveOutcome) => reject(refusalOf(outcome));
    const request = { text, question, limit_ms };
    const job = PoolJob.ask(this.#next_job++, request, (answer) => resolve(answer as Answer), refuse);
    const leave = () => this.#cancel(job);
    this.#enqueue(job);
    if (signal?.aborted) leave();
    else signal?.addEventListener("abort", leave);
    return promise.finally(() => signal?.removeEventListener("abort", leave));
  }

  get #prefix(): string {
    return this.#settings.control_prefix ?? CONTROL_PREFIX;
  }

  freeSlots(quick = false): number {
    if (this.#is_stopped) return 0;
    const depth = quick ? this.#limits.pipeline_depth : 1;
    let slots = depth * (this.#settings.processes - this.#solvers.filter(isInUse).length);
    for (const solver of this.#solvers) {
      // A run that is claimed for a process that still starts would have its limit plus that start.
      if (!solver.is_ready) continue;
      if (solver.accepts(quick, this.#limits.pipeline_depth)) slots += quick ? depth - solver.jobs.length : 1;
      else if (hasLowJob(solver)) slots += depth;
    }
    return Math.max(0, slots - this.#waiting.length);
  }

  /** Starts a process if there is none and returns the solver's version once it is ready. */
  warm(): Promise<string> {
    if (this.#solver_version !== null && this.#solvers.length > 0) return Promise.resolve(this.#solver_version);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#ready_waiters.push({ resolve, reject });
    if (this.#solvers.length === 0 && this.#start() === null) this.#failWaiters(this.#start_fault!);
    return promise;
  }

  stats(): PlaceStats<ProcessStats> {
    const solvers = this.#solvers.map(({ pid, rss_bytes, solves, jobs, is_ready, is_warm }): ProcessStats => {
      const state = !is_ready ? "starting" : jobs.length > 0 ? "busy" : "idle";
      return { pid, is_warm, state, memory_bytes: rss_bytes, solves, jobs: jobs.length };
    });
    return {
      solvers,
      solvers_max: this.#settings.processes,
      waiting: this.#waiting.length,
      waiting_low: this.#waiting_low.length,
      solver_version: this.#solver_version,
    };
  }

  async stop({ drain_ms }: { readonly drain_ms: number }): Promise<void> {
    this.#is_stopped = true;
    for (const line of [this.#waiting, this.#waiting_low]) {
      for (const job of line.splice(0)) this.#settle(job, { kind: "returned" });
    }
    this.#failWaiters("the solvers are stopping");
    const { clock } = this.#settings;
    const deadline_ms = clock.monotonic() + drain_ms;
    const wait = () => new Promise<void>((resolve) => clock.after(STOP_LOOK_MS, resolve));
    while (clock.monotonic() < deadline_ms && this.#solvers.some((solver) => solver.jobs.length > 0)) await wait();
    for (const solver of this.#solvers) solver.kill("stopped");
    while (this.#solvers.length > 0) await wait();
  }

  #onReady(solver: SolverProcess): void {
    this.#solver_version = solver.solver_version;
    for (const waiter of this.#ready_waiters.splice(0)) waiter.resolve(solver.solver_version!);
    this.#assign();
    this.#settings.onRoom?.();
  }

  /** A successor takes over once it is as quick as the process that it replaces. */
  #onWarm(solver: SolverProcess): void {
    if (!solver.is_successor) return;
    solver.is_successor = false;
    const worn = this.#solvers.find((other) => other !== solver && !other.is_retiring && this.#isWorn(other));
    if (worn !== undefined) worn.is_retiring = true;
    this.#stopRetired();
    this.#assign();
    this.#settings.onRoom?.();
  }

  #onOutcome(job: PoolJob, outcome: SolveOutcome): void {
    if (job.gives_way) this.#settle(job, outcome.kind === "cancelled" ? { kind: "returned" } : outcome);
    else if (job.interrupt_ms === null || outcome.kind !== "returned") this.#settle(job, outcome);
    else this.#settle(job, { kind: "cancelled", record: null });
  }

  #onFree(solver: SolverProcess): void {
    this.#replaceIfWorn(solver);
    if (solver.jobs.length === 0) {
      this.#stopRetired();
      this.#watchIdle();
    }
    this.#assign();
    this.#settings.onRoom?.();
  }

  #onEnded(solver: SolverProcess, cause: string): void {
    this.#solvers.splice(this.#solvers.indexOf(solver), 1);
    if (!solver.is_ready) this.#failWaiters(cause);
    if (!this.#is_stopped && !solver.is_retiring) this.#settings.log?.warn("solver_ended", { pid: solver.pid, cause });
    this.#assign();
    // The next job is not to wait for a start. One that died at its start would do so again.
    if (solver.is_ready && this.#solvers.length === 0 && this.#settings.kept !== 0 && !this.#is_stopped) this.#start();
    this.#settings.onRoom?.();
  }

  #enqueue(job: PoolJob): void {
    if (this.#is_stopped) {
      this.#settle(job, { kind: "returned" });
      return;
    }
    this.#lineOf(job).push(job);
    this.#assign();
  }

  #cancel(job: PoolJob): void {
    if (job.is_settled) return;
    job.gives_way = false;
    const line = this.#lineOf(job);
    const position = line.indexOf(job);
    if (position !== -1) {
      line.splice(position, 1);
      this.#settle(job, { kind: "cancelled", record: null });
      return;
    }
    this.#solvers.find((solver) => solver.jobs.includes(job))?.interrupt(job);
  }

  #settle(job: PoolJob, outcome: SolveOutcome): void {
    if (job.is_settled) return;
    job.is_settled = true;
    job.settle(outcome);
  }

  #lineOf(job: PoolJob): PoolJob[] {
    return job.is_low ? this.#waiting_low : this.#waiting;
  }

  #assign(): void {
    while (!this.#is_stopped) {
      const job = this.#waiting[0] ?? this.#waiting_low[0];
      if (job === undefined) return;
      const solver = this.#findSolver(job.is_quick);
      // Without a process nothing would call this again.
      if (solver === null && this.#solvers.length > 0) {
        if (!job.is_low) this.#makeRoom();
        return;
      }
      this.#lineOf(job).shift();
      if (solver !== null) solver.send(job);
      else this.#settle(job, { kind: "failed", code: "internal_error", message: this.#start_fault!, retryable: true });
    }
  }

  /** Stops jobs of low priority, one for each waiting job. */
  #makeRoom(): void {
    let needed = this.#waiting.length;
    for (const solver of this.#solvers) {
      if (needed === 0) return;
      if (!hasLowJob(solver)) continue;
      needed -= 1;
      const job = solver.jobs[0]!;
      if (job.interrupt_ms !== null) continue;
      job.gives_way = true;
      solver.interrupt(job);
    }
  }

  /** An idle process, else a new one, else the shortest line of quick jobs for a quick one. */
  #findSolver(quick: boolean): SolverProcess | null {
    let best: SolverProcess | null = null;
    for (const solver of this.#solvers) {
      if (!solver.accepts(quick, this.#limits.pipeline_depth)) continue;
      if (best === null || solver.jobs.length < best.jobs.length) best = solver;
    }
    if (best !== null && best.jobs.length === 0) return best;
    if (this.#solvers.filter(isInUse).length >= this.#settings.processes) return best;
    return this.#start() ?? best;
  }

  /** Starts a process; null when the system refuses to. */
  #start(): SolverProcess | null {
    const { command, control_dir, clock, log, warms_up = true } = this.#settings;
    const environment = { ...this.#settings.environment, ...(warms_up ? {} : { [COLD_VARIABLE]: "1" }) };
    try {
      const path = join(control_dir, `${this.#prefix}${this.#next_control++}`);
      const solver = new SolverProcess({ command, environment }, path, this.#limits, clock, this.#events);
      this.#solvers.push(solver);
      this.#start_fault = null;
      return solver;
    } catch (error) {
      this.#start_fault = `a solver process could not be started: ${messageOf(error)}`;
      log?.error("solver_not_started", { message: this.#start_fault });
      return null;
    }
  }

  #isWorn(solver: SolverProcess): boolean {
    return solver.base_bytes > 0 && solver.rss_bytes - solver.base_bytes > this.#limits.recycle_growth_bytes;
  }

  #replaceIfWorn(solver: SolverProcess): void {
    if (solver.is_retiring || this.#is_stopped || !this.#isWorn(solver)) return;
    if (this.#solvers.some((other) => other.is_successor)) return;
    const successor = this.#start();
    if (successor !== null) successor.is_successor = true;
  }

  #stopRetired(): void {
    for (const solver of this.#solvers) if (solver.is_retiring && solver.jobs.length === 0) solver.kill("stopped");
  }

  #watchIdle(): void {
    if (this.#is_idle_watched || this.#is_stopped) return;
    this.#is_idle_watched = true;
    const delay_ms = Math.min(this.#limits.idle_seconds * 1000, IDLE_LOOK_MS_MAX);
    this.#settings.clock.after(delay_ms, () => this.#stopIdle(), true);
  }

  /** Keeps the most recently used process for the next job, unless none is to stay. */
  #stopIdle(): void {
    this.#is_idle_watched = false;
    if (this.#is_stopped) return;
    const since_ms = this.#settings.clock.monotonic() - this.#limits.idle_seconds * 1000;
    const kept_max = this.#settings.kept ?? 1;
    const last_used = this.#solvers.reduce(
      (last, solver) => (solver.idle_since_ms > last.idle_since_ms ? solver : last),
      this.#solvers[0]!,
    );
    const kept = kept_max === 0 ? null : last_used;
    for (const solver of this.#solvers) {
      if (solver === kept || solver.jobs.length > 0 || solver.idle_since_ms > since_ms) continue;
      solver.is_retiring = true;
    }
    this.#stopRetired();
    if (this.#solvers.length > kept_max) this.#watchIdle();
  }

  #failWaiters(reason: string): void {
    for (const waiter of this.#ready_waiters.splice(0)) waiter.reject(new Error(reason));
  }
}

/** True for processes that count towards the limit: not for one that retires or waits to take over. */
function isInUse(solver: SolverProcess): boolean {
  return !solver.is_retiring && !solver.is_successor;
}

/** A retiring process has no slot to free. */
function hasLowJob(solver: SolverProcess): boolean {
  return !solver.is_retiring && solver.jobs[0]?.is_low === true;
}

/** The refusal for a question that got no answer. */
function refusalOf(outcome: SolveOutcome): Refusal {
  if (outcome.kind === "failed" && outcome.code === "solver_out_of_memory" && !outcome.retryable) {
    const advice = "make it smaller, or raise --solver-memory-max-mb";
    return new Refusal("model_invalid", `The model is too large for a solver process: ${outcome.message}; ${advice}`);
  }
  const reason = reasonOf(outcome);
  const detail = `The model could not be read: ${reason}`;
  return new Refusal("solver_unavailable", detail, { retry_after_seconds: QUESTION_RETRY_SECONDS });
}

function reasonOf(outcome: SolveOutcome): string {
  if (outcome.kind === "failed") return outcome.message;
  if (outcome.kind === "timeout") return "the answer did not come in time";
  return outcome.kind === "cancelled" ? "whoever asked has gone" : "the solvers are stopping";
}
