/**
 * The compiled program as its user has it: dist/jaot-triggers in a process of its own, with an environment that holds
 * nothing of this machine's and a directory that goes away again. Waiting is for a line that the process writes, for its
 * end, or for an answer that it gives.
 */
import { afterAll } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock";
import { marketSplit } from "../solver/problem_text";
import type { Answer, CallOptions, Json } from "../world";

export const BINARY = join(import.meta.dir, "../../dist/jaot-triggers");
export const ADMIN_KEY = `ok_live_${"5c".repeat(32)}`;
const PATH = "/usr/bin:/bin";
const ASK_PAUSE_MS = 10;
const ASK_TIMES_MAX = 3000;

/** What a process has written to one of its streams. */
class Output {
  text = "";
  /** Settles when the stream has ended. */
  readonly ended: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #is_ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  /** The first match, as soon as it has been written; refuses when the stream ends without one. */
  async seen(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (this.#is_ended) throw new Error(`the process ended without ${pattern}, after ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.text += decoder.decode(bytes, { stream: true });
      this.#tell();
    }
    this.#is_ended = true;
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Another copy of the program, or another program. */
  readonly program?: string;
  readonly input?: string;
}

export interface Program {
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The exit code, 128 and the signal's number for a process that a signal ended; both streams have been read by then. */
  readonly ended: Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the program in the scratch directory, with PATH, HOME and TMPDIR alone in its environment. */
export type StartProgram = (words: readonly string[], options?: ProgramOptions) => Program;

export interface Ended {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Scratch {
  /** Empty at first; TMPDIR and HOME of every program started in it. */
  readonly directory: string;
  start: StartProgram;
  /** Runs the program to its end. */
  run(words: readonly string[], options?: ProgramOptions): Promise<Ended>;
  /** Starts the service on a free port and settles when it listens. */
  serve(options?: ServeOptions): Promise<Service>;
}

/** A directory for one file of tests. After its tests every process started in it is killed, and it is removed. */
export function useScratch(): Scratch {
  const directory = mkdtempSync(join(tmpdir(), "jaot-binary-"));
  const running = new Map<number, Program>();
  const killAll = (): void => {
    for (const program of running.values()) program.kill("SIGKILL");
  };
  process.on("exit", killAll);
  afterAll(async () => {
    killAll();
    await Promise.all([...running.values()].map((program) => program.ended));
    process.off("exit", killAll);
    rmSync(directory, { recursive: true, force: true });
  });
  const start: StartProgram = (words, options = {}) => {
    const program = spawn(directory, words, options);
    running.set(program.pid, program);
    void program.ended.then(() => running.delete(program.pid));
    return program;
  };
  return {
    directory,
    start,
    run: async (words, options) => {
      const { ended, stdout, stderr } = start(words, options);
      return { exit_code: await ended, stdout: stdout.text, stderr: stderr.text };
    },
    serve: (options) => startService(directory, start, options),
  };
}

function spawn(scratch: string, words: readonly string[], options: ProgramOptions): Program {
  const program = options.program ?? BINARY;
  if (!existsSync(program)) throw new Error(`${program} is not there; npm run build makes it`);
  const child = Bun.spawn([program, ...words], {
    cwd: options.directory ?? scratch,
    env: { PATH, HOME: scratch, TMPDIR: scratch, ...options.environment },
    stdin: options.input === undefined ? "ignore" : new Blob([options.input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const stdout = new Output(child.stdout);
  const stderr = new Output(child.stderr);
  return {
    pid: child.pid,
    stdout,
    stderr,
    ended: Promise.all([child.exited, stdout.ended, stderr.ended]).then(([exit_code]) => exit_code),
    kill: (signal) => child.kill(signal),
  };
}

export interface ServeOptions extends ProgramOptions {
  /** Further words after `serve --port 0 --data-dir DIR`. */
  readonly words?: readonly string[];
  /** Inside the scratch directory. */
  readonly data?: string;
  /** Set as JAOT_ADMIN_KEY; null: none is given. */
  readonly key?: string | null;
}

export interface Service {
  readonly program: Program;
  readonly address: string;
  readonly data_dir: string;
  /** One request, with the admin key when no other token is given; a string body is sent as it is. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** A document, a version and a trigger on that model. */
  makeTrigger(model: unknown, fields?: Record<string, unknown>): Promise<Json>;
  /** Fires with the trigger's secret; waits up to `wait_seconds` for the run's end. */
  fire(trigger: Json, override_data?: unknown, wait_seconds?: number): Promise<Answer>;
  /** The run as the service knows it now. */
  readRun(trigger: Json, run_id: string): Promise<Json>;
  /** Every run of a trigger, newest first, and the trigger's own count of them. */
  readRuns(trigger: Json): Promise<{ readonly items: Json[]; readonly total_runs: number }>;
  /** Settles when nothing is queued or running. */
  drained(): Promise<void>;
  /** Sends SIGTERM; the exit code. */
  stop(): Promise<number>;
}

async function startService(scratch: string, start: StartProgram, options: ServeOptions = {}): Promise<Service> {
  const { words = [], data = "data", key = ADMIN_KEY, ...rest } = options;
  const data_dir = join(scratch, data);
  const environment = { ...(key === null ? {} : { JAOT_ADMIN_KEY: key }), ...rest.environment };
  const program = start(["serve", "--port", "0", "--data-dir", data_dir, ...words], { ...rest, environment });
  const match = await program.stdout.seen(/listens on (\S+)\n/).catch(async (error: unknown) => {
    throw new Error(`serve ended with ${await program.ended}: ${program.stderr.text}`, { cause: error });
  });
  const address = match[1]!.replace("//0.0.0.0:", "//127.0.0.1:");
  const call: Service["call"] = (method, path, body, call_options = {}) =>
    request(address + path, method, body, { token: key ?? ADMIN_KEY, ...call_options });
  return {
    program,
    address,
    data_dir,
    call,
    makeTrigger: (model, fields) => makeTrigger(call, model, fields),
    fire: (trigger, override_data, wait_seconds) => fire(call, trigger, override_data, wait_seconds),
    readRun: async (trigger, run_id) => (await call("GET", `/api/v2/triggers/${trigger.id}/runs/${run_id}`)).body,
    readRuns: (trigger) => readRuns(call, trigger),
    drained: () =>
      until("an empty queue", async () => {
        const { body } = await call("GET", "/health");
        return body.queue_depth + body.running === 0;
      }),
    stop: () => {
      program.kill("SIGTERM");
      return program.ended;
    },
  };
}

/** Asks again until the answer is yes; refuses after 3,000 times. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (let times = 0; times < ASK_TIMES_MAX; times += 1) {
    if (await ask()) return;
    await new Promise<void>((resolve) => systemClock.after(ASK_PAUSE_MS, resolve));
  }
  throw new Error(`${what}: still not so after asking ${ASK_TIMES_MAX} times`);
}

async function makeTrigger(call: Service["call"], model: unknown, fields: Record<string, unknown> = {}): Promise<Json> {
  const document = await call("POST", "/api/v2/builder", { name: "Model", model_json: model });
  const version = await call("POST", `/api/v2/builder/${document.body.id}/versions`, {});
  const body = { name: "Trigger", document_id: document.body.id, version_id: version.body.id, ...fields };
  const trigger = await call("POST", "/api/v2/triggers", body);
  if (trigger.status !== 201) throw new Error(`no trigger: ${JSON.stringify(trigger.body)}`);
  return trigger.body;
}

function fire(call: Service["call"], trigger: Json, override_data: unknown, wait_seconds = 0): Promise<Answer> {
  const headers: Record<string, string> = wait_seconds === 0 ? {} : { prefer: `wait=${wait_seconds}` };
  const body = override_data === undefined ? undefined : { override_data };
  return call("POST", `/api/v2/triggers/${trigger.id}/fire`, body, { token: trigger.trigger_secret, headers });
}

async function readRuns(call: Service["call"], trigger: Json): Promise<{ items: Json[]; total_runs: number }> {
  const path = `/api/v2/triggers/${trigger.id}`;
  const items: Json[] = [];
  for (let page = 1; ; page += 1) {
    const { body } = await call("GET", `${path}/runs?page_size=100&page=${page}`);
    items.push(...body.items);
    if (!body.has_next) return { items, total_runs: (await call("GET", path)).body.total_runs };
  }
}

async function request(url: string, method: string, body: unknown, options: CallOptions): Promise<Answer> {
  const { token } = options;
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  Object.assign(headers, options.headers);
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, body: text });
  const answer = await response.text();
  const is_json = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, body: is_json ? JSON.parse(answer) : answer || null };
}

/**
 * Five parts to restock at 2 a piece, as far as the dock's 400 go; what is missing then costs 40. The least cost is plain
 * arithmetic, whatever the demand.
 */
const STOCK = [30, 10, 25, 0, 5];
export const RESTOCK_FIVE = {
  parameters: { demand_forecast: [100, 80, 60, 40, 20], stock: STOCK },
  variables: STOCK.flatMap((_, i) => [{ name: `order_${i}`, type: "integer" }, { name: `short_${i}` }]),
  objective: { sense: "minimize", expression: STOCK.map((_, i) => `2*order_${i} + 40*short_${i}`).join(" + ") },
  constraints: [
    ...STOCK.map((_, i) => ({
      name: `cover_${i}`,
      expression: `stock[${i}] + order_${i} + short_${i} >= demand_forecast[${i}]`,
    })),
    { name: "dock", expression: `${STOCK.map((_, i) => `order_${i}`).join(" + ")} <= 400` },
  ],
};

/** Feasible from the start, optimal far out of reach: its solve lasts as long as it is given, and then has a solution. */
export function endlessModel(time_limit_seconds: number): Json {
  const { sense, columns, rows } = marketSplit(4, 30);
  const term = (column: number, weight: number): string => `${weight} ${columns[column]![0]}`;
  return {
    options: { time_limit_seconds },
    variables: columns.map(([name, , , , kind]) => ({ name, type: kind ?? "continuous" })),
    objective: { sense, expression: columns.flatMap(([, cost], i) => (cost === 0 ? [] : [term(i, cost)])).join(" + ") },
    constraints: rows.map(([name, half, weights]) => {
      const terms = Object.entries(weights).map(([column, weight]) => term(Number(column), weight));
      return { name, expression: `${terms.join(" + ")} = ${half}` };
    }),
  };
}
