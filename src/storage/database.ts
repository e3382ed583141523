/**
 * Opens the database: one connection that writes, one that only reads, with the settings that the durability of
 * a 202 depends on. They are read back because SQLite silently ignores what it cannot do.
 */
import { Database } from "bun:sqlite";
import { closeSync, existsSync, fdatasync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BunSQLiteDatabase, drizzle } from "drizzle-orm/bun-sqlite";
import { messageOf } from "../log";
import { platform } from "../platform/current";
import { APPLICATION_ID, hasLog } from "./directory/backup";
import {
  checkDatabaseStillThere,
  checkNoRestoreUnderWay,
  DATABASE_FILE,
  DataDirectoryError,
  openPrivate,
  readMarker,
  writeMarker,
} from "./directory/data_directory";
import { alteredObjects, MIGRATIONS, type MigrationProgress, userVersion } from "./migrations";
import { alteredMessage, bringUpToDate, refuseNewer, type UpgradeResult } from "./migrations/upgrade";
import type { SyncLog } from "./writer";

/** The WAL-reset defect of older versions loses commits when two connections write (fixed in 3.51.3). */
const SQLITE_VERSION_MIN = "3.51.3";

const WRITER_PRAGMAS: readonly (readonly [name: string, value: string, read_back: string | number])[] = [
  ["busy_timeout", "5000", 5000],
  ["journal_mode", "WAL", "wal"],
  // The writer syncs the log itself, off the event loop, before it answers (writer.ts).
  ["synchronous", "NORMAL", 1],
  ["foreign_keys", "ON", 1],
  ["mmap_size", "0", 0],
  ["journal_size_limit", "67108864", 67108864],
  ["trusted_schema", "OFF", 0],
  ["cell_size_check", "ON", 1],
  ["temp_store", "MEMORY", 2],
  ["cache_size", "-16000", -16000],
];

/** A connection, for fixed statements. */
export type Connection = Database;
/** Typed queries on a connection. */
export type TypedQueries = BunSQLiteDatabase;

export interface OpenDatabase {
  readonly write_client: Connection;
  readonly read_client: Connection;
  /** Typed queries on the read-only connection. */
  readonly read: TypedQueries;
  /** Syncs the log to disk, off this thread. */
  readonly syncLog: SyncLog;
  /** Why writes would be lost: the database's files were removed or replaced; null while they are in place. */
  readonly findLoss: () => string | null;
  /** Moves the log into the file and closes both connections. */
  close(): void;
}

export interface OpenOptions {
  readonly now: number;
  readonly program_version: string;
  /** The id a new installation gets. */
  readonly new_instance_id: string;
  /** Called at each step while an older database is migrated, which can take minutes. */
  readonly onMigration: (progress: MigrationProgress) => void;
  /** Called when the migration has ended, with the backup that is kept. */
  readonly onUpgraded: (upgrade: UpgradeResult) => void;
}

/** Opens the database of a prepared directory, or creates it. Throws DataDirectoryError with what to do. */
export function openDatabase(directory: string, options: OpenOptions): OpenDatabase {
  const path = join(directory, DATABASE_FILE);
  const marker = readMarker(directory);
  checkNoRestoreUnderWay(directory);
  checkDatabaseStillThere(directory, marker);
  const client = openWriter(path);
  refuseForeign(client, path, marker);
  const upgraded = bringUpToDate(client, path, options);
  if (upgraded !== null) options.onUpgraded(upgraded);
  const instance_id = findInstance(client) ?? makeInstance(client, options.new_instance_id);
  if (marker === null) writeMarker(directory, instance_id);
  return withReader(client, path);
}

/** Opens a database that already has this program's schema, even while a service is using it; migrates nothing. */
export function openExistingDatabase(directory: string): OpenDatabase {
  const path = join(directory, DATABASE_FILE);
  if (!existsSync(path)) {
    throw new DataDirectoryError(
      1,
      `there is no database in ${directory}; give the service's --data-dir, or start it once`,
    );
  }
  checkNoRestoreUnderWay(directory);
  checkDatabaseStillThere(directory, readMarker(directory));
  const client = openWriter(path);
  const found = userVersion(client);
  const known = MIGRATIONS.at(-1)!.number;
  const objects = found === known ? alteredObjects(client, MIGRATIONS, known) : [];
  if (objects.length > 0) {
    client.close();
    throw new DataDirectoryError(1, alteredMessage(path, objects));
  }
  if (found !== known) {
    client.close();
    throw new DataDirectoryError(
      found > known ? 4 : 1,
      `${path} has schema ${found}, this program ${known}; use the program that runs the service`,
    );
  }
  return withReader(client, path);
}

function withReader(client: Database, path: string): OpenDatabase {
  const read_client = openReader(path);
  // SQLite keeps this file as long as a connection is open, and holds no locks on it that closing it here could release.
  const log_descriptor = openSync(`${path}-wal`, "r+");
  for (const suffix of ["", "-wal", "-shm"]) platform.files.makePrivate(path + suffix);
  return {
    write_client: client,
    read_client,
    read: drizzle(read_client),
    syncLog: promisify(fdatasync).bind(null, log_descriptor),
    findLoss: lossFinder(path),
    close: () => {
      closeSync(log_descriptor);
      read_client.close();
      client.run("PRAGMA wal_checkpoint(TRUNCATE)");
      client.close();
    },
  };
}

/** SQLite goes on writing to files that were removed, and everything written is lost when the process ends. */
function lossFinder(path: string): () => string | null {
  const identityOf = (name: string): string | null => {
    try {
      const { dev, ino } = statSync(name, { bigint: true });
      return `${dev} ${ino}`;
    } catch {
      return null;
    }
  };
  const opened = [path, `${path}-wal`].map((name) => [name, identityOf(name)] as const);
  return () => {
    const lost = opened.find(([name, identity]) => identityOf(name) !== identity);
    return lost === undefined ? null : `${lost[0]} was removed, moved or replaced while the service runs`;
  };
}

function openWriter(path: string): Database {
  const is_new = !existsSync(path) || statSync(path).size === 0;
  if (!is_new) refuseUnchanged(path);
  const client = openPrivate(path);
  try {
    checkSqliteVersion(client);
    if (is_new) {
      client.run("PRAGMA auto_vacuum = INCREMENTAL");
      client.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    }
    for (const [name, value, read_back] of WRITER_PRAGMAS) {
      client.run(`PRAGMA ${name} = ${value}`);
      const row = client.query(`PRAGMA ${name}`).get() as Record<string, unknown> | null;
      const found = row === null ? undefined : Object.values(row)[0];
      if (found !== read_back) {
        throw new Error(
          `SQLite answered ${String(found)} for ${name}, ${read_back} is needed; is ${path} on a network share?`,
        );
      }
    }
    checkHealth(client);
    return client;
  } catch (error) {
    client.close();
    throw unusable(path, error);
  }
}

/**
 * Refuses a newer database, or another program's, that is not in WAL mode before the switch to WAL writes to it. A file in WAL mode is
 * not changed by being opened, and is checked later.
 */
function refuseUnchanged(path: string): void {
  if (hasLog(path)) return;
  const client = new Database(path, { readonly: true });
  try {
    checkApplication(client);
    refuseNewer(client, path);
  } catch (error) {
    throw error instanceof DataDirectoryError ? error : unusable(path, error);
  } finally {
    client.close();
  }
}

function unusable(path: string, error: unknown): DataDirectoryError {
  return new DataDirectoryError(
    1,
    `cannot use the database ${path}: ${messageOf(error)}; if it is damaged, put a backup back`,
  );
}

function checkSqliteVersion(client: Database): void {
  const { version } = client.query("SELECT sqlite_version() AS version").get() as { version: string };
  if (Bun.semver.order(version, SQLITE_VERSION_MIN) < 0) {
    throw new Error(`SQLite ${version} is older than ${SQLITE_VERSION_MIN}, which this program needs`);
  }
}

function checkApplication(client: Database): void {
  const { application_id } = client.query("PRAGMA application_id").get() as { application_id: number };
  const tables = (client.query("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number }).n;
  if (tables > 0 && application_id !== APPLICATION_ID) throw new Error("this file is the database of another program");
}

function checkHealth(client: Database): void {
  checkApplication(client);
  const check = client.query("PRAGMA quick_check(1)").get() as { quick_check: string };
  if (check.quick_check !== "ok") throw new Error(`the file is damaged (${check.quick_check})`);
}

/** Refuses, before anything is written, a database that was put here from another directory. */
function refuseForeign(client: Database, path: string, marker: string | null): void {
  if (marker === null || userVersion(client) === 0) return;
  const instance_id = findInstance(client);
  if (instance_id === marker) return;
  client.close();
  throw new DataDirectoryError(
    1,
    `${path} belongs to instance ${instance_id}, the directory to ${marker}; put the right database back, or remove the file "instance" if this one is meant`,
  );
}

function findInstance(client: Database): string | null {
  return (client.query("SELECT id FROM instance").get() as { id: string } | null)?.id ?? null;
}

function makeInstance(client: Database, id: string): string {
  client.run("INSERT INTO instance (id) VALUES (?)", [id]);
  return id;
}

/** Version of the SQLite inside this program. */
export function sqliteVersion(): string {
  const client = new Database(":memory:");
  const { version } = client.query("SELECT sqlite_version() AS version").get() as { version: string };
  client.close();
  return version;
}

function openReader(path: string): Database {
  const client = new Database(path, { readonly: true });
  client.run("PRAGMA busy_timeout = 5000");
  client.run("PRAGMA query_only = ON");
  client.run("PRAGMA cache_size = -16000");
  return client;
}
