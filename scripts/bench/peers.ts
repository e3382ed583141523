/**
 * The do-it-yourself peers: Fastify with BullMQ on Redis, Fastify with pg-boss on PostgreSQL; the same
 * HiGHS with the same options, the same secret check and model. BullMQ twice: with a sync before Redis answers, which is what
 * the service's 202 promises, and with a sync each second, after which a power loss takes up to a second of accepted fires.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./children";
import { FIRE_PROCESSOR, FIRE_TIME, measureFires, measureRuns, RUN_PROCESSOR, RUN_TIME } from "./costs";
import { median, spreadOf } from "./judgement";
import { firesPerSecond, fireTimes } from "./load";
import { treeSeconds } from "./processor_time";
import { BINARY, DEMAND } from "./service";
import { serviceSolverOptions } from "./solver_options";

const PEERS = join(import.meta.dir, "../peers");
const SECRET = "a".repeat(64);
const API_PORT = 4191;
const STORE_PORT = 4192;
const WARM_RUNS = 500;
const WORKER_RUNS = 2000;
const WORKER_MS_MAX = 10_000;
/** More than a worker takes in a turn, so that jobs it has taken but not completed when it is killed hardly count. */
const QUEUED_RUNS = WARM_RUNS + WORKER_RUNS + 1000;
const READY_MS_MAX = 60_000;
const LOOK_MS = 200;
const TARGET = {
  url: `http://127.0.0.1:${API_PORT}/fire`,
  secret: SECRET,
  body: JSON.stringify({ override_data: DEMAND }),
};

/** Goals: each figure of the service divided by the peer's. */
interface Goals {
  readonly fires: string;
  readonly completed: string;
}

/** A cost of the peer and of the service, measured one after the other. */
interface Pair {
  readonly peer: number;
  readonly ours: number;
}

interface Turn {
  readonly fire: Pair;
  readonly fire_processor: Pair;
  readonly run: Pair;
  readonly run_processor: Pair;
}

export interface PeerFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
}

export type PeerResult =
  | { readonly name: string; readonly skipped: string }
  | { readonly name: string; readonly skipped: null; readonly figures: readonly PeerFigure[] };

interface Store {
  /** The parent of the store's other processes. */
  readonly pid: number;
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

interface Peer {
  readonly name: string;
  readonly goals: Goals;
  readonly api: string;
  readonly worker: string;
  /** null when everything is installed, else what is missing. */
  missing(): string | null;
  startStore(): Promise<Store>;
}

/** Measures every peer alternating with the service: fires without a worker, then completed runs with one worker. */
export async function measurePeers(turns: number, seconds: number): Promise<PeerResult[]> {
  const reports: PeerResult[] = [];
  for (const peer of [bullmq("always"), bullmq("everysec"), PGBOSS]) {
    const missing = existsSync(join(PEERS, "node_modules")) ? peer.missing() : "npm install --prefix scripts/peers";
    if (missing !== null) reports.push({ name: peer.name, skipped: `missing: ${missing}` });
    else
      reports.push({ name: peer.name, skipped: null, figures: figuresOf(peer, await measure(peer, turns, seconds)) });
  }
  return reports;
}

/** Rates of the peer, and how many times that the service does; for processor time, how many times the service's the peer takes. */
function figuresOf({ name, goals }: Peer, turns: readonly Turn[]): PeerFigure[] {
  const of = (what: string, pick: (turn: Turn) => Pair, goal: string): PeerFigure[] => {
    const ratios = turns.map(pick).map(({ peer, ours }) => peer / ours);
    return [
      { what, value: median(ratios), unit: "x", goal },
      { what: "  spread of that", value: spreadOf(ratios) * 100, unit: "%", goal: "" },
    ];
  };
  const rate = (what: string, pick: (turn: Turn) => Pair): PeerFigure => {
    return { what, value: 1 / median(turns.map((turn) => pick(turn).peer)), unit: "1/s", goal: "" };
  };
  return [
    rate(`${name}: fires`, ({ fire }) => fire),
    ...of(`durable fires / ${name}`, ({ fire }) => fire, goals.fires),
    ...of(`processor time a fire, ${name} / ours`, (turn) => turn.fire_processor, ""),
    rate(`${name}: completed runs`, ({ run }) => run),
    ...of(`completed runs / ${name}`, ({ run }) => run, goals.completed),
    ...of(`processor time a run, ${name} / ours`, (turn) => turn.run_processor, ""),
  ];
}

async function measure(peer: Peer, turns: number, seconds: number): Promise<Turn[]> {
  const store = await peer.startStore();
  const environment = {
    PATH: process.env.PATH ?? "",
    PORT: String(API_PORT),
    HIGHS_OPTIONS: JSON.stringify(serviceSolverOptions()),
    ...store.environment,
  };
  const start = (file: string) => startChild(["node", file], { cwd: PEERS, env: environment });
  const api = start(peer.api);
  try {
    await untilReady(peer.name, api);
    const measured: Turn[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      measured.push(await measureTurn([store.pid, api.pid], () => start(peer.worker), seconds));
    }
    return measured;
  } finally {
    api.kill("SIGKILL");
    await store.stop();
  }
}

/** The peer, then the service. */
async function measureTurn(
  pids: readonly number[],
  startWorker: () => ReturnType<typeof startChild>,
  seconds: number,
): Promise<Turn> {
  const fires = await measurePeerFires(pids, seconds);
  const our_fires = await measureFires(BINARY, seconds);
  await fireTimes(TARGET, QUEUED_RUNS);
  const worker = startWorker();
  const runs = await measurePeerRuns([...pids, worker.pid]);
  worker.kill("SIGKILL");
  await worker.exited;
  const our_runs = await measureRuns(BINARY);
  return {
    fire: { peer: fires.elapsed, ours: our_fires[FIRE_TIME]! / 1e6 },
    fire_processor: { peer: fires.processor, ours: our_fires[FIRE_PROCESSOR]! / 1e6 },
    run: { peer: runs.elapsed, ours: our_runs[RUN_TIME]! / 1e6 },
    run_processor: { peer: runs.processor, ours: our_runs[RUN_PROCESSOR]! / 1e6 },
  };
}

/** Settles when the API answers. */
async function untilReady(name: string, api: ReturnType<typeof startChild>): Promise<void> {
  const until = performance.now() + READY_MS_MAX;
  while (api.exitCode === null && performance.now() < until) {
    if ((await completedOf().catch(() => null)) !== null) return;
    await Bun.sleep(LOOK_MS);
  }
  throw new Error(`${name}: its API gives no answer at port ${API_PORT}`);
}

/** Seconds a fire. */
async function measurePeerFires(pids: readonly number[], seconds: number) {
  await firesPerSecond(TARGET, 1);
  const before = processorOf(pids);
  const rate = await firesPerSecond(TARGET, seconds);
  return { elapsed: 1 / rate, processor: (processorOf(pids) - before) / (rate * seconds) };
}

/** Seconds a completed run, once the worker has done some, while more are queued than it is measured with. */
async function measurePeerRuns(pids: readonly number[]) {
  const first = await completedOf();
  await untilCompleted(first + WARM_RUNS, READY_MS_MAX);
  const before = { completed: await completedOf(), processor: processorOf(pids), at: performance.now() };
  await untilCompleted(before.completed + WORKER_RUNS, WORKER_MS_MAX);
  const runs = (await completedOf()) - before.completed;
  const elapsed = (performance.now() - before.at) / 1000;
  return { elapsed: elapsed / runs, processor: (processorOf(pids) - before.processor) / runs };
}

async function untilCompleted(completed: number, milliseconds_max: number): Promise<void> {
  const until = performance.now() + milliseconds_max;
  while ((await completedOf()) < completed && performance.now() < until) await Bun.sleep(LOOK_MS);
}

function processorOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + treeSeconds(pid), 0);
}

async function completedOf(): Promise<number> {
  const answer = (await (await fetch(`http://127.0.0.1:${API_PORT}/completed`)).json()) as { completed: number };
  return answer.completed;
}

/** `always` syncs before each answer, `everysec` once a second. */
function bullmq(appendfsync: "always" | "everysec"): Peer {
  return {
    name: `BullMQ (appendfsync ${appendfsync})`,
    // There is no goal against a promise weaker than the service's.
    goals: appendfsync === "always" ? { fires: "2.7", completed: "1.5" } : { fires: "", completed: "" },
    api: "bullmq_api.mjs",
    worker: "bullmq_worker.mjs",
    missing: () => (Bun.which("redis-server") === null ? "Debian's redis-server" : null),
    startStore: () => startRedis(appendfsync),
  };
}

async function startRedis(appendfsync: string): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), "jaot-redis-"));
  const place = ["--port", String(STORE_PORT), "--bind", "127.0.0.1", "--dir", directory];
  // No snapshots: they are not part of the promise, and each costs a copy of the memory.
  const promise = ["--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""];
  const child = startChild(["redis-server", ...place, ...promise]);
  return {
    pid: child.pid,
    environment: { REDIS_PORT: String(STORE_PORT) },
    stop: async () => {
      child.kill();
      await child.exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const PGBOSS: Peer = {
  name: "pg-boss",
  goals: { fires: "12", completed: "" },
  api: "pgboss_api.mjs",
  worker: "pgboss_worker.mjs",
  missing: () => (postgresPrograms() === null ? "Debian's postgresql" : null),
  async startStore() {
    const programs = postgresPrograms()!;
    const directory = mkdtempSync(join(tmpdir(), "jaot-postgres-"));
    // PostgreSQL refuses to run as root.
    const as_user = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
    const run = (...words: string[]) =>
      Bun.spawnSync([...as_user, ...words], { cwd: tmpdir(), stdout: "ignore", stderr: "inherit" });
    if (as_user.length > 0) Bun.spawnSync(["chown", "postgres", directory]);
    const data = join(directory, "data");
    const options = `-p ${STORE_PORT} -k ${directory} -c listen_addresses=127.0.0.1`;
    run(join(programs, "initdb"), "-D", data, "-A", "trust", "-U", "postgres");
    run(join(programs, "pg_ctl"), "-D", data, "-o", options, "-l", join(directory, "log"), "-w", "start");
    return {
      pid: Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]),
      environment: { DATABASE_URL: `postgres://postgres@127.0.0.1:${STORE_PORT}/postgres` },
      stop: async () => {
        run(join(programs, "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop");
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};

/** The folder of initdb and pg_ctl of the newest PostgreSQL that Debian has installed. */
function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  const newest = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  return newest === undefined ? null : join(root, newest, "bin");
}
