/**
 * The only way to write: operations are collected and committed together, so that concurrent fires share one fsync.
 *
 * An operation is a synchronous function over the writing connection. Operations submitted during one turn of
 * the event loop run in one immediate transaction on the next. The commit itself does not sync (synchronous =
 * NORMAL): the log is then synced off this thread, and the promises settle after a sync that began after their commit.
 * So a settled promise guarantees what synchronous = FULL guarantees, while the event loop goes on serving; a sync on
 * this thread cost 120 of 190 µs of a 32-row batch. Commits made while a sync runs share the next one.
 *
 * If any operation throws, its batch is rolled back and each is run again in a transaction of its own: operations
 * must be repeatable. A failure of the storage itself (disk full, I/O error) rejects the whole batch. A failed sync
 * rejects everything it was to cover and every later write, because it is unknown what reached the disk.
 */
import type { Database } from "bun:sqlite";
import { type BunSQLiteDatabase, drizzle } from "drizzle-orm/bun-sqlite";
import { messageOf } from "../log";
import type { RunSource, TerminalState } from "../runs/run";
import type { TickOutcome } from "../runs/tick";

/** Rows a transaction may take: 128 to 256 gave the best throughput at under 15 ms p99 (113k rows/s raw, 8 gave 19k). */
const BATCH_OPERATIONS_MAX = 256;
const BATCH_BYTES_MAX = 1_048_576;

export type Operation<Result> = (transaction: Transaction) => Result;

interface Waiting {
  readonly operation: Operation<unknown>;
  readonly bytes: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Why a write failed: `full` and `busy` are temporary; after `lost` nothing may be written any more. */
export type StorageTrouble = "full" | "busy" | "lost";

/** Thrown to every caller of a batch that could not be written; nothing of it was kept. */
export class StorageFailure extends Error {
  readonly trouble: StorageTrouble;
  constructor(trouble: StorageTrouble, cause: unknown) {
    super(`storage failed: ${messageOf(cause)}`, { cause });
    this.name = "StorageFailure";
    this.trouble = trouble;
  }
}

/** One open transaction. Calls of `countRun` are summed per trigger and written once at the end: one statement per batch instead of one per fire. */
export class Transaction {
  /** Fixed statements, for the hot paths; `query` keeps them prepared. */
  readonly client: Database;
  /** Typed statements on the same connection. */
  readonly db: BunSQLiteDatabase;
  readonly #counts = new Map<number, { runs: number; at: number }>();
  /** Counts for the metrics, by kind and word; reported once the transaction is committed. */
  readonly tallies = new Map<Tally, number>();

  constructor(client: Database, db: BunSQLiteDatabase) {
    this.client = client;
    this.db = db;
  }

  /** Adds one stored run to the trigger's counters, fired at `at`. */
  countRun(trigger_seq: number, at: number): void {
    const count = this.#counts.get(trigger_seq);
    if (count === undefined) this.#counts.set(trigger_seq, { runs: 1, at });
    else {
      count.runs += 1;
      count.at = Math.max(count.at, at);
    }
  }

  /** Counts something for the metrics; a transaction that is rolled back counts nothing. */
  tally(what: Tally, count = 1): void {
    this.tallies.set(what, (this.tallies.get(what) ?? 0) + count);
  }

  /** Writes the sums; called once, right before the commit. */
  flush(): void {
    if (this.#counts.size === 0) return;
    const statement = this.client.query(
      "UPDATE triggers SET total_runs = total_runs + ?1, stored_runs = stored_runs + ?1, last_fired_at = max(coalesce(last_fired_at, 0), ?2) WHERE seq = ?3",
    );
    for (const [trigger_seq, { runs, at }] of this.#counts) statement.run(runs, at, trigger_seq);
  }
}

/** A run accepted from a source, the end of a run, or the outcome of a tick. */
export type Tally = `accepted ${RunSource}` | `ended ${TerminalState}` | `tick ${TickOutcome}`;
export type Tallies = ReadonlyMap<Tally, number>;

/** Makes everything written to the log so far durable, off the calling thread. */
export type SyncLog = () => Promise<void>;

interface Committed {
  readonly waiting: Waiting;
  readonly result: unknown;
}

export class Writer {
  readonly #client: Database;
  readonly #db: BunSQLiteDatabase;
  readonly #syncLog: SyncLog;
  readonly #onLost: (failure: StorageFailure) => void;
  readonly #onCommit: (tallies: Tallies) => void;
  readonly #onFull: () => void;
  #waiting: Waiting[] = [];
  #committed: Committed[] = [];
  #is_scheduled = false;
  #is_syncing = false;
  #failure: StorageFailure | null = null;

  /** `onLost` is called once when it is unknown what reached the disk: the process must end. `onCommit` is called for each transaction, `onFull` for each that the disk had no room for. */
  constructor(
    client: Database,
    syncLog: SyncLog,
    onLost: (failure: StorageFailure) => void,
    onCommit: (tallies: Tallies) => void = () => {},
    onFull: () => void = () => {},
  ) {
    this.#client = client;
    this.#db = drizzle(client);
    this.#syncLog = syncLog;
    this.#onLost = onLost;
    this.#onCommit = onCommit;
    this.#onFull = onFull;
  }

  /** Runs the operation in the next transaction; settles once its commit is on disk. `bytes` is a rough size for the batch limit. */
  write<Result>(operation: Operation<Result>, bytes = 256): Promise<Result> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ operation, bytes, resolve: resolve as (value: never) => void, reject });
      this.#schedule();
    });
  }

  /** A batch begins at the next turn of the event loop, or when the running sync ends: then batches are larger and the log is synced less often. */
  #schedule(): void {
    if (this.#is_scheduled || (this.#is_syncing && this.#waiting.length < BATCH_OPERATIONS_MAX)) return;
    this.#is_scheduled = true;
    setImmediate(() => {
      this.#is_scheduled = false;
      if (this.#waiting.length > 0) this.#runBatch(this.#takeBatch());
      if (this.#waiting.length > 0) this.#schedule();
      if (!this.#is_syncing && this.#committed.length > 0) void this.#sync();
    });
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count === BATCH_OPERATIONS_MAX || (count > 0 && bytes > BATCH_BYTES_MAX)) break;
      count += 1;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }

  #runBatch(batch: readonly Waiting[]): void {
    try {
      this.#committed.push(...this.#commit(batch));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble !== null) {
        const failure = new StorageFailure(trouble, error);
        for (const waiting of batch) waiting.reject(failure);
        if (trouble === "full") this.#onFull();
        if (trouble === "lost") this.#lose(failure);
      } else if (batch.length === 1) batch[0]!.reject(error);
      else for (const waiting of batch) this.#runBatch([waiting]);
    }
  }

  /** Runs one transaction; when it throws, nothing was kept. */
  #commit(batch: readonly Waiting[]): Committed[] {
    this.#client.run("BEGIN IMMEDIATE");
    try {
      const transaction = new Transaction(this.#client, this.#db);
      const committed = batch.map((waiting) => ({ waiting, result: refusePromise(waiting.operation(transaction)) }));
      transaction.flush();
      this.#client.run("COMMIT");
      this.#onCommit(transaction.tallies);
      return committed;
    } catch (error) {
      if (this.#client.inTransaction) this.#client.run("ROLLBACK");
      throw error;
    }
  }

  async #sync(): Promise<void> {
    this.#is_syncing = true;
    while (this.#committed.length > 0) {
      const covered = this.#committed;
      this.#committed = [];
      try {
        await this.#syncLog();
        for (const { waiting, result } of covered) waiting.resolve(result as never);
      } catch (error) {
        const failure = new StorageFailure("lost", error);
        for (const { waiting } of covered) waiting.reject(failure);
        this.#lose(failure);
      }
    }
    this.#is_syncing = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Call when writes no longer reach a database: nothing may be written any more. */
  lose(reason: string): void {
    this.#lose(new StorageFailure("lost", new Error(reason)));
  }

  #lose(failure: StorageFailure): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#onLost(failure);
  }
}

/** A promise would settle after the commit, outside the transaction, and its writes would be silently lost. */
function refusePromise(result: unknown): unknown {
  if (result instanceof Promise) throw new TypeError("a write operation must be synchronous");
  return result;
}

/** The trouble behind errors of the file itself; null for errors of an operation. */
function troubleOf(error: unknown): StorageTrouble | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("SQLITE_FULL")) return "full";
  if (/^SQLITE_(BUSY|LOCKED|NOMEM)/.test(code)) return "busy";
  return /^SQLITE_(IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(code) ? "lost" : null;
}
