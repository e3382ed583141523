/** Progress that solvers report, kept in memory while the run is open and then stored with it. */

/** One progress report of a solve; there are at most four a second. */
export interface ProgressPoint {
  readonly attempt: number;
  /** Whole milliseconds since the solver of this attempt took the run. */
  readonly elapsed_ms: number;
  /** Objective of the best solution so far. */
  readonly incumbent: number | null;
  /** Bound that no solution can beat. */
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
}

/** Points kept per run. When there are more, every second one is dropped and from then on half as many are kept. */
const PROGRESS_POINTS_MAX = 500;

interface Kept {
  points: ProgressPoint[];
  /** One point in this many is kept. */
  every: number;
  seen: number;
}

export class ProgressLog {
  readonly #kept = new Map<string, Kept>();

  add(run_id: string, point: ProgressPoint): void {
    const kept = this.#kept.get(run_id) ?? { points: [], every: 1, seen: 0 };
    this.#kept.set(run_id, kept);
    kept.seen += 1;
    if (kept.seen % kept.every !== 0) return;
    kept.points.push(point);
    if (kept.points.length <= PROGRESS_POINTS_MAX) return;
    kept.points = kept.points.filter((_, i) => i % 2 === 1);
    kept.every *= 2;
  }

  /** In order of time; empty for a run without progress. */
  pointsOf(run_id: string): readonly ProgressPoint[] {
    return this.#kept.get(run_id)?.points ?? [];
  }

  /** Call once the run has ended and its points are stored. */
  forget(run_id: string): void {
    this.#kept.delete(run_id);
  }
}
