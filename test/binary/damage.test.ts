/** Storage and clocks that are not what they should be: a plain message, nothing made worse, and no accepted run lost. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { seededNumbers } from "../../scripts/faults/seeded";
import type { Json } from "../world";
import { RESTOCK_FIVE, type Service, useScratch } from "./binary";

const SEED = 20261125;
const PAGE_BYTES = 4096;
const RUNS = 40;
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };
const FAKETIME = [
  ...new Bun.Glob("/usr/lib/*/faketime/libfaketimeMT.so.1").scanSync({ cwd: "/", onlyFiles: false }),
][0];

const scratch = useScratch();
const random = seededNumbers(SEED);

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

async function fireAndDrain(service: Service, trigger: Json, count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => service.fire(trigger, FORECAST)));
  expect(answers.map(({ status }) => status)).toEqual(new Array(count).fill(202));
  await service.drained();
  return answers.map(({ body }) => body.run_id);
}

async function expectCompleted(service: Service, trigger: Json, run_ids: readonly string[]): Promise<void> {
  for (const id of run_ids) expect([id, (await service.readRun(trigger, id)).status]).toEqual([id, "completed"]);
}

describe("a database file", () => {
  let source: string;
  let pages: { readonly index: number; readonly table: number };
  beforeAll(async () => {
    const service = await scratch.serve({ data: "source" });
    source = service.data_dir;
    await fireAndDrain(service, await service.makeTrigger(RESTOCK_FIVE), RUNS);
    expect(await service.stop()).toBe(0);
    const database = new Database(join(source, "jaot.db"), { readonly: true });
    const root = (name: string): number =>
      (database.query("SELECT rootpage FROM sqlite_schema WHERE name = ?1").get(name) as { rootpage: number }).rootpage;
    pages = { index: root("runs_by_trigger"), table: root("triggers") };
    database.close();
  });

  const noise = (bytes: Buffer, from: number, to: number): Buffer => {
    for (let i = from; i < Math.min(to, bytes.length); i += 1) bytes[i] = random(256);
    return bytes;
  };
  const DAMAGES: readonly (readonly [how: string, damage: (bytes: Buffer) => Buffer])[] = [
    ["with its header zeroed", (bytes) => bytes.fill(0, 0, 100)],
    ["with noise in its first 60 kB", (bytes) => noise(bytes, 0, 60_000)],
    [
      "with a page of a table zeroed",
      (bytes) => bytes.fill(0, (pages.table - 1) * PAGE_BYTES, pages.table * PAGE_BYTES),
    ],
    [
      "with noise in a page of an index",
      (bytes) => noise(bytes, (pages.index - 1) * PAGE_BYTES, pages.index * PAGE_BYTES),
    ],
    ["cut in half", (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
    ["of no bytes", () => Buffer.alloc(0)],
  ];

  test.each(DAMAGES)("%s is refused, with the way out, and left as it is", async (how, damage) => {
    const data_dir = join(scratch.directory, how);
    mkdirSync(data_dir, { mode: 0o700 });
    for (const name of readdirSync(source)) copyFileSync(join(source, name), join(data_dir, name));
    const path = join(data_dir, "jaot.db");
    writeFileSync(path, damage(readFileSync(path)));
    const before = digestOf(path);
    for (const words of [
      ["serve", "--port", "0"],
      ["keys", "list"],
    ]) {
      const { exit_code, stdout, stderr } = await scratch.run([...words, "--data-dir", data_dir]);
      expect([words[0], exit_code, stdout]).toEqual([words[0], 1, ""]);
      expect(stderr).toContain(path);
      expect(stderr).toMatch(/put a backup (of it )?back/);
      expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
    }
    expect(digestOf(path)).toBe(before);
  });
});

describe.skipIf(!canMount())("a data directory that turns read-only (needs the package mount, and root)", () => {
  const disk = mkdtempSync(join(tmpdir(), "jaot-read-only-"));
  const mount = (...words: string[]): number => Bun.spawnSync(["mount", ...words]).exitCode;
  afterAll(() => {
    Bun.spawnSync(["umount", "-l", disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  test("is refused with the reason, and has lost nothing when it is writable again", async () => {
    expect(mount("-t", "tmpfs", "-o", "size=128m,mode=700", "tmpfs", disk)).toBe(0);
    const words = ["--data-dir", join(disk, "data")];
    const start = (): Promise<Service> => scratch.serve({ data: relative(scratch.directory, join(disk, "data")) });
    const first = await start();
    const trigger = await first.makeTrigger(RESTOCK_FIVE);
    const run_ids = await fireAndDrain(first, trigger, 10);
    expect(await first.stop()).toBe(0);
    expect(mount("-o", "remount,ro", disk)).toBe(0);
    const refused = await scratch.run(["serve", "--port", "0", ...words]);
    expect([refused.exit_code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain(join(disk, "data"));
    expect(refused.stderr).not.toMatch(/\bat .*:\d+:\d+/);
    expect(mount("-o", "remount,rw", disk)).toBe(0);
    const second = await start();
    await expectCompleted(second, trigger, run_ids);
    await second.stop();
  });
});

describe.skipIf(FAKETIME === undefined)("a clock that is ten years off (needs the package faketime)", () => {
  test.each(["+3653d", "-3653d"])(
    "by %s costs no run, before, meanwhile and after",
    async (offset) => {
      const data = `clock ${offset}`;
      const now = await scratch.serve({ data });
      const trigger = await now.makeTrigger(RESTOCK_FIVE);
      const run_ids = await fireAndDrain(now, trigger, 5);
      await now.stop();
      const environment = {
        LD_PRELOAD: `/${FAKETIME!.replace(/^\//, "")}`,
        FAKETIME: offset,
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      };
      const off = await scratch.serve({ data, environment });
      run_ids.push(...(await fireAndDrain(off, trigger, 5)));
      await expectCompleted(off, trigger, run_ids);
      await off.stop();
      const again = await scratch.serve({ data });
      run_ids.push(...(await fireAndDrain(again, trigger, 5)));
      await expectCompleted(again, trigger, run_ids);
      expect((await again.readRuns(trigger)).total_runs).toBe(15);
      await again.stop();
      expect(existsSync(join(again.data_dir, "jaot.db"))).toBe(true);
    },
    60_000,
  );
});

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "jaot-mount-"));
  const is_mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]).exitCode === 0;
  if (is_mounted) Bun.spawnSync(["umount", directory]);
  rmSync(directory, { recursive: true });
  return is_mounted;
}
