/**
 * The queue in front of the one process that reads models and large data for callers. It is separate from the solvers and works
 * without any, so an inspection never waits for a solve, and a run never waits for an inspection.
 *
 *   waiting -> in hand -> settled
 *
 * One question is in hand at a time. Keys take turns, so that a hundred questions of one key delay each question of another
 * by only one. The queue is bounded, for each key and in all, by number and by size. When its asker has gone, a waiting question
 * is dropped; for the question in hand the process is ended, and a new one starts for the next question.
 */
import type { Clock } from "../../clock";
import { Refusal } from "../../refusals";
import type { AskHooks, SolverPlace } from "../../solver/place";

export interface InspectorLimits {
  readonly questions_per_key_max: number;
  readonly questions_max: number;
  /** Characters and bytes of the questions that wait. */
  readonly bytes_per_key_max: number;
  readonly bytes_max: number;
  /** Longest wait for a turn. */
  readonly wait_ms_max: number;
  /** Longest time in hand: the time that a compile may take, and some more for reading the text. */
  readonly answer_ms_max: number;
}

export const INSPECTOR_LIMITS: Omit<InspectorLimits, "answer_ms_max"> = {
  questions_per_key_max: 32,
  questions_max: 128,
  // A body of the default size always fits into an empty queue.
  bytes_per_key_max: 67_108_864,
  bytes_max: 268_435_456,
  wait_ms_max: 60_000,
};

/** The sender of a question. Its key decides about turns, and its questions are dropped when it leaves. */
export interface Asker {
  /** The API key, or the trigger that a secret opened. */
  readonly key_id: string;
  /** Aborted when the sender goes away; null for a sender that cannot. */
  readonly gone: AbortSignal | null;
}

interface Waiting {
  readonly key: string;
  readonly bytes: number;
  readonly begin: () => Promise<void>;
  /** Takes it out of the queue and refuses it; does nothing once it has begun. */
  readonly leave: (refusal: Refusal) => void;
}

const RETRY_SECONDS = 5;

export class Inspector {
  readonly #place: SolverPlace;
  readonly #clock: Clock;
  readonly #limits: InspectorLimits;
  /** By key, in the order of their turns. */
  readonly #lanes = new Map<string, Waiting[]>();
  #waiting = 0;
  #bytes = 0;
  #is_busy = false;

  constructor(place: SolverPlace, clock: Clock, limits: InspectorLimits) {
    this.#place = place;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Questions that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * The compiler's answer to a question about a text; `bytes` is the size of both. Refuses 503 with Retry-After when the
   * queue is full, when no turn came in time and when no process could answer.
   */
  async ask<Answer>(asker: Asker, text: string, question: unknown, bytes = text.length): Promise<Answer> {
    const lane = this.#lanes.get(asker.key_id) ?? [];
    this.#requireRoom(lane, bytes);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const hooks: AskHooks = {
      signal: asker.gone,
      limit_ms: this.#limits.answer_ms_max,
    };
    const waiting: Waiting = {
      key: asker.key_id,
      bytes,
      begin: () => {
        stopWaiting();
        return this.#place.ask<Answer>(text, question, hooks).then(resolve, reject);
      },
      leave: (refusal) => {
        if (this.#take(waiting)) reject(refusal);
      },
    };
    const onGone = () => waiting.leave(unavailable("the client hung up"));
    const cancel = this.#clock.after(this.#limits.wait_ms_max, () => waiting.leave(this.#noTurn()), true);
    const stopWaiting = () => {
      cancel();
      asker.gone?.removeEventListener("abort", onGone);
    };
    asker.gone?.addEventListener("abort", onGone);
    lane.push(waiting);
    this.#lanes.set(asker.key_id, lane);
    this.#waiting += 1;
    this.#bytes += bytes;
    if (asker.gone?.aborted) onGone();
    void this.#work();
    return promise.finally(stopWaiting);
  }

  /** Ends the process and refuses the waiting questions. */
  stop(): Promise<void> {
    for (const waiting of [...this.#lanes.values()].flat()) waiting.leave(unavailable("the service stops"));
    return this.#place.stop({ drain_ms: 0 });
  }

  async #work(): Promise<void> {
    if (this.#is_busy) return;
    this.#is_busy = true;
    for (let next = this.#nextInTurn(); next !== null; next = this.#nextInTurn()) await next.begin();
    this.#is_busy = false;
  }

  /** The first question of the key whose turn it is; the key goes to the end of the queue. */
  #nextInTurn(): Waiting | null {
    for (const [key, lane] of this.#lanes) {
      const waiting = lane[0]!;
      this.#take(waiting);
      const rest = this.#lanes.get(key);
      if (rest !== undefined) {
        this.#lanes.delete(key);
        this.#lanes.set(key, rest);
      }
      return waiting;
    }
    return null;
  }

  /** Takes a question out of the queue; false when it is not in it. */
  #take(waiting: Waiting): boolean {
    const lane = this.#lanes.get(waiting.key) ?? [];
    const position = lane.indexOf(waiting);
    if (position === -1) return false;
    lane.splice(position, 1);
    if (lane.length === 0) this.#lanes.delete(waiting.key);
    this.#waiting -= 1;
    this.#bytes -= waiting.bytes;
    return true;
  }

  #requireRoom(lane: readonly Waiting[], bytes: number): void {
    const { questions_per_key_max, questions_max, bytes_per_key_max, bytes_max } = this.#limits;
    const lane_bytes = lane.reduce((sum, waiting) => sum + waiting.bytes, 0);
    const is_lane_full =
      lane.length >= questions_per_key_max || (lane.length > 0 && lane_bytes + bytes > bytes_per_key_max);
    if (is_lane_full) throw unavailable(`${lane.length} of this key wait to be looked at`);
    if (this.#waiting >= questions_max || (this.#waiting > 0 && this.#bytes + bytes > bytes_max))
      throw unavailable(`${this.#waiting} models and large data wait to be looked at`);
  }

  #noTurn(): Refusal {
    return unavailable(`no turn came within ${this.#limits.wait_ms_max / 1000} s`);
  }
}

function unavailable(reason: string): Refusal {
  return new Refusal("solver_unavailable", `The model or data could not be looked at: ${reason}; try again later`, {
    retry_after_seconds: RETRY_SECONDS,
  });
}
