/**
 * Scheduled backups: one at each instant of `backup_at`, of which the newest `backups_keep` are kept. The names in the
 * directory decide what is due: a machine that was off at the hour makes its backup at the next start, and a directory
 * without backups gets its first one at once.
 */

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toTimestamp } from "../clock";
import { messageOf } from "../log";
import { platform } from "../platform/current";
import { nextTickAt } from "../schedules/cadence";
import type { Context } from "../services/context";
import { keyFileOf } from "../storage/directory/seal";
import { takeBackup } from "./backup_process";
import type { Work } from "./loop";

type BackupKeeperContext = Pick<Context, "backups" | "clock" | "config" | "log">;

const NAME_PATTERN = /^jaot-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.db$/;
const DRAFT_PATTERN = /^jaot-\d{8}T\d{6}Z\.db(\.part(-journal)?|\.key\.(new|part))$/;
const RETRY_MS = 300_000;
/** The longest rest, so that a jump of the clock is noticed soon. */
const REST_MS_MAX = 60_000;

export interface BackupKeeper extends Work {
  /** Gives up the backup under way, because the service stops. */
  abort(): void;
}

/** `self` holds the arguments that start this program, up to its command. Without a `backup_dir` there is never any work. */
export function createBackupKeeper(context: BackupKeeperContext, self: readonly string[]): BackupKeeper {
  const { backup_dir, backup_at } = context.config;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stop = new AbortController();
  return {
    name: "backups",
    abort: () => stop.abort(),
    async runOnce(now) {
      if (backup_dir === null) return null;
      try {
        const newest = newestBefore(backup_dir, now);
        if (newest !== null) context.backups.taken(newest);
        const due_at = newest === null ? now : nextTickAt(backup_at, zone, newest);
        if (due_at === null) return null;
        if (due_at > now) return Math.min(due_at - now, REST_MS_MAX);
        await backUp(context, self, join(backup_dir, nameAt(now)), stop.signal);
        return 0;
      } catch (error) {
        if (!stop.signal.aborted) tellFailure(context, error);
        return RETRY_MS;
      }
    },
  };
}

/** When the newest backup was taken. Backups with a time in the future are ignored: the clock was wrong when they were named. */
function newestBefore(directory: string, now: number): number | null {
  if (!existsSync(directory)) platform.files.makePrivateDirectory(directory);
  return listBackups(directory).findLast(({ taken_at }) => taken_at <= now)?.taken_at ?? null;
}

async function backUp(
  context: Pick<Context, "clock" | "config" | "log">,
  self: readonly string[],
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const { config, clock, log } = context;
  removeDrafts(config.backup_dir!);
  const result = await takeBackup({ data_dir: config.data_dir, file, self, clock, signal });
  log.info("backup_taken", { ...result });
  rotate(context, config.backup_dir!);
}

function tellFailure({ backups, config, log }: Pick<Context, "backups" | "config" | "log">, error: unknown): void {
  backups.failed();
  log.error("backup_failed", {
    backup_dir: config.backup_dir,
    error: messageOf(error),
    next: `tried again in ${RETRY_MS / 60_000} minutes`,
  });
}

/** Removes the files of backups during which the process was killed. */
function removeDrafts(directory: string): void {
  for (const name of readdirSync(directory)) if (DRAFT_PATTERN.test(name)) rmSync(join(directory, name));
}

/** Removes the oldest backups beyond the number to keep. Call it after a good backup only, so that failures never remove the last good ones. */
function rotate(context: Pick<Context, "config" | "log">, directory: string): void {
  const all = listBackups(directory);
  for (const { name } of all.slice(0, Math.max(0, all.length - context.config.backups_keep))) {
    const file = join(directory, name);
    rmSync(file, { force: true });
    rmSync(keyFileOf(file), { force: true });
    context.log.info("backup_removed", { file });
  }
}

function listBackups(directory: string): { name: string; taken_at: number }[] {
  const found: { name: string; taken_at: number }[] = [];
  for (const name of readdirSync(directory)) {
    const match = NAME_PATTERN.exec(name);
    if (match === null) continue;
    const [, year, month, day, hour, minute, second] = match.map(Number);
    found.push({ name, taken_at: Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) });
  }
  return found.sort((a, b) => a.taken_at - b.taken_at);
}

function nameAt(now: number): string {
  return `jaot-${toTimestamp(now).slice(0, 19).replaceAll(/[-:]/g, "")}Z.db`;
}
