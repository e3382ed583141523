/**
 * The arm64 executable solves, and to the same digests as this machine's: under qemu, in a root directory that holds
 * arm64 libraries and nothing else, so that its solver processes start as on such a machine. `npm run release --
 * linux-arm64` builds the executable; where it is not there the test says so.
 */
import { expect, test } from "bun:test";
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESTOCK_FIVE, useScratch } from "./binary";

const QEMU = "/usr/bin/qemu-aarch64-static";
const LIBRARIES = "/usr/aarch64-linux-gnu/lib";
const EXECUTABLE = join(import.meta.dir, "../../dist/release/jaot-triggers-linux-arm64");
/** Tells the kernel to start arm64 executables with qemu, inside a namespace of its own. */
const REGISTER = String.raw`:arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:${QEMU}:FC`;
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"];
const MOUNT = `set -e
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
printf '%s' "$REGISTER" > /proc/sys/fs/binfmt_misc/register
mount -t proc none "$ROOT/proc"
`;
const scratch = useScratch();
const root = join(scratch.directory, "root");

/** Linux gives a user namespace its own table of interpreters from 6.7 on. */
function isReady(): boolean {
  if (!existsSync(QEMU) || !existsSync(LIBRARIES) || !existsSync(EXECUTABLE)) return false;
  const mount = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && test -e /proc/sys/fs/binfmt_misc/register";
  return Bun.spawnSync([...NAMESPACE, "sh", "-c", mount]).exitCode === 0;
}

test.skipIf(!isReady())(
  "arm64 gives the digests of this machine (needs the package qemu-user-static, libc6-arm64-cross, libgcc-s1-arm64-cross, and npm run release -- linux-arm64)",
  async () => {
    for (const folder of ["proc", "tmp", "dev"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "dev/null"), "");
    cpSync(LIBRARIES, join(root, "lib"), { recursive: true, dereference: true });
    copyFileSync(EXECUTABLE, join(root, "jaot-triggers"));
    writeFileSync(join(root, "restock.json"), JSON.stringify(RESTOCK_FIVE));
    const script = `${MOUNT}exec chroot "$ROOT" /jaot-triggers solve /restock.json --json`;
    const there = Bun.spawn([...NAMESPACE, "sh", "-c", script], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ROOT: root, REGISTER, TMPDIR: "/tmp" },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [text, words] = await Promise.all([new Response(there.stdout).text(), new Response(there.stderr).text()]);
    expect([await there.exited, words]).toEqual([0, ""]);
    writeFileSync(join(scratch.directory, "restock.json"), JSON.stringify(RESTOCK_FIVE));
    const here = await scratch.run(["solve", "restock.json", "--json"]);
    const answerOf = (json: string): unknown => ({ ...JSON.parse(json), solve_time_seconds: 0 });
    expect(answerOf(text)).toEqual(answerOf(here.stdout));
  },
  120_000,
);
