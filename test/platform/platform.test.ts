/** What every platform promises; it runs for the one that the tests run on. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "../../src/platform/current";
import { writePrivate } from "../../src/platform/private_file";

const { files, processes, machine } = platform;
const root = mkdtempSync(join(tmpdir(), "platform-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => join(mkdtempSync(join(root, "case-")), "path");

describe("files", () => {
  test("a private directory is made with its parents and taken from others when it was open to them", () => {
    const path = join(fresh(), "data");
    files.makePrivateDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(files.isOpenToOthers(path)).toBe(false);
    chmodSync(path, 0o755);
    expect(files.isOpenToOthers(path)).toBe(true);
    files.makePrivateDirectory(path);
    expect(files.isOpenToOthers(path)).toBe(false);
  });

  test("a private file is never open to others, and one that is there is refused or emptied as asked", () => {
    const path = fresh();
    const first = files.openPrivate(path, "wx");
    expect(files.isOpenToOthers(path)).toBe(false);
    writeSync(first, "secret");
    closeSync(first);
    expect(() => files.openPrivate(path, "wx")).toThrow("EEXIST");
    closeSync(files.openPrivate(path, "w"));
    expect(readFileSync(path, "utf8")).toBe("");
  });

  test("rights are taken from others and given to all", () => {
    const path = fresh();
    writeFileSync(path, "", { mode: 0o644 });
    files.makePrivate(path);
    expect(files.isOpenToOthers(path)).toBe(false);
    files.makePublic(path, false);
    expect(files.isOpenToOthers(path)).toBe(true);
    expect(files.belongsToAnother(path)).toBe(false);
  });

  test.each(["replace", "replaceDurably"] as const)("%s puts one file in the place of another", (method) => {
    const [from, to] = [fresh(), fresh()];
    writeFileSync(from, "new");
    writeFileSync(to, "old");
    files[method](from, to);
    expect(readFileSync(to, "utf8")).toBe("new");
    expect(existsSync(from)).toBe(false);
    expect(() => files[method](from, to)).toThrow("ENOENT");
  });

  test("a small private file replaces the one before, whatever a crash left under its other name", () => {
    const path = fresh();
    writeFileSync(`${path}.new`, "left by a crash, and long enough to show", { mode: 0o644 });
    writePrivate(path, "one");
    writePrivate(path, "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(files.isOpenToOthers(path)).toBe(false);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test("files and directories are synced, and what is not there is told", () => {
    const path = fresh();
    writeFileSync(path, "x");
    files.syncFile(path);
    files.syncDirectory(root);
    expect(() => files.syncFile(fresh())).toThrow("ENOENT");
  });

  test("a tree goes with all that is in it, and nothing that it points to", () => {
    const [tree, kept] = [fresh(), fresh()];
    mkdirSync(join(tree, "a/b"), { recursive: true });
    writeFileSync(join(tree, "a/b/c"), "");
    writeFileSync(kept, "");
    symlinkSync(kept, join(tree, "link"));
    files.removeTree(tree);
    expect(existsSync(tree)).toBe(false);
    expect(existsSync(kept)).toBe(true);
    files.removeTree(tree);
  });

  test("a local file system is not taken for a shared one", () => {
    expect(files.sharedFileSystemOf(root)).toBeNull();
  });
});

describe("processes", () => {
  test("memory of a process is told in bytes, and of none that is gone", async () => {
    const resident = processes.residentBytes(process.pid)!;
    const known = process.memoryUsage().rss;
    expect(Math.abs(resident - known) / known).toBeLessThan(0.2);
    const child = Bun.spawn(["true"]);
    await child.exited;
    expect(processes.residentBytes(child.pid)).toBeNull();
  });

  test("children get the names on the list and no others", () => {
    process.env.JAOT_ADMIN_KEY = "secret";
    try {
      const environment = processes.childEnvironment();
      expect(environment.PATH).toBe(process.env.PATH);
      expect(environment.DO_NOT_TRACK).toBe("1");
      expect(Object.keys(environment)).not.toContain("JAOT_ADMIN_KEY");
    } finally {
      delete process.env.JAOT_ADMIN_KEY;
    }
  });

  test("a child that was suspended answers after it is resumed", async () => {
    const child = Bun.spawn(["cat"], { stdin: "pipe", stdout: "pipe" });
    processes.suspend(child);
    child.stdin.write("awake");
    child.stdin.end();
    processes.resume(child);
    expect(await new Response(child.stdout).text()).toBe("awake");
  });

  test("a request to stop is heard each time and does not end the process", async () => {
    const source = `import { platform } from ${JSON.stringify(join(import.meta.dir, "../../src/platform/current.ts"))};
      let count = 0;
      platform.processes.onStopRequest(() => { count += 1; console.log(count); if (count === 3) process.exit(7); });
      console.log("ready"); process.stdin.resume();`;
    const child = Bun.spawn([process.execPath, "-e", source], { stdin: "pipe", stdout: "pipe" });
    const signals = ["SIGTERM", "SIGINT", "SIGTERM"] as const;
    const heard: string[] = [];
    for await (const bytes of child.stdout) {
      heard.push(new TextDecoder().decode(bytes).trim());
      const next = signals[heard.length - 1];
      if (next !== undefined) child.kill(next);
    }
    expect(heard).toEqual(["ready", "1", "2", "3"]);
    expect(await child.exited).toBe(7);
  });
});

test("the machine tells what it can, and the same each time", () => {
  expect(platform.name).toMatch(/^\w+ \w+$/);
  expect(machine.startId()).toBe(machine.startId());
  expect(machine.startId()).toMatch(/^[0-9a-f-]{36}$/);
  expect(machine.memoryBytes()).toBeGreaterThan(2 ** 28);
  expect(machine.openFilesMax()).toBeGreaterThan(100);
  expect(machine.processorFlags() ?? ["fpu"]).toContain("fpu");
});
