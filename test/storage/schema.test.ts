import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { DELIVERY_STATES } from "../../src/runs/delivery";
import { RUN_SOURCES, RUN_STATES, runSourceCode, runStateCode } from "../../src/runs/run";
import { TICK_OUTCOMES } from "../../src/runs/tick";
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

/** The words of `CHECK (column IN (...))`; null when the column has no such check. */
function checkedWords(table: string, column: string): string[] | null {
  const row = database.query("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1").get(table);
  const list = new RegExp(`CHECK \\(${column} IN \\(([^)]*)\\)\\)`).exec((row as { sql: string }).sql)?.[1];
  return list === undefined ? null : [...list.matchAll(/'(\w+)'/g)].map(([, word = ""]) => word).sort();
}

const enums = tables.flatMap((table) =>
  getTableConfig(table).columns.flatMap(({ name, enumValues = [] }) =>
    enumValues.length === 0 ? [] : [[getTableConfig(table).name, name, enumValues] as const],
  ),
);

describe("words that the code stores are words that the database takes", () => {
  test("roles, overlap policies, catch-ups and the outcomes of the audit log, and no others", () => {
    const closed = enums.filter(([, column]) => column !== "kind");
    expect(closed.map(([table, column]) => `${table}.${column}`).sort()).toEqual([
      "api_keys.role",
      "audit.outcome",
      "schedules.catch_up",
      "schedules.overlap_policy",
      "sign_in_links.role",
    ]);
    for (const [table, column, words] of closed)
      expect([table, checkedWords(table, column)]).toEqual([table, [...words].sort()]);
  });

  test.each<readonly [table: string, column: string, words: readonly string[]]>([
    ...enums.filter(([, column]) => column === "kind"),
    ["ticks", "outcome", TICK_OUTCOMES],
    ["deliveries", "state", DELIVERY_STATES],
  ])("%s.%s, where the database has room for more", (table, column, words) => {
    const taken = checkedWords(table, column);
    expect(words.filter((word) => taken?.includes(word) !== true)).toEqual([]);
  });

  test.each([
    ["status", RUN_STATES.map(runStateCode)],
    ["source", RUN_SOURCES.map(runSourceCode)],
  ])("the numbers of runs.%s", (column, codes) => {
    const row = database.query("SELECT sql FROM sqlite_master WHERE name = 'runs'").get() as { sql: string };
    const [, least, most] = new RegExp(`CHECK \\(${column} BETWEEN (-?\\d+) AND (\\d+)\\)`).exec(row.sql) ?? [];
    expect(codes.filter((code) => !(code >= Number(least) && code <= Number(most)))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
