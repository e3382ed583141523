/**
 * The solver process: what the hidden `solver` command runs. Messages from the pool are queued and jobs are done one after the
 * other. Answers of quick jobs with others waiting behind them are sent together, so that the service writes them in one transaction.
 * During a solve no messages are read, so a stop reaches it through the interrupt file (control.ts). A crash loses the job in
 * hand and quick ones whose answers had not been sent; the pool sees the process end. The process ends with its parent.
 */
import type { Clock } from "../../clock";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { type AttemptHooks, attemptSolve } from "../attempt";
import type { Engine } from "../engine";
import { ENGINE_DEFAULT, ENGINES } from "../engines";
import type { ModelCompiler, SolveMessage, SolveOutcome } from "../messages";
import { InHandMark, InterruptFlag, StandingFile, writeIncumbent } from "./control";
import { PreparedModels } from "./prepared_models";
import type { AskMessage, ChildMessage, ParentMessage } from "./protocol";
import { WarmUp } from "./warm_up";

/** The environment variable with the path of the control files; set by the pool. */
export const CONTROL_PATH_VARIABLE = "JAOT_SOLVER_CONTROL";
/** Set for a process that is not to warm itself: it counts as warm from its start. */
export const COLD_VARIABLE = "JAOT_SOLVER_COLD";
/** From this size on a message may exceed the socket's buffer, and the rest is sent only at the next turn of the event loop. */
const FLUSH_BYTES_MIN = 65_536;
/** How long jobs are done in a row without reading new messages. */
const TURN_MS_MAX = 10;
/** How long an answer waits for those of the jobs behind it. Sent one at a time, each would cost the service a commit and a sync. */
const ANSWERS_MS_MAX = 2;

/** How long the process has nothing to do before it warms itself: a start in which a job comes at once is not disturbed. */
const WARM_UP_DELAY_MS = 250;

/** Serves jobs until the parent ends. */
export async function runSolverChild(compiler: ModelCompiler, clock: Clock): Promise<void> {
  const path = process.env[CONTROL_PATH_VARIABLE];
  if (path === undefined || process.send === undefined) {
    throw new Error("the solver command is started by the service itself, with a channel to it");
  }
  platform.processes.endWithParent(clock);
  // Terminals and service managers signal the whole group, but the service decides when its solvers end.
  platform.processes.onStopRequest(() => {});
  const child = new SolverChild(compiler, clock, path);
  // Before the first await, so that messages that arrive while the solver loads are kept in order.
  process.on("message", (messages: readonly ParentMessage[]) => child.receive(messages));
  await child.start();
}

class SolverChild {
  readonly #compiler: ModelCompiler;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #flag: InterruptFlag;
  readonly #standing: StandingFile;
  readonly #in_hand: InHandMark;
  readonly #models: PreparedModels;
  readonly #queue: (SolveMessage | AskMessage)[] = [];
  #engine: Engine | null = null;
  #is_draining = false;
  /** null before the start and once it is done. */
  #warm_up: WarmUp | null = null;
  #stopWarmUpTimer = (): void => {};
  /** Answers that have not been sent. */
  #answers: ChildMessage[] = [];
  #answers_bytes = 0;
  #answers_since_ms = 0;

  constructor(compiler: ModelCompiler, clock: Clock, path: string) {
    this.#compiler = compiler;
    this.#clock = clock;
    this.#path = path;
    this.#flag = new InterruptFlag(path);
    this.#standing = new StandingFile(path);
    this.#in_hand = new InHandMark(path);
    this.#models = new PreparedModels(compiler);
  }

  async start(): Promise<void> {
    this.#engine = await ENGINES[ENGINE_DEFAULT].load(this.#clock);
    // Not earlier, because others wait for the start.
    platform.processes.yieldProcessor("to_service");
    await send([{ kind: "ready", solver_version: this.#engine.version }], 0);
    if (process.env[COLD_VARIABLE] === undefined) this.#warm_up = new WarmUp(this.#engine, this.#clock);
    else await send([{ kind: "warm" }], 0);
    await this.#drain();
  }

  receive(messages: readonly ParentMessage[]): void {
    for (const message of messages) {
      if (message.kind === "forget") this.#forget(message.jobs);
      else this.#queue.push(message);
    }
    if (this.#engine !== null && !this.#is_draining) void this.#drain();
  }

  /** Returns jobs that have not begun; the answers of the others are on their way. */
  #forget(jobs: readonly number[]): void {
    for (const job of jobs) {
      const position = this.#queue.findIndex((waiting) => waiting.job === job);
      if (position === -1) continue;
      this.#queue.splice(position, 1);
      void send([{ kind: "outcome", job, outcome: { kind: "returned" } }], 0);
    }
  }

  async #drain(): Promise<void> {
    this.#is_draining = true;
    this.#stopWarmUpTimer();
    let turn_ms = this.#clock.monotonic();
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      await this.#serve(message);
      if (this.#clock.monotonic() - turn_ms < TURN_MS_MAX) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn_ms = this.#clock.monotonic();
    }
    this.#is_draining = false;
    if (this.#warm_up === null) return;
    this.#stopWarmUpTimer = this.#clock.after(WARM_UP_DELAY_MS, () => void this.#warmUp(this.#warm_up!), true);
  }

  /** Until it is done or something comes; then the queue's turn ends it, and it goes on the next time there is nothing to do. */
  async #warmUp(warm_up: WarmUp): Promise<void> {
    this.#is_draining = true;
    while (!warm_up.is_done && this.#queue.length === 0) {
      const announced = this.#flag.read();
      await warm_up.step(() => this.#flag.read() !== announced);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (warm_up.is_done) {
      this.#warm_up = null;
      void send([{ kind: "warm" }], 0);
    }
    await this.#drain();
  }

  async #serve(message: SolveMessage | AskMessage): Promise<void> {
    this.#in_hand.begin(message.job);
    const answer = message.kind === "ask" ? this.#answer(message) : await this.#solve(message);
    if (this.#answers.length === 0) this.#answers_since_ms = this.#clock.monotonic();
    this.#answers.push(answer);
    this.#answers_bytes += answer.kind === "answer" ? FLUSH_BYTES_MIN : resultBytes(answer);
    const { is_ready } = this.#engine!;
    if (!is_ready || this.#areAnswersDue()) await this.#sendAnswers();
    if (!is_ready) await this.#engine!.recover();
  }

  #areAnswersDue(): boolean {
    if (this.#queue.length === 0 || this.#answers_bytes >= FLUSH_BYTES_MIN) return true;
    return this.#clock.monotonic() - this.#answers_since_ms >= ANSWERS_MS_MAX;
  }

  #sendAnswers(): Promise<void> | void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    const bytes = this.#answers_bytes;
    this.#answers = [];
    this.#answers_bytes = 0;
    return send(answers, bytes);
  }

  #answer({ job, text, question }: AskMessage): ChildMessage {
    try {
      return { kind: "answer", job, answer: this.#compiler.answer(text, question) };
    } catch (error) {
      return { kind: "outcome", job, outcome: compilerFault(error) };
    }
  }

  async #solve(message: SolveMessage): Promise<ChildMessage> {
    const { job } = message;
    if (this.#flag.isSetFor(job)) return { kind: "outcome", job, outcome: { kind: "cancelled", record: null } };
    const started_ms = this.#clock.monotonic();
    try {
      const model = this.#models.find(message.digest, message.text);
      if (model === null) return { kind: "model_missing", job };
      const hooks = this.#hooksOf(job);
      const [engine, compiler, clock] = [this.#engine!, this.#compiler, this.#clock];
      const outcome = await attemptSolve(engine, compiler, model.prepared, message, hooks, clock, started_ms);
      return { kind: "outcome", job, outcome };
    } catch (error) {
      return { kind: "outcome", job, outcome: compilerFault(error) };
    }
  }

  #hooksOf(job: number): AttemptHooks {
    return {
      isInterrupted: () => this.#flag.isSetFor(job),
      // Waiting answers must not wait for a longer solve.
      onTurn: () => void this.#sendAnswers(),
      onProgress: (progress) => void send([{ kind: "progress", job, progress }], 0),
      onStanding: (standing) => this.#standing.write(job, standing),
      onIncumbent: (incumbent) => writeIncumbent(this.#path, job, incumbent),
    };
  }
}

function compilerFault(error: unknown): SolveOutcome {
  const message = `the model could not be read: ${messageOf(error)}`;
  return { kind: "failed", code: "internal_error", message, retryable: false };
}

function resultBytes(answer: ChildMessage): number {
  return answer.kind === "outcome" && "result" in answer.outcome ? answer.outcome.result.data.length : 0;
}

/** Sends at once. For large messages it waits until the last byte is sent, because a following solve would delay it. */
function send(messages: readonly ChildMessage[], bytes: number): Promise<void> | void {
  if (bytes < FLUSH_BYTES_MIN) {
    process.send!(messages);
    return;
  }
  return new Promise((resolve) => {
    process.send!(messages, undefined, undefined, () => resolve());
  });
}
