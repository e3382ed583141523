/** A database that this program did not make as it is: refused by name, and not changed by being looked at. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useScratch } from "./binary";

const scratch = useScratch();
const at = (name: string): string => join(scratch.directory, name);
const digestOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const serve = (data: string) => scratch.run(["serve", "--port", "0", "--data-dir", at(data)]);

/** A data directory after a stop, its database changed by these statements. */
async function changed(data: string, ...statements: string[]): Promise<string> {
  await (await scratch.serve({ data })).stop();
  const path = join(at(data), "jaot.db");
  const database = new Database(path);
  for (const statement of statements) database.run(statement);
  database.close();
  return path;
}

test.each([
  ["a newer schema", ["PRAGMA journal_mode = DELETE", "PRAGMA user_version = 77"], 4, "has schema 77"],
  ["another program's", ["PRAGMA journal_mode = DELETE", "PRAGMA application_id = 1"], 1, "another program"],
])("%s outside of WAL mode keeps every byte", async (what, statements, code, words) => {
  const path = await changed(what, ...statements);
  const before = digestOf(path);
  for (const run of [() => serve(what), () => scratch.run(["keys", "list", "--data-dir", at(what)])]) {
    const { exit_code, stderr } = await run();
    expect([exit_code, stderr]).toEqual([code, expect.stringContaining(words)]);
    expect([digestOf(path), readdirSync(at(what)).filter((name) => name.startsWith("jaot.db-"))]).toEqual([before, []]);
  }
});

test.each([
  ["trigger", "CREATE TRIGGER spy AFTER INSERT ON runs BEGIN DELETE FROM api_keys; END", "trigger spy"],
  ["view", "CREATE VIEW stranger AS SELECT 1", "view stranger"],
  ["index that is missing", "DROP INDEX deliveries_due", "index deliveries_due"],
  ["column", "ALTER TABLE triggers ADD COLUMN extra TEXT", "table triggers"],
])("an SQL %s of someone else is refused by name", async (what, statement, words) => {
  await changed(what, statement);
  for (const run of [() => serve(what), () => scratch.run(["keys", "list", "--data-dir", at(what)])]) {
    const { exit_code, stderr } = await run();
    expect([exit_code, stderr]).toEqual([1, expect.stringContaining(words)]);
  }
});

test("the tables of Litestream are not someone else's", async () => {
  await changed("copied", "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
  expect(await (await scratch.serve({ data: "copied" })).stop()).toBe(0);
});
