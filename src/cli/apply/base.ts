/**
 * What the service held when this directory last met it, kept in the directory itself: a change by others since then is a
 * conflict, though it may have come from an apply of other files. It is one person's working state, not part of the files.
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

/** Empty when the directory has met no service, or when its file is no good: then the service's own record counts. */
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

/** A directory that cannot be written, as one of a CI job may be, goes without. */
export function writeBase(directory: string, base: Base): void {
  try {
    writePrivate(join(directory, BASE_FILE), baseText(base));
  } catch {
    // The service's record is what counts then.
    return;
  }
  ignoreBase(directory);
}

/** Keeps the base out of a repository, unless the directory has its own list already. */
export function ignoreBase(directory: string): void {
  const ignore = join(directory, IGNORE_FILE);
  try {
    if (!existsSync(ignore)) writeFileSync(ignore, `${BASE_FILE}\n`);
  } catch {
    // The base is then a file that others see, and no more.
  }
}
