/**
 * Brings the database of a data directory to this program's schema and keeps a backup beside it.
 *
 * While the migration runs the backup is called `jaot.db.before-N.unfinished`; its final name, `jaot.db.before-N-TIME`, shows
 * that the migration has ended. A start after a crash replaces an unfinished one, so repeated failures do not
 * fill the disk, or gives it its final name when the migration itself had ended.
 */
import type { Database } from "bun:sqlite";
import { existsSync, rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { platform } from "../../platform/current";
import { copyThrough, draftOf } from "../directory/backup";
import { DataDirectoryError } from "../directory/data_directory";
import {
  findNewer,
  MIGRATIONS,
  type MigrationFault,
  type MigrationProgress,
  migrate,
  userVersion,
} from "../migrations";

const NAMES_SHOWN_MAX = 5;
const MB_BYTES = 1e6;

export interface UpgradeOptions {
  /** Epoch ms: part of the backup's name. */
  readonly now: number;
  readonly program_version: string;
  readonly onMigration: (progress: MigrationProgress) => void;
}

/** An existing database that was migrated. */
export interface UpgradeResult {
  readonly from: number;
  readonly to: number;
  /** Path of the backup; nothing removes it. */
  readonly backup: string;
}

/** Migrates if needed; null when it was not. Throws DataDirectoryError, with the database unchanged, when it cannot. */
export function bringUpToDate(client: Database, path: string, options: UpgradeOptions): UpgradeResult | null {
  const found = userVersion(client);
  if (found === 0 && hasTables(client)) {
    client.close();
    throw new DataDirectoryError(
      1,
      `${path} has tables but no schema number (user_version is 0), so it is damaged or not this program's. Nothing was changed: put a backup back with restore, or give another --data-dir`,
    );
  }
  settleUnfinishedBackups(path, found, options.now);
  const outcome = migrate(client, MIGRATIONS, {
    now: options.now,
    program_version: options.program_version,
    backup: (from) => {
      const file = unfinishedBackupOf(path, from);
      copyThrough(client, file);
      return file;
    },
    freeBytes: () => freeBytesBeside(path),
    onProgress: options.onMigration,
  });
  if (outcome.kind === "current") return null;
  if (outcome.kind === "migrated") {
    if (outcome.backup === null) return null;
    return { from: outcome.from, to: outcome.to, backup: keepBackup(path, outcome.from, options.now) };
  }
  client.close();
  if (outcome.kind === "no_room") removeUnfinishedBackup(path, outcome.found);
  throw refusalOf(outcome, path);
}

function hasTables(client: Database): boolean {
  return client.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1").get() !== null;
}

/** Throws DataDirectoryError for a schema that this program does not know; only reads. */
export function refuseNewer(client: Database, path: string): void {
  const problem = findNewer(client, MIGRATIONS);
  if (problem !== null) throw refusalOf(problem, path);
}

function unfinishedBackupOf(path: string, from: number): string {
  return `${path}.before-${from}.unfinished`;
}

function keepBackup(path: string, from: number, now: number): string {
  const kept = `${path}.before-${from}-${now}`;
  platform.files.replaceDurably(unfinishedBackupOf(path, from), kept);
  return kept;
}

/** Deals with the backup that a crash left: if its schema is older than the database's, its migration had ended. */
function settleUnfinishedBackups(path: string, found: number, now: number): void {
  for (const { number } of MIGRATIONS) {
    if (number > found) return;
    if (number < found && existsSync(unfinishedBackupOf(path, number))) keepBackup(path, number, now);
    if (number === found) removeUnfinishedBackup(path, number);
  }
}

function removeUnfinishedBackup(path: string, from: number): void {
  const file = unfinishedBackupOf(path, from);
  for (const leftover of [file, draftOf(file), `${draftOf(file)}-journal`]) rmSync(leftover, { force: true });
}

function freeBytesBeside(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** Why a database whose schema someone changed is not used. */
export function alteredMessage(path: string, objects: readonly string[]): string {
  const names = objects.slice(0, NAMES_SHOWN_MAX).join(", ");
  const more = objects.length > NAMES_SHOWN_MAX ? ` and ${objects.length - NAMES_SHOWN_MAX} more` : "";
  return `${path} has a schema that this program did not make (${names}${more}); SQL of others must not run here. Nothing was changed: put a backup back, or remove what was added`;
}

function refusalOf(fault: MigrationFault, path: string): DataDirectoryError {
  if (fault.kind === "changed") {
    return new DataDirectoryError(
      1,
      `${path} was made by another build of schema ${fault.number}; put a backup back, or use that build`,
    );
  }
  if (fault.kind === "altered") return new DataDirectoryError(1, alteredMessage(path, fault.objects));
  if (fault.kind === "newer") {
    const writer = fault.written_by === null ? "" : `, written by jaot-triggers ${fault.written_by}`;
    return new DataDirectoryError(
      4,
      `${path} has schema ${fault.found}${writer}; this program knows up to ${fault.known}. Nothing was changed: use the newer program, or another --data-dir`,
    );
  }
  const { found, known, room } = fault;
  const next = `Nothing was changed: make room on the disk of ${dirname(path)} and start again, or go on with the older program`;
  if (room === null) {
    return new DataDirectoryError(
      74,
      `the disk was full before ${path} was brought from schema ${found} to ${known}. ${next}`,
    );
  }
  const needed = room.backup_bytes + room.rebuild_bytes;
  return new DataDirectoryError(
    74,
    `bringing ${path} from schema ${found} to ${known} needs ${megabytes(needed)} free (${megabytes(room.backup_bytes)} for a backup beside it, ${megabytes(room.rebuild_bytes)} to rebuild tables), and ${megabytes(room.free_bytes)} are free. ${next}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / MB_BYTES)} MB`;
}
