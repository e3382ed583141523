/**
 * Copies of the database, made while it is in use, and the checks that each must pass.
 *
 * SQLite itself writes a copy (VACUUM INTO: one consistent moment, whatever is written meanwhile). We sync it,
 * check all of it, and only then rename it to the name that was asked for. So a file of that name is always a complete
 * backup, and what a crash leaves behind ends in `.part`.
 */
import { Database } from "bun:sqlite";
import { closeSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { platform } from "../../platform/current";
import { userVersion } from "../migrations";

/** "jaot" in ASCII: tells our file from any other SQLite file. */
export const APPLICATION_ID = 0x6a616f74;
const COPY_CACHE_KIB = 65_536;
/** Offset of the journal mode in the file's header: 2 is a write-ahead log, which a backup never has. */
const HEADER_READ_VERSION_AT = 19;
const HEADER_BYTES = 20;

/** Facts about a database file that a restore needs. */
export interface DatabaseFacts {
  readonly schema: number;
  readonly instance_id: string | null;
  readonly bytes: number;
  /** True for a plain copy of a file in use, whose newest writes may lie in a log that is not here. */
  readonly is_plain_copy: boolean;
}

/** Name of a copy until it is complete. */
export function draftOf(file: string): string {
  return `${file}.part`;
}

/** Writes a copy of the database at `path` to `draft`, synced and checked. Blocks until done: call it in a process of its own. */
export function copyDatabase(path: string, draft: string): DatabaseFacts {
  const source = new Database(path, { readwrite: true, create: false });
  try {
    source.run("PRAGMA busy_timeout = 5000");
    source.run(`PRAGMA cache_size = -${COPY_CACHE_KIB}`);
    return copyFrom(source, draft);
  } finally {
    source.close();
  }
}

/** Writes a complete, checked copy to `file`, using a connection that is already open. */
export function copyThrough(source: Database, file: string): void {
  const draft = draftOf(file);
  copyFrom(source, draft);
  platform.files.replaceDurably(draft, file);
}

function copyFrom(source: Database, draft: string): DatabaseFacts {
  rmSync(draft, { force: true });
  // VACUUM INTO accepts an empty file, so the copy is private from the start.
  closeSync(platform.files.openPrivate(draft, "wx"));
  source.run("VACUUM INTO ?", [draft]);
  platform.files.syncFile(draft);
  return inspectDatabase(draft);
}

/** Reads and checks the whole file. Throws an Error with the reason when it is not an intact database of this program. */
export function inspectDatabase(path: string): DatabaseFacts {
  const { size } = statSync(path);
  if (size === 0) throw new Error("the file is empty");
  const client = new Database(path, { readonly: true });
  try {
    client.run("PRAGMA trusted_schema = OFF");
    client.run("PRAGMA cell_size_check = ON");
    const { application_id } = client.query("PRAGMA application_id").get() as { application_id: number };
    if (application_id !== APPLICATION_ID) throw new Error("the file is not a database of this program");
    const check = client.query("PRAGMA integrity_check(1)").get() as { integrity_check: string };
    if (check.integrity_check !== "ok") throw new Error(`the file is damaged (${check.integrity_check})`);
    const broken = client.query("SELECT 1 FROM pragma_foreign_key_check LIMIT 1").get();
    if (broken !== null) throw new Error("the file is damaged (a row refers to one that is not there)");
    const instance = client.query("SELECT id FROM instance").get() as { id: string } | null;
    return { schema: userVersion(client), instance_id: instance?.id ?? null, bytes: size, is_plain_copy: hasLog(path) };
  } finally {
    client.close();
  }
}

/** True when the file is in WAL mode, which a backup never is. */
export function hasLog(path: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  return header[HEADER_READ_VERSION_AT] === 2;
}
