/** Checks of the data directory: modes, disk, speed of its syncs, the database in it, its key, the backups. */
import { closeSync, existsSync, fdatasyncSync, readdirSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../../config";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { readDestinations } from "../../storage/destinations";
import { inspectDatabase } from "../../storage/directory/backup";
import {
  DATABASE_FILE,
  DataDirectoryError,
  LOCK_FILE,
  lockDirectory,
  readMarker,
} from "../../storage/directory/data_directory";
import { hasSealKey, opensWith } from "../../storage/directory/seal";
import { MIGRATIONS } from "../../storage/migrations";
import type { Terminal } from "../terminal";
import { type Finding, fail, ok, warn } from "./finding";

const MIB_BYTES = 1_048_576;
const SYNCS = 20;
const SYNC_BYTES = 4096;
/** Beyond this, a 202 takes long enough for a person to notice. */
const SYNC_MS_MAX = 20;
const ROOM_BYTES_MIN = 512 * MIB_BYTES;
const PRIVATE_FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, "seal.key", "instance"];

export function checkStorage(terminal: Terminal, config: Config): Finding[] {
  const directory = resolve(config.data_dir);
  if (!existsSync(directory)) {
    const parent = existsSync(join(directory, "..")) ? "" : `, and neither is ${resolve(directory, "..")}`;
    return [warn("data directory", `${directory} is not there${parent}; the first start makes it`)];
  }
  return [
    modes(directory),
    fileSystem(directory),
    room(directory),
    syncs(terminal, directory),
    ...database(directory, config),
    backups(config, terminal.clock.now()),
  ];
}

function modes(directory: string): Finding {
  const wide = [directory, ...PRIVATE_FILES.map((name) => join(directory, name))].filter(
    (path) => existsSync(path) && platform.files.isOpenToOthers(path),
  );
  if (wide.length > 0) return fail("file modes", `others may read ${wide.join(", ")}; chmod go= on each`);
  if (platform.files.belongsToAnother(directory))
    return fail("file modes", `${directory} belongs to another user; run doctor as the service's user`);
  return ok("file modes", `${directory} is its owner's alone`);
}

function fileSystem(directory: string): Finding {
  const shared = platform.files.sharedFileSystemOf(directory);
  if (shared === null) return ok("file system", "a local one");
  return fail(
    "file system",
    `${directory} is on ${shared}, where SQLite's log is not safe; give a --data-dir on a local disk`,
  );
}

function room(directory: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(directory);
  const free = bavail * bsize;
  const words = `${(free / MIB_BYTES).toFixed(0)} MiB free of ${((blocks * bsize) / MIB_BYTES).toFixed(0)}`;
  return free >= ROOM_BYTES_MIN
    ? ok("disk space", words)
    : warn("disk space", `${words}; make room before fires get 507`);
}

function syncs({ clock, ids }: Terminal, directory: string): Finding {
  const path = join(directory, `doctor-${ids.randomDigits()}.tmp`);
  const times: number[] = [];
  try {
    const file = platform.files.openPrivate(path, "wx");
    try {
      for (let i = 0; i < SYNCS; i += 1) {
        const started = clock.monotonic();
        writeSync(file, Buffer.alloc(SYNC_BYTES, i));
        fdatasyncSync(file);
        times.push(clock.monotonic() - started);
      }
    } finally {
      closeSync(file);
      rmSync(path, { force: true });
    }
  } catch (error) {
    return fail("disk sync", `cannot write to ${directory}: ${messageOf(error)}`);
  }
  times.sort((a, b) => a - b);
  const [median, slowest] = [times[SYNCS / 2]!, times.at(-1)!];
  const words = `${median.toFixed(2)} ms, the slowest of ${SYNCS} ${slowest.toFixed(2)} ms`;
  if (median <= SYNC_MS_MAX) return ok("disk sync", words);
  return warn("disk sync", `${words}; each fire waits for one, a faster disk answers sooner`);
}

function database(directory: string, config: Config): Finding[] {
  const path = join(directory, DATABASE_FILE);
  const marker = readMarker(directory);
  const holder = holderOf(directory);
  const state = ok("lock", holder ?? "free: no service runs on this directory");
  if (!existsSync(path)) {
    const finding =
      marker === null
        ? warn("database", "there is none yet; the first start makes it")
        : fail("database", `${path} is gone, though the directory belongs to instance ${marker}; restore a backup`);
    return [state, finding];
  }
  return [state, integrity(path, marker), sealKey(directory, config)];
}

function holderOf(directory: string): string | null {
  // Without the file nothing has run here. Doctor does not create it, because it may run as another user.
  if (!existsSync(join(directory, LOCK_FILE))) return null;
  try {
    lockDirectory(directory)();
    return null;
  } catch (error) {
    if (error instanceof DataDirectoryError && error.exit_code === 3) return error.message.split(";")[0]!;
    throw error;
  }
}

function integrity(path: string, marker: string | null): Finding {
  try {
    const { schema, instance_id, bytes } = inspectDatabase(path);
    const known = MIGRATIONS.at(-1)!.number;
    const words = `${(bytes / MIB_BYTES).toFixed(1)} MiB, schema ${schema}, integrity_check ok`;
    if (schema > known)
      return fail("database", `${words}; this program knows schemas up to ${known}: use the newer one`);
    if (marker !== null && instance_id !== marker)
      return fail("database", `belongs to instance ${instance_id}, the directory to ${marker}; put the right one back`);
    return ok("database", words);
  } catch (error) {
    return fail("database", `${path}: ${messageOf(error)}; restore a backup with jaot-triggers restore FILE`);
  }
}

function sealKey(directory: string, config: Config): Finding {
  try {
    const sealed = readDestinations(join(directory, DATABASE_FILE)).flatMap(({ id, webhook_secret }) =>
      webhook_secret === null ? [] : [{ id, webhook_secret }],
    );
    const shut = sealed.filter(
      ({ id, webhook_secret }) => !opensWith(directory, config.secret_key, webhook_secret, id),
    );
    if (shut.length > 0) {
      return fail(
        "seal key",
        `${shut.length} of ${sealed.length} webhook secrets do not open; put seal.key (or JAOT_SECRET_KEY) back`,
      );
    }
    const from = config.secret_key !== null ? "JAOT_SECRET_KEY" : hasSealKey(directory) ? "seal.key" : "no key yet";
    return ok("seal key", `${from}, opens all ${sealed.length} webhook secrets`);
  } catch (error) {
    return fail("seal key", messageOf(error));
  }
}

function backups({ backup_dir, backups_keep }: Config, now: number): Finding {
  if (backup_dir === null)
    return warn("backups", "none are set up; give --backup-dir, or take them with jaot-triggers backup");
  try {
    const files = existsSync(backup_dir) ? readdirSync(backup_dir).filter((name) => /^jaot-.*Z\.db$/.test(name)) : [];
    const newest = Math.max(...files.map((name) => statSync(join(backup_dir, name)).mtimeMs));
    if (files.length === 0)
      return warn("backups", `none in ${backup_dir} yet; a running service makes the first at once`);
    const hours = Math.max(0, (now - newest) / 3_600_000);
    return ok(
      "backups",
      `${files.length} of ${backups_keep} in ${backup_dir}, the newest ${hours.toFixed(1)} hours old`,
    );
  } catch (error) {
    return fail("backups", `cannot read ${backup_dir}: ${messageOf(error)}`);
  }
}
