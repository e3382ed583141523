/**
 * Migrates a database of the first release with the compiled program: `--runs N` (1,000,000) with results, inputs and
 * deliveries, and then `--kills K` (20) times with kill -9 at evenly spaced moments, on `--kill-runs M` (100,000). `--old FILE`:
 * an executable of 0.1.0, which must refuse the database afterwards with 4. Exits with 1 and the broken
 * promise, else with the figures.
 *
 * Promises: no row and no remaining column is lost; a kill leaves either the old or the new database, complete, and the next start
 * finishes the migration; the backup equals the old database; the migration never takes more disk than it asked for.
 */
import { Database } from "bun:sqlite";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIGRATIONS, migrate } from "../src/storage/migrations";
import { digestTables, INSTANCE_ID, makeOldDatabase, type TableDigests } from "./faults/old_databases";
import { BINARY } from "./faults/program";

const END_MS_MAX = 1_800_000;
const LATEST = MIGRATIONS.at(-1)!.number;
const runs = numberArgument("--runs", 1_000_000);
const kills = numberArgument("--kills", 20);
const kill_runs = numberArgument("--kill-runs", 100_000);
const old_program = textArgument("--old");
const root = mkdtempSync(join(tmpdir(), "jaot-migration-"));
try {
  await migrateLarge();
  await killOnTheWay();
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit(0);

async function migrateLarge(): Promise<void> {
  const data = makeDirectory("large", runs);
  const before = digestTables(join(data, "jaot.db"));
  const before_mb = megabytesOf(data);
  const asked_mb = roomAskedFor(data);
  const { took_ms, peak_mb, cpu_s, log } = await start(data, null);
  if (peak_mb - before_mb > asked_mb) throw new Error(`${asked_mb} MB were asked for, ${peak_mb - before_mb} MB taken`);
  checkNew(data, before, "after the migration");
  const backup = readdirSync(data).filter((name) => name.startsWith("jaot.db.before-1-"));
  if (backup.length !== 1) throw new Error(`one backup is expected, there are ${backup.length}: ${backup.join(", ")}`);
  same(digestTables(join(data, backup[0]!)), before, "the backup is not the old database");
  const rows = Object.values(before).reduce((sum, table) => sum + table.rows, 0);
  const steps = log.filter((line) => line.includes('"migrating"')).length;
  console.log(
    `${runs} runs, ${rows} rows in all: lost 0; start to end ${(took_ms / 1000).toFixed(1)} s, processor ${cpu_s.toFixed(1)} s`,
  );
  console.log(
    `disk ${before_mb} MB before, ${peak_mb} MB at its peak, ${megabytesOf(data)} MB after, backup included; ${asked_mb} MB free were asked for; ${steps} lines of progress`,
  );
  if (old_program !== null) checkWayBack(data, join(data, backup[0]!), before);
  rmSync(data, { recursive: true });
}

async function killOnTheWay(): Promise<void> {
  const source = makeDirectory("source", kill_runs);
  const before = digestTables(join(source, "jaot.db"));
  const whole = await start(copyOf(source, "whole"), null);
  const ends: Record<string, number> = {};
  for (let kill = 0; kill < kills; kill += 1) {
    const data = copyOf(source, `kill-${kill}`);
    await start(data, (whole.took_ms * (kill + 0.5)) / kills);
    const end = checkWhole(data, before, kill);
    ends[end] = (ends[end] ?? 0) + 1;
    await start(data, null);
    checkNew(data, before, `after kill ${kill} and another start`);
    const backups = readdirSync(data).filter((name) => name.includes(".before-"));
    if (backups.length !== 1 || backups[0]!.includes("unfinished")) {
      throw new Error(`after kill ${kill} and another start one backup is expected: ${backups.join(", ")}`);
    }
    rmSync(data, { recursive: true });
  }
  console.log(
    `${kills} kills over ${(whole.took_ms / 1000).toFixed(1)} s: ${JSON.stringify(ends)}, whole each time; each next start ended it`,
  );
}

/** Old or new, each whole; throws for anything between. */
function checkWhole(data: string, before: TableDigests, kill: number): string {
  const path = join(data, "jaot.db");
  const client = new Database(path);
  const { user_version } = client.query("PRAGMA user_version").get() as { user_version: number };
  const { integrity_check } = client.query("PRAGMA integrity_check").get() as { integrity_check: string };
  const broken = client.query("PRAGMA foreign_key_check").all().length;
  client.close();
  if (integrity_check !== "ok" || broken > 0)
    throw new Error(`kill ${kill} left ${integrity_check}, ${broken} broken references`);
  same(digestTables(path, before), before, `kill ${kill} changed rows`);
  return user_version === 1 ? "old" : "new";
}

function checkNew(data: string, before: TableDigests, when: string): void {
  const client = new Database(join(data, "jaot.db"), { readonly: true });
  const { user_version } = client.query("PRAGMA user_version").get() as { user_version: number };
  client.close();
  if (user_version !== LATEST) throw new Error(`${when} the schema is ${user_version}, not ${LATEST}`);
  same(digestTables(join(data, "jaot.db"), before), before, `${when} rows were changed`);
}

/**
 * Starts the program on an address that other machines reach. No key opens these databases, so it refuses that right after the
 * migration, before it touches a run. `kill_ms` null: to its end.
 */
async function start(data: string, kill_ms: number | null) {
  const words = ["serve", "--host", "0.0.0.0", "--port", "0", "--workers", "0", "--log", "json", "--data-dir", data];
  const log_file = join(root, "log");
  const started = performance.now();
  const child = Bun.spawn([BINARY, ...words], {
    env: { PATH: process.env.PATH ?? "" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(log_file),
  });
  let peak_mb = 0;
  const until_ms = kill_ms ?? END_MS_MAX;
  while (performance.now() - started < until_ms && child.exitCode === null) {
    if (kill_ms === null) peak_mb = Math.max(peak_mb, megabytesOf(data));
    await Bun.sleep(kill_ms === null ? 20 : 1);
  }
  const took_ms = performance.now() - started;
  child.kill("SIGKILL");
  await child.exited;
  const log = readFileSync(log_file, "utf8").split("\n");
  const is_refusal = child.exitCode === 1 && log.some((line) => line.includes("no API key opens this service yet"));
  if (child.signalCode === null && !is_refusal) throw new Error(`the program ended: ${log.join("\n")}`);
  if (kill_ms === null && !is_refusal) throw new Error("the migration did not end in half an hour");
  return { took_ms, peak_mb, cpu_s: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6, log };
}

/** The older program refuses the new database, and takes the backup. */
function checkWayBack(data: string, backup: string, before: TableDigests): void {
  const { exitCode, stderr } = Bun.spawnSync([old_program!, "serve", "--port", "0", "--data-dir", data]);
  if (exitCode !== 4) throw new Error(`the older program ended with ${exitCode}, not 4: ${stderr.toString()}`);
  const restored = Bun.spawnSync([old_program!, "restore", backup, "--data-dir", data]);
  if (restored.exitCode !== 0) throw new Error(`the older program does not restore: ${restored.stderr.toString()}`);
  same(digestTables(join(data, "jaot.db")), before, "the way back changed rows");
  console.log("the older program refuses the new database with 4, and restores the backup whole");
}

/** The space in MB that the program asks for when none is free. */
function roomAskedFor(data: string): number {
  const client = new Database(join(data, "jaot.db"));
  const outcome = migrate(client, MIGRATIONS, {
    now: 0,
    program_version: "0.0.0",
    backup: () => "",
    freeBytes: () => 0,
    onProgress: () => {},
  });
  client.close();
  if (outcome.kind !== "no_room") throw new Error(`a migration without room came to ${outcome.kind}`);
  return Math.ceil((outcome.room!.backup_bytes + outcome.room!.rebuild_bytes) / 1e6);
}

function makeDirectory(name: string, count: number): string {
  const data = join(root, name);
  mkdirSync(data, { mode: 0o700 });
  makeOldDatabase(join(data, "jaot.db"), 1, count);
  for (const suffix of ["-wal", "-shm"]) rmSync(join(data, `jaot.db${suffix}`), { force: true });
  writeFileSync(join(data, "instance"), `${INSTANCE_ID}\n`);
  return data;
}

function copyOf(source: string, name: string): string {
  const data = join(root, name);
  mkdirSync(data, { mode: 0o700 });
  for (const file of readdirSync(source)) copyFileSync(join(source, file), join(data, file));
  return data;
}

function same(found: TableDigests, expected: TableDigests, said: string): void {
  for (const [name, table] of Object.entries(expected)) {
    const { rows = 0, digest = "" } = found[name] ?? {};
    if (rows !== table.rows) throw new Error(`${said}: ${name} has ${rows} rows, not ${table.rows}`);
    if (digest !== table.digest) throw new Error(`${said}: ${name} has other values`);
  }
}

function megabytesOf(data: string): number {
  const bytes = readdirSync(data).reduce(
    (sum, name) => sum + (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  return Math.round(bytes / 1e6);
}

function numberArgument(name: string, otherwise: number): number {
  return Number(textArgument(name) ?? otherwise);
}

function textArgument(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at === -1 ? null : process.argv[at + 1]!;
}
