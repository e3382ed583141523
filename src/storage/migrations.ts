/**
 * Brings a database to this binary's schema: numbered SQL that the binary carries, each with its hash kept in
 * the database, all in one immediate transaction. `user_version` is the number of the newest one. A database
 * of a newer binary is refused before anything is written.
 */
import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import initial from "./migrations/0001_initial.sql" with { type: "text" };

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [{ number: 1, name: "initial", sql: initial }];

/** What stands between a database file and this binary. */
export type MigrationProblem =
  | { readonly kind: "newer"; readonly found: number; readonly known: number; readonly written_by: string | null }
  | { readonly kind: "changed"; readonly number: number };

export interface MigrateOptions {
  readonly now: number;
  /** Version of this program, kept beside each migration so that a refusal can name who wrote it. */
  readonly program_version: string;
  /** Called before an existing database is changed. */
  readonly backup: (from_version: number) => void;
}

/**
 * Applies what is missing. Returns a problem, with the database untouched, when it is of a newer binary or was
 * made by other SQL under the same number.
 */
export function migrate(
  db: Database,
  migrations: readonly Migration[],
  options: MigrateOptions,
): MigrationProblem | null {
  const found = userVersion(db);
  const known = migrations.at(-1)?.number ?? 0;
  if (found > known) return { kind: "newer", found, known, written_by: writtenBy(db, found) };
  const changed = found === 0 ? null : changedMigration(db, migrations);
  if (changed !== null) return { kind: "changed", number: changed };
  if (found === known) return null;
  if (found > 0) options.backup(found);
  db.transaction(() => applyAll(db, migrations, found, options)).immediate();
  return null;
}

/** Schema number of a database; 0 for a new one. */
export function userVersion(db: Database): number {
  return (db.query("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function applyAll(db: Database, migrations: readonly Migration[], found: number, options: MigrateOptions): void {
  db.run(
    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, program_version TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
  );
  const record = db.prepare("INSERT INTO migrations VALUES (?, ?, ?, ?, ?)");
  for (const migration of migrations) {
    if (migration.number <= found) continue;
    db.run(migration.sql);
    record.run(migration.number, migration.name, hashOf(migration), options.program_version, options.now);
    db.run(`PRAGMA user_version = ${migration.number}`);
  }
  record.finalize();
  const broken = db.query("PRAGMA foreign_key_check").all().length;
  if (broken > 0) throw new Error(`migration left ${broken} broken references; nothing was changed`);
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

function hashOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
