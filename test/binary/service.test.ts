/** The systemd unit: sound, hardened, and placed into a root directory as an image is built. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, useScratch } from "./binary";

const scratch = useScratch();
const has_systemd = Bun.which("systemd-analyze") !== null && Bun.which("systemctl") !== null;
/** systemd's own measure of what a service could do: 10 is everything. */
const EXPOSURE_MAX = 2.5;

test("--print shows the unit and does nothing else; what was given to it stands in it", async () => {
  const words = ["--port", "80", "--backup-dir", "/mnt/back ups", "--webhook-targets", "10.0.0.0/8", "--user", "jaot"];
  const { exit_code, stdout, stderr } = await scratch.run(["service", "install", "--print", ...words]);
  expect([exit_code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(
    'ExecStart=/usr/local/bin/jaot-triggers serve --port=80 "--backup-dir=/mnt/back ups" --webhook-targets=10.0.0.0/8\n',
  );
  expect(stdout).toContain('\nReadWritePaths="-/mnt/back ups"\n');
  expect(stdout).toContain("\nUser=jaot\n");
  expect(stdout).toContain("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n");
});

test("the log goes to the journal, homes are seen where a setting names one, and no file need be there to print", async () => {
  const print = async (...words: string[]) => (await scratch.run(["service", "install", "--print", ...words])).stdout;
  const plain = await print(
    "--config",
    "/etc/jaot/not-there.toml",
    "--tls-cert",
    "/nowhere/c",
    "--tls-key",
    "/nowhere/k",
  );
  expect(plain).toContain("\nStandardOutput=null\nStandardError=journal\n");
  expect(plain).toContain("--config=/etc/jaot/not-there.toml");
  expect(plain).toContain("\nProtectHome=yes\n");
  expect(await print("--data-dir", "/home/ops/jaot", "--user", "ops")).toContain("\nProtectHome=read-only\n");
});

test.each([
  [["instal"], "one of install, status, uninstall is expected"],
  [["install", "--print", "--prot", "1"], "did you mean --port?"],
  [["install", "--print", "--user", "a b"], "is no user's name"],
])("service %p is wrong usage", async (words, said) => {
  const { exit_code, stderr } = await scratch.run(["service", ...words]);
  expect([exit_code, stderr]).toEqual([2, expect.stringContaining(said)]);
});

test.skipIf(!has_systemd)("systemd finds the unit sound and little exposed (needs the package systemd)", async () => {
  const path = join(scratch.directory, "jaot-triggers.service");
  const { stdout } = await scratch.run(["service", "install", "--print"]);
  writeFileSync(path, stdout.replace("/usr/local/bin/jaot-triggers", BINARY));
  const verified = Bun.spawnSync(["systemd-analyze", "verify", "--recursive-errors=no", path]);
  expect([verified.exitCode, verified.stderr.toString()]).toEqual([0, ""]);
  const words = ["security", "--offline=yes", `--threshold=${EXPOSURE_MAX * 10}`, "--no-pager", path];
  const judged = Bun.spawnSync(["systemd-analyze", ...words]);
  expect([judged.exitCode, judged.stdout.toString().split("\n").slice(-2)]).toEqual([0, expect.anything()]);
});

test.skipIf(!has_systemd)("install and uninstall work on a root directory (needs the package systemd)", async () => {
  const root = join(scratch.directory, "root");
  mkdirSync(root);
  const installed = await scratch.run(["service", "install", "--root", root, "--port", "9000"]);
  expect([installed.exit_code, installed.stderr]).toEqual([0, ""]);
  const environment = join(root, "etc/jaot-triggers/environment");
  expect(statSync(environment).mode & 0o777).toBe(0o600);
  const [, key = ""] = /^JAOT_ADMIN_KEY=(ok_live_[0-9a-f]{64})\n$/.exec(readFileSync(environment, "utf8"))!;
  expect(installed.stdout).not.toContain(key);
  const link = join(root, "etc/systemd/system/multi-user.target.wants/jaot-triggers.service");
  expect(readlinkSync(link)).toBe("/etc/systemd/system/jaot-triggers.service");
  expect(statSync(join(root, "usr/local/bin/jaot-triggers")).mode & 0o777).toBe(0o755);
  await scratch.run(["service", "install", "--root", root]);
  expect(readFileSync(environment, "utf8")).toContain(key);
  const removed = await scratch.run(["service", "uninstall", "--root", root]);
  expect(removed.exit_code).toBe(0);
  expect(existsSync(join(root, "etc/systemd/system/jaot-triggers.service"))).toBe(false);
  expect((await scratch.run(["service", "status", "--root", root])).exit_code).toBe(1);
});
