/** One request on its way through the pool. */
import type { ParentMessage, Progress, SolveOutcome } from "./messages";
import type { SolveOptions } from "./options";

export interface SolveRequest {
  /** `readText` is called only when the process that gets the job does not have the model yet. */
  readonly model: { readonly digest: string; readonly readText: () => string };
  /** Passed to the compiler as they are: plain data. */
  readonly bound: unknown;
  readonly override_data: unknown;
  readonly options: SolveOptions;
  /** A solve of a few milliseconds: may be sent behind others of its kind, and comes back as `returned` when they are not. */
  readonly quick: boolean;
}

export interface JobHooks {
  readonly onProgress?: (progress: Progress) => void;
  /** A process has the job in hand. */
  readonly onStarted?: () => void;
}

/** A question about a model, for the compiler's `inspect`. */
export interface InspectRequest {
  readonly text: string;
  readonly question: unknown;
}

/** Time for looking into a model, beyond the compiler's own limit. */
const INSPECT_LIMIT_MS = 60_000;

export class PoolJob {
  /** The pool's answer to it was given; the process has yet to say what it did. */
  is_abandoned = false;
  is_settled = false;
  /** When it was asked to stop. */
  interrupt_ms: number | null = null;

  private constructor(
    readonly id: number,
    private readonly request: SolveRequest | InspectRequest,
    readonly hooks: JobHooks,
    readonly settle: (outcome: SolveOutcome) => void,
    readonly onInspection: ((inspection: unknown) => void) | null,
  ) {}

  static solve(id: number, request: SolveRequest, hooks: JobHooks, settle: (outcome: SolveOutcome) => void): PoolJob {
    return new PoolJob(id, request, hooks, settle, null);
  }

  /** `settle` hears of failures alone. */
  static inspect(
    id: number,
    request: InspectRequest,
    onInspection: (inspection: unknown) => void,
    settle: (outcome: SolveOutcome) => void,
  ): PoolJob {
    return new PoolJob(id, request, {}, settle, onInspection);
  }

  get digest(): string | null {
    return "question" in this.request ? null : this.request.model.digest;
  }

  get is_quick(): boolean {
    return "quick" in this.request && this.request.quick;
  }

  get limit_ms(): number {
    return "question" in this.request ? INSPECT_LIMIT_MS : this.request.options.time_limit_seconds * 1000;
  }

  messageFor(isModelNew: boolean): ParentMessage {
    const { id, request } = this;
    if ("question" in request) return { kind: "inspect", job: id, ...request };
    const { model, bound, override_data, options } = request;
    const text = isModelNew ? model.readText() : null;
    return { kind: "solve", job: id, digest: model.digest, text, bound, override_data, options };
  }
}
