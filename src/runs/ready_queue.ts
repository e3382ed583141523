/**
 * Which trigger's turn it is. Counts of queued runs per trigger, in memory beside the database: the runs
 * themselves stay on disk, so a million of them cost nothing here. Triggers take turns, so that the flood of
 * one does not starve the others. A count that is wrong heals itself: a claim that finds nothing clears it.
 */
export class ReadyQueue {
  readonly #queued = new Map<string, number>();
  #total = 0;

  /** Runs that wait, over all triggers. */
  get total(): number {
    return this.#total;
  }

  /** Runs of one trigger that wait. */
  queuedOf(trigger_id: string): number {
    return this.#queued.get(trigger_id) ?? 0;
  }

  add(trigger_id: string, count = 1): void {
    this.#queued.set(trigger_id, this.queuedOf(trigger_id) + count);
    this.#total += count;
  }

  remove(trigger_id: string): void {
    const queued = this.queuedOf(trigger_id);
    if (queued === 0) return;
    this.#total -= 1;
    if (queued === 1) this.#queued.delete(trigger_id);
    else this.#queued.set(trigger_id, queued - 1);
  }

  /** Forgets a trigger whose queue turned out to be empty. */
  clear(trigger_id: string): void {
    this.#total -= this.queuedOf(trigger_id);
    this.#queued.delete(trigger_id);
  }

  /** The trigger whose turn it is and that may run now; it goes to the end of the line. Null when none may. */
  takeTurn(mayRun: (trigger_id: string) => boolean): string | null {
    for (const [trigger_id, queued] of this.#queued) {
      if (!mayRun(trigger_id)) continue;
      this.#queued.delete(trigger_id);
      this.#queued.set(trigger_id, queued);
      return trigger_id;
    }
    return null;
  }
}
