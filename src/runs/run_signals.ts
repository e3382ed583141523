/** Tells watchers of a run, within this process, about changes. Nothing is kept: the database is the truth. */
import type { Clock } from "../clock";
import type { ProgressPoint } from "./progress_log";

export interface RunWatcher {
  /** The run's state has changed and the change is committed. */
  onChange(): void;
  onProgress(point: ProgressPoint): void;
}

export class RunSignals {
  readonly #clock: Clock;
  readonly #watchers = new Map<string, Set<RunWatcher>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls the watcher until the returned function is called. Ask the database after this, not before. */
  watch(run_id: string, watcher: RunWatcher): () => void {
    const watchers = this.#watchers.get(run_id) ?? new Set();
    this.#watchers.set(run_id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(run_id) === watchers) this.#watchers.delete(run_id);
    };
  }

  /** Settles when `isOver` returns true (it is called now and after each change), or after `timeout_ms`. */
  wait(run_id: string, timeout_ms: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        stopTimer();
        stopWatching();
        resolve();
      };
      const look = (): void => {
        if (isOver()) settle();
      };
      const stopWatching = this.watch(run_id, { onChange: look, onProgress: () => {} });
      const stopTimer = this.#clock.after(timeout_ms, settle);
      look();
    });
  }

  changed(run_id: string): void {
    for (const watcher of [...(this.#watchers.get(run_id) ?? [])]) watcher.onChange();
  }

  progressed(run_id: string, point: ProgressPoint): void {
    for (const watcher of [...(this.#watchers.get(run_id) ?? [])]) watcher.onProgress(point);
  }
}
