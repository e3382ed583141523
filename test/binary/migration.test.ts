/** The compiled program on databases of the first release: killed on the way, and on a disk without room. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestTables, INSTANCE_ID, makeOldDatabase } from "../../scripts/faults/old_databases";
import { useScratch } from "./binary";

const scratch = useScratch();

test("migrates a database of the first release, whole after each kill on the way", async () => {
  const script = join(import.meta.dir, "../../scripts/migration.ts");
  const words = [process.execPath, script, "--runs", "3000", "--kill-runs", "3000", "--kills", "4"];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^3000 runs, \d+ rows in all: lost 0/);
  expect(out).toContain("whole each time");
}, 60_000);

describe.skipIf(process.getuid?.() !== 0)(
  "a disk without room for the migration (needs the package mount, and root)",
  () => {
    test("is told with what is needed, and nothing is changed", async () => {
      const data_dir = join(scratch.directory, "small");
      mkdirSync(data_dir, { mode: 0o700 });
      expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs", data_dir]).exitCode).toBe(0);
      try {
        const path = join(data_dir, "jaot.db");
        makeOldDatabase(path, 1, 3000);
        for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
        writeFileSync(join(data_dir, "instance"), `${INSTANCE_ID}\n`);
        const before = digestTables(path);
        const { exit_code, stderr } = await scratch.run(["serve", "--port", "0", "--data-dir", data_dir]);
        expect(exit_code).toBe(74);
        expect(stderr).toMatch(
          /from schema 1 to 2 needs \d+ MB free \(\d+ MB for a backup beside it, \d+ MB to rebuild tables\)/,
        );
        expect(stderr).toContain("Nothing was changed: make room on the disk of");
        expect(digestTables(path)).toEqual(before);
        expect(readdirSync(data_dir).filter((name) => name.includes(".before-"))).toEqual([]);
      } finally {
        Bun.spawnSync(["umount", "-l", data_dir]);
      }
    });
  },
);
