/** A process that brings one database from schema 1 to 2, slowly, to be killed on the way: `bun migration_entry.ts DATABASE`. */
import { Database } from "bun:sqlite";
import { copyThrough } from "../../src/storage/directory/backup";
import { MIGRATIONS, type Migration, migrate } from "../../src/storage/migrations";

/** The schema that it starts from. */
export const FIRST = MIGRATIONS.slice(0, 1);

/** Rewrites every row twice, with an index between. */
export const NEXT: Migration = {
  number: 2,
  name: "next",
  sql: `ALTER TABLE organizations ADD COLUMN note TEXT;
    UPDATE organizations SET note = name || name;
    CREATE INDEX organizations_by_note ON organizations (note);
    UPDATE organizations SET name = note;`,
  rebuilds: [],
};

if (import.meta.main) {
  const path = process.argv[2]!;
  const client = new Database(path);
  client.run("PRAGMA journal_mode = WAL");
  process.stdout.write("begun\n");
  const outcome = migrate(client, [...FIRST, NEXT], {
    now: 1,
    program_version: "0.0.2",
    backup: (from) => {
      copyThrough(client, `${path}.before-${from}`);
      return `${path}.before-${from}`;
    },
    freeBytes: () => Number.MAX_SAFE_INTEGER,
    onProgress: () => {},
  });
  process.stdout.write(`${outcome.kind}\n`);
}
