/** What a start prints, keeps to itself and refuses, and the exit codes that a service manager goes by. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { ADMIN_KEY, type Ended, RESTOCK_FIVE, useScratch } from "./binary";

const KEY_PATTERN = /ok_live_[0-9a-f]{64}/g;
const KEY_PATTERN_ONCE = /ok_live_[0-9a-f]{64}/;
const scratch = useScratch();

function at(name: string): string {
  return join(scratch.directory, name);
}

/** Starts the service where it must refuse, and so end by itself; one that listens after all is not waited for. */
async function serveRefused(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const port = words.includes("--port") ? [] : ["--port", "0"];
  const { ended, kill, stdout, stderr } = scratch.start(["serve", ...port, ...words], { environment });
  const kills = stdout.seen(/listens on/).then(
    () => kill("SIGKILL"),
    () => {},
  );
  const exit_code = await ended;
  await kills;
  return { exit_code, stdout: stdout.text, stderr: stderr.text };
}

/** A data directory that a service has been started on and stopped. */
async function makeDataDirectory(data: string): Promise<string> {
  const service = await scratch.serve({ data });
  expect(await service.stop()).toBe(0);
  return service.data_dir;
}

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

describe("the first admin key", () => {
  test("is made and shown at the first start alone, and opens the service from then on", async () => {
    const first = await scratch.serve({ data: "keyed", key: null });
    await first.program.stdout.seen(/api\/v2\/triggers\n/);
    const shown = new Set(first.program.stdout.text.match(KEY_PATTERN));
    expect(shown.size).toBe(1);
    const [token = ""] = shown;
    expect((await first.call("GET", "/api/v2/triggers", undefined, { token })).status).toBe(200);
    expect(await first.stop()).toBe(0);
    expect(first.program.stderr.text).not.toMatch(KEY_PATTERN);

    const second = await scratch.serve({ data: "keyed", key: null });
    expect((await second.call("GET", "/api/v2/triggers", undefined, { token })).status).toBe(200);
    expect(await second.stop()).toBe(0);
    expect(second.program.stdout.text).not.toMatch(KEY_PATTERN);
    expect(second.program.stdout.text).toContain("$JAOT_API_KEY");
  });

  test("is not made while the port is another's, so that the start that listens shows it", async () => {
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("other") });
    const words = ["--port", String(other.port), "--data-dir", at("late")];
    const { exit_code, stdout, stderr } = await serveRefused(words);
    await other.stop(true);
    expect([exit_code, stdout, stderr]).toEqual([
      1,
      "",
      expect.stringContaining("is in use; give another with --port"),
    ]);
    const first = await scratch.serve({ data: "late", key: null });
    await first.program.stdout.seen(KEY_PATTERN_ONCE);
    expect(await first.stop()).toBe(0);
    // Shown, and perhaps not seen: every start says how to get another, until something was made with it.
    const again = await scratch.serve({ data: "late", key: null });
    expect(again.program.stdout.text).toContain("jaot-triggers keys create --name admin --role admin --data-dir");
    expect(await again.stop()).toBe(0);
    const [command = ""] = /keys create .*/.exec(again.program.stdout.text) ?? [];
    expect((await scratch.run(command.split(" "))).stdout).toMatch(KEY_PATTERN_ONCE);
    const last = await scratch.serve({ data: "late", key: null });
    expect(last.program.stdout.text).not.toContain("keys create");
    expect(await last.stop()).toBe(0);
  });

  test("is JAOT_ADMIN_KEY when that is set, and then never shown", async () => {
    const service = await scratch.serve({ data: "given" });
    expect((await service.call("GET", "/api/v2/triggers", undefined, { token: ADMIN_KEY })).status).toBe(200);
    expect(await service.stop()).toBe(0);
    const { stdout, stderr } = service.program;
    expect(stdout.text + stderr.text).not.toMatch(KEY_PATTERN);
  });
});

describe("a start", () => {
  test("says where it listens, where its data are, how many solver processes it has, and what to type next", async () => {
    const service = await scratch.serve({ data: "said", words: ["--workers", "3"] });
    await service.stop();
    const { text } = service.program.stdout;
    expect(text).toMatch(/^jaot-triggers listens on http:\/\/127\.0\.0\.1:\d+\n/);
    expect(text).toContain(`data directory    ${service.data_dir}\n`);
    expect(text).toContain("solver processes  3\n");
    expect(text).toContain(`curl -H "Authorization: Bearer $JAOT_API_KEY" ${service.address}/api/v2/triggers\n`);
    expect(text).not.toContain("Warning");
  });

  test("warns when other machines can reach it", async () => {
    const service = await scratch.serve({ data: "reachable", words: ["--host", "0.0.0.0"] });
    await service.stop();
    expect(service.program.stdout.text).toMatch(/Warning: 0\.0\.0\.0 is reachable from other machines.*without TLS/);
  });

  test.each(["0.0.0.0", "::"])(
    "does not listen on %s before there is a key, and says how to make one",
    async (host) => {
      const { exit_code, stdout, stderr } = await serveRefused(["--data-dir", at(`open to ${host}`), "--host", host]);
      expect([exit_code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(`--host ${host} is reachable from other machines`);
      expect(stderr).toContain("JAOT_ADMIN_KEY");
      expect(stderr).not.toMatch(KEY_PATTERN);
    },
  );

  test("listens there once a first start has made a key, and not any more when that has been revoked", async () => {
    const data_dir = await makeDataDirectory("keyed before");
    const service = await scratch.serve({ data: "keyed before", key: null, words: ["--host", "0.0.0.0"] });
    await service.stop();
    const database = new Database(join(data_dir, "jaot.db"));
    database.run("UPDATE api_keys SET revoked_at = 1");
    database.close();
    const refused = await serveRefused(["--data-dir", data_dir, "--host", "0.0.0.0"]);
    expect([refused.exit_code, refused.stdout]).toEqual([1, ""]);
  });

  test("keeps the data directory to its owner, files of a solve included", async () => {
    mkdirSync(at("open"), { mode: 0o755 });
    chmodSync(at("open"), 0o755);
    const service = await scratch.serve({ data: "open" });
    expect((await service.fire(await service.makeTrigger(RESTOCK_FIVE), undefined, 30)).status).toBe(200);
    const names = readdirSync(service.data_dir);
    const modeOf = (name: string): string => (statSync(join(service.data_dir, name)).mode & 0o777).toString(8);
    expect(names).toEqual(expect.arrayContaining(["instance", "jaot.db", "jaot.db-wal", "lock.db", "seal.key"]));
    expect(names.map((name) => [name, modeOf(name)])).toEqual(names.map((name) => [name, "600"]));
    expect(statSync(service.data_dir).mode & 0o777).toBe(0o700);
    await service.stop();
  });

  test("takes a flag before the environment, and the environment before the file", async () => {
    writeFileSync(at("drain.toml"), "drain_seconds = 3\nworkers = 2\n");
    const drainSecondsOf = async (words: string[], environment: Record<string, string>): Promise<string> => {
      const service = await scratch.serve({
        data: "drain",
        words: ["--config", at("drain.toml"), ...words],
        environment,
      });
      await service.stop();
      expect(service.program.stdout.text).toContain("solver processes  2\n");
      return (await service.program.stderr.seen(/"drain_seconds":(\d+)/))[1]!;
    };
    expect(await drainSecondsOf([], {})).toBe("3");
    expect(await drainSecondsOf([], { JAOT_DRAIN_SECONDS: "2" })).toBe("2");
    expect(await drainSecondsOf(["--drain-seconds", "1"], { JAOT_DRAIN_SECONDS: "2" })).toBe("1");
  });
});

describe("exit codes", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("0 after %s", async (signal) => {
    const { program } = await scratch.serve({ data: "stopped" });
    program.kill(signal);
    expect(await program.ended).toBe(0);
    expect(program.stderr.text).toContain('"event":"stopped"');
  });

  test("1 when the port is taken, naming it", async () => {
    const holder = await scratch.serve({ data: "holder" });
    const port = new URL(holder.address).port;
    const { exit_code, stderr } = await serveRefused(["--port", port, "--data-dir", at("other")]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use; give another with --port`);
    await holder.stop();
  });

  test("1 when the data directory cannot be made", async () => {
    writeFileSync(at("file"), "");
    const { exit_code, stderr } = await serveRefused(["--data-dir", at("file/data")]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain("give a writable one with --data-dir");
  });

  test.each([
    [["serve", "--prot", "1"], {}, "unknown option --prot; did you mean --port?"],
    [["sevre"], {}, "unknown command sevre; did you mean serve?"],
    [["serve"], { JAOT_PROT: "1" }, "unknown variable JAOT_PROT; did you mean JAOT_PORT?"],
    [["serve", "--config", "wrong.toml"], {}, "unknown key in the configuration file: prot; did you mean port?"],
    [["serve", "--port", "70000"], {}, '--port: a whole number from 0 to 65535 is expected, found "70000"'],
    [["serve"], { JAOT_ADMIN_KEY: "hunter2" }, "JAOT_ADMIN_KEY: ok_live_ and 64 hex digits is expected\n"],
    [["keys"], {}, "create|list|revoke is missing"],
    [["solve"], {}, "either a FILE or --example NAME"],
  ] as const)("2 for %p with %p, saying what was meant", async (words, environment, said) => {
    writeFileSync(at("wrong.toml"), "prot = 1\n");
    const { exit_code, stdout, stderr } = await scratch.run([...words], { environment });
    expect(exit_code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("hunter2");
    expect(stdout).toBe("");
    expect(existsSync(at("jaot-data"))).toBe(false);
  });

  test("2 with every problem of the configuration at once", async () => {
    const { exit_code, stderr } = await serveRefused(["--workers", "many", "--log", "xml"], { JAOT_HOTS: "::" });
    expect(exit_code).toBe(2);
    for (const name of ["--workers", "--log", "JAOT_HOTS"]) expect(stderr).toContain(name);
  });

  test("3 when another process has the data directory, naming it, and that one goes on", async () => {
    const holder = await scratch.serve({ data: "held" });
    const { exit_code, stderr } = await serveRefused(["--data-dir", holder.data_dir]);
    expect(exit_code).toBe(3);
    expect(stderr).toContain(`${holder.data_dir} is in use by process ${holder.program.pid};`);
    expect((await holder.call("GET", "/health/ready")).status).toBe(200);
    await holder.stop();
  });

  test("4 for a database of a newer version, naming the one that wrote it and changing nothing", async () => {
    const data_dir = await makeDataDirectory("newer");
    const path = join(data_dir, "jaot.db");
    const database = new Database(path);
    database.run("INSERT INTO migrations VALUES (99, 'later', 'f00d', '9.8.7', 0)");
    database.run("PRAGMA user_version = 99");
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const before = digestOf(path);
    for (const words of [
      ["serve", "--port", "0"],
      ["keys", "list"],
    ]) {
      const { exit_code, stdout, stderr } = await scratch.run([...words, "--data-dir", data_dir]);
      expect(exit_code).toBe(4);
      expect(stderr).toContain("has schema 99");
      expect(stdout).toBe("");
    }
    expect((await serveRefused(["--data-dir", data_dir])).stderr).toContain("written by jaot-triggers 9.8.7");
    expect(digestOf(path)).toBe(before);
  });
});

describe("a database that is not what it was", () => {
  const DAMAGES: readonly (readonly [what: string, damage: (path: string) => void, said: string])[] = [
    ["emptied", (path) => writeFileSync(path, ""), "is missing or empty, though this directory belongs to instance"],
    ["overwritten with text", (path) => writeFileSync(path, "not a database\n".repeat(1000)), "put a backup back"],
    ["damaged inside", (path) => writeFileSync(path, damaged(readFileSync(path))), "put a backup back"],
    ["cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, 20_000)), "put a backup back"],
  ];

  test.each(DAMAGES)("is refused and left as it is when %s", async (what, damage, said) => {
    const path = join(await makeDataDirectory(what), "jaot.db");
    damage(path);
    const before = digestOf(path);
    const { exit_code, stdout, stderr } = await serveRefused(["--data-dir", at(what)]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain(path);
    expect(stderr).toContain(said);
    expect(stdout).toBe("");
    expect(digestOf(path)).toBe(before);
  });

  test("is refused, and not made anew, when it is gone", async () => {
    const path = join(await makeDataDirectory("gone"), "jaot.db");
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
    const { exit_code, stderr } = await serveRefused(["--data-dir", at("gone")]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain("is missing or empty");
    expect(existsSync(path)).toBe(false);
  });

  test("is refused when it belongs to another installation", async () => {
    const other = readFileSync(join(await makeDataDirectory("theirs"), "jaot.db"));
    const path = join(await makeDataDirectory("ours"), "jaot.db");
    writeFileSync(path, other);
    const { exit_code, stderr } = await serveRefused(["--data-dir", at("ours")]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain("belongs to instance");
    expect(readFileSync(path).equals(other)).toBe(true);
  });

  /** Every page after the first filled with ones. */
  function damaged(bytes: Buffer): Buffer {
    return bytes.fill(0xff, 4096);
  }
});

describe("what the program tells of itself", () => {
  const COMMANDS = [
    "serve",
    "demo",
    "solve",
    "check",
    "inbox",
    "examples",
    "keys",
    "backup",
    "restore",
    "orgs",
    "status",
    "fire",
    "runs",
    "models",
    "triggers",
    "schedules",
    "apply",
    "export",
    "doctor",
    "service",
    "completions",
    "version",
  ];

  test("version names what is inside", async () => {
    const { exit_code, stdout } = await scratch.run(["version"]);
    expect(exit_code).toBe(0);
    const version = String.raw`\d+\.\d+\.\d+`;
    expect(stdout).toMatch(
      new RegExp(`^jaot-triggers ${manifest.version}\nbun ${version}\nsqlite ${version}\nhighs ${version}\n$`),
    );
    const json = JSON.parse((await scratch.run(["version", "--json"])).stdout);
    expect(
      Object.entries(json)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(""),
    ).toBe(stdout);
  });

  test("--help lists the commands, and the solver process is not one of them", async () => {
    const { exit_code, stdout } = await scratch.run(["--help"]);
    expect(exit_code).toBe(0);
    expect([...stdout.matchAll(/^ {2}jaot-triggers (\w+)/gm)].map(([, name]) => name!)).toEqual(COMMANDS);
  });

  test.each(COMMANDS)("%s --help has its options and an example, and does nothing", async (command) => {
    const { exit_code, stdout, stderr } = await scratch.run([command, "--help"]);
    expect([exit_code, stderr]).toEqual([0, ""]);
    expect(stdout).toStartWith(`jaot-triggers ${command}`);
    expect(stdout).toMatch(new RegExp(`\nExample:\n  jaot-triggers ${command}`));
    expect(existsSync(at("jaot-data"))).toBe(false);
  });
});

describe("what cannot be listened on or opened is a sentence, not a dump", () => {
  test("an address that is not this machine's", async () => {
    const words = ["--host", "203.0.113.9", "--data-dir", at("elsewhere")];
    const { exit_code, stderr } = await serveRefused(words, { JAOT_ADMIN_KEY: ADMIN_KEY });
    expect([exit_code, stderr.trim().split("\n")]).toEqual([
      1,
      [expect.stringContaining("--host 203.0.113.9 is not an address of this machine; give one of its own")],
    ]);
  });

  test("a database that says it has no schema", async () => {
    const data_dir = await makeDataDirectory("unnumbered");
    const database = new Database(join(data_dir, "jaot.db"));
    database.run("PRAGMA user_version = 0");
    database.close();
    const { exit_code, stderr } = await serveRefused(["--data-dir", data_dir]);
    expect([exit_code, stderr.trim().split("\n")]).toEqual([
      1,
      [expect.stringContaining("put a backup back with restore")],
    ]);
  });
});
