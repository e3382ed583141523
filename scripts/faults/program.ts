/** The compiled program on one data directory, started and killed many times. */
import { Database } from "bun:sqlite";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEY } from "./api";

export const BINARY = join(import.meta.dir, "../../dist/jaot-triggers");
/** Scripts that run at the same time use different ones. */
const PORT = 20_000 + (process.pid % 10_000);
const ORPHAN_MS_MAX = 2000;

export class Program {
  readonly directory = mkdtempSync(join(tmpdir(), "jaot-crash-"));
  readonly address = `http://127.0.0.1:${PORT}`;
  #child: Bun.Subprocess | null = null;

  get pid(): number {
    return this.#child!.pid;
  }

  /**
   * Starts it, in a control group when one is given, and settles at the first 200 of /health/ready, or at its end. Returns the
   * milliseconds that took.
   */
  async start(kill_at: string | null, settings: readonly string[] = [], group: string | null = null): Promise<number> {
    const started = performance.now();
    const words = ["serve", "--port", String(PORT), "--data-dir", this.#data, "--log", "json"];
    const environment = { PATH: process.env.PATH ?? "", JAOT_ADMIN_KEY: KEY };
    const join_group = group === null ? [] : ["sh", "-c", `echo $$ > ${group}/cgroup.procs; exec "$@"`, "sh"];
    this.#child = Bun.spawn([...join_group, BINARY, ...words, ...settings], {
      env: kill_at === null ? environment : { ...environment, JAOT_KILL_AT: kill_at },
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(this.directory, "log")),
    });
    while (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ready = await fetch(`${this.address}/health/ready`).catch(() => null);
      if (ready?.ok) break;
      await Bun.sleep(1);
    }
    if (this.#child.exitCode !== null) throw new Error(`the program did not start: ${this.#log()}`);
    return performance.now() - started;
  }

  /** True when the process ends by itself within that time. */
  diesWithin(milliseconds: number): Promise<boolean> {
    return Promise.race([this.#child!.exited.then(() => true), Bun.sleep(milliseconds).then(() => false)]);
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    const code = await this.#child?.exited;
    if (code !== 0) throw new Error(`the program stopped with ${code}: ${this.#log()}`);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Invariant 4. */
  async checkOrphans(): Promise<void> {
    const until = performance.now() + ORPHAN_MS_MAX;
    while (this.solvers().length > 0) {
      if (performance.now() > until) throw new Error(`solver processes outlive the program: ${this.solvers().join()}`);
      await Bun.sleep(20);
    }
  }

  /** Invariant 6. */
  checkDatabase(): void {
    const client = new Database(join(this.#data, "jaot.db"));
    const found = client.query("PRAGMA integrity_check").values() as [string][];
    client.close();
    if (found.length !== 1 || found[0]![0] !== "ok") throw new Error(`the database is damaged: ${found.join("; ")}`);
  }

  /** Resident memory, and its peak since the last forgetPeak. */
  memory(): { now_mb: number; peak_mb: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now_mb: of("VmRSS"), peak_mb: of("VmHWM") };
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${this.pid}/clear_refs`, "5");
  }

  get #data(): string {
    return join(this.directory, "data");
  }

  /** Solver processes of this directory: their control file is in their environment, also when their parent is gone. */
  solvers(): string[] {
    return readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`=${join(this.#data, "solver-")}`);
      } catch {
        return false;
      }
    });
  }

  #log(): string {
    return readFileSync(join(this.directory, "log"), "utf8").slice(-2000);
  }
}
