/**
 * The state of the service when this directory was last used with it, kept in the directory itself. A change that others
 * made since then is a conflict, even when it came from an apply of other files. It is one person's working state, not part
 * of the files.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../model/json";
import { writePrivate } from "../../platform/private_file";
import type { AppliedItem } from "../../services/triggers/applied";

export const BASE_FILE = ".jaot-base.json";
const IGNORE_FILE = ".gitignore";

/** `document NAME` or `trigger NAME` -> digest. */
export type Base = ReadonlyMap<string, string>;

export type Kind = AppliedItem["kind"];

export function baseKey(kind: Kind, name: string): string {
  return `${kind} ${name}`;
}

/** Empty when the directory was never used with a service, or when its file cannot be read. The service's record is used then. */
export function readBase(directory: string): Base {
  const path = join(directory, BASE_FILE);
  try {
    const found: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    return new Map(isRecord(found) ? Object.entries(found).map(([key, digest]) => [key, String(digest)]) : []);
  } catch {
    return new Map();
  }
}

export function baseText(base: Base): string {
  return `${JSON.stringify(Object.fromEntries(base), null, 2)}\n`;
}

/** A directory that cannot be written, as in some CI jobs, gets no base file. */
export function writeBase(directory: string, base: Base): void {
  try {
    writePrivate(join(directory, BASE_FILE), baseText(base));
  } catch {
    // The next apply then uses the service's record.
    return;
  }
  ignoreBase(directory);
}

/** Keeps the base out of a repository, unless the directory already has an ignore list. */
export function ignoreBase(directory: string): void {
  const ignore = join(directory, IGNORE_FILE);
  try {
    if (!existsSync(ignore)) writeFileSync(ignore, `${BASE_FILE}\n`);
  } catch {
    // The base may then be committed with the files, which does no harm.
  }
}
