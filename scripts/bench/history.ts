/** The cost of a long history: the same program on a database with many ended runs, and while it removes them. */
import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type FireTarget, fireLoad } from "./load";
import { Service } from "./service";

const PORT = 4186;
const PAGE_SAMPLES = 200;
const WARM_PAGES = 20;
const KEEP_ALL = ["--runs-keep-per-trigger", "1000000000"];
/** Copies made in one transaction. */
const COPIES = 20_000;

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
}

/** Fires on an empty database, fills it with `runs` copies of a real run, then lists, fires and prunes. */
export async function measureHistory(runs: number, seconds: number): Promise<Figure[]> {
  const service = new Service(PORT);
  try {
    await service.start(1);
    const target = await service.prepare();
    await service.fireAndWait();
    await service.stop();
    const [of_one, bytes] = fill(service.data_directory, runs);
    const empty = await measureEmpty(seconds);
    await service.start(0, KEEP_ALL);
    const first = await pageTimes(service, 1);
    const deep = await pageTimes(service, Math.min(5000, Math.floor(runs / 20)));
    await fireLoad(target, 1);
    const full = await fireLoad(target, seconds);
    await service.stop();
    const pruning = await measurePruning(service, target, seconds);
    const many = `${runs.toLocaleString("en")} ended runs`;
    return [
      { what: `bytes per run, ${many}`, value: bytes / runs, unit: "B", goal: "" },
      { what: "of these the run's own answer", value: of_one, unit: "B", goal: "" },
      { what: "runs page 1, p99", value: first, unit: "ms", goal: "5" },
      { what: "runs page 5,000, p99", value: deep, unit: "ms", goal: "20" },
      { what: `fires with ${many} / with none`, value: full.rate / empty.rate, unit: "x", goal: "0.97" },
      { what: "fire p99 without pruning", value: full.p99_ms, unit: "ms", goal: "" },
      { what: "fire p99 while pruning / without", value: pruning.p99_ms / full.p99_ms, unit: "x", goal: "< 2" },
      { what: "runs pruned meanwhile", value: pruning.pruned_per_second, unit: "1/s", goal: "" },
    ];
  } finally {
    await service.remove();
  }
}

async function measureEmpty(seconds: number): Promise<{ rate: number }> {
  const service = new Service(PORT);
  await service.start(0);
  const target = await service.prepare();
  await fireLoad(target, 1);
  const load = await fireLoad(target, seconds);
  await service.remove();
  return load;
}

async function pageTimes(service: Service, page: number): Promise<number> {
  for (let i = 0; i < WARM_PAGES; i += 1) await service.listRuns(page);
  const times: number[] = [];
  for (let i = 0; i < PAGE_SAMPLES; i += 1) times.push(await service.listRuns(page));
  return times.sort((a, b) => a - b)[Math.floor(PAGE_SAMPLES * 0.99)]!;
}

async function measurePruning(service: Service, target: FireTarget, seconds: number) {
  await service.start(0, ["--runs-keep-per-trigger", "1000"]);
  const ended_before = (await service.storedRuns()) - (await service.queueDepth());
  const { p99_ms } = await fireLoad(target, seconds);
  const ended_after = (await service.storedRuns()) - (await service.queueDepth());
  return { p99_ms, pruned_per_second: (ended_before - ended_after) / seconds };
}

/** Copies the one run of a stopped service. Returns the bytes of its answer and of all copies. */
function fill(directory: string, runs: number): [answer_bytes: number, bytes: number] {
  const path = join(directory, "jaot.db");
  const client = new Database(path);
  client.run("PRAGMA synchronous = OFF");
  const before = statSync(path).size;
  const columns = (client.query("SELECT name FROM pragma_table_info('runs')").values() as [string][]).map(
    ([name]) => name,
  );
  const values = columns.map((name) =>
    name === "seq" ? "n.seq" : name === "id" ? "'run_' || hex(randomblob(13)) || 'x'" : name,
  );
  const copies = "WITH RECURSIVE n(seq) AS (SELECT ?1 UNION ALL SELECT seq + 4096 FROM n LIMIT ?2)";
  const template = client.query("SELECT seq FROM runs").get() as { seq: number };
  for (let made = 0; made < runs; made += COPIES) {
    // One run per millisecond, all before the copied one.
    const from = template.seq - (runs - made) * 4096;
    const count = Math.min(COPIES, runs - made);
    client.transaction(() => {
      client.run(
        `${copies} INSERT INTO runs (${columns.join()}) SELECT ${values.join()} FROM n, (SELECT ${columns.filter((name) => name !== "seq" && name !== "id").join()} FROM runs WHERE seq = ?3)`,
        [from, count, template.seq],
      );
      client.run(
        `${copies} INSERT INTO run_results SELECT n.seq, is_compressed, data FROM n, run_results WHERE run_seq = ?3`,
        [from, count, template.seq],
      );
    })();
  }
  client.run("UPDATE triggers SET stored_runs = stored_runs + ?1, total_runs = total_runs + ?1", [runs]);
  client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const { bytes } = client.query("SELECT length(data) AS bytes FROM run_results LIMIT 1").get() as { bytes: number };
  client.close();
  return [bytes, statSync(path).size - before];
}
