import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { MIGRATIONS, migrate } from "../../src/storage/migrations";
import * as schema from "../../src/storage/schema";

const tables = Object.values(schema).filter((value) => value instanceof SQLiteTable);

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly dflt_value: string | null;
}

const database = new Database(":memory:");
migrate(database, MIGRATIONS, {
  now: 0,
  program_version: "0.0.0",
  backup: () => "",
  freeBytes: () => 0,
  onProgress: () => {},
});

describe("typed tables are those that the migrations make", () => {
  test.each(tables.map((table) => [getTableConfig(table).name, table] as const))("%s", (name, table) => {
    const made = (database.query(`PRAGMA table_info(${name})`).all() as ColumnRow[]).map((column) => ({
      name: column.name,
      type: column.type,
      // SQLite lets a primary key that is no rowid hold null unless told otherwise; none here does.
      is_required: column.notnull === 1 || column.pk > 0,
      has_default: column.dflt_value !== null,
    }));
    const typed = getTableConfig(table).columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      is_required: column.notNull || column.primary,
      has_default: column.default !== undefined,
    }));
    expect(made.length).toBeGreaterThan(0);
    expect(typed).toEqual(made);
  });
});
