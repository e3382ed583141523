/**
 * Free space on the disk of the data directory. A ballast file reserves 16 MiB; it is given up when the
 * disk is full, so that running work can end, waiting work can be removed, and the log can be moved into the database.
 *
 *   ample --(a write found no room, or hardly any is left)--> low --(room for a new ballast and as much again)--> ample
 *
 * While it is low, nothing new is accepted; reads and the ends of running work go on.
 */
import { closeSync, existsSync, fsyncSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { platform } from "../../platform/current";
import type { Connection } from "../database";

const BALLAST_FILE = "ballast";
const MIB_BYTES = 1_048_576;
const BALLAST_MIB = 16;
const BALLAST_BYTES = BALLAST_MIB * MIB_BYTES;
/** With less than this the next commit may fail. */
const LOW_BYTES = 4 * MIB_BYTES;
/** Free space needed before the ballast is created again: its own size, and as much again to work with. */
const AMPLE_BYTES = 2 * BALLAST_BYTES;

export type DiskChange = "became_low" | "became_ample" | null;

export class DiskSpace {
  readonly #directory: string;
  readonly #client: Connection;
  readonly #random: (count: number) => Uint8Array;
  #is_low = false;

  /** `random` fills the ballast with bytes that no file system can compress. */
  constructor(directory: string, client: Connection, random: (count: number) => Uint8Array) {
    this.#directory = directory;
    this.#client = client;
    this.#random = random;
  }

  get is_low(): boolean {
    return this.#is_low;
  }

  /** Call when a write found no room: gives up the ballast. True when the disk was not known to be low. */
  giveUp(): boolean {
    const was_low = this.#is_low;
    this.#is_low = true;
    rmSync(this.#path, { force: true });
    return !was_low;
  }

  /** Compares free space with what is needed; empties the log or creates the ballast where that helps. */
  look(): DiskChange {
    if (this.#is_low) this.#shrinkLog();
    const free = this.#freeBytes();
    if (!this.#is_low && this.#hasBallast()) {
      return free < LOW_BYTES && this.giveUp() ? "became_low" : null;
    }
    if (free < AMPLE_BYTES || !this.#makeBallast()) return this.giveUp() ? "became_low" : null;
    const was_low = this.#is_low;
    this.#is_low = false;
    return was_low ? "became_ample" : null;
  }

  get #path(): string {
    return join(this.#directory, BALLAST_FILE);
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  #hasBallast(): boolean {
    return existsSync(this.#path) && statSync(this.#path).size === BALLAST_BYTES;
  }

  /** False when there was not enough room after all. */
  #makeBallast(): boolean {
    const file = platform.files.openPrivate(this.#path, "w");
    try {
      const block = this.#random(MIB_BYTES);
      for (let i = 0; i < BALLAST_MIB; i += 1) writeSync(file, block);
      fsyncSync(file);
      return this.#hasBallast();
    } catch {
      return false;
    } finally {
      closeSync(file);
    }
  }

  /** Between two batches of the writer, which never leaves a transaction open. */
  #shrinkLog(): void {
    try {
      this.#client.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // A reader blocks it, or there is still no room: the next look tries again.
    }
  }
}
