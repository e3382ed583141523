/**
 * One backup, taken by a process of its own, because SQLite copies in one long call that would block the service's thread.
 * This side watches the copy grow and syncs it piece by piece, so that one large sync at the end does not delay the service's own.
 */
import { closeSync, existsSync, fdatasync, openSync, readFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../clock";
import { messageOf } from "../log";
import { platform } from "../platform/current";
import { writePrivate } from "../platform/private_file";
import { draftOf } from "../storage/directory/backup";
import { DATABASE_FILE } from "../storage/directory/data_directory";
import { hasSealKey, KEY_FILE, keyFileOf } from "../storage/directory/seal";

const LOOK_MS = 10;
/** Takes 20 to 80 ms on a disk that writes 100 to 400 MB a second. */
const PIECE_BYTES = 8_388_608;
const ERROR_LENGTH_MAX = 1000;
const syncData = promisify(fdatasync);

export interface BackupRequest {
  readonly data_dir: string;
  readonly file: string;
  /** The arguments that start this program, up to its command. */
  readonly self: readonly string[];
  readonly clock: Clock;
  /** Aborts the copy. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, bytes_total: number) => void;
}

export interface BackupResult {
  readonly file: string;
  readonly bytes: number;
  /** The copy of the key file; null when the directory has none, since the key comes from the environment. */
  readonly key_file: string | null;
  readonly duration_ms: number;
}

/** Says why there is no backup, in words for a person. */
export class BackupFailure extends Error {}

/** Takes a backup of a directory's database, whether it is in use or not. Throws BackupFailure; `file` is then as it was before. */
export async function takeBackup(request: BackupRequest): Promise<BackupResult> {
  const { data_dir, clock } = request;
  const file = resolve(request.file);
  const started = clock.monotonic();
  const draft = draftOf(file);
  const bytes_total = sizeOf(join(data_dir, DATABASE_FILE)) + sizeOf(join(data_dir, `${DATABASE_FILE}-wal`));
  requireRoom(dirname(file), bytes_total);
  try {
    await copy(request, draft, bytes_total);
    const key_file = copyKey(data_dir, file);
    platform.files.replaceDurably(draft, file);
    return { file, bytes: sizeOf(file), key_file, duration_ms: Math.round(clock.monotonic() - started) };
  } catch (error) {
    for (const left of [draft, `${draft}-journal`]) rmSync(left, { force: true });
    if (error instanceof BackupFailure) throw error;
    throw new BackupFailure(`cannot write ${file}: ${messageOf(error)}`);
  }
}

function requireRoom(directory: string, bytes: number): void {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(directory);
    free = bavail * bsize;
  } catch (error) {
    throw new BackupFailure(`cannot use the directory ${directory}: ${messageOf(error)}`);
  }
  if (free >= bytes) return;
  throw new BackupFailure(
    `${directory} has ${megabytes(free)} MB free, the backup may need ${megabytes(bytes)} MB; make room, or give another place`,
  );
}

async function copy(request: BackupRequest, draft: string, bytes_total: number): Promise<void> {
  const child = Bun.spawn([...request.self, "backup-copy", request.data_dir, draft], {
    env: platform.processes.childEnvironment(),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    ...(request.signal === undefined ? {} : { signal: request.signal, killSignal: "SIGKILL" as const }),
  });
  const end = pace(request, child, draft, bytes_total);
  try {
    const [exit_code, words] = await Promise.all([child.exited, new Response(child.stderr).text()]);
    if (exit_code !== 0)
      throw new BackupFailure(words.trim().slice(0, ERROR_LENGTH_MAX) || `the copy ended with ${exit_code}`);
  } finally {
    await end();
  }
}

/**
 * Reports how far the copy is, and slows it down: after each piece the copying process is suspended while the piece is
 * synced, and then for as long again, so that the disk is free for the service's own syncs. The returned function ends this.
 */
function pace(
  { clock, onProgress }: BackupRequest,
  child: Bun.Subprocess,
  draft: string,
  bytes_total: number,
): () => Promise<void> {
  let is_over = false;
  let cancel = (): void => {};
  let synced_bytes = 0;
  const look = async (): Promise<void> => {
    const bytes = sizeOf(draft);
    onProgress?.(bytes, bytes_total);
    const rest_ms = bytes - synced_bytes < PIECE_BYTES ? 0 : await rest(clock, child, draft);
    if (rest_ms > 0) synced_bytes = bytes;
    if (!is_over) lookIn(Math.max(LOOK_MS, rest_ms));
  };
  let turn = Promise.resolve();
  const lookIn = (milliseconds: number): void => {
    cancel = clock.after(milliseconds, () => {
      platform.processes.resume(child);
      turn = look();
    });
  };
  lookIn(LOOK_MS);
  return async () => {
    is_over = true;
    cancel();
    await turn;
  };
}

/** Suspends the copy and syncs what it has written. Returns how long it must stay suspended from now on. */
async function rest(clock: Clock, child: Bun.Subprocess, draft: string): Promise<number> {
  // Where a system cannot suspend it safely the copy runs unpaced: a copy that never resumed would let the log grow.
  platform.processes.suspend(child);
  const started = clock.monotonic();
  await syncSoFar(draft);
  return Math.max(1, clock.monotonic() - started);
}

async function syncSoFar(draft: string): Promise<void> {
  try {
    const descriptor = openSync(draft, "r+");
    try {
      await syncData(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The copying process syncs the whole file at the end and reports what is wrong.
  }
}

/** The key is copied before the backup, so every backup has its key. */
function copyKey(data_dir: string, file: string): string | null {
  if (!hasSealKey(data_dir)) return null;
  const target = keyFileOf(file);
  writePrivate(target, readFileSync(join(data_dir, KEY_FILE), "utf8"));
  return target;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
