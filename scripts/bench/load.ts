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

/** Requests answered 2xx per second over `seconds`, from one client thread with 32 connections. */
export async function firesPerSecond(target: FireTarget, seconds: number): Promise<number> {
  return Bun.which("wrk") === null ? withClient(target, seconds) : withWrk(target, seconds);
}

/** What the figures were made with. */
export function loadName(): string {
  return `${Bun.which("wrk") === null ? "a Bun client" : "wrk -t1"} with ${CONNECTIONS} connections`;
}

async function withWrk(target: FireTarget, seconds: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "jaot-bench-"));
  const script = join(directory, "fire.lua");
  writeFileSync(
    script,
    `wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer ${target.secret}"
wrk.body = '${target.body}'`,
  );
  const words = ["wrk", "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", script, target.url];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  rmSync(directory, { recursive: true });
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(text);
  if (failed !== null) throw new Error(`${failed[1]} fires were refused at ${target.url}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
}

async function withClient(target: FireTarget, seconds: number): Promise<number> {
  const headers = { authorization: `Bearer ${target.secret}`, "content-type": "application/json" };
  const until = performance.now() + seconds * 1000;
  let answered = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const response = await fetch(target.url, { method: "POST", headers, body: target.body });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`a fire was refused: ${response.status}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return answered / seconds;
}
