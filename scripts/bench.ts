/**
 * The measurements of the project. Each is a ratio within one run on one machine: times differ between machines,
 * ratios differ less. Starts everything it needs on loopback and takes a bounded time. `--seconds N` per load (5), `--history N` ended runs that
 * the database holds for the last part (200,000), `--out FILE` for JSON, `--peers` the comparison with the peers alone, in `--turns N` (3).
 * `--against BUILD` compares this build with another one instead (scripts/bench/against.ts): `--only fires,runs,start,memory,models`,
 * `--turns N` a round (7), `--rounds N` at most (3), `--seconds N` per load (3). It exits with 1 when something is worse and with 2 when something cannot be judged.
 * Peers are measured where they are installed: npm install --prefix scripts/peers, Debian's redis-server and postgresql.
 */
import { join } from "node:path";
import { type Comparison, compareBuilds, printComparisons } from "./bench/against";
import { startChild } from "./bench/children";
import { compileTerms, waitBesideBusySolvers, waitBesideExport, waitBesideLargeModel } from "./bench/compiling";
import { measureDeliveries } from "./bench/deliveries";
import { measureGeneration, measureRecompile, ratioOf } from "./bench/generation";
import { measureHistory } from "./bench/history";
import { quantile } from "./bench/judgement";
import { firesPerSecond, loadName } from "./bench/load";
import { measurePeers } from "./bench/peers";
import { measureReading } from "./bench/reading";
import { Service } from "./bench/service";

const SECRET = "a".repeat(64);
const WAIT_SAMPLES = 500;
const COLD_STARTS = 10;
const DRAINED_RUNS = 8000;
const WARM_RUNS = 500;
const DELIVERIES = 10_000;

const out = argumentOf("--out");
const against = argumentOf("--against");
if (against !== undefined) process.exit(await compareWith(against));

const seconds = Number(argumentOf("--seconds") ?? 5);
const rows: { what: string; value: number; unit: string; goal: string }[] = [];

console.log(`load: ${loadName()}, ${seconds} s each\n`);
if (!process.argv.includes("--peers")) await measureAlone();
await notePeers();
if (out !== undefined) await Bun.write(out, `${JSON.stringify(rows, null, 2)}\n`);
process.exit(0);

async function measureAlone(): Promise<void> {
  await measureStart();
  await measureCompile();
  await measureLanguage();
  await measureFiles();
  const bare_route = await measureBareRoute();
  const fires = await measureFires();
  note("durable fires / bare route", fires / bare_route, "x", "0.55");
  const bare_solves = await measureBareSolves();
  const { completed, fires_busy } = await measureRuns();
  note("completed runs / bare HiGHS loop", completed / bare_solves.alone, "x", "");
  note("completed runs / bare HiGHS loop beside a busy core", completed / bare_solves.beside, "x", "0.85");
  note("fires while the solver is busy / with none", fires_busy / fires, "x", "0.75");
  const { deliveries, bare_posts } = await measureDeliveries(DELIVERIES);
  note("deliveries, one receiver", deliveries, "1/s", "1000");
  note("bare fetch loop, 4 at a time", bare_posts, "1/s", "");
  note("deliveries / bare fetch loop", deliveries / bare_posts, "x", "0.5");
  const history = await measureHistory(Number(argumentOf("--history") ?? 200_000), seconds);
  for (const { what, value, unit, goal } of history) note(what, value, unit, goal);
}

async function notePeers(): Promise<void> {
  for (const peer of await measurePeers(Number(argumentOf("--turns") ?? 3), seconds)) {
    if (peer.skipped !== null) console.log(`${peer.name}: skipped, ${peer.skipped}`);
    else for (const { what, value, unit, goal } of peer.figures) note(what, value, unit, goal);
  }
}

/** Returns the exit code. */
async function compareWith(build: string): Promise<number> {
  const comparisons = await compareBuilds({
    build,
    only: argumentOf("--only")?.split(",") ?? null,
    turns: Number(argumentOf("--turns") ?? 7),
    rounds: Number(argumentOf("--rounds") ?? 3),
    seconds: Number(argumentOf("--seconds") ?? 3),
  });
  printComparisons(comparisons);
  if (out !== undefined) await Bun.write(out, `${JSON.stringify(comparisons, null, 2)}\n`);
  const has = (wanted: Comparison["verdict"]): boolean => comparisons.some(({ verdict }) => verdict === wanted);
  return has("worse") ? 1 : has("cannot be told") ? 2 : 0;
}

async function measureStart(): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < COLD_STARTS; i += 1) {
    const service = new Service(4181);
    times.push(await service.start(1));
    if (i === COLD_STARTS - 1) {
      await Bun.sleep(1000);
      note("memory, idle, no solver process", service.memory(), "MB", "90");
    }
    await service.remove();
  }
  note("start to first 200 of /health/ready, p50", quantile(times, 0.5), "ms", "150");
}

async function measureCompile(): Promise<void> {
  note("compile 100,000 terms", compileTerms(), "ms", "500");
  const service = new Service(4185);
  await service.start(1);
  const large = await waitBesideLargeModel(service);
  const exported = await waitBesideExport(service);
  await service.remove();
  note("check a model with a 5 MB expression", large.took_ms, "ms", "");
  note("longest health check meanwhile", large.longest_ms, "ms", "50");
  note("500,000 nonzeros exported as LP", exported.took_ms, "ms", "");
  note("longest health check meanwhile", exported.longest_ms, "ms", "50");
  const busy = new Service(4187);
  await busy.start(2, ["--max-body-mb", "64"]);
  const beside = await waitBesideBusySolvers(busy);
  await busy.remove();
  note("check a 20 MB model, the other solver busy", beside.took_ms, "ms", "");
  note("health check meanwhile, p99", beside.p99_ms, "ms", "20");
}

async function measureLanguage(): Promise<void> {
  note("recompile 10,000 nonzeros with new data, p50", measureRecompile(), "ms", "10");
  const generations = await measureGeneration();
  if (generations === null) {
    console.log("generation: skipped, needs the package glpk-utils");
    return;
  }
  for (const { model, cold_ms, served_ms, glpsol_ms } of generations) {
    note(`${model}.mod: compiled by a fresh process`, cold_ms, "ms", "");
    note(`${model}.mod: checked by the running service`, served_ms, "ms", "");
    note(`${model}.mod: glpsol --check`, glpsol_ms, "ms", "");
  }
  const ratio = (pick: Parameters<typeof ratioOf>[1]) => ratioOf(generations, pick);
  note(
    "source to arrays in the service / glpsol, geometric mean",
    ratio(({ served_ms }) => served_ms),
    "x",
    "0.5",
  );
  note(
    "in a fresh process / glpsol, geometric mean",
    ratio(({ cold_ms }) => cold_ms),
    "x",
    "",
  );
  const { ours_mb, glpsol_mb } = generations[0]!;
  note("peak memory of huge.mod / glpsol", ours_mb / glpsol_mb, "x", "1.5");
}

async function measureFiles(): Promise<void> {
  const { readings, override_ms, export_ms } = await measureReading();
  for (const { what, megabytes, ours_ms, highs_ms } of readings) {
    note(`${what}: reading`, (megabytes * 1000) / ours_ms, "MB/s", "");
    note(`${what}: time to read / HiGHS's reader`, ours_ms / highs_ms, "x", "1");
  }
  note("500,000 nonzeros, 50 other numbers, p50", override_ms, "ms", "10");
  note("500,000 nonzeros written as MPS", export_ms, "ms", "");
}

async function measureBareRoute(): Promise<number> {
  const environment = { PATH: process.env.PATH ?? "", PORT: "4182", SECRET };
  const child = startChild([process.execPath, join(import.meta.dir, "bench/bare_route.ts")], { env: environment });
  await Bun.sleep(700);
  const url = "http://127.0.0.1:4182/api/v2/triggers/trg_bench/fire";
  const target = { url, secret: SECRET, body: JSON.stringify({ override_data: { demand: [30, 40, 25] } }) };
  await firesPerSecond(target, 1);
  const rate = await firesPerSecond(target, seconds);
  child.kill();
  note("bare route", rate, "1/s", "");
  return rate;
}

async function measureFires(): Promise<number> {
  const service = new Service(4183);
  await service.start(0);
  const target = await service.prepare();
  await firesPerSecond(target, 1);
  const rate = await firesPerSecond(target, seconds);
  await service.remove();
  note("durable fires, --workers 0", rate, "1/s", "");
  return rate;
}

/**
 * The loop alone, and beside a process that keeps another core busy, as the service does while its solver works: on two
 * threads of one core this halves the rate.
 */
async function measureBareSolves(): Promise<{ alone: number; beside: number }> {
  const rates = await bareSolves();
  note("bare HiGHS loop, with the feasibility jump", rates.with_jump, "1/s", "");
  note("bare HiGHS loop, the service's options", rates.service_options, "1/s", "");
  const busy = startChild([process.execPath, "-e", "while (true);"], {});
  const beside = (await bareSolves()).service_options;
  busy.kill("SIGKILL");
  note("the same beside a busy core", beside, "1/s", "");
  return { alone: rates.service_options, beside };
}

async function bareSolves(): Promise<{ with_jump: number; service_options: number }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "bench/bare_solves.ts")], { stdout: "pipe" });
  return JSON.parse(await new Response(child.stdout).text());
}

async function measureRuns(): Promise<{ completed: number; fires_busy: number }> {
  const service = new Service(4184);
  await service.start(1);
  const target = await service.prepare();
  for (let i = 0; i < 50; i += 1) await service.fireAndWait();
  const times: number[] = [];
  for (let i = 0; i < WAIT_SAMPLES; i += 1) times.push(await service.fireAndWait());
  note("fire to completed, warm solver, p50", quantile(times, 0.5), "ms", "3");
  note("fire to completed, warm solver, p99", quantile(times, 0.99), "ms", "");
  const fires_busy = await firesPerSecond(target, 2);
  note("durable fires, one solver busy", fires_busy, "1/s", "");
  await service.stop();
  const completed = await measureDrain(service);
  await service.remove();
  note("completed runs, one solver", completed, "1/s", "");
  return { completed, fires_busy };
}

/** Runs completed per second from a queue that was filled beforehand, so that no load competes. */
async function measureDrain(service: Service): Promise<number> {
  await service.start(1);
  const filled = await service.queueDepth();
  let first = filled;
  while (first > filled - WARM_RUNS) first = await service.queueDepth();
  const started = performance.now();
  let left = first;
  while (left > Math.max(0, first - DRAINED_RUNS)) {
    await Bun.sleep(50);
    left = await service.queueDepth();
  }
  return ((first - left) / (performance.now() - started)) * 1000;
}

function note(what: string, value: number, unit: string, goal: string): void {
  rows.push({ what, value, unit, goal });
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  console.log(`${what.padEnd(64)} ${shown.padStart(9)} ${unit.padEnd(4)}${goal === "" ? "" : ` goal ${goal}`}`);
}

function argumentOf(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}
