/**
 * The facts of versions that solvers need, and how long the last run of each took. A version never changes, so nothing
 * here goes stale; its text is read only for a solver process that does not have it yet.
 */
import type { TypedQueries } from "../../storage/database";
import { readVersionModel } from "../../storage/versions";

export interface VersionModel {
  readonly digest: string;
  /** The model's own `options`, unchecked. */
  readonly options: unknown;
  readonly readText: () => string;
}

/** Runs up to this length may queue in a solver's pipe; a longer one would hold up the runs behind it. */
const QUICK_MS = 20;
const VERSIONS_MAX = 10_000;

export class VersionModels {
  readonly #db: TypedQueries;
  readonly #models = new Map<string, VersionModel>();
  readonly #last_ms = new Map<string, number>();

  constructor(db: TypedQueries) {
    this.#db = db;
  }

  /** The model of a version; null when the version is gone. */
  get(version_id: string): VersionModel | null {
    const known = this.#models.get(version_id);
    if (known !== undefined) return known;
    const row = readVersionModel(this.#db, version_id);
    if (row === null) return null;
    const { options = null } = (JSON.parse(row.model_json ?? "null") ?? {}) as { options?: unknown };
    const readText = (): string => readVersionModel(this.#db, version_id)?.model_json ?? "null";
    const model = { digest: row.content_digest, options, readText };
    if (this.#models.size >= VERSIONS_MAX) this.#models.clear();
    this.#models.set(version_id, model);
    return model;
  }

  /** True when the last run of this version was so short that others may wait behind the next one. */
  isQuick(version_id: string): boolean {
    return (this.#last_ms.get(version_id) ?? Number.POSITIVE_INFINITY) <= QUICK_MS;
  }

  noteTime(version_id: string, execution_ms: number): void {
    if (this.#last_ms.size >= VERSIONS_MAX) this.#last_ms.clear();
    this.#last_ms.set(version_id, execution_ms);
  }
}
