/**
 * The data directory: locking it and checking what is in it.
 *
 * One process at a time holds `lock.db` with an open exclusive transaction, which the kernel releases when the
 * process ends, however it ends. `instance` holds the id that the database must have too, so a database that was
 * emptied or replaced is refused instead of being treated as a new one.
 */
import { Database } from "bun:sqlite";
import { closeSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { writePrivate } from "../../platform/private_file";

/** Why the service cannot start on this directory; `exit_code` is one of cli/exit_codes.ts. */
export class DataDirectoryError extends Error {
  readonly exit_code: 1 | 3 | 4 | 74;
  constructor(exit_code: 1 | 3 | 4 | 74, message: string) {
    super(message);
    this.name = "DataDirectoryError";
    this.exit_code = exit_code;
  }
}

export const DATABASE_FILE = "jaot.db";
export const LOCK_FILE = "lock.db";
const HOLDER_FILE = "lock.pid";
const MARKER_FILE = "instance";
/** Exists in the directory while a restore changes it (restore.ts). */
export const RESTORE_MARKER_FILE = "restore.unfinished";

/** A directory with one of these files belongs to this program: a start, a restore or a person who restores by hand created them. */
const OWN_FILES = [DATABASE_FILE, MARKER_FILE, LOCK_FILE, RESTORE_MARKER_FILE, "seal.key"];
/** What a new file system contains. */
const FILE_SYSTEM_NAMES = ["lost+found"];
const NAMES_SHOWN_MAX = 3;

/**
 * Creates the directory if it does not exist, readable only by its owner. Refuses one with other files in it and no data of ours: changing
 * the permissions of a directory that others use can lock everyone out of it.
 */
export function prepareDirectory(directory: string): void {
  try {
    refuseOthersDirectory(directory);
    platform.files.makePrivateDirectory(directory);
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    throw new DataDirectoryError(
      1,
      `cannot make or own the data directory ${directory}: ${messageOf(error)}${ownersOf(directory)}; give a writable one with --data-dir`,
    );
  }
}

function refuseOthersDirectory(directory: string): void {
  if (!existsSync(directory)) return;
  const names = readdirSync(directory).filter((name) => !FILE_SYSTEM_NAMES.includes(name));
  if (names.length === 0 || OWN_FILES.some((name) => names.includes(name))) return;
  const shown = names.sort().slice(0, NAMES_SHOWN_MAX).join(", ");
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : "";
  throw new DataDirectoryError(
    1,
    `${directory} holds other things (${shown}${more}) and no data of this program, which would take it for itself; give an empty directory, or a new one in it: --data-dir ${join(directory, "jaot-data")}. Nothing was changed`,
  );
}

/** A file system error as a DataDirectoryError that names the file and its owner; any other error unchanged. */
export function directoryProblem(directory: string, error: unknown): unknown {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown };
  if (error instanceof DataDirectoryError || typeof code !== "string" || !REFUSED_CODES.test(code)) return error;
  const what = typeof path === "string" ? path : directory;
  return new DataDirectoryError(
    1,
    `cannot use ${what}: ${messageOf(error)}${ownersOf(what)}; the files of ${directory} must belong to the user that runs the service: chown -R --reference=${directory} ${directory}`,
  );
}

const REFUSED_CODES = /^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ELOOP|SQLITE_(CANTOPEN|READONLY|PERM|AUTH).*)$/;

/** `; it belongs to ...` when another user owns the path, or its nearest parent that exists; otherwise an empty text. */
function ownersOf(path: string): string {
  try {
    const words = platform.files.ownersOf(path);
    return words === null ? "" : `; ${words}`;
  } catch {
    return dirname(path) === path ? "" : ownersOf(dirname(path));
  }
}

/** Locks the directory for this process; the returned function unlocks it. Refuses with exit code 3 while another process holds it. */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, LOCK_FILE);
  const holder = join(directory, HOLDER_FILE);
  const lock = openLock(directory, path);
  try {
    lock.run("PRAGMA journal_mode = DELETE");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw new DataDirectoryError(1, `cannot lock ${path}: ${messageOf(error)}`);
    const pid = existsSync(holder) ? readFileSync(holder, "utf8").trim() : "unknown";
    throw new DataDirectoryError(
      3,
      `the data directory ${directory} is in use by process ${pid}; stop that one, or give this one its own --data-dir`,
    );
  }
  writeHolder(directory, holder);
  return () => lock.close();
}

function openLock(directory: string, path: string): Database {
  try {
    return openPrivate(path);
  } catch (error) {
    throw directoryProblem(directory, error);
  }
}

function writeHolder(directory: string, holder: string): void {
  try {
    const file = platform.files.openPrivate(holder, "w");
    writeFileSync(file, `${process.pid}\n`);
    closeSync(file);
  } catch (error) {
    throw directoryProblem(directory, error);
  }
}

/** Opens a SQLite file that only its owner may read; creates it with those permissions before SQLite would. */
export function openPrivate(path: string): Database {
  if (!existsSync(path)) closeSync(platform.files.openPrivate(path, "wx"));
  try {
    return new Database(path, { readwrite: true, create: true });
  } catch (error) {
    // SQLite names no file.
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

/** The id stored beside the database, or null before the first start. */
export function readMarker(directory: string): string | null {
  const path = join(directory, MARKER_FILE);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : null;
}

export function writeMarker(directory: string, instance_id: string): void {
  writePrivate(join(directory, MARKER_FILE), `${instance_id}\n`);
}

/** Refuses a directory in which a restore was interrupted: its database may be missing its log. */
export function checkNoRestoreUnderWay(directory: string): void {
  if (!existsSync(join(directory, RESTORE_MARKER_FILE))) return;
  throw new DataDirectoryError(
    1,
    `a restore into ${directory} has not ended; run it again: jaot-triggers restore FILE --data-dir ${directory}`,
  );
}

/** Refuses a directory that has a marker, so it had a database, but whose database file is missing or empty. */
export function checkDatabaseStillThere(directory: string, marker: string | null): void {
  if (marker === null) return;
  const path = join(directory, DATABASE_FILE);
  if (existsSync(path) && statSync(path).size > 0) return;
  throw new DataDirectoryError(
    1,
    `${path} is missing or empty, though this directory belongs to instance ${marker}; put a backup of it back, or start on a new --data-dir`,
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

/** Sizes of the database and of its write-ahead log; 0 for a missing one. */
export function fileSizes(data_dir: string): { database_bytes: number; wal_bytes: number } {
  const sizeOf = (name: string): number => statSync(join(data_dir, name), { throwIfNoEntry: false })?.size ?? 0;
  return { database_bytes: sizeOf(DATABASE_FILE), wal_bytes: sizeOf(`${DATABASE_FILE}-wal`) };
}
