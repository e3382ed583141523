/**
 * Backups under fire: a database of --mb MB takes --rate fires a second while it is backed up, and each backup is restored
 * into a directory of its own. Exits with 1 unless every restore passes integrity_check and contains every run that was
 * acknowledged before its backup began. Prints the p99 of fires during backups and between them.
 *
 *     bun scripts/backups.ts --mb 1000 --rate 2000 --restores 20 --seconds 20
 */
import { Database } from "bun:sqlite";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ask, KEY, makeTrigger } from "./faults/api";
import { BINARY, Program } from "./faults/program";

const PORTION_MS = 5;
const WARM_MS = 1000;
const ROWS_EACH = 1000;
const ANSWER_BYTES = 20_000;
const MODEL = { variables: [{ name: "x" }], objective: { sense: "minimize", expression: "x" }, constraints: [] };

const { values } = parseArgs({
  options: {
    mb: { type: "string", default: "1000" },
    rate: { type: "string", default: "2000" },
    restores: { type: "string", default: "20" },
    seconds: { type: "string", default: "20" },
  },
});
const size_bytes = Number(values.mb) * 1e6;
const program = new Program();
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await program.remove();
}

async function run(): Promise<boolean> {
  await program.start(null, ["--workers", "0"]);
  const trigger = await makeTrigger(program.address, MODEL);
  await ask(program.address, "POST", `/triggers/${trigger.id}/fire`, {}, trigger.trigger_secret);
  await program.stop();
  const data = join(program.directory, "data");
  fill(join(data, "jaot.db"));
  await program.start(null, ["--workers", "0"]);
  const megabytes = (statSync(join(data, "jaot.db")).size / 1e6).toFixed(0);
  const load = new Load(`${program.address}/api/v2/triggers/${trigger.id}/fire`, trigger.trigger_secret);
  const alone_ms = await load.during(() => Bun.sleep(Number(values.seconds) * 1000));
  const busy: number[] = [];
  let is_good = true;
  for (let number = 1; number <= Number(values.restores); number += 1) {
    const file = join(program.directory, `${number}.db`);
    let before: readonly string[] = [];
    const seconds = await load.during(async () => {
      before = [...load.acknowledged];
      const started = performance.now();
      await command("backup", file, "--data-dir", data);
      return (performance.now() - started) / 1000;
    }, busy);
    const missing = await restoreAndCount(file, number, before);
    is_good &&= missing === 0;
    const words = missing === 0 ? "whole" : `${missing} RUNS MISSING`;
    console.log(
      `backup ${number}: ${seconds.toFixed(1)} s, restored: ${before.length} acknowledged runs before it, ${words}`,
    );
  }
  await load.stop();
  const [quiet_p99, busy_p99] = [p99(alone_ms), p99(busy)];
  console.log(
    `${megabytes} MB, ${values.rate} fires/s asked, ${load.acknowledged.length} acknowledged, ${load.failed} failed: p99 ${quiet_p99.toFixed(1)} ms without a backup, ${busy_p99.toFixed(1)} ms during, ratio ${(busy_p99 / quiet_p99).toFixed(2)}`,
  );
  return is_good && load.failed === 0;
}

/** Copies the one run, each copy with an incompressible answer, until the file has that size. */
function fill(path: string): void {
  const client = new Database(path);
  client.run("PRAGMA synchronous = OFF");
  const names = (client.query("SELECT name FROM pragma_table_info('runs')").values() as [string][]).flat();
  const { seq } = client.query("SELECT min(seq) AS seq FROM runs").get() as { seq: number };
  const values = names.map((name) =>
    name === "seq"
      ? "n.seq"
      : name === "id"
        ? "'run_' || hex(randomblob(13)) || 'x'"
        : name === "status"
          ? "5"
          : name === "completed_at"
            ? "created_at"
            : name,
  );
  const numbers = "WITH RECURSIVE n(seq) AS (SELECT ?1 UNION ALL SELECT seq + 1 FROM n LIMIT ?2)";
  for (let from = seq - size_bytes; statSync(path).size < size_bytes; from += ROWS_EACH) {
    const inner = names.filter((name) => name !== "seq" && name !== "id");
    client.run(
      `${numbers} INSERT INTO runs (${names.join()}) SELECT ${values.join()} FROM n, (SELECT ${inner.join()} FROM runs WHERE seq = ?3)`,
      [from, ROWS_EACH, seq],
    );
    client.run(`${numbers} INSERT INTO run_results SELECT seq, 1, randomblob(${ANSWER_BYTES}) FROM n`, [
      from,
      ROWS_EACH,
    ]);
    client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  client.close();
}

/** Fires in an open loop: a late fire does not delay the next one, and its lateness counts. */
class Load {
  readonly acknowledged: string[] = [];
  failed = 0;
  readonly #url: string;
  readonly #secret: string;
  #sink: number[] = [];
  #is_over = false;
  #is_firing = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
    this.#loop = this.#send();
  }

  async #warm(): Promise<void> {
    this.#is_firing = true;
    await Bun.sleep(WARM_MS);
  }

  /** Latencies of the fires sent while `work` goes on, or what it returns when there is a list for them. */
  async during(work: () => Promise<void>): Promise<number[]>;
  async during<Result>(work: () => Promise<Result>, sink: number[]): Promise<Result>;
  async during<Result>(work: () => Promise<Result>, sink?: number[]): Promise<Result | number[]> {
    const mine: number[] = sink ?? [];
    await this.#warm();
    this.#sink = mine;
    const result = await work();
    this.#sink = [];
    this.#is_firing = false;
    return sink === undefined ? mine : result;
  }

  stop(): Promise<void> {
    this.#is_over = true;
    return this.#loop;
  }

  async #send(): Promise<void> {
    const open = new Set<Promise<void>>();
    while (!this.#is_over) {
      const started = performance.now();
      for (let sent = 0; this.#is_firing && !this.#is_over; ) {
        const due = Math.floor(((performance.now() - started) * Number(values.rate)) / 1000);
        for (; sent < due; sent += 1) {
          const fired = this.#fire(started + (sent * 1000) / Number(values.rate)).finally(() => open.delete(fired));
          open.add(fired);
        }
        await Bun.sleep(PORTION_MS);
      }
      await Promise.all(open);
      await Bun.sleep(PORTION_MS);
    }
  }

  async #fire(due_ms: number): Promise<void> {
    const sink = this.#sink;
    const headers = { authorization: `Bearer ${this.#secret}`, "content-type": "application/json" };
    try {
      const response = await fetch(this.#url, { method: "POST", headers, body: "{}" });
      const body = (await response.json()) as { run_id?: string };
      if (response.status !== 202) throw new Error(String(response.status));
      this.acknowledged.push(body.run_id!);
      sink.push(performance.now() - due_ms);
    } catch {
      this.failed += 1;
    }
  }
}

/** Restores as an operator does; returns how many of the runs are missing. */
async function restoreAndCount(file: string, number: number, runs: readonly string[]): Promise<number> {
  const directory = join(program.directory, `restored-${number}`);
  await command("restore", file, "--data-dir", directory);
  const client = new Database(join(directory, "jaot.db"), { readonly: true });
  const check = client.query("PRAGMA integrity_check").get() as { integrity_check: string };
  if (check.integrity_check !== "ok") throw new Error(`backup ${number}: ${check.integrity_check}`);
  const kept = new Set(client.query("SELECT id FROM runs WHERE status = 0").values().flat());
  client.close();
  for (const path of [directory, file, `${file}.key`]) rmSync(path, { recursive: true, force: true });
  return runs.filter((id) => !kept.has(id)).length;
}

async function command(...words: string[]): Promise<void> {
  const environment = { PATH: process.env.PATH ?? "", JAOT_API_KEY: KEY };
  const child = Bun.spawn([BINARY, ...words], { env: environment, stdout: "ignore", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${words[0]}: ${said}`);
}

function p99(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
