/** A service for one test: the real app on a fresh directory and a free port, with the real solver. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, openApp } from "../src/app";
import { type Clock, systemClock } from "../src/clock";
import { readConfig } from "../src/config";
import { systemIds } from "../src/ids";
import { createLog } from "../src/log";
import { waitForRun } from "../src/services/runs/runs";

const SELF = [process.execPath, join(import.meta.dir, "../src/main.ts")];

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client reads them, without types.
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text of any other answer; null for none. */
  readonly body: Json;
}

export interface CallOptions {
  /** Bearer token; null: none. The admin key when absent. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

export interface World {
  readonly app: App;
  readonly address: string;
  readonly key: string;
  readonly directory: string;
  /** Every line of the service's log so far. */
  readonly log: string[];
  /** One request; a string body is sent as it is. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** A document, a version and a trigger on that model. */
  makeTrigger(model: unknown, fields?: Record<string, unknown>): Promise<Json>;
  /** Fires and waits for the end of the run. */
  fire(trigger: Json, override_data?: unknown): Promise<Answer>;
  /** The run once it has ended. */
  ended(trigger: Json, run_id: string): Promise<Json>;
  /** The first line of the log, written already or yet to come, that matches. */
  logged(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

const RUN_WAIT_MS = 30_000;
const ADMIN_KEY = `ok_live_${"ab".repeat(32)}`;

export interface WorldOptions {
  readonly flags?: Record<string, string>;
  readonly clock?: Clock;
  /** An existing directory, kept at the end. */
  readonly directory?: string;
  /** Tells one start of the machine from another. */
  readonly machine_start?: string;
}

/** Starts a service; stop it in afterAll or finally. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "jaot-world-"));
  const clock = options.clock ?? systemClock;
  const flags = { data_dir: join(directory, "data"), port: "0", workers: "1", ...options.flags };
  const { config, faults: problems } = readConfig({
    flags,
    environment: { JAOT_ADMIN_KEY: ADMIN_KEY },
    file_text: null,
  });
  if (config === null) throw new Error(problems.join("; "));
  const { log, write, logged } = recordLog();
  const app = await openApp({
    config,
    clock,
    ids: systemIds(clock),
    log: createLog("json", clock, write),
    machine_start: options.machine_start ?? "this-start",
    self: SELF,
    onStorageLost: (failure) => {
      throw failure;
    },
  });
  const { address } = await app.start();
  const call: World["call"] = (method, path, body, call_options) => request(address + path, method, body, call_options);
  return {
    app,
    address,
    key: ADMIN_KEY,
    directory,
    log,
    call,
    makeTrigger: (model, fields) => makeTrigger(call, model, fields),
    fire: (trigger, override_data) =>
      call("POST", `/api/v2/triggers/${trigger.id}/fire`, override_data === undefined ? undefined : { override_data }, {
        token: trigger.trigger_secret,
        headers: { prefer: "wait=30" },
      }),
    ended: async (trigger, run_id) => {
      const text = await waitForRun(app.context, trigger.id, run_id, RUN_WAIT_MS);
      if (text === null) throw new Error(`run ${run_id} has not ended`);
      return JSON.parse(text.toString());
    },
    logged,
    stop: async () => {
      await app.stop(0);
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface RecordedLog {
  readonly log: string[];
  readonly write: (line: string) => void;
  readonly logged: World["logged"];
}

function recordLog(): RecordedLog {
  const log: string[] = [];
  const waiting = new Set<(line: string) => void>();
  return {
    log,
    write: (line) => {
      log.push(line);
      for (const look of waiting) look(line);
    },
    logged: (pattern) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const look = (line: string): void => {
        if (!pattern.test(line)) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      for (const line of log) look(line);
      return promise;
    },
  };
}

/** A wall clock that stands still until it is moved, either way; waiting is real, so that solver processes work under it. */
export function movableClock(start: string): Clock & { move(by_ms: number): void } {
  let now = Date.parse(start);
  return {
    ...systemClock,
    now: () => now,
    move: (by_ms) => {
      now += by_ms;
    },
  };
}

async function makeTrigger(call: World["call"], model: unknown, fields: Record<string, unknown> = {}): Promise<Json> {
  const document = await call("POST", "/api/v2/builder", { name: "Model", model_json: model });
  const version = await call("POST", `/api/v2/builder/${document.body.id}/versions`, {});
  const body = { name: "Trigger", document_id: document.body.id, version_id: version.body.id, ...fields };
  const trigger = await call("POST", "/api/v2/triggers", body);
  if (trigger.status !== 201) throw new Error(`no trigger: ${JSON.stringify(trigger.body)}`);
  return trigger.body;
}

async function request(url: string, method: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
  const token = options.token === undefined ? ADMIN_KEY : options.token;
  const headers: Record<string, string> = { ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  if (body !== undefined) headers["content-type"] = "application/json";
  Object.assign(headers, options.headers);
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, body: text });
  const answer = await response.text();
  const is_json = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, body: is_json ? JSON.parse(answer) : answer || null };
}

/** The specification's restocking example, form A. */
export const RESTOCK = {
  objective: { sense: "minimize", expression: "2*order_a + 3*order_b + 40*short_a + 40*short_b" },
  parameters: { demand_forecast: [100, 80], stock: [30, 10] },
  variables: [
    { name: "order_a", type: "integer" },
    { name: "order_b", type: "integer" },
    { name: "short_a" },
    { name: "short_b" },
  ],
  constraints: [
    { name: "cover_a", expression: "stock[0] + order_a + short_a >= demand_forecast[0]" },
    { name: "cover_b", expression: "stock[1] + order_b + short_b >= demand_forecast[1]" },
    { name: "dock", expression: "order_a + order_b <= 150" },
  ],
};

/**
 * A market split problem: four knapsack equations over 30 binaries, which no solver ends within minutes. Exact, it has no
 * solution that is found soon; otherwise its equations may be missed at a cost, and a solution is there at once.
 */
export function hardModel(kind: "exact" | "missed", time_limit_seconds: number): Json {
  let state = 12345;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 100;
  };
  const rows = Array.from({ length: 4 }, () => Array.from({ length: 30 }, next));
  const constraints = rows.map((row, i) => {
    const half = Math.floor(row.reduce((sum, weight) => sum + weight, 0) / 2);
    const miss = kind === "exact" ? "" : ` + over_${i} - under_${i}`;
    return { expression: `${row.map((weight, j) => `${weight}*x_${j}`).join(" + ")}${miss} = ${half}` };
  });
  const misses = rows.flatMap((_, i) => [{ name: `over_${i}` }, { name: `under_${i}` }]);
  return {
    variables: [
      ...Array.from({ length: 30 }, (_, j) => ({ name: `x_${j}`, type: "binary" })),
      ...(kind === "exact" ? [] : misses),
    ],
    objective: {
      sense: "minimize",
      expression: kind === "exact" ? "x_0" : misses.map(({ name }) => name).join(" + "),
    },
    constraints,
    options: { time_limit_seconds },
  };
}
