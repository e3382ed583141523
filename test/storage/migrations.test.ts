/** From one schema to the next: backed up, all or nothing, also under SIGKILL; newer and changed ones are left alone. */
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectDatabase } from "../../src/storage/directory/backup";
import { migrate } from "../../src/storage/migrations";
import { FIRST, NEXT } from "./migration_entry";

const ENTRY = join(import.meta.dir, "migration_entry.ts");
const ROWS = 20_000;
const KILLS = 12;
const OPTIONS = {
  now: 0,
  program_version: "0.0.1",
  backup: () => "",
  freeBytes: () => Number.MAX_SAFE_INTEGER,
  onProgress: () => {},
};

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "jaot-migrate-"));
  path = join(directory, "jaot.db");
  const client = new Database(path);
  client.run("PRAGMA application_id = 0x6a616f74");
  migrate(client, FIRST, OPTIONS);
  client.run("INSERT INTO instance (id) VALUES ('ins_1')");
  client.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO organizations SELECT 'org_' || i, 'name ' || i, 0 FROM n`,
  );
  client.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Old or new as a whole, else the difference in words. */
function stateOf(file: string): string {
  const client = new Database(file);
  try {
    expect(client.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    const { user_version } = client.query("PRAGMA user_version").get() as { user_version: number };
    const columns = client.query("SELECT name FROM pragma_table_info('organizations')").values().flat();
    const doubled = client.query("SELECT count(*) AS n FROM organizations WHERE name LIKE '%name%name%'").get();
    const applied = client.query("SELECT max(number) AS n FROM migrations").get();
    const found = JSON.stringify([user_version, columns.includes("note"), doubled, applied]);
    if (found === JSON.stringify([1, false, { n: 0 }, { n: 1 }])) return "old";
    if (found === JSON.stringify([2, true, { n: ROWS }, { n: 2 }])) return "new";
    return found;
  } finally {
    client.close();
  }
}

async function migrateAndKill(file: string, delay_ms: number): Promise<void> {
  const child = Bun.spawn([process.execPath, ENTRY, file], { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  await reader.read();
  const started = Bun.nanoseconds();
  while (Bun.nanoseconds() - started < delay_ms * 1e6 && child.exitCode === null) await new Promise(setImmediate);
  child.kill("SIGKILL");
  await child.exited;
}

describe("a migration", () => {
  test("backs the database up first, and the backup is the old one, whole and private", async () => {
    const child = Bun.spawn([process.execPath, ENTRY, path], { stdout: "pipe", stderr: "inherit" });
    expect(await new Response(child.stdout).text()).toBe("begun\nmigrated\n");
    expect(stateOf(path)).toBe("new");
    const backup = `${path}.before-1`;
    expect(inspectDatabase(backup)).toMatchObject({ schema: 1, instance_id: "ins_1" });
    expect(stateOf(backup)).toBe("old");
  });

  test(`killed ${KILLS} times on its way leaves the old schema or the new one, and the next start ends it`, async () => {
    const started = Bun.nanoseconds();
    await Bun.spawn([process.execPath, ENTRY, path], { stdout: "ignore" }).exited;
    const whole_ms = (Bun.nanoseconds() - started) / 1e6;
    rmSync(path);
    copyFileSync(`${path}.before-1`, path);
    const seen: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const file = join(directory, `${kill}.db`);
      copyFileSync(path, file);
      await migrateAndKill(file, (whole_ms * kill) / KILLS);
      seen.push(stateOf(file));
      const parts = readdirSync(directory).filter((name) => name.startsWith(`${kill}.db.before-1`));
      // A backup that has its name is whole; one that has not is called .part.
      if (parts.includes(`${kill}.db.before-1`)) expect(stateOf(join(directory, `${kill}.db.before-1`))).toBe("old");
    }
    expect(seen.filter((state) => state !== "old" && state !== "new")).toEqual([]);
    expect(seen).toContain("old");
    await Bun.spawn([process.execPath, ENTRY, join(directory, "0.db")], { stdout: "ignore" }).exited;
    expect(stateOf(join(directory, "0.db"))).toBe("new");
  }, 60_000);

  test("that fails half way changes nothing", () => {
    const client = new Database(path);
    const broken = { ...NEXT, sql: `${NEXT.sql}\nSELECT no_such_column FROM organizations;` };
    expect(() => migrate(client, [...FIRST, broken], OPTIONS)).toThrow("no_such_column");
    client.close();
    expect(stateOf(path)).toBe("old");
  });

  test("of a newer program, or of other SQL under the same number, is refused with the file as it was", () => {
    const client = new Database(path);
    migrate(client, [...FIRST, NEXT], { ...OPTIONS, program_version: "9.9.9" });
    client.close();
    const before = readFileSync(path);
    const again = new Database(path);
    expect(migrate(again, FIRST, OPTIONS)).toEqual({ kind: "newer", found: 2, known: 1, written_by: "9.9.9" });
    const changed = { ...NEXT, sql: `${NEXT.sql} ` };
    expect(migrate(again, [...FIRST, changed], OPTIONS)).toEqual({ kind: "changed", number: 2 });
    again.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.before-2`)).toBe(false);
  });
});
