/**
 * Brings a database to this program's schema: numbered SQL that the program carries, each with its hash kept in the
 * database, all in one immediate transaction. `user_version` is the number of the newest one. A database of a newer program
 * is refused before anything is written, and so is a migration for which the disk has too little room.
 *
 * SQLite cannot change a CHECK without rebuilding the table. Dropping the old one with foreign keys on would remove every row that
 * refers to it, so foreign keys are turned off before BEGIN (inside a transaction SQLite ignores the setting) until after the end; all
 * references are checked before COMMIT. After a crash the old database is there, because the log has no commit.
 */
import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import initial from "./migrations/0001_initial.sql" with { type: "text" };
import room from "./migrations/0002_room.sql" with { type: "text" };
import { runStep, stepsOf } from "./migrations/steps";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** Tables that are rebuilt: each is on the disk twice for a while. */
  readonly rebuilds: readonly string[];
}

/** Frozen once released: a test holds the hash of each. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "initial", sql: initial, rebuilds: [] },
  {
    number: 2,
    name: "room",
    sql: room,
    rebuilds: ["runs", "schedules", "ticks", "tick_ranges", "deliveries", "applied_objects"],
  },
];

/** Why this program cannot use a database file, which is unchanged. */
export type MigrationFault =
  | { readonly kind: "newer"; readonly found: number; readonly known: number; readonly written_by: string | null }
  | { readonly kind: "changed"; readonly number: number }
  /** The schema is not the one that the migrations make; `objects` are `trigger NAME`, `table NAME`, ... */
  | { readonly kind: "altered"; readonly objects: readonly string[] }
  | {
      readonly kind: "no_room";
      readonly found: number;
      readonly known: number;
      /** null: the disk filled up on the way, though there seemed to be enough room at the beginning. */
      readonly room: MigrationRoom | null;
    };

/** Disk space that a migration needs, in bytes. */
export interface MigrationRoom {
  readonly backup_bytes: number;
  /** Rebuilt tables, once in the log and once in the file, and everything else that is written. */
  readonly rebuild_bytes: number;
  readonly free_bytes: number;
}

/** What was done; `migrated` has the path of the backup, null for a new database. */
export type MigrationDone =
  | { readonly kind: "current" }
  | { readonly kind: "migrated"; readonly from: number; readonly to: number; readonly backup: string | null };

export interface MigrationProgress {
  readonly step: number;
  readonly steps: number;
  readonly text: string;
}

export interface MigrateOptions {
  readonly now: number;
  /** Version of this program, kept beside each migration so that a refusal can name who wrote it. */
  readonly program_version: string;
  /** Called before an existing database is changed; returns the file of the copy. */
  readonly backup: (from_version: number) => string;
  /** Free space on the disk of the database and its backup. */
  readonly freeBytes: () => number;
  /** Called at the beginning of each step; never for a new database. */
  readonly onProgress: (progress: MigrationProgress) => void;
}

/** Space kept free beyond what is computed. */
const MARGIN_BYTES = 33_554_432;
/** Each page in the log has a header, and pages of the free list are written too. */
const OVERHEAD = 1.1;

/** Applies the missing migrations, all of them or none. Throws when the SQL fails and leaves the database unchanged. */
export function migrate(
  db: Database,
  migrations: readonly Migration[],
  options: MigrateOptions,
): MigrationDone | MigrationFault {
  const found = userVersion(db);
  const known = migrations.at(-1)?.number ?? 0;
  const newer = findNewer(db, migrations);
  if (newer !== null) return newer;
  const changed = found === 0 ? null : changedMigration(db, migrations);
  if (changed !== null) return { kind: "changed", number: changed };
  const objects = found === 0 ? [] : alteredObjects(db, migrations, found);
  if (objects.length > 0) return { kind: "altered", objects };
  if (found === known) return { kind: "current" };
  const missing = migrations.filter(({ number }) => number > found);
  if (found === 0) {
    applyAll(db, missing, options, () => {});
    return { kind: "migrated", from: found, to: known, backup: null };
  }
  const room = roomFor(db, missing, options.freeBytes());
  if (room.backup_bytes + room.rebuild_bytes > room.free_bytes) return { kind: "no_room", found, known, room };
  const next = counted(missing, options.onProgress);
  try {
    next("copies the database as a backup");
    const backup = options.backup(found);
    applyAll(db, missing, options, next);
    return { kind: "migrated", from: found, to: known, backup };
  } catch (error) {
    if (!isFull(error)) throw error;
    return { kind: "no_room", found, known, room: null };
  }
}

/** A schema number above all that are known. */
export function findNewer(db: Database, migrations: readonly Migration[]): MigrationFault | null {
  const found = userVersion(db);
  const known = migrations.at(-1)?.number ?? 0;
  return found > known ? { kind: "newer", found, known, written_by: writtenBy(db, found) } : null;
}

/** Tables that Litestream keeps in the databases that it copies. */
const LITESTREAM_TABLES = ["table _litestream_seq", "table _litestream_lock"];

/**
 * What differs from the schema that the migrations up to `number` make. SQL that someone else put into the file, such as a trigger,
 * would be run by this program's own statements.
 */
export function alteredObjects(db: Database, migrations: readonly Migration[], number: number): string[] {
  const model = new Database(":memory:");
  try {
    const options = { now: 0, program_version: "" };
    applyAll(
      model,
      migrations.filter((migration) => migration.number <= number),
      options,
      () => {},
    );
    const expected = schemaOf(model);
    const found = schemaOf(db);
    const names = new Set([...expected.keys(), ...found.keys()]);
    return [...names]
      .filter((name) => expected.get(name) !== found.get(name) && !LITESTREAM_TABLES.includes(name))
      .sort();
  } finally {
    model.close();
  }
}

/** SQL by `type name`; what SQLite makes by itself has none. */
function schemaOf(db: Database): Map<string, string> {
  const rows = db
    .query("SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    .all() as { name: string; sql: string }[];
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}

/** Schema number of a database; 0 for a new one. */
export function userVersion(db: Database): number {
  return (db.query("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function applyAll(
  db: Database,
  missing: readonly Migration[],
  options: Pick<MigrateOptions, "now" | "program_version">,
  next: (text: string) => void,
): void {
  const { foreign_keys } = db.query("PRAGMA foreign_keys").get() as { foreign_keys: 0 | 1 };
  db.run("PRAGMA foreign_keys = OFF");
  try {
    db.transaction(() => {
      db.run(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, program_version TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
      );
      for (const migration of missing) apply(db, migration, options, next);
      next("checks that every reference holds");
      const broken = db.query("SELECT count(*) AS n FROM pragma_foreign_key_check").get() as { n: number };
      if (broken.n > 0) throw new Error(`the migration left ${broken.n} broken references; nothing was changed`);
    }).immediate();
  } finally {
    db.run(`PRAGMA foreign_keys = ${foreign_keys}`);
    // Moves what was committed into the file, durably, or frees the space that a failed attempt used.
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
}

function apply(
  db: Database,
  migration: Migration,
  options: Pick<MigrateOptions, "now" | "program_version">,
  next: (text: string) => void,
): void {
  for (const step of stepsOf(migration.sql)) runStep(db, step, next);
  db.query("INSERT INTO migrations VALUES (?, ?, ?, ?, ?)").run(
    migration.number,
    migration.name,
    hashOf(migration),
    options.program_version,
    options.now,
  );
  db.run(`PRAGMA user_version = ${migration.number}`);
}

/** Counts the steps that have begun; the slices of one step count as one. */
function counted(
  missing: readonly Migration[],
  onProgress: (progress: MigrationProgress) => void,
): (text: string, is_new?: boolean) => void {
  // The backup before them and the check after them are steps too.
  const steps = missing.reduce((sum, { sql }) => sum + stepsOf(sql).length, 2);
  let step = 0;
  return (text, is_new = true) => {
    if (is_new) step += 1;
    onProgress({ step, steps, text });
  };
}

function roomFor(db: Database, missing: readonly Migration[], free_bytes: number): MigrationRoom {
  const tables = [...new Set(missing.flatMap(({ rebuilds }) => rebuilds))];
  const { bytes } = db
    .query(
      `SELECT coalesce(sum(pgsize), 0) AS bytes FROM dbstat WHERE aggregate = TRUE
         AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name IN (SELECT value FROM json_each(?1)))`,
    )
    .get(JSON.stringify(tables)) as { bytes: number };
  const pragma = (name: string): number => Object.values(db.query(`PRAGMA ${name}`).get() as object)[0] as number;
  return {
    backup_bytes: (pragma("page_count") - pragma("freelist_count")) * pragma("page_size"),
    rebuild_bytes: Math.ceil(2 * bytes * OVERHEAD) + MARGIN_BYTES,
    free_bytes,
  };
}

function changedMigration(db: Database, migrations: readonly Migration[]): number | null {
  const rows = db.query("SELECT number, hash FROM migrations").all() as { number: number; hash: string }[];
  const known = new Map(migrations.map((migration) => [migration.number, hashOf(migration)]));
  return rows.find((row) => known.get(row.number) !== row.hash)?.number ?? null;
}

function writtenBy(db: Database, number: number): string | null {
  try {
    const row = db.query("SELECT program_version FROM migrations WHERE number = ?").get(number);
    return (row as { program_version: string } | null)?.program_version ?? null;
  } catch {
    return null;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "SQLITE_FULL" || error.code === "ENOSPC");
}

/** SHA-256 of the SQL, as stored in the database. */
function hashOf(migration: Pick<Migration, "sql">): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
