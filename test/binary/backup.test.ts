/** Backups and restores of the compiled program: while it serves, by the clock, and of files that are no good. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESTOCK_FIVE, type Service, until, useScratch } from "./binary";

const scratch = useScratch();
const path = (name: string): string => join(scratch.directory, name);
const modeOf = (file: string): number => statSync(file).mode & 0o777;
const backUp = (service: Service, file: string, ...words: string[]) =>
  scratch.run(["backup", file, "--data-dir", service.data_dir, ...words]);
const restore = (file: string, data_dir: string, ...words: string[]) =>
  scratch.run(["restore", file, "--data-dir", data_dir, ...words]);

test("a backup under fire holds every run acknowledged before it began, and its webhook secrets open", async () => {
  const service = await scratch.serve({ data: "busy", words: ["--workers", "0"] });
  const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url: "http://127.0.0.1:9/hook" });
  const acknowledged: string[] = [];
  let is_over = false;
  const firing = Array.from({ length: 4 }, async () => {
    while (!is_over) acknowledged.push((await service.fire(trigger)).body.run_id);
  });
  await until("some runs", async () => acknowledged.length > 50);
  const before = [...acknowledged];
  const taken = await backUp(service, path("busy.db"));
  is_over = true;
  await Promise.all(firing);
  expect([taken.exit_code, taken.stderr]).toEqual([0, ""]);
  expect(taken.stdout).toContain("checked");
  expect([modeOf(path("busy.db")), modeOf(path("busy.db.key"))]).toEqual([0o600, 0o600]);
  expect(existsSync(path("busy.db.part"))).toBe(false);
  await service.stop();

  const restored = await restore(path("busy.db"), path("elsewhere"));
  expect([restored.exit_code, restored.stderr]).toEqual([0, ""]);
  const client = new Database(path("elsewhere/jaot.db"), { readonly: true });
  expect(client.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  const kept = new Set(client.query("SELECT id FROM runs").values().flat());
  client.close();
  expect(before.filter((id) => !kept.has(id))).toEqual([]);
  const again = await scratch.serve({ data: "elsewhere", words: ["--workers", "0"] });
  expect((await again.readRun(trigger, before[0]!)).status).toBe("queued");
  expect(again.program.stderr.text).not.toContain("seal_key_missing");
  await again.stop();
});

test("a restore takes a directory back, keeps the old database aside with its log, and starts", async () => {
  const first = await scratch.serve({ data: "back" });
  const trigger = await first.makeTrigger(RESTOCK_FIVE);
  await backUp(first, path("early.db"));
  await first.fire(trigger, undefined, 30);
  first.program.kill("SIGKILL");
  await first.program.ended;
  const report = JSON.parse((await restore(path("early.db"), first.data_dir, "--json")).stdout);
  expect(report.kept).toEqual([
    expect.stringMatching(/^jaot\.db\.before-restore-\d+$/),
    expect.stringMatching(/^jaot\.db\.before-restore-\d+-wal$/),
  ]);
  const second = await scratch.serve({ data: "back" });
  expect((await second.readRuns(trigger)).items).toEqual([]);
  await second.stop();
  const aside = new Database(join(first.data_dir, report.kept[0]));
  expect(aside.query("SELECT count(*) AS n FROM runs").get()).toEqual({ n: 1 });
  aside.close();
});

describe("refusals that change nothing", () => {
  const fingerprint = (directory: string): string => {
    const names = readdirSync(directory).filter((name) => !name.startsWith("lock."));
    return names
      .sort()
      .map((name) => `${name} ${Bun.hash(readFileSync(join(directory, name)))}`)
      .join("\n");
  };

  test("backup and restore tell what is wrong", async () => {
    const service = await scratch.serve({ data: "held" });
    expect((await backUp(service, path("held.db"))).exit_code).toBe(0);
    const again = await backUp(service, path("held.db"));
    expect([again.exit_code, again.stderr]).toEqual([1, expect.stringContaining("--replace")]);
    expect((await backUp(service, path("held.db"), "--replace")).exit_code).toBe(0);
    const nowhere = await backUp(service, path("no/such/place.db"));
    expect([nowhere.exit_code, nowhere.stderr]).toEqual([1, expect.stringContaining("cannot use the directory")]);
    const held = await restore(path("held.db"), service.data_dir);
    expect([held.exit_code, held.stderr]).toEqual([3, expect.stringContaining(`process ${service.program.pid}`)]);
    await service.stop();
    const none = await scratch.run(["backup", path("none.db"), "--data-dir", path("none")]);
    expect([none.exit_code, none.stderr]).toEqual([1, expect.stringContaining("there is no database")]);
  });

  test.each([
    ["an empty file", (file: string) => truncateSync(file, 0), 1, "the file is empty"],
    ["a file cut in half", (file: string) => truncateSync(file, statSync(file).size / 2), 1, "damaged|malformed"],
    [
      "another program's file",
      (file: string) => writeFileSync(file, "%PDF-1.7 and so on, for a while"),
      1,
      "cannot restore",
    ],
    [
      "another program's database",
      (file: string) => run(file, "PRAGMA application_id = 7"),
      1,
      "not a database of this program",
    ],
    ["a newer schema", (file: string) => run(file, "PRAGMA user_version = 99"), 4, "use the newer program"],
    ["another instance", (file: string) => run(file, "UPDATE instance SET id = 'ins_other'"), 1, "--force"],
    [
      "a row without its parent",
      (file: string) => run(file, "PRAGMA foreign_keys = OFF; DELETE FROM organizations"),
      1,
      "damaged",
    ],
  ] as const)("restore of %s", async (what, damage, expected_code, said) => {
    const name = what.replaceAll(/\W/g, "");
    const service = await scratch.serve({ data: name });
    await backUp(service, path(`${name}.db`));
    await service.stop();
    damage(path(`${name}.db`));
    const before = fingerprint(service.data_dir);
    const { exit_code, stderr } = await restore(path(`${name}.db`), service.data_dir);
    expect(stderr).toMatch(new RegExp(said));
    expect(exit_code).toBe(expected_code);
    expect(fingerprint(service.data_dir)).toBe(before);
  });

  function run(file: string, sql: string): void {
    const client = new Database(file);
    client.run(sql);
    client.close();
  }
});

test("--force takes another instance's backup, and the directory is then that instance's", async () => {
  const one = await scratch.serve({ data: "one" });
  await backUp(one, path("one.db"));
  await one.stop();
  const two = await scratch.serve({ data: "two" });
  await two.stop();
  expect((await restore(path("one.db"), two.data_dir, "--force")).exit_code).toBe(0);
  expect(readFileSync(join(two.data_dir, "instance"), "utf8")).toBe(
    readFileSync(join(one.data_dir, "instance"), "utf8"),
  );
  const again = await scratch.serve({ data: "two" });
  expect(await again.stop()).toBe(0);
});

test("a restore that was cut short keeps the service from starting, and ends when it is run again", async () => {
  const service = await scratch.serve({ data: "cut" });
  const trigger = await service.makeTrigger(RESTOCK_FIVE);
  await backUp(service, path("cut.db"));
  await service.stop();
  writeFileSync(join(service.data_dir, "restore.unfinished"), ".before-restore-1");
  const refused = await scratch.run(["serve", "--port", "0", "--data-dir", service.data_dir]);
  expect([refused.exit_code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("run it again: jaot-triggers restore"),
  ]);
  expect((await restore(path("cut.db"), service.data_dir)).exit_code).toBe(0);
  expect(existsSync(join(service.data_dir, "jaot.db.before-restore-1"))).toBe(true);
  const again = await scratch.serve({ data: "cut" });
  expect((await again.call("GET", `/api/v2/triggers/${trigger.id}`)).status).toBe(200);
  await again.stop();
});

test("a backup without its key restores, and says which secrets stay shut", async () => {
  const service = await scratch.serve({ data: "keyed" });
  await service.makeTrigger(RESTOCK_FIVE, { webhook_url: "http://127.0.0.1:9/hook" });
  await backUp(service, path("keyed.db"));
  await service.stop();
  copyFileSync(path("keyed.db"), path("alone.db"));
  const { exit_code, stderr } = await restore(path("alone.db"), path("keyless"));
  expect([exit_code, stderr]).toEqual([
    0,
    expect.stringContaining("webhook secrets of 1 triggers do not open without a key"),
  ]);
});

test("scheduled backups: one at the start, by the clock after that, the newest are kept", async () => {
  const backup_dir = path("kept");
  const words = ["--backup-dir", backup_dir, "--backup-at", "0 3 * * *", "--backups-keep", "2"];
  const service = await scratch.serve({ data: "scheduled", words });
  const names = (): string[] => (existsSync(backup_dir) ? readdirSync(backup_dir).sort() : []);
  await service.program.stderr.seen(/backup_taken/);
  const [made] = names();
  expect(names()).toEqual([made!, `${made}.key`]);
  expect(modeOf(backup_dir)).toBe(0o700);
  const { body } = await service.call("GET", "/health");
  expect(body.backups).toEqual({ last_at: expect.any(String), is_failing: false });
  await service.stop();

  for (const day of ["20200101", "20200102"])
    copyFileSync(join(backup_dir, made!), join(backup_dir, `jaot-${day}T030000Z.db`));
  copyFileSync(join(backup_dir, made!), join(backup_dir, "mine.db"));
  for (const end of ["part", "part-journal"])
    writeFileSync(join(backup_dir, `jaot-20200103T030000Z.db.${end}`), "what a kill left");
  const old = join(backup_dir, made!);
  Bun.spawnSync(["rm", old, `${old}.key`]);
  const again = await scratch.serve({ data: "scheduled", words });
  await again.program.stderr.seen(/backup_removed/);
  await again.stop();
  const left = names();
  expect(left.slice(0, 1)).toEqual(["jaot-20200102T030000Z.db"]);
  expect(left).toEqual(["jaot-20200102T030000Z.db", left[1]!, `${left[1]}.key`, "mine.db"]);
});

test("a backup directory that cannot be used is told in the log and in /health, and the service goes on", async () => {
  writeFileSync(path("blocked"), "a file");
  const service = await scratch.serve({ data: "failing", words: ["--backup-dir", path("blocked/in")] });
  await service.program.stderr.seen(/backup_failed/);
  expect((await service.call("GET", "/health")).body.backups).toEqual({ last_at: null, is_failing: true });
  await service.stop();
});

test("a pattern that is none is wrong usage", async () => {
  const { exit_code, stderr } = await scratch.run(["serve", "--backup-at", "at night"]);
  expect([exit_code, stderr]).toEqual([2, expect.stringContaining("--backup-at: a cron pattern")]);
});
