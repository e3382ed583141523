/**
 * Watches the system calls of the compiled program while it accepts fires (Debian's strace), and checks for every 202 that a sync
 * of the write-ahead log ended before it left, and began after the run had been written there. `--fires N` (10,000).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEY } from "./faults/api";
import { checkOrder } from "./faults/call_order";
import { Client } from "./faults/client";
import { Ledger } from "./faults/ledger";

const BINARY = join(import.meta.dir, "../dist/jaot-triggers");
const PORT = 20_000 + (process.pid % 10_000);
const CALLS = "pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg";
/** Long enough for a page of the log and for the program's answers. */
const SHOWN_BYTES = 5000;

const at = process.argv.indexOf("--fires");
const fires = at === -1 ? 10_000 : Number(process.argv[at + 1]);
const directory = mkdtempSync(join(tmpdir(), "jaot-synced-"));
const trace = join(directory, "trace");
const serve = [BINARY, "serve", "--port", String(PORT), "--data-dir", join(directory, "data"), "--workers", "0"];
const watch = ["strace", "-f", "-y", "-ttt", "-s", String(SHOWN_BYTES), "-e", `trace=${CALLS}`, "-o", trace];
const environment = { PATH: process.env.PATH ?? "", JAOT_ADMIN_KEY: KEY };
const child = Bun.spawn([...watch, ...serve], { env: environment, stdout: "ignore", stderr: "ignore" });
try {
  const address = `http://127.0.0.1:${PORT}`;
  while (!(await fetch(`${address}/health/ready`).catch(() => null))?.ok) await Bun.sleep(20);
  const ledger = new Ledger(directory);
  const client = new Client(address, ledger);
  await client.makeTriggers(null);
  await client.load(fires);
  process.kill(Number(/\d+/.exec(await Bun.file(join(directory, "data/lock.pid")).text())![0]), "SIGTERM");
  await child.exited;
  const { answers, syncs } = await checkOrder(trace, ledger.ids());
  console.log(
    `${answers} answers of 202, each after one of ${syncs} syncs of the log that began after its run was written`,
  );
} finally {
  child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
}
