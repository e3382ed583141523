/** One job on its way through the pool: a solve, or a question to the compiler. */
import type { SolveOutcome } from "../messages";
import type { JobHooks, SolveRequest } from "../place";
import type { ParentMessage } from "./protocol";

/** A question about a model, for the compiler. */
export interface AskRequest {
  readonly text: string;
  readonly question: unknown;
  readonly limit_ms: number;
}

export class PoolJob {
  /** The pool has settled it, but the process has not reported its end yet. */
  is_abandoned = false;
  is_settled = false;
  /** When it was asked to stop. */
  interrupt_ms: number | null = null;
  /** Asked to stop to make way for others: it is returned, not cancelled. */
  gives_way = false;
  readonly id: number;
  readonly hooks: JobHooks;
  readonly settle: (outcome: SolveOutcome) => void;
  readonly onAnswer: ((answer: unknown) => void) | null;
  readonly #request: SolveRequest | AskRequest;

  private constructor(
    id: number,
    request: SolveRequest | AskRequest,
    hooks: JobHooks,
    settle: (outcome: SolveOutcome) => void,
    onAnswer: ((answer: unknown) => void) | null,
  ) {
    this.id = id;
    this.#request = request;
    this.hooks = hooks;
    this.settle = settle;
    this.onAnswer = onAnswer;
  }

  static solve(id: number, request: SolveRequest, hooks: JobHooks, settle: (outcome: SolveOutcome) => void): PoolJob {
    return new PoolJob(id, request, hooks, settle, null);
  }

  /** `settle` is called only for failures. */
  static ask(
    id: number,
    request: AskRequest,
    onAnswer: (answer: unknown) => void,
    settle: (outcome: SolveOutcome) => void,
  ): PoolJob {
    return new PoolJob(id, request, {}, settle, onAnswer);
  }

  get digest(): string | null {
    return "question" in this.#request ? null : this.#request.model.digest;
  }

  get is_quick(): boolean {
    return "quick" in this.#request && this.#request.quick && !this.is_low;
  }

  get is_low(): boolean {
    return "priority" in this.#request && this.#request.priority === "low";
  }

  get limit_ms(): number {
    return "question" in this.#request ? this.#request.limit_ms : this.#request.options.time_limit_seconds * 1000;
  }

  messageFor(is_model_new: boolean): ParentMessage {
    const { id } = this;
    const request = this.#request;
    if ("question" in request) return { kind: "ask", job: id, text: request.text, question: request.question };
    const { model, bound, override_data, options } = request;
    const text = is_model_new ? model.readText() : null;
    return { kind: "solve", job: id, digest: model.digest, text, bound, override_data, options };
  }
}
