/**
 * Which trigger's turn it is. Counts of queued runs per trigger, in memory beside the database: the runs
 * themselves stay on disk, so a million of them cost nothing here. A wrong count corrects itself: a claim
 * that finds nothing clears it.
 *
 * Triggers of one priority take turns, so that one busy trigger does not starve the others. Between priorities turns are
 * shared by stride scheduling (Waldspurger and Weihl, 1995): while both wait, a priority gets twice the turns of the one below it,
 * 9 gets 512 for each of 0. So every priority makes progress, and an empty one collects no credit.
 */

/** Priorities are whole numbers from 0 to this; the highest gets the most turns. */
export const PRIORITY_MAX = 9;
export const PRIORITY_DEFAULT = 5;

/** Cost of one turn at priority 0; each priority pays half of the one below it. */
const STRIDE = 2 ** PRIORITY_MAX;

interface Level {
  readonly stride: number;
  /** Queued runs by trigger, the one whose turn it is first: a Map keeps its order of insertion. */
  readonly queued: Map<string, number>;
  /** Sum of the costs of its turns; the lowest goes next. */
  pass: number;
}

export class ReadyQueue {
  /** Highest priority first, which also decides between equal passes. */
  readonly #levels: readonly Level[] = Array.from({ length: PRIORITY_MAX + 1 }, (_, i) => ({
    stride: STRIDE / 2 ** (PRIORITY_MAX - i),
    queued: new Map(),
    pass: 0,
  }));
  readonly #level_of = new Map<string, Level>();
  #total = 0;
  /** Pass of the level that had the last turn. */
  #now = 0;

  /** Runs that wait, over all triggers. */
  get total(): number {
    return this.#total;
  }

  /** Runs of one trigger that wait. */
  queuedOf(trigger_id: string): number {
    return this.#level_of.get(trigger_id)?.queued.get(trigger_id) ?? 0;
  }

  add(trigger_id: string, priority: number, count = 1): void {
    this.setPriority(trigger_id, priority);
    const level = this.#level_of.get(trigger_id) ?? this.#enter(trigger_id, priority);
    level.queued.set(trigger_id, (level.queued.get(trigger_id) ?? 0) + count);
    this.#total += count;
  }

  /** Moves the waiting runs of a trigger to another priority. */
  setPriority(trigger_id: string, priority: number): void {
    const level = this.#level_of.get(trigger_id);
    if (level === undefined || level === this.#levelOf(priority)) return;
    const queued = level.queued.get(trigger_id)!;
    level.queued.delete(trigger_id);
    this.#enter(trigger_id, priority).queued.set(trigger_id, queued);
  }

  remove(trigger_id: string): void {
    const level = this.#level_of.get(trigger_id);
    if (level === undefined) return;
    const queued = level.queued.get(trigger_id)!;
    if (queued === 1) this.clear(trigger_id);
    else {
      level.queued.set(trigger_id, queued - 1);
      this.#total -= 1;
    }
  }

  /** Forgets a trigger whose queue turned out to be empty. */
  clear(trigger_id: string): void {
    this.#total -= this.queuedOf(trigger_id);
    this.#level_of.get(trigger_id)?.queued.delete(trigger_id);
    this.#level_of.delete(trigger_id);
  }

  /** The trigger whose turn it is and that may run now; it goes to the end of its line. Null when none may run. */
  takeTurn(mayRun: (trigger_id: string) => boolean): string | null {
    const waiting = this.#levels.filter((level) => level.queued.size > 0).sort((a, b) => a.pass - b.pass);
    for (const level of waiting) {
      for (const [trigger_id, queued] of level.queued) {
        if (!mayRun(trigger_id)) continue;
        level.queued.delete(trigger_id);
        level.queued.set(trigger_id, queued);
        this.#now = level.pass;
        level.pass += level.stride;
        return trigger_id;
      }
    }
    return null;
  }

  #enter(trigger_id: string, priority: number): Level {
    const level = this.#levelOf(priority);
    if (level.queued.size === 0) level.pass = Math.max(level.pass, this.#now);
    this.#level_of.set(trigger_id, level);
    return level;
  }

  #levelOf(priority: number): Level {
    return this.#levels[PRIORITY_MAX - priority]!;
  }
}
