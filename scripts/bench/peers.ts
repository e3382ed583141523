/**
 * The do-it-yourself peers: Fastify with BullMQ on Redis, Fastify with pg-boss on PostgreSQL; the same
 * HiGHS with the same options, the same secret check and model. BullMQ twice: with a sync before Redis answers, which is what
 * the service's 202 promises, and with a sync each second, after which a power loss takes up to a second of accepted fires.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./children";
import { firesPerSecond } from "./load";
import { DEMAND } from "./service";
import { serviceSolverOptions } from "./solver_options";

const PEERS = join(import.meta.dir, "../peers");
const SECRET = "a".repeat(64);
const API_PORT = 4191;
const STORE_PORT = 4192;
const WORKER_SECONDS = 8;
const SETTLE_MS = 2500;

/** What each figure of the service is expected to be, divided by the peer's. */
interface Goals {
  readonly fires: string;
  readonly completed: string;
}

export type PeerFigures =
  | { readonly name: string; readonly skipped: string }
  | {
      readonly name: string;
      readonly skipped: null;
      readonly fires: number;
      readonly completed: number;
      readonly goals: Goals;
    };

interface Store {
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

interface Peer {
  readonly name: string;
  readonly goals: Goals;
  readonly api: string;
  readonly worker: string;
  /** null when what it needs is installed, else what is missing. */
  missing(): string | null;
  startStore(): Promise<Store>;
}

/** Fires per second with the worker stopped, then completed runs per second with one worker. */
export async function measurePeers(seconds: number): Promise<PeerFigures[]> {
  const figures: PeerFigures[] = [];
  for (const peer of [bullmq("always"), bullmq("everysec"), PGBOSS]) {
    const missing = existsSync(join(PEERS, "node_modules")) ? peer.missing() : "npm install --prefix scripts/peers";
    figures.push(missing === null ? await measure(peer, seconds) : { name: peer.name, skipped: `missing: ${missing}` });
  }
  return figures;
}

async function measure(peer: Peer, seconds: number): Promise<PeerFigures> {
  const store = await peer.startStore();
  const environment = {
    PATH: process.env.PATH ?? "",
    PORT: String(API_PORT),
    HIGHS_OPTIONS: JSON.stringify(serviceSolverOptions()),
    ...store.environment,
  };
  const start = (file: string) => startChild(["node", file], { cwd: PEERS, env: environment });
  const api = start(peer.api);
  await Bun.sleep(SETTLE_MS);
  const target = {
    url: `http://127.0.0.1:${API_PORT}/fire`,
    secret: SECRET,
    body: JSON.stringify({ override_data: DEMAND }),
  };
  await firesPerSecond(target, 1);
  const fires = await firesPerSecond(target, seconds);
  const worker = start(peer.worker);
  await Bun.sleep(SETTLE_MS);
  const before = await completedOf();
  await Bun.sleep(WORKER_SECONDS * 1000);
  const completed = ((await completedOf()) - before) / WORKER_SECONDS;
  for (const child of [worker, api]) child.kill("SIGKILL");
  await store.stop();
  return { name: peer.name, skipped: null, fires, completed, goals: peer.goals };
}

async function completedOf(): Promise<number> {
  const answer = (await (await fetch(`http://127.0.0.1:${API_PORT}/completed`)).json()) as { completed: number };
  return answer.completed;
}

/** `always` syncs before each answer, `everysec` once a second. */
function bullmq(appendfsync: "always" | "everysec"): Peer {
  return {
    name: `BullMQ (appendfsync ${appendfsync})`,
    // A weaker promise than the service's is no goal.
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
  // No snapshots: they are no part of the promise, and cost a copy of the memory now and then.
  const promise = ["--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""];
  const child = startChild(["redis-server", ...place, ...promise]);
  await Bun.sleep(SETTLE_MS);
  return {
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
