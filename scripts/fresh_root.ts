/**
 * Runs the program in a root directory that has only the executable, the C library that it is linked to, and empty
 * /tmp and /data. There it serves, applies files, fires, backs up, restores, and looks after itself. With --debian the root
 * is a fresh Debian (debootstrap, as root, some 100 MB to fetch), else it is made of this machine's C library.
 *
 *     bun scripts/fresh_root.ts [--debian]
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { KEY } from "./faults/api";
import { BINARY } from "./faults/program";

const PORT = 21_000 + (process.pid % 10_000);
const SUITE = "bookworm";
/** Namespaces of its own: the root is one, and its mounts end with it. */
const ENTER = ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c"];
const CHROOT = '/bin/mount --rbind /proc "$ROOT/proc"; exec /usr/sbin/chroot "$ROOT" /jaot-triggers "$@"';

const MODEL = `param demand{1..2}, default 30; var a >= 0, integer; var b >= 0, integer;
maximize profit: 50*a + 40*b;
s.t. labour: 4*a + 2*b <= 200; s.t. da: a <= demand[1]; s.t. db: b <= demand[2]; end;
`;
/** 35 of b leave room for 32 of a, of which 20 are asked. */
const PROFIT = 50 * 20 + 40 * 35;

const is_debian = process.argv.includes("--debian");
const directory = mkdtempSync(join(tmpdir(), "jaot-root-"));
const root = join(directory, "root");
const services = new Set<Bun.Subprocess>();
try {
  if (is_debian) run(["debootstrap", "--variant=minbase", SUITE, root]);
  else copyLibraries();
  furnish();
  await story();
} finally {
  for (const service of services) service.kill("SIGKILL");
  await Promise.all([...services].map(({ exited }) => exited));
  rmSync(directory, { recursive: true, force: true });
}

async function story(): Promise<void> {
  const first = await serve("/data/first");
  await expectEnd("apply", ["apply", "/plant", "--secrets-file", "/tmp/secrets.json"], /2 to change/);
  await expectEnd("apply again", ["apply", "/plant"], /0 to change, 2 as they are/);
  const fired = ["fire", "daily mix", "--set", "demand=[20,35]", "--wait"];
  await expectEnd("fire", fired, new RegExp(`objective +${PROFIT}\\n`));
  await expectEnd("backup", ["backup", "/data/backup.db", "--data-dir", "/data/first"], /checked/);
  await expectEnd(
    "doctor",
    ["doctor", "--data-dir", "/data/first", "--port", String(PORT)],
    /answers on .*, 0 failed/s,
  );
  await stop(first);
  await expectEnd("restore", ["restore", "/data/backup.db", "--data-dir", "/data/second"], /restored/);
  const second = await serve("/data/second");
  await expectEnd("runs", ["runs", "list", "daily mix"], new RegExp(`completed .* ${PROFIT} `));
  await stop(second);
  await expectEnd("doctor", ["doctor", "--data-dir", "/data/second", "--port", "0"], /, 0 failed/);
}

function copyLibraries(): void {
  const linked = run(["ldd", BINARY]).matchAll(/(\/\S+\.so\S*)/g);
  for (const [, path = ""] of linked) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
}

function furnish(): void {
  for (const folder of ["proc", "tmp", "data", "dev", "plant/models", "plant/documents", "plant/triggers"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  if (!existsSync(join(root, "dev/null"))) writeFileSync(join(root, "dev/null"), "");
  copyFileSync(BINARY, join(root, "jaot-triggers"));
  writeFileSync(join(root, "plant/models/mix.mod"), MODEL);
  writeFileSync(join(root, "plant/documents/mix.yaml"), "name: mix\nmodel: models/mix.mod\n");
  writeFileSync(join(root, "plant/triggers/daily.yaml"), "name: daily mix\ndocument: mix\n");
  console.log(
    `root: ${is_debian ? `Debian ${SUITE}` : "the C library alone"}, ${readdirSync(root).length} entries in /`,
  );
}

function start(words: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe"> {
  return Bun.spawn([...ENTER, CHROOT, "sh", ...words], {
    cwd: "/",
    // No PATH and no HOME: the program contains everything it needs.
    env: { ROOT: root, PATH: "", JAOT_ADMIN_KEY: KEY, JAOT_API_KEY: KEY, JAOT_URL: `http://127.0.0.1:${PORT}` },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function serve(data_dir: string): Promise<Bun.Subprocess> {
  const service = start(["serve", "--port", String(PORT), "--data-dir", data_dir]);
  services.add(service);
  const said = new Response(service.stderr).text();
  while (service.exitCode === null) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/health/ready`).catch(() => null);
    if (ready?.ok) {
      console.log(`serve: ready on ${data_dir}`);
      return service;
    }
    await Bun.sleep(20);
  }
  throw new Error(`serve ended with ${service.exitCode}: ${await said}`);
}

async function stop(service: Bun.Subprocess): Promise<void> {
  service.kill("SIGTERM");
  const code = await service.exited;
  services.delete(service);
  if (code !== 0) throw new Error(`serve stopped with ${code}`);
}

async function expectEnd(name: string, words: readonly string[], said: RegExp): Promise<void> {
  const child = start(words);
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const code = await child.exited;
  if (code !== 0 || !said.test(out)) throw new Error(`${name} ended with ${code}, without ${said}: ${out}${err}`);
  console.log(`${name}: ${out.trim().split("\n").at(-1)}`);
}

function run(words: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words[0]} ended with ${exitCode}: ${stderr}`);
  return stdout.toString();
}
