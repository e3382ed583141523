/**
 * Replaces a directory's database with a backup.
 *
 * The new file is copied into the directory, synced and checked before the old one is touched. From then until
 * the end there is a marker, `restore.unfinished`: a service that finds it refuses to start, because between two of the
 * renames the old file may be missing its log. A restore that was interrupted is simply run again. The old database, its
 * log and a replaced key are kept beside the new ones under names with the time.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { writePrivate } from "../../platform/private_file";
import { MIGRATIONS } from "../migrations";
import { type DatabaseFacts, inspectDatabase } from "./backup";
import {
  DATABASE_FILE,
  DataDirectoryError,
  openPrivate,
  RESTORE_MARKER_FILE,
  readMarker,
  writeMarker,
} from "./data_directory";
import { KEY_FILE, keyFileOf, opensWith } from "./seal";

const COPY_BYTES = 4_194_304;
const NEW_FILE = `${DATABASE_FILE}.restoring`;

export interface RestoreOptions {
  /** Also accepts the database of another instance. */
  readonly is_forced: boolean;
  /** Part of the names of the kept old files. */
  readonly now: number;
  /** The key given as JAOT_SECRET_KEY: then no key file is used. */
  readonly given_key: string | null;
  readonly onProgress: (bytes: number, bytes_total: number) => void;
}

export interface RestoreResult {
  readonly facts: DatabaseFacts;
  /** Names of the files that were moved aside. */
  readonly kept: readonly string[];
  /** Webhook secrets in the database that the current key does not open. */
  readonly sealed_shut: number;
}

/** Restores into a directory whose lock the caller holds. Throws DataDirectoryError; the old database is then untouched. */
export function restoreDatabase(directory: string, file: string, options: RestoreOptions): RestoreResult {
  const draft = join(directory, NEW_FILE);
  const facts = takeCopy(file, draft, options);
  refuseOther(directory, file, draft, facts, options);
  const suffix = beginChange(directory, options.now);
  const kept = moveAside(directory, suffix);
  platform.files.replaceDurably(draft, join(directory, DATABASE_FILE));
  writeMarker(directory, facts.instance_id!);
  if (options.given_key === null) kept.push(...installKey(directory, file, suffix));
  rmSync(join(directory, RESTORE_MARKER_FILE));
  platform.files.syncDirectory(directory);
  return { facts, kept, sealed_shut: countSealedShut(directory, options.given_key) };
}

function takeCopy(file: string, draft: string, options: RestoreOptions): DatabaseFacts {
  try {
    copyFile(file, draft, options.onProgress);
    return inspectDatabase(draft);
  } catch (error) {
    rmSync(draft, { force: true });
    const reason = messageOf(error);
    throw new DataDirectoryError(1, `cannot restore ${file}: ${reason}; nothing was changed, try another backup`);
  }
}

function copyFile(from: string, to: string, onProgress: RestoreOptions["onProgress"]): void {
  const source = openSync(from, "r");
  const target = platform.files.openPrivate(to, "w");
  try {
    const buffer = Buffer.alloc(COPY_BYTES);
    const total = Bun.file(from).size;
    let copied = 0;
    for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
      for (let written = 0; written < count; ) written += writeSync(target, buffer, written, count - written);
      copied += count;
      onProgress(copied, total);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
  platform.files.syncFile(to);
}

function refuseOther(
  directory: string,
  file: string,
  draft: string,
  { schema, instance_id }: DatabaseFacts,
  options: RestoreOptions,
): void {
  const refuse = (exit_code: 1 | 4, message: string): never => {
    rmSync(draft, { force: true });
    throw new DataDirectoryError(exit_code, `${message}. Nothing was changed`);
  };
  const known = MIGRATIONS.at(-1)!.number;
  if (schema > known)
    refuse(4, `${file} has schema ${schema}; this program knows up to ${known}: use the newer program`);
  if (schema === 0 || instance_id === null) refuse(1, `${file} is a database that no service has been started on`);
  const marker = readMarker(directory);
  if (marker !== null && marker !== instance_id && !options.is_forced) {
    refuse(
      1,
      `${file} is a backup of instance ${instance_id}, the directory belongs to ${marker}; give another --data-dir, or --force if this one is meant`,
    );
  }
}

/** Writes the marker and returns the suffix of the old files' names: the same one as when an interrupted restore began. */
function beginChange(directory: string, now: number): string {
  const marker = join(directory, RESTORE_MARKER_FILE);
  if (!existsSync(marker)) writePrivate(marker, `.before-restore-${now}`);
  return readFileSync(marker, "utf8");
}

/** The log is moved aside with its file: left in place it would be replayed into the new one. */
function moveAside(directory: string, suffix: string): string[] {
  const path = join(directory, DATABASE_FILE);
  const aside = DATABASE_FILE + suffix;
  rmSync(`${path}-shm`, { force: true });
  const kept: string[] = [];
  for (const end of ["", "-wal"]) {
    // It was moved already: the file in its place now comes from the interrupted restore.
    const is_kept = existsSync(join(directory, aside + end));
    if (!is_kept && existsSync(path + end)) platform.files.replaceDurably(path + end, join(directory, aside + end));
    if (existsSync(join(directory, aside + end))) kept.push(aside + end);
  }
  return kept;
}

/** Puts the backup's key where the service looks for it, when the backup has one. */
function installKey(directory: string, file: string, suffix: string): string[] {
  const source = keyFileOf(file);
  if (!existsSync(source)) return [];
  const path = join(directory, KEY_FILE);
  const text = readFileSync(source, "utf8");
  const before = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (before === text) return [];
  if (before !== null) platform.files.replaceDurably(path, path + suffix);
  writePrivate(path, text);
  return before === null ? [] : [KEY_FILE + suffix];
}

function countSealedShut(directory: string, given_key: string | null): number {
  const client = openPrivate(join(directory, DATABASE_FILE));
  try {
    const rows = client
      .query("SELECT id, webhook_secret FROM triggers WHERE webhook_secret IS NOT NULL AND deleted_at IS NULL")
      .all() as { id: string; webhook_secret: Uint8Array }[];
    return rows.filter((row) => !opensWith(directory, given_key, row.webhook_secret, row.id)).length;
  } catch {
    // A backup of an older schema: the service reports this at its next start, after the migration.
    return 0;
  } finally {
    client.close();
  }
}
