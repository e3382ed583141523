/** The state of the scheduled backups, for /health and monitoring. */
export class BackupStatus {
  #last_at: number | null = null;
  #is_failing = false;

  /** The newest backup that is there; null before the first. */
  get last_at(): number | null {
    return this.#last_at;
  }

  /** True when the last attempt failed. */
  get is_failing(): boolean {
    return this.#is_failing;
  }

  taken(at: number): void {
    this.#last_at = at;
    this.#is_failing = false;
  }

  failed(): void {
    this.#is_failing = true;
  }
}
