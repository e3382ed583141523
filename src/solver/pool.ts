/**
 * The pool of solver processes: takes jobs, finds each a place, starts and stops the places. Jobs go out in the order in
 * which they came. A process is started when a job finds none idle, one is kept for the next job, the
 * others stop when idle for long. After many solves or much growth a place is replaced: its successor is started
 * beside it and takes over once ready, so that no job waits for a start.
 *
 * On a crash: the job in hand fails, those sent behind it come back as `returned`, the next job starts a new process.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock";
import type { Log } from "../log";
import { platform } from "../platform/current";
import { Refusal } from "../refusals";
import type { SolveOutcome } from "./messages";
import { type JobHooks, PoolJob, type SolveRequest } from "./pool_job";
import { defaultMemoryMaxBytes } from "./process/process_facts";
import { Place, type PlaceEvents } from "./process/solver_process";

export interface PoolLimits {
  readonly idle_seconds: number;
  /** A place is replaced after this many solves, yet not within its first minute: small solves are many and leak nothing. */
  readonly recycle_solves: number;
  readonly recycle_growth_bytes: number;
  readonly memory_max_bytes: number;
  readonly kill_grace_ms: number;
  /** Quick jobs in one process at a time, the one in hand included. */
  readonly pipeline_depth: number;
}

export interface PoolSettings {
  /** The command line that starts a solver process. */
  readonly command: readonly string[];
  readonly places: number;
  readonly clock: Clock;
  /** Directory for the files beside each process; made when missing. One pool at a time. */
  readonly control_dir: string;
  readonly log?: Log;
  /** There may be room for a further job: one was done or given up by its process, or a process came or went. */
  readonly onRoom?: () => void;
  readonly limits?: Partial<PoolLimits>;
}

export interface SubmittedJob {
  readonly job: number;
  /** Never rejects. */
  readonly outcome: Promise<SolveOutcome>;
  /** Stops the job wherever it is; the outcome tells what came of it. */
  cancel(): void;
}

export interface PlaceStats {
  readonly pid: number;
  /** At the last look, twenty times a second while busy; 0 where the system does not tell. */
  readonly rss_bytes: number;
  readonly solves: number;
  /** Jobs in the process, the one in hand included. */
  readonly jobs: number;
  readonly is_ready: boolean;
}

export interface PoolStats {
  readonly places: readonly PlaceStats[];
  /** Processes that may run at one time. */
  readonly places_max: number;
  readonly waiting: number;
  /** null until a process has been ready. */
  readonly solver_version: string | null;
}

const CONTROL_PREFIX = "solver-";
const RECYCLE_AGE_MS_MIN = 60_000;
const IDLE_LOOK_MS_MAX = 10_000;
const STOP_LOOK_MS = 20;

const LIMITS_DEFAULT: Omit<PoolLimits, "memory_max_bytes"> = {
  idle_seconds: 120,
  recycle_solves: 500,
  recycle_growth_bytes: 200e6,
  kill_grace_ms: 2000,
  pipeline_depth: 8,
};

export class SolverPool {
  private readonly limits: PoolLimits;
  private readonly places: Place[] = [];
  private readonly waiting: PoolJob[] = [];
  private next_job = 1;
  private next_control = 1;
  private solver_version: string | null = null;
  private ready_waiters: { resolve(version: string): void; reject(error: Error): void }[] = [];
  private is_idle_watched = false;
  private is_stopped = false;
  /** Why the last start failed; null after one that did not. */
  private start_fault: string | null = null;
  private readonly events: PlaceEvents = {
    onReady: (place) => this.onReady(place),
    onOutcome: (job, outcome) => this.onOutcome(job, outcome),
    onModelMissing: (job) => this.waiting.unshift(job),
    onFree: (place) => this.onFree(place),
    onEnded: (place, cause) => this.onEnded(place, cause),
  };

  constructor(private readonly settings: PoolSettings) {
    const memory_max_bytes = defaultMemoryMaxBytes(settings.places);
    this.limits = { ...LIMITS_DEFAULT, memory_max_bytes, ...settings.limits };
    if (!existsSync(settings.control_dir)) platform.files.makePrivateDirectory(settings.control_dir);
    // What the processes of a service that was killed have left.
    for (const name of readdirSync(settings.control_dir)) {
      if (name.startsWith(CONTROL_PREFIX)) rmSync(join(settings.control_dir, name), { force: true });
    }
  }

  /** Takes a job; it waits here until a process is free. */
  submit(request: SolveRequest, hooks: JobHooks = {}): SubmittedJob {
    const { promise, resolve } = Promise.withResolvers<SolveOutcome>();
    const job = PoolJob.solve(this.next_job++, request, hooks, resolve);
    this.enqueue(job);
    return { job: job.id, outcome: promise, cancel: () => this.cancel(job) };
  }

  /**
   * What the compiler's `inspect` tells of a model, computed in a solver process; its type is the compiler's affair.
   * @throws Refusal solver_unavailable when no process could tell, model_invalid when its memory is not enough for the model.
   */
  inspect<Inspection>(text: string, question: unknown): Promise<Inspection> {
    const { promise, resolve, reject } = Promise.withResolvers<Inspection>();
    const refuse = (outcome: SolveOutcome) => {
      if (outcome.kind === "failed" && outcome.code === "solver_out_of_memory" && !outcome.retryable) {
        const advice = "make it smaller, or raise --solver-memory-max-mb";
        reject(
          new Refusal("model_invalid", `The model is too large for a solver process: ${outcome.message}; ${advice}`),
        );
        return;
      }
      const reason =
        outcome.kind === "failed" || outcome.kind === "timeout" ? outcome.message : "the solvers are stopping";
      reject(
        new Refusal("solver_unavailable", `The model could not be looked at: ${reason}`, { retry_after_seconds: 5 }),
      );
    };
    const request = { text, question };
    this.enqueue(PoolJob.inspect(this.next_job++, request, (found) => resolve(found as Inspection), refuse));
    return promise;
  }

  /** How many further jobs would be sent to a process at once. */
  freeSlots(quick = false): number {
    if (this.is_stopped) return 0;
    let slots = this.settings.places - this.places.filter(isInUse).length;
    if (quick) slots *= this.limits.pipeline_depth;
    for (const place of this.places) {
      if (place.accepts(quick, this.limits.pipeline_depth))
        slots += quick ? this.limits.pipeline_depth - place.jobs.length : 1;
    }
    return Math.max(0, slots - this.waiting.length);
  }

  /** Starts a process if there is none and answers the solver's version once it is ready. */
  warm(): Promise<string> {
    if (this.solver_version !== null && this.places.length > 0) return Promise.resolve(this.solver_version);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.ready_waiters.push({ resolve, reject });
    if (this.places.length === 0 && this.start() === null) this.failWaiters(this.start_fault!);
    return promise;
  }

  stats(): PoolStats {
    const places = this.places.map(({ pid, rss_bytes, solves, jobs, is_ready }) => ({
      pid,
      rss_bytes,
      solves,
      jobs: jobs.length,
      is_ready,
    }));
    const { places: places_max } = this.settings;
    return { places, places_max, waiting: this.waiting.length, solver_version: this.solver_version };
  }

  /** Takes no further jobs, gives those in hand `drain_ms`, returns the rest, and ends every process. */
  async stop({ drain_ms }: { readonly drain_ms: number }): Promise<void> {
    this.is_stopped = true;
    for (const job of this.waiting.splice(0)) this.settle(job, { kind: "returned" });
    this.failWaiters("the solvers are stopping");
    const { clock } = this.settings;
    const deadline_ms = clock.monotonic() + drain_ms;
    const wait = () => new Promise<void>((resolve) => clock.after(STOP_LOOK_MS, resolve));
    while (clock.monotonic() < deadline_ms && this.places.some((place) => place.jobs.length > 0)) await wait();
    for (const place of this.places) place.kill("stopped");
    while (this.places.length > 0) await wait();
  }

  private onReady(place: Place): void {
    this.solver_version = place.solver_version;
    for (const waiter of this.ready_waiters.splice(0)) waiter.resolve(place.solver_version!);
    if (place.is_successor) {
      place.is_successor = false;
      const worn = this.places.find((other) => other !== place && !other.is_retiring && this.isWorn(other));
      if (worn !== undefined) worn.is_retiring = true;
      this.stopRetired();
    }
    this.assign();
    this.settings.onRoom?.();
  }

  private onOutcome(job: PoolJob, outcome: SolveOutcome): void {
    const wasCancelled = job.interrupt_ms !== null && outcome.kind === "returned";
    this.settle(job, wasCancelled ? { kind: "cancelled", report: null } : outcome);
  }

  private onFree(place: Place): void {
    this.replaceIfWorn(place);
    if (place.jobs.length === 0) {
      this.stopRetired();
      this.watchIdle();
    }
    this.assign();
    this.settings.onRoom?.();
  }

  private onEnded(place: Place, cause: string): void {
    this.places.splice(this.places.indexOf(place), 1);
    if (!place.is_ready) this.failWaiters(cause);
    if (!this.is_stopped && !place.is_retiring) this.settings.log?.warn("solver_ended", { pid: place.pid, cause });
    this.assign();
    this.settings.onRoom?.();
  }

  private enqueue(job: PoolJob): void {
    if (this.is_stopped) {
      this.settle(job, { kind: "returned" });
      return;
    }
    this.waiting.push(job);
    this.assign();
  }

  private cancel(job: PoolJob): void {
    if (job.is_settled) return;
    const position = this.waiting.indexOf(job);
    if (position !== -1) {
      this.waiting.splice(position, 1);
      this.settle(job, { kind: "cancelled", report: null });
      return;
    }
    this.places.find((place) => place.jobs.includes(job))?.interrupt(job);
  }

  private settle(job: PoolJob, outcome: SolveOutcome): void {
    if (job.is_settled) return;
    job.is_settled = true;
    job.settle(outcome);
  }

  private assign(): void {
    while (this.waiting.length > 0 && !this.is_stopped) {
      const place = this.findPlace(this.waiting[0]!.is_quick);
      // Without any process nothing would come to call this again.
      if (place === null && this.places.length > 0) return;
      const job = this.waiting.shift()!;
      if (place !== null) place.send(job);
      else this.settle(job, { kind: "failed", code: "internal_error", message: this.start_fault!, retryable: true });
    }
  }

  /** An idle process, else a new one, else the shortest line of quick jobs for a quick one. */
  private findPlace(quick: boolean): Place | null {
    let best: Place | null = null;
    for (const place of this.places) {
      if (!place.accepts(quick, this.limits.pipeline_depth)) continue;
      if (best === null || place.jobs.length < best.jobs.length) best = place;
    }
    if (best !== null && best.jobs.length === 0) return best;
    if (this.places.filter(isInUse).length >= this.settings.places) return best;
    return this.start() ?? best;
  }

  /** Starts a process; null when the system refuses. */
  private start(): Place | null {
    const { command, control_dir, clock, log } = this.settings;
    try {
      const path = join(control_dir, `${CONTROL_PREFIX}${this.next_control++}`);
      const place = new Place(command, path, this.limits, clock, this.events);
      this.places.push(place);
      this.start_fault = null;
      return place;
    } catch (error) {
      this.start_fault = `a solver process could not be started: ${error instanceof Error ? error.message : error}`;
      log?.error("solver_not_started", { message: this.start_fault });
      return null;
    }
  }

  private isWorn(place: Place): boolean {
    if (place.base_bytes > 0 && place.rss_bytes - place.base_bytes > this.limits.recycle_growth_bytes) return true;
    return place.solves >= this.limits.recycle_solves && place.age_ms >= RECYCLE_AGE_MS_MIN;
  }

  private replaceIfWorn(place: Place): void {
    if (place.is_retiring || this.is_stopped || !this.isWorn(place)) return;
    if (this.places.some((other) => other.is_successor)) return;
    const successor = this.start();
    if (successor !== null) successor.is_successor = true;
  }

  private stopRetired(): void {
    for (const place of this.places) if (place.is_retiring && place.jobs.length === 0) place.kill("stopped");
  }

  private watchIdle(): void {
    if (this.is_idle_watched || this.is_stopped) return;
    this.is_idle_watched = true;
    const delay_ms = Math.min(this.limits.idle_seconds * 1000, IDLE_LOOK_MS_MAX);
    this.settings.clock.after(delay_ms, () => this.stopIdle(), true);
  }

  /** The process that was used last is kept for the next job. */
  private stopIdle(): void {
    this.is_idle_watched = false;
    if (this.is_stopped) return;
    const since_ms = this.settings.clock.monotonic() - this.limits.idle_seconds * 1000;
    const kept = this.places.reduce(
      (last, place) => (place.idle_since_ms > last.idle_since_ms ? place : last),
      this.places[0]!,
    );
    for (const place of this.places) {
      if (place === kept || place.jobs.length > 0 || place.idle_since_ms > since_ms) continue;
      place.is_retiring = true;
    }
    this.stopRetired();
    if (this.places.length > 1) this.watchIdle();
  }

  private failWaiters(reason: string): void {
    for (const waiter of this.ready_waiters.splice(0)) waiter.reject(new Error(reason));
  }
}

/** Counts against the number of places: one that retires or waits to take over does not. */
function isInUse(place: Place): boolean {
  return !place.is_retiring && !place.is_successor;
}
