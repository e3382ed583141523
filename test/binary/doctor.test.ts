/** `doctor` on a sound installation, and on what goes wrong with one. */
import { describe, expect, test } from "bun:test";
import { chmodSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESTOCK_FIVE, useScratch } from "./binary";

const scratch = useScratch();

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
}

async function examine(
  data_dir: string,
  ...words: string[]
): Promise<{ exit_code: number; of: (check: string) => Finding }> {
  const { exit_code, stdout } = await scratch.run(["doctor", "--data-dir", data_dir, "--json", ...words]);
  const { findings, is_well } = JSON.parse(stdout) as { findings: Finding[]; is_well: boolean };
  expect(is_well).toBe(exit_code === 0);
  return { exit_code, of: (check) => findings.find((finding) => finding.check === check)! };
}

test("finds nothing wrong with a service that runs, nor with one that has stopped", async () => {
  const service = await scratch.serve({ data: "sound" });
  await service.makeTrigger(RESTOCK_FIVE, { webhook_url: "http://10.0.0.7/hook" });
  const port = new URL(service.address).port;
  const running = await examine(service.data_dir, "--port", port);
  expect(running.exit_code).toBe(0);
  expect(running.of("port").detail).toMatch(/^jaot-triggers \S+ answers on 127/);
  expect(running.of("lock").detail).toContain(`in use by process ${service.program.pid}`);
  expect(running.of("solver").detail).toContain("solved its test");
  expect(running.of("database").detail).toContain("integrity_check ok");
  expect(running.of("seal key").detail).toContain("opens all 1 webhook secrets");
  expect(running.of("time zones").state).toBe("ok");
  await service.stop();
  const stopped = await examine(service.data_dir, "--port", "0");
  expect([stopped.exit_code, stopped.of("lock").detail]).toEqual([0, "free: no service runs on this directory"]);
  const words = await scratch.run(["doctor", "--data-dir", service.data_dir, "--port", "0"]);
  expect(words.stdout).toMatch(/^ok {4}versions {10}jaot-triggers /);
  expect(words.stdout).toMatch(/\d+ ok, \d+ worth a look, 0 failed\n$/);
});

test("before the first start there is nothing to mend", async () => {
  const { exit_code, of } = await examine(join(scratch.directory, "fresh"), "--port", "0");
  expect([exit_code, of("data directory").state]).toEqual([0, "warn"]);
});

describe("tells what is wrong and what to do", () => {
  test.each([
    [
      "a database cut in half",
      "database",
      "restore a backup",
      (dir: string) => truncateSync(join(dir, "jaot.db"), 40_960),
    ],
    ["a database that is gone", "database", "restore a backup", (dir: string) => rmSync(join(dir, "jaot.db"))],
    ["files that others may read", "file modes", "chmod go=", (dir: string) => chmodSync(join(dir, "jaot.db"), 0o644)],
    ["a key that is gone", "seal key", "put seal.key", (dir: string) => rmSync(join(dir, "seal.key"))],
  ])("%s", async (what, check, said, damage) => {
    const name = what.replaceAll(" ", "-");
    const service = await scratch.serve({ data: name });
    await service.makeTrigger(RESTOCK_FIVE, { webhook_url: "http://10.0.0.7/hook" });
    await service.stop();
    damage(service.data_dir);
    const { exit_code, of } = await examine(service.data_dir, "--port", "0");
    expect([exit_code, of(check).state]).toEqual([1, "fail"]);
    expect(of(check).detail).toContain(said);
  });

  test("a port that another program holds", async () => {
    using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("not a service") });
    const { exit_code, of } = await examine(join(scratch.directory, "fresh"), "--port", String(other.port));
    expect([exit_code, of("port").detail]).toEqual([1, expect.stringContaining("taken by another program")]);
  });
});

test("--airgap names every host that could be reached, and fails for one outside", async () => {
  const service = await scratch.serve({ data: "gap" });
  const hook = (name: string, webhook_url: string) => service.makeTrigger(RESTOCK_FIVE, { name, webhook_url });
  await hook("inside", "http://10.0.0.7:9000/hook");
  await hook("inside too", "http://10.0.0.7:9000/other");
  const closed = await examine(service.data_dir, "--airgap");
  expect([closed.exit_code, closed.of("webhook targets").state]).toEqual([0, "warn"]);
  expect(closed.of("10.0.0.7:9000").detail).toBe("webhook of inside, inside too; inside (private)");
  await hook("outside", "https://93.184.216.34/hook");
  await hook("by name", "https://hooks.plant.example/hook");
  const open = await examine(service.data_dir, "--airgap");
  expect(open.exit_code).toBe(1);
  expect([open.of("93.184.216.34").state, open.of("hooks.plant.example").state]).toEqual(["fail", "fail"]);
  const listed = await examine(service.data_dir, "--airgap", "--webhook-targets", "10.0.0.0/8");
  expect([listed.exit_code, listed.of("webhook targets").state]).toEqual([0, "ok"]);
  expect(listed.of("93.184.216.34").detail).toContain("not reached");
  await service.stop();
});

test("settings that are wrong are wrong usage", async () => {
  writeFileSync(join(scratch.directory, "wrong.toml"), "prot = 1\n");
  expect((await scratch.run(["doctor", "--config", "wrong.toml"])).exit_code).toBe(2);
});
