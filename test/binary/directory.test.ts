/** Whose a data directory is: what others put somewhere is left alone, and what root does there locks no service out. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { BINARY, type Ended, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const scratch = useScratch();
const NOBODY = 65_534;
const at = (name: string): string => join(scratch.directory, name);
const modeOf = (name: string): number => statSync(at(name)).mode & 0o777;

describe("a directory that is not ours", () => {
  test.each(["serve", "restore"])("is refused by %s, with its rights as they were", async (command) => {
    const name = `others-${command}`;
    mkdirSync(join(at(name), "www"), { recursive: true });
    writeFileSync(at(`${name}/index.html`), "mine");
    writeFileSync(at("some.db"), "");
    chmodSync(at(name), 0o755);
    const words = command === "serve" ? ["serve", "--port", "0"] : ["restore", "some.db"];
    const { exit_code, stderr } = await scratch.run([...words, "--data-dir", at(name)]);
    expect([exit_code, stderr]).toEqual([1, expect.stringContaining("holds other things (index.html, www)")]);
    expect([modeOf(name), readdirSync(at(name)).sort()]).toEqual([0o755, ["index.html", "www"]]);
  });

  test("is ours when it is empty, a fresh file system, or has held our data", async () => {
    mkdirSync(at("fresh/lost+found"), { recursive: true });
    const service = await scratch.serve({ data: "fresh" });
    await service.stop();
    writeFileSync(at("fresh/notes.txt"), "put here later");
    expect(await (await scratch.serve({ data: "fresh" })).stop()).toBe(0);
    expect(modeOf("fresh")).toBe(0o700);
  });
});

describe("a data directory that goes away while the service runs", () => {
  test.each([
    ["removed", (data: string) => rmSync(data, { recursive: true })],
    ["moved", (data: string) => renameSync(data, `${data}-moved`)],
    ["without its log", (data: string) => rmSync(join(data, "jaot.db-wal"))],
  ] as const)("%s, ends it with 74", async (what, takeAway) => {
    const service = await scratch.serve({ data: `gone ${what}` });
    takeAway(service.data_dir);
    expect(await service.program.ended).toBe(74);
    expect(service.program.stderr.text).toContain("removed, moved or replaced while the service runs");
  });
});

describe.skipIf(process.getuid!() !== 0)(
  "beside a service of another user (needs the package util-linux, and root to play both)",
  () => {
    const asNobody = (words: readonly string[]) => ({
      words: ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", BINARY, ...words],
      options: { program: "/usr/bin/setpriv", environment: { JAOT_ADMIN_KEY: `ok_live_${"5c".repeat(32)}` } },
    });
    const serveWords = (name: string) => ["serve", "--port", "0", "--data-dir", join(at(name), "data")];

    async function startAsNobody(
      name: string,
    ): Promise<{ ended: Promise<number>; stop: () => void; stderr: () => string }> {
      const { words, options } = asNobody(serveWords(name));
      const program = scratch.start(words, options);
      await program.stdout.seen(/listens on/).catch(() => {});
      return { ended: program.ended, stop: () => program.kill("SIGTERM"), stderr: () => program.stderr.text };
    }

    /** A directory that nobody owns, with data that a service of nobody's has made. */
    async function served(name: string): Promise<void> {
      chmodSync(scratch.directory, 0o711);
      mkdirSync(at(name));
      chownSync(at(name), NOBODY, NOBODY);
      const service = await startAsNobody(name);
      service.stop();
      expect(await service.ended).toBe(0);
    }

    const ownersIn = (directory: string): [string, number][] =>
      readdirSync(directory, { recursive: true }).map((name) => [
        String(name),
        statSync(join(directory, String(name))).uid,
      ]);

    test("every command of root leaves files that the service can use", async () => {
      await served("svc");
      const data = ["--data-dir", join(at("svc"), "data")];
      const backup = join(at("svc"), "copy.db");
      const run = (...words: string[]): Promise<Ended> => scratch.run([...words, ...data]);
      for (const words of [
        ["keys", "create", "--name", "k"],
        ["keys", "list"],
        ["orgs", "list"],
        ["backup", backup],
        ["doctor", "--port", "1"],
      ]) {
        await run(...words);
      }
      expect((await run("restore", backup)).exit_code).toBe(0);
      expect(ownersIn(at("svc")).filter(([, uid]) => uid !== NOBODY)).toEqual([]);
      const service = await startAsNobody("svc");
      service.stop();
      expect(await service.ended).toBe(0);
    });

    test("a restore of root into a new directory gives it to the owner of the directory around it", async () => {
      await served("old");
      const backup = at("root.db");
      await scratch.run(["backup", backup, "--data-dir", join(at("old"), "data")]);
      mkdirSync(at("new"));
      chownSync(at("new"), NOBODY, NOBODY);
      expect((await scratch.run(["restore", backup, "--data-dir", join(at("new"), "data")])).exit_code).toBe(0);
      const service = await startAsNobody("new");
      service.stop();
      expect([await service.ended, service.stderr()]).toEqual([0, expect.not.stringContaining("cannot")]);
    });

    test.each(["jaot.db", "instance", "seal.key", "lock.db", "lock.pid"])(
      "a %s of root's is told in a sentence",
      async (file) => {
        const name = `bad ${file}`;
        await served(name);
        const path = join(at(name), "data", file);
        if (!existsSync(path)) throw new Error(`${file} is not there`);
        chownSync(path, 0, 0);
        const { words, options } = asNobody(serveWords(name));
        const { exit_code, stderr } = await scratch.run(words, options);
        expect(exit_code).toBe(1);
        expect(stderr).toMatch(/jaot-triggers: cannot .*\n$/);
        expect(stderr).toContain("belongs to user 0, and this process runs as user 65534");
        expect(stderr).not.toMatch(/^\s+at /m);
      },
    );
  },
);

test("a service whose directory stays goes on", async () => {
  const service: Service = await scratch.serve({ data: "stays" });
  expect((await service.fire(await service.makeTrigger(RESTOCK_FIVE), undefined, 30)).status).toBe(200);
  expect(await service.stop()).toBe(0);
});
