/** The compiled program under measurement: started on a directory of its own, with a trigger on the 3-variable integer model. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./children";
import type { FireTarget } from "./load";

export const BINARY = join(import.meta.dir, "../../dist/jaot-triggers");
const KEY = `ok_live_${"cd".repeat(32)}`;
export const DEMAND = { demand: [30, 40, 25] };

const MODEL = {
  parameters: DEMAND,
  variables: ["a", "b", "c"].map((name) => ({ name, type: "integer" })),
  objective: { sense: "maximize", expression: "50 a + 40 b + 60 c" },
  constraints: [
    { name: "machine", expression: "2 a + 3 b + 2 c <= 240" },
    { name: "labour", expression: "4 a + 2 b + 3 c <= 200" },
    { name: "room", expression: "a + b + c <= 150" },
    ...["a", "b", "c"].map((name, i) => ({ name: `market_${name}`, expression: `${name} <= demand[${i}]` })),
  ],
};

export class Service {
  readonly directory: string;
  readonly port: number;
  readonly #program: string;
  #child: ReturnType<typeof startChild> | null = null;
  trigger: FireTarget | null = null;
  #trigger_path = "";

  /** `program`: another build, to compare with. */
  constructor(port: number, program = BINARY) {
    this.#program = program;
    this.directory = mkdtempSync(join(tmpdir(), "jaot-bench-"));
    this.port = port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get data_directory(): string {
    return join(this.directory, "data");
  }

  get pid(): number {
    return this.#child!.pid;
  }

  /** Starts the program and settles at the first 200 of /health/ready. Returns the milliseconds that took. */
  async start(workers: number, settings: readonly string[] = []): Promise<number> {
    const words = [
      this.#program,
      "serve",
      "--port",
      String(this.port),
      "--queued-runs-per-trigger-max",
      "1000000",
      "--workers",
      String(workers),
      "--data-dir",
      this.data_directory,
      ...settings,
    ];
    const started = performance.now();
    const environment = { PATH: process.env.PATH ?? "", JAOT_ADMIN_KEY: KEY };
    this.#child = startChild([...words, "--log", "json"], { env: environment, stderr: "ignore" });
    for (;;) {
      const ready = await fetch(`${this.address}/health/ready`).catch(() => null);
      if (ready?.ok) return performance.now() - started;
      const { exitCode } = this.#child;
      if (exitCode !== null) throw new Error(`${words.join(" ")}: ended with ${exitCode} before it was ready`);
      await Bun.sleep(1);
    }
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    await this.#child?.exited;
    this.#child = null;
  }

  /** Ends it at once. Returns the seconds of processor time that it took from its start on. */
  async kill(): Promise<number> {
    const child = this.#child!;
    child.kill("SIGKILL");
    await child.exited;
    this.#child = null;
    return Number(child.resourceUsage()!.cpuTime.total) / 1e6;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Creates the model and the trigger to fire. */
  async prepare(fields: Record<string, unknown> = {}): Promise<FireTarget> {
    const document = await this.post("/api/v2/builder", { model_json: MODEL });
    const version = await this.post(`/api/v2/builder/${document.id}/versions`, {});
    const names = { name: "bench", document_id: document.id, version_id: version.id };
    const made = await this.post("/api/v2/triggers", { ...names, ...fields });
    this.#trigger_path = `/api/v2/triggers/${made.id}`;
    const body = JSON.stringify({ override_data: DEMAND });
    this.trigger = { url: `${this.address}${this.#trigger_path}/fire`, secret: String(made.trigger_secret), body };
    return this.trigger;
  }

  /** Milliseconds from a fire until the same client has the completed run. */
  async fireAndWait(): Promise<number> {
    const { url, secret, body } = this.trigger!;
    const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json", prefer: "wait=30" };
    const started = performance.now();
    const response = await fetch(url, { method: "POST", headers, body });
    const run = (await response.json()) as { status: string };
    if (run.status !== "completed") throw new Error(`the run ended ${run.status}`);
    return performance.now() - started;
  }

  async queueDepth(): Promise<number> {
    const health = (await (await fetch(`${this.address}/health`)).json()) as { queue_depth: number; running: number };
    return health.queue_depth + health.running;
  }

  /** Milliseconds for one page of the trigger's runs. */
  async listRuns(page: number): Promise<number> {
    const headers = { authorization: `Bearer ${KEY}` };
    const started = performance.now();
    const response = await fetch(`${this.address}${this.#trigger_path}/runs?page=${page}`, { headers });
    const { items } = (await response.json()) as { items: unknown[] };
    if (items.length !== 20) throw new Error(`page ${page} has ${items.length} runs`);
    return performance.now() - started;
  }

  /** How many runs of the trigger are stored. */
  async storedRuns(): Promise<number> {
    const headers = { authorization: `Bearer ${KEY}` };
    const response = await fetch(`${this.address}${this.#trigger_path}/runs?page_size=1`, { headers });
    return ((await response.json()) as { total: number }).total;
  }

  /** Resident memory in MB. */
  memory(): number {
    const pages = Number(readFileSync(`/proc/${this.pid}/statm`, "utf8").split(" ")[1]);
    return (pages * 4096) / 1e6;
  }

  /** Memory in MB without pages that are backed by files, such as the program's code. */
  privateMemory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return (Number(/^RssAnon:\s+(\d+) kB/m.exec(status)![1]) * 1024) / 1e6;
  }

  post(path: string, body: unknown, token = KEY): Promise<Record<string, unknown>> {
    return this.postText(path, JSON.stringify(body), token);
  }

  /** Sends JSON text. */
  async postText(path: string, body: string, token = KEY): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(this.address + path, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  async getText(path: string): Promise<string> {
    const response = await fetch(this.address + path, { headers: { authorization: `Bearer ${KEY}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  }
}
