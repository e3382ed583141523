/** Words that do not arrive are told: by every command, on a full disk and to a reader that goes away. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/clock";
import type { Json } from "../world";
import { ADMIN_KEY, BINARY, type Ended, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const scratch = useScratch();
let service: Service;
let trigger: Json;
beforeAll(async () => {
  service = await scratch.serve();
  trigger = await service.makeTrigger(RESTOCK_FIVE);
  await service.fire(trigger, undefined, 30);
  writeFileSync(join(scratch.directory, "model.json"), JSON.stringify(RESTOCK_FIVE));
});
afterAll(() => service.program.kill("SIGKILL"));

const COMMANDS = [
  ["--help"],
  ["version"],
  ["examples"],
  ["completions", "bash"],
  ["check", "model.json"],
  ["solve", "model.json"],
  ["solve", "model.json", "--json"],
  ["keys", "list", "--data-dir", "data"],
  ["orgs", "list", "--data-dir", "data"],
  ["backup", "one.db", "--data-dir", "data", "--replace"],
  ["doctor", "--data-dir", "data"],
  ["service", "install", "--print"],
  ["status"],
  ["models", "list"],
  ["triggers", "list", "--json"],
  ["runs", "list", "Trigger"],
  ["runs", "export", "Trigger"],
  ["export", "exported", "--replace"],
];

function shell(script: string, words: readonly string[]): Promise<Ended> {
  const environment = { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY };
  return scratch.run(["-c", script, "bash", BINARY, ...words], { program: "/bin/bash", environment });
}

describe.each(COMMANDS.map((words) => [words.join(" "), words] as const))("%s", (_, words) => {
  test("ends with 74 on a full disk", async () => {
    const { exit_code, stderr } = await shell('"$@" >/dev/full', words);
    expect([exit_code, stderr]).toEqual([74, expect.stringContaining("standard output took no more (ENOSPC)")]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("ends quietly with 141 when its reader is gone", async () => {
    const piped = await scratch.run(["-c", READER_GONE, BINARY, ...words], {
      program: "/usr/bin/python3",
      environment: { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY },
    });
    expect(piped.stdout.trim()).toBe("141");
    expect(piped.stderr).not.toMatch(/EPIPE|^\s+at /m);
  });
});

const READER_GONE = `
import os, subprocess, sys
reading, writing = os.pipe()
os.close(reading)
print(subprocess.run(sys.argv[1:], stdout=writing).returncode)
`;

test("a large file that finds no room keeps the old one, whichever command writes it", async () => {
  for (const words of [
    ["runs", "export", "Trigger", "--format", "json", "--full", "--out", "kept"],
    ["solve", "big.json", "--export", "kept.lp"],
  ]) {
    const name = join(scratch.directory, words.at(-1)!);
    writeFileSync(name, "old");
    const terms = Array.from({ length: 400 }, (_, i) => `${i + 1}*x_${i}`);
    const variables = terms.map((_, i) => ({ name: `x_${i}`, upper_bound: 1 }));
    const objective = { sense: "maximize", expression: terms.join(" + ") };
    writeFileSync(join(scratch.directory, "big.json"), JSON.stringify({ variables, objective, constraints: [] }));
    const { exit_code, stderr } = await shell(`trap '' XFSZ; ulimit -f 1; exec "$@"`, words);
    expect([words[0], exit_code, stderr]).toEqual([words[0]!, 74, expect.stringContaining("cannot write ")]);
    expect(readFileSync(name, "utf8")).toBe("old");
    expect(existsSync(`${name}.part`)).toBe(false);
  }
});

test("a service whose first words find no room says how to get a key", async () => {
  const environment = {};
  const started = scratch.start(
    ["-c", '"$@" >/dev/full', "bash", BINARY, "serve", "--port", "0", "--data-dir", "unseen"],
    { program: "/bin/bash", environment },
  );
  expect(await started.ended).toBe(74);
  expect(started.stderr.text).toContain("jaot-triggers keys create");
  expect(started.stderr.text).toContain("unseen");
});

test("a log that finds no room keeps the service neither from working nor from stopping", async () => {
  const script = '"$@" 2>/dev/full';
  const words = ["-c", `exec ${script}`, "bash", BINARY, "serve", "--port", "0", "--data-dir", "silent"];
  const started = scratch.start(words, { program: "/bin/bash", environment: { JAOT_ADMIN_KEY: ADMIN_KEY } });
  const [, address] = await started.stdout.seen(/listens on (\S+)\n/);
  expect((await fetch(`${address}/health`)).status).toBe(200);
  const asked = systemClock.monotonic();
  started.kill("SIGTERM");
  expect(await started.ended).toBe(0);
  expect(systemClock.monotonic() - asked).toBeLessThan(20_000);
});
