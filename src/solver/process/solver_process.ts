/**
 * One solver process and the jobs that were sent to it, in the order in which it does them: the first is the head, the job in
 * hand. When the head exceeds its time or memory the process is killed; ProcessEvents reports what happens to the jobs
 * then.
 *
 *   starting -> ready -> ended        (killed, crashed, or stopped by the pool; a process never comes back)
 *
 * A job that was taken back stays in the queue as `is_abandoned` until the process has reported its end, so that
 * the head is always known.
 */
import { readFileSync } from "node:fs";
import type { Clock } from "../../clock";
import { platform } from "../../platform/current";
import { cutMessage } from "../incumbent";
import type { FailureCode, SolveOutcome } from "../messages";
import { killAfterMs } from "../time_limit";
import { CONTROL_PATH_VARIABLE } from "./child";
import { ControlFiles } from "./control";
import type { PoolJob } from "./pool_job";
import { PREPARED_MODELS_MAX } from "./prepared_models";
import type { ChildMessage, ParentMessage } from "./protocol";

/** How long a job that gives way may take to stop. */
const GIVE_WAY_MS = 250;
/** When the head runs longer than this, the jobs behind it are returned. */
const TAKE_BACK_MS = 250;
/** A solve can take 300 MB in 100 ms: in a container of 1 GiB we must notice the limit before the kernel does. A measurement costs 20 us. */
const WATCH_MS = 50;
/** Time limit of a start, for a process that hangs; one that ends is noticed at once. An emulated arm64 on a busy machine needed 20 s to start. */
const START_MS_MAX = 60_000;
/** How long the last messages of an ended process may take to arrive. */
const LAST_WORDS_MS = 500;
const STDERR_BYTES_MAX = 2048;

interface Program {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ProcessLimits {
  readonly kill_grace_ms: number;
  readonly memory_max_bytes: number;
}

export interface ProcessEvents {
  onReady(solver: SolverProcess): void;
  /** Its warm-up is over. */
  onWarm(solver: SolverProcess): void;
  /** The job left the queue with this outcome. */
  onOutcome(job: PoolJob, outcome: SolveOutcome): void;
  /** The job left the queue and has to be sent again with its model's text. */
  onModelMissing(job: PoolJob): void;
  /** A slot became free. */
  onFree(solver: SolverProcess): void;
  /** The process has ended, and with it every job. */
  onEnded(solver: SolverProcess, cause: string): void;
}

type KillReason = "time_limit" | "cancelled" | "gave_way" | "out_of_memory" | "never_ready" | "stopped";

export class SolverProcess {
  /** The head first. */
  readonly #line: PoolJob[] = [];
  readonly #limits: ProcessLimits;
  readonly #clock: Clock;
  readonly #events: ProcessEvents;
  readonly #known_digests = new Set<string>();
  readonly #files: ControlFiles;
  readonly #process: ReturnType<typeof spawnChild>;
  #outbox: ParentMessage[] = [];
  #is_outbox_due = false;
  #is_watching = false;
  #kill_reason: KillReason | null = null;
  #is_exited = false;
  #is_disconnected = false;
  #is_ended = false;
  #head_ms = 0;
  #resident_bytes = 0;
  readonly #born_ms: number;
  solver_version: string | null = null;
  is_warm = false;
  solves = 0;
  /** Resident bytes after the first job, from which growth is counted. */
  base_bytes = 0;
  idle_since_ms: number;
  /** Accepts no further jobs, because its successor is ready. */
  is_retiring = false;
  /** Started to replace another process; accepts jobs once it is ready. */
  is_successor = false;

  constructor(program: Program, control_path: string, limits: ProcessLimits, clock: Clock, events: ProcessEvents) {
    this.#limits = limits;
    this.#clock = clock;
    this.#events = events;
    this.#files = new ControlFiles(control_path);
    this.#born_ms = this.idle_since_ms = clock.monotonic();
    try {
      this.#process = spawnChild(program, control_path, this);
      this.#watch();
    } catch (error) {
      this.#files.remove();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  get rss_bytes(): number {
    return this.#resident_bytes;
  }

  get is_ready(): boolean {
    return this.solver_version !== null;
  }

  get jobs(): readonly PoolJob[] {
    return this.#line;
  }

  get age_ms(): number {
    return this.#clock.monotonic() - this.#born_ms;
  }

  /** True when a job may be sent: alone to an idle process, or behind others when it and they are all quick. */
  accepts(quick: boolean, depth: number): boolean {
    if (this.#is_ended || this.#kill_reason !== null || this.is_retiring) return false;
    if (this.is_successor) return false;
    if (this.#line.length === 0) return true;
    return quick && this.#line.length < depth && this.#line.every((job) => job.is_quick && !job.is_abandoned);
  }

  send(job: PoolJob): void {
    if (this.#line.push(job) === 1) {
      if (!this.is_warm) this.#files.announceJob(job.id);
      this.#process.ref();
      this.#becomeHead(job);
    }
    this.#post(job.messageFor(this.#learn(job.digest)));
    this.#watch();
  }

  /** Asks for the job to be stopped; one that has not begun ends as returned. */
  interrupt(job: PoolJob): void {
    if (this.#line[0] === job) this.#files.interruptJob(job.id);
    else this.#post({ kind: "forget", jobs: [job.id] });
    job.interrupt_ms ??= this.#clock.monotonic();
    this.#watch();
  }

  kill(reason: KillReason): void {
    if (this.#kill_reason !== null || this.#is_ended) return;
    this.#kill_reason = reason;
    this.#process.kill("SIGKILL");
  }

  receive(message: ChildMessage): void {
    if (message.kind === "ready") {
      this.solver_version = message.solver_version;
      this.#look();
      if (this.#line[0] !== undefined) this.#becomeHead(this.#line[0]);
      this.#events.onReady(this);
      return;
    }
    if (message.kind === "warm") {
      this.is_warm = true;
      this.#look();
      this.base_bytes = this.#resident_bytes;
      this.#events.onWarm(this);
      return;
    }
    const position = this.#line[0]?.id === message.job ? 0 : this.#line.findIndex((job) => job.id === message.job);
    const job = this.#line[position];
    if (job === undefined) return;
    if (message.kind === "progress") {
      if (!job.is_abandoned) job.hooks.onProgress?.(message.progress);
      return;
    }
    this.#leave(position);
    if (job.is_abandoned) {
      this.#events.onFree(this);
      return;
    }
    if (message.kind === "model_missing") {
      this.#known_digests.delete(job.digest ?? "");
      this.#events.onModelMissing(job);
    } else if (message.kind === "answer") job.onAnswer?.(message.answer);
    else this.#events.onOutcome(job, message.outcome);
    this.#events.onFree(this);
  }

  onExit(): void {
    this.#is_exited = true;
    this.#end();
    this.#clock.after(LAST_WORDS_MS, () => {
      this.#is_disconnected = true;
      this.#end();
    });
  }

  /** Everything that the process sent has arrived. */
  onDisconnect(): void {
    this.#is_disconnected = true;
    this.#end();
  }

  /** From the second time on the digest is sent without the text. */
  #learn(digest: string | null): boolean {
    if (digest === null || this.#known_digests.has(digest)) return false;
    if (this.#known_digests.size >= PREPARED_MODELS_MAX) this.#known_digests.clear();
    this.#known_digests.add(digest);
    return true;
  }

  /** One message with everything from one turn of the event loop. */
  #post(message: ParentMessage): void {
    this.#outbox.push(message);
    if (this.#is_outbox_due) return;
    this.#is_outbox_due = true;
    queueMicrotask(() => {
      const messages = this.#outbox;
      this.#outbox = [];
      this.#is_outbox_due = false;
      try {
        this.#process.send(messages);
      } catch {
        // The process has ended with these jobs; the event of its end settles them.
      }
    });
  }

  #becomeHead(job: PoolJob): void {
    this.#head_ms = this.#clock.monotonic();
    if (job.is_abandoned) job.interrupt_ms ??= this.#head_ms;
    if (job.interrupt_ms !== null) this.#files.interruptJob(job.id);
    if (this.is_ready && !job.is_abandoned) job.hooks.onStarted?.();
  }

  #leave(position: number): void {
    this.#line.splice(position, 1);
    if (position !== 0) return;
    this.solves += 1;
    const next = this.#line[0];
    if (next !== undefined) this.#becomeHead(next);
    else {
      this.idle_since_ms = this.#clock.monotonic();
      this.#process.unref();
      if (this.base_bytes === 0) this.#look();
    }
  }

  #watch(): void {
    if (this.#is_watching || this.#is_ended) return;
    this.#is_watching = true;
    this.#clock.after(this.#msToLook(), () => this.#onWatch(), true);
  }

  /** Enforces the head's time limit to the millisecond. */
  #msToLook(): number {
    const head = this.#line[0];
    if (head === undefined || !this.is_ready) return WATCH_MS;
    const left_ms = this.#head_ms + killAfterMs(head.limit_ms) - this.#clock.monotonic();
    return Math.min(WATCH_MS, Math.max(1, left_ms));
  }

  #onWatch(): void {
    this.#is_watching = false;
    const head = this.#line[0];
    if (this.#is_ended) return;
    if (head === undefined) {
      if (this.is_ready) return;
      if (this.age_ms > START_MS_MAX) this.kill("never_ready");
      this.#watch();
      return;
    }
    const now = this.#clock.monotonic();
    this.#look();
    const running_ms = now - this.#head_ms;
    if (this.#resident_bytes > this.#limits.memory_max_bytes) this.kill("out_of_memory");
    else if (!this.is_ready && this.age_ms > START_MS_MAX) this.kill("never_ready");
    else if (head.interrupt_ms !== null && this.#hasNotStopped(head, now - head.interrupt_ms)) {
      this.kill(head.gives_way ? "gave_way" : "cancelled");
    } else if (this.is_ready && running_ms >= killAfterMs(head.limit_ms)) this.kill("time_limit");
    else if (this.is_ready && running_ms >= TAKE_BACK_MS) this.#takeBack();
    this.#watch();
  }

  /** Another job waits for one that gives way. A starting process stops it as soon as it is ready, and a new process would only be ready later. */
  #hasNotStopped(head: PoolJob, waited_ms: number): boolean {
    return head.gives_way ? this.is_ready && waited_ms >= GIVE_WAY_MS : waited_ms >= this.#limits.kill_grace_ms;
  }

  #takeBack(): void {
    const waiting = this.#line.slice(1).filter((job) => !job.is_abandoned);
    if (waiting.length === 0) return;
    this.#post({ kind: "forget", jobs: waiting.map((job) => job.id) });
    for (const job of waiting) {
      job.is_abandoned = true;
      this.#events.onOutcome(job, { kind: "returned" });
    }
  }

  #look(): void {
    this.#resident_bytes = platform.processes.residentBytes(this.#process.pid) ?? 0;
    if (this.base_bytes === 0 && this.solves > 0) this.base_bytes = this.#resident_bytes;
  }

  /** Called when the process has ended and nothing more can arrive: settles the head and returns the others. */
  #end(): void {
    if (this.#is_ended || !this.#is_exited || !this.#is_disconnected) return;
    this.#is_ended = true;
    void this.#tellEnd(this.#describeEnd());
  }

  async #tellEnd(cause: string): Promise<void> {
    const charged = this.#chargedJob();
    const jobs = this.#line.splice(0).filter((job) => !job.is_abandoned);
    for (const job of jobs) if (job !== charged) this.#events.onOutcome(job, { kind: "returned" });
    if (charged !== undefined && jobs.includes(charged)) {
      this.#events.onOutcome(charged, await this.#outcomeOfHead(charged, cause));
    }
    this.#files.remove();
    this.#events.onEnded(this, cause);
  }

  /** The job that the process had begun; the head when it had begun none, so that what kills it before that is not tried for ever. */
  #chargedJob(): PoolJob | undefined {
    const in_hand = this.#kill_reason === null ? this.#files.readInHand() : 0;
    return this.#line.find((job) => job.id === in_hand) ?? this.#line[0];
  }

  async #outcomeOfHead(head: PoolJob, cause: string): Promise<SolveOutcome> {
    switch (this.#kill_reason) {
      case "time_limit": {
        const incumbent = await this.#files.readIncumbent(head.id);
        if (incumbent !== null) return { kind: "solved", ...incumbent };
        const limit_seconds = head.limit_ms / 1000;
        if (head.onAnswer !== null) {
          return { kind: "timeout", message: `the time limit of ${limit_seconds} s passed`, record: null };
        }
        const message = cutMessage(this.#files.readStanding(head.id)?.kind ?? null, limit_seconds);
        return { kind: "timeout", message, record: null };
      }
      case "cancelled":
        return { kind: "cancelled", record: await this.#files.readIncumbent(head.id) };
      case "gave_way":
      case "stopped":
        return { kind: "returned" };
      case "never_ready":
        return failure("solver_crashed", `the solver process was not ready within ${START_MS_MAX / 1000} s`, true);
      case "out_of_memory": {
        const limit = `${Math.round(this.#limits.memory_max_bytes / 2 ** 20)} MiB`;
        // In a process that has solved before, earlier solves may hold part of the memory.
        return failure("solver_out_of_memory", `the solve needed more than ${limit} of memory`, this.solves > 0);
      }
      case null:
        return failure("solver_crashed", cause, true);
    }
  }

  #describeEnd(): string {
    const { exitCode, signalCode } = this.#process;
    const how = signalCode === null ? `with code ${exitCode}` : `by signal ${signalCode}`;
    const words = this.#readLastWords();
    return `the solver process ended ${how}${words === "" ? "" : `: ${words}`}`;
  }

  #readLastWords(): string {
    try {
      return readFileSync(`${this.#files.path}.stderr`).subarray(-STDERR_BYTES_MAX).toString("utf8").trim();
    } catch {
      return "";
    }
  }
}

function failure(code: FailureCode, message: string, retryable: boolean): SolveOutcome {
  return { kind: "failed", code, message, retryable };
}

/** Its standard error goes to a file: a pipe would have to be read, and a process blocks when its pipe is full. */
function spawnChild({ command, environment }: Program, control_path: string, solver: SolverProcess) {
  return Bun.spawn([...command], {
    env: { ...platform.processes.childEnvironment(), ...environment, [CONTROL_PATH_VARIABLE]: control_path },
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(`${control_path}.stderr`),
    serialization: "advanced",
    ipc: (messages: readonly ChildMessage[]) => {
      for (const message of messages) solver.receive(message);
    },
    onExit: () => solver.onExit(),
    onDisconnect: () => solver.onDisconnect(),
  });
}
