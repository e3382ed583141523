/** Databases of every released schema, full of rows, brought to this one: nothing is lost, and a backup stays. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestTables, INSTANCE_ID, makeOldDatabase, type TableDigests } from "../../scripts/faults/old_databases";
import { systemClock } from "../../src/clock";
import { systemIds } from "../../src/ids";
import { unpackText } from "../../src/model/kept_text";
import { RunIds } from "../../src/runs/run_id";
import { openDatabase } from "../../src/storage/database";
import { inspectDatabase } from "../../src/storage/directory/backup";
import { MIGRATIONS, type MigrationProgress, migrate } from "../../src/storage/migrations";
import type { UpgradeResult } from "../../src/storage/migrations/upgrade";
import { findResult, findRun, insertRun, lastRunSeq, readOverrideData, readProgress } from "../../src/storage/runs";
import { Transaction } from "../../src/storage/writer";

/** More than one slice of the copy. */
const RUNS = 101_000;
const RUNS_SMALL = 2000;
const LATEST = MIGRATIONS.at(-1)!.number;
const OLDER = MIGRATIONS.map(({ number }) => number).filter((number) => number < LATEST);
/** SHA-256 of each migration that was released: a change of one would leave the databases that have it behind. */
const FROZEN = [
  "266521f2a11b6bd3bfdcfb01595d26a42a7b7566deb01cf8dff45aca87da8a0d",
  "b602136304939e9e354749b5ee7895931d743f5ae3050270172ac5345155c8ad",
];

let root: string;
let directory: string;
let path: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "jaot-upgrade-"));
  for (const schema of OLDER) {
    makeOldDatabase(join(root, `${schema}.db`), schema, RUNS_SMALL);
    makeOldDatabase(join(root, `${schema}-large.db`), schema, RUNS);
  }
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(makeDirectory);

function makeDirectory(): void {
  directory = mkdtempSync(join(root, "data-"));
  path = join(directory, "jaot.db");
}

/** The data directory of an installation of that schema. */
function placeOld(schema: number, size: "" | "-large" = ""): TableDigests {
  copyFileSync(join(root, `${schema}${size}.db`), path);
  writeFileSync(join(directory, "instance"), `${INSTANCE_ID}\n`);
  return digestTables(path);
}

function open(now = 1_764_000_000_000) {
  const steps: MigrationProgress[] = [];
  const reports: UpgradeResult[] = [];
  const database = openDatabase(directory, {
    now,
    program_version: "9.9.9",
    new_instance_id: "ins_new",
    onMigration: (progress) => steps.push(progress),
    onUpgraded: (report) => reports.push(report),
  });
  return { database, steps, reports };
}

describe("released migrations", () => {
  test("are what they were", () => {
    const hashes = MIGRATIONS.map(({ sql }) => createHash("sha256").update(sql).digest("hex"));
    expect(hashes).toEqual(FROZEN);
  });
});

describe.each(OLDER)("a database of schema %d", (schema) => {
  let migrated = "";
  let before: TableDigests = {};
  let steps: MigrationProgress[] = [];
  let reports: UpgradeResult[] = [];

  beforeAll(() => {
    makeDirectory();
    before = placeOld(schema, "-large");
    const opened = open();
    expect(opened.database.write_client.query("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
    opened.database.close();
    ({ steps, reports } = opened);
    migrated = path;
  }, 60_000);

  test("had rows in every table before it was migrated", () => {
    expect(Object.entries(before).filter(([, { rows }]) => rows === 0)).toEqual([]);
  });

  test("keeps every row and every column that stays, and every reference", () => {
    expect(digestTables(migrated, before)).toEqual(before);
    expect(inspectDatabase(migrated)).toMatchObject({ schema: LATEST, instance_id: INSTANCE_ID });
  });

  test("leaves a backup, which is the old one", () => {
    const backup = `${migrated}.before-${schema}-1764000000000`;
    expect(reports).toEqual([{ from: schema, to: LATEST, backup }]);
    expect(inspectDatabase(backup)).toMatchObject({ schema, instance_id: INSTANCE_ID });
    expect(digestTables(backup)).toEqual(before);
  });

  test("ends with the very schema of a new database", () => {
    open().database.close();
    expect(schemaOf(migrated)).toEqual(schemaOf(path));
  });

  test("shows its steps in order, with how far the long ones are", () => {
    expect(steps[0]).toMatchObject({ step: 1, text: "copies the database as a backup" });
    expect(steps.at(-1)).toMatchObject({ step: steps[0]!.steps, steps: steps[0]!.steps });
    expect(steps.map(({ step }) => step)).toEqual(steps.map(({ step }) => step).toSorted((a, b) => a - b));
    expect(steps.map(({ text }) => text)).toContain(`copies runs: ${RUNS} of ${RUNS}, 100 %`);
  });
});

function schemaOf(file: string): string[] {
  const client = new Database(file, { readonly: true });
  const rows = client.query("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").values();
  client.close();
  return rows.map((row) => row.join(" "));
}

describe("an upgrade", () => {
  test("is refused before it begins when the disk has no room, with what is needed and what is free", () => {
    placeOld(1);
    const before = readFileSync(path);
    const client = new Database(path);
    const outcome = migrate(client, MIGRATIONS, {
      now: 0,
      program_version: "9.9.9",
      backup: () => expect.unreachable(),
      freeBytes: () => 10_000_000,
      onProgress: () => {},
    });
    client.close();
    expect(outcome).toMatchObject({ kind: "no_room", found: 1, known: LATEST, room: { free_bytes: 10_000_000 } });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("that a crash cut short before its commit leaves no second backup behind", () => {
    placeOld(1);
    for (const name of ["", ".part"]) writeFileSync(`${path}.before-1.unfinished${name}`, "half a copy");
    open().database.close();
    expect(readdirSync(directory).filter((name) => name.includes("before"))).toEqual([
      "jaot.db.before-1-1764000000000",
    ]);
  }, 60_000);

  test("that a crash cut short after its commit keeps its backup, under the name that stays", () => {
    placeOld(1);
    open(5).database.close();
    copyFileSync(`${path}.before-1-5`, `${path}.before-1.unfinished`);
    rmSync(`${path}.before-1-5`);
    const { database, reports } = open(6);
    database.close();
    expect(reports).toEqual([]);
    expect(readdirSync(directory).filter((name) => name.includes("before"))).toEqual(["jaot.db.before-1-6"]);
  }, 60_000);

  test("whose references would break changes nothing", () => {
    const before = placeOld(1);
    const client = new Database(path);
    const careless = { number: 2, name: "careless", rebuilds: [], sql: "DELETE FROM runs WHERE status = 2;" };
    const options = { now: 0, program_version: "9.9.9", backup: () => "", freeBytes: () => 1e12, onProgress: () => {} };
    expect(() => migrate(client, [MIGRATIONS[0]!, careless], options)).toThrow(/left \d+ broken references/);
    client.close();
    expect(digestTables(path)).toEqual(before);
  }, 60_000);
});

describe("runs that were accepted under a clock past 2094", () => {
  /** Places beyond 2^53, as firstSeqAt gives them, and below it by less than 2^32. */
  const PLACES = ["9007199254740999", "9200000000000000", "9007194959773700", "1037934060134400000"];

  test("are found by their ids with all that belongs to them, are the oldest, and new runs follow the others", () => {
    placeOld(1);
    const hurt = new Database(path);
    for (const [i, place] of PLACES.entries()) {
      hurt.run(
        `INSERT INTO runs (seq, id, trigger_seq, status, source, created_at, completed_at) VALUES (${place}, 'run_far_${i}', 3, 2, 0, 1, 2)`,
      );
      hurt.run(`INSERT INTO run_results VALUES (${place}, 0, CAST('{"i":${i}}' AS BLOB))`);
      hurt.run(`INSERT INTO run_inputs VALUES (${place}, ?)`, [Bun.zstdCompressSync(`{"in":${i}}`)]);
      hurt.run(`INSERT INTO run_progress VALUES (${place}, ?)`, [Bun.zstdCompressSync(`[${i}]`)]);
      hurt.run(
        `INSERT INTO deliveries SELECT 'whd_far_${i}', organization_id, trigger_id, ${place}, event, payload, 'delivered', NULL, 1, NULL, 200, NULL, 1, 2 FROM deliveries LIMIT 1`,
      );
    }
    hurt.close();
    const { database } = open();
    const client = database.write_client;
    const found = PLACES.map((_, i) => findRun(client, "trg_3", `run_far_${i}`)!);
    expect(found.map((run) => unpackText(findResult(client, run.seq)!))).toEqual(PLACES.map((_, i) => `{"i":${i}}`));
    expect(found.map((run) => unpackText(readOverrideData(client, run)!))).toEqual(PLACES.map((_, i) => `{"in":${i}}`));
    expect(found.map((run) => readProgress(client, run.seq))).toEqual(PLACES.map((_, i) => `[${i}]`));
    const inOrder = client.query("SELECT id FROM runs ORDER BY seq LIMIT 5").values().flat();
    expect(inOrder).toEqual(["run_far_2", "run_far_0", "run_far_1", "run_far_3", expect.stringMatching(/^run_0/)]);
    const tied = client.query(
      "SELECT count(*) FROM deliveries JOIN runs ON seq = run_seq WHERE deliveries.id LIKE 'whd_far%'",
    );
    expect(tied.values().flat()).toEqual([PLACES.length]);
    const next = new RunIds(systemIds(systemClock), lastRunSeq(client)).next();
    expect(Number.isSafeInteger(next.seq)).toBe(true);
    insertRun(new Transaction(client, {} as never), { ...found[0]!, ...next, trigger_seq: 3, status: "queued" });
    expect(findRun(client, "trg_3", next.id)?.seq).toBe(next.seq);
    database.close();
  }, 60_000);
});
