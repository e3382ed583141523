/** Load on loopback: wrk (Debian) where it is installed, else a Bun client of the same shape. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const CONNECTIONS = 32;

export interface FireTarget {
  readonly url: string;
  readonly secret: string;
  readonly body: string;
}

export interface LoadResult {
  /** Requests answered 2xx per second. */
  readonly rate: number;
  readonly p99_ms: number;
}

/** Fires as fast as one client thread with 32 connections gets answers. */
export async function fireLoad(target: FireTarget, seconds: number): Promise<LoadResult> {
  return Bun.which("wrk") === null ? withClient(target, seconds) : withWrk(target, seconds);
}

export async function firesPerSecond(target: FireTarget, seconds: number): Promise<number> {
  return (await fireLoad(target, seconds)).rate;
}

/** Fires that many times, as fast as 32 connections get answers. */
export async function fireTimes(target: FireTarget, times: number): Promise<void> {
  const headers = { authorization: `Bearer ${target.secret}`, "content-type": "application/json" };
  let left = times;
  const connection = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const response = await fetch(target.url, { method: "POST", headers, body: target.body });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`a fire was refused: ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

/** Describes the load generator. */
export function loadName(): string {
  return `${Bun.which("wrk") === null ? "a Bun client" : "wrk -t1"} with ${CONNECTIONS} connections`;
}

async function withWrk(target: FireTarget, seconds: number): Promise<LoadResult> {
  const directory = mkdtempSync(join(tmpdir(), "jaot-bench-"));
  const script = join(directory, "fire.lua");
  writeFileSync(
    script,
    `wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer ${target.secret}"
wrk.body = '${target.body}'`,
  );
  const words = ["wrk", "--latency", "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", script, target.url];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  rmSync(directory, { recursive: true });
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(text);
  if (failed !== null) throw new Error(`${failed[1]} fires were refused at ${target.url}`);
  const [, p99 = "", unit = ""] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const p99_ms = Number(p99) * (unit === "s" ? 1000 : unit === "us" ? 0.001 : 1);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (!(rate > 0)) throw new Error(`no fire was answered at ${target.url}`);
  return { rate, p99_ms };
}

async function withClient(target: FireTarget, seconds: number): Promise<LoadResult> {
  const headers = { authorization: `Bearer ${target.secret}`, "content-type": "application/json" };
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const asked = performance.now();
      const response = await fetch(target.url, { method: "POST", headers, body: target.body });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`a fire was refused: ${response.status}`);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  times.sort((a, b) => a - b);
  return { rate: times.length / seconds, p99_ms: times[Math.floor(times.length * 0.99)] ?? 0 };
}
