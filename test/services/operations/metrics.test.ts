/** /metrics as Prometheus reads it: who may, what moves, and that ten thousand triggers make no series more. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { movableClock, RESTOCK, startWorld, type World } from "../../world";
import { readSamples, type Sample, sampleValue } from "./metrics_text";

const MONITORING = join(import.meta.dir, "../../../scripts/monitoring");
const PROMTOOL = Bun.which("promtool");

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function read(from: World = world): Promise<Sample[]> {
  const answer = await from.call("GET", "/metrics");
  expect(answer.status).toBe(200);
  return readSamples(answer.body);
}

/** How much a sample has moved since an earlier reading; one that was not there began at 0. */
function risen(before: readonly Sample[], after: readonly Sample[], name: string, labels = {}): number {
  const was = before.some((sample) => sample.name === name) ? before : [];
  return sampleValue(after, name, labels) - (was.length === 0 ? 0 : sampleValue(was, name, labels));
}

describe("who reads /metrics", () => {
  test("needs a key, of any role", async () => {
    const refused = await world.call("GET", "/metrics", undefined, { token: null });
    expect([refused.status, refused.body.code]).toEqual([401, "missing_api_key"]);
    const key = await world.call("POST", "/api/v2/keys", { name: "prometheus", role: "viewer" });
    const answer = await world.call("GET", "/metrics", undefined, { token: key.body.api_key });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
  });

  test("is everyone with --metrics public", async () => {
    const open = await startWorld({ flags: { workers: "0", metrics: "public" } });
    try {
      expect((await open.call("GET", "/metrics", undefined, { token: null })).status).toBe(200);
    } finally {
      await open.stop();
    }
  });
});

describe("figures", () => {
  test("follow a run from its fire to its webhook", async () => {
    const receiver = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("") });
    try {
      const trigger = await world.makeTrigger(RESTOCK, {
        webhook_url: receiver.url.href,
        override_schema: [{ name: "demand_forecast", type: "array" }],
      });
      const before = await read();
      expect((await world.fire(trigger)).body.status).toBe("completed");
      await world.fire(trigger, { demand_forecast: "many" });
      await world.logged(/webhook_delivered/);
      const after = await read();
      const rise = (name: string, labels = {}): number => risen(before, after, name, labels);
      expect(rise("jaot_runs_accepted_total", { source: "api" })).toBe(1);
      expect(rise("jaot_runs_ended_total", { status: "completed" })).toBe(1);
      expect(rise("jaot_runs_ended_total", { status: "validation_failed" })).toBe(1);
      expect(rise("jaot_run_execution_seconds_count", { status: "completed" })).toBe(1);
      expect(rise("jaot_run_gap_ratio_count")).toBe(1);
      expect(rise("jaot_delivery_attempts_total", { outcome: "delivered" })).toBe(1);
      const fire = { method: "POST", route: "/api/v2/triggers/{trigger_id}/fire" };
      for (const status of ["200", "422"]) {
        expect(sampleValue(after, "jaot_http_request_duration_seconds_count", { ...fire, status })).toBe(1);
      }
    } finally {
      await receiver.stop(true);
    }
  });

  test("tell this process, its files and its solvers", async () => {
    const samples = await read();
    expect(sampleValue(samples, "process_resident_memory_bytes")).toBeGreaterThan(10e6);
    expect(sampleValue(samples, "process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(sampleValue(samples, "jaot_database_size_bytes")).toBeGreaterThan(0);
    expect(sampleValue(samples, "jaot_database_wal_size_bytes")).toBeGreaterThan(0);
    const processes = samples.filter(({ name }) => name === "jaot_solver_processes");
    expect(processes.reduce((sum, { value }) => sum + value, 0)).toBe(1);
    expect(sampleValue(samples, "jaot_build_info", { bun_version: Bun.version })).toBe(1);
    const { mean, p99, max } = Object.fromEntries(
      samples
        .filter(({ name }) => name === "jaot_event_loop_delay_seconds")
        .map(({ labels, value }) => [labels.stat, value]),
    ) as Record<string, number>;
    expect(mean! <= max! && p99! >= 0).toBe(true);
    // No backups are set up, so there is nothing that could be too old.
    expect(samples.some(({ name }) => name.startsWith("jaot_backup"))).toBe(false);
  });

  test("tell how many runs wait, and how long the oldest has waited", async () => {
    const clock = movableClock("2026-03-01T06:00:00Z");
    const idle = await startWorld({ clock, flags: { workers: "0" } });
    try {
      const [first, second] = [await idle.makeTrigger(RESTOCK), await idle.makeTrigger(RESTOCK)];
      expect(sampleValue(await read(idle), "jaot_queue_oldest_seconds")).toBe(0);
      await idle.call("POST", `/api/v2/triggers/${second.id}/fire`, {}, { token: second.trigger_secret });
      clock.move(90_000);
      await idle.call("POST", `/api/v2/triggers/${first.id}/fire`, {}, { token: first.trigger_secret });
      clock.move(10_000);
      const samples = await read(idle);
      expect(sampleValue(samples, "jaot_queue_depth")).toBe(2);
      expect(sampleValue(samples, "jaot_queue_oldest_seconds")).toBe(100);
      clock.move(-3_600_000);
      expect(sampleValue(await read(idle), "jaot_queue_oldest_seconds")).toBe(0);
    } finally {
      await idle.stop();
    }
  });
});

describe("series", () => {
  test("are as many with hundreds of triggers, paths and methods as with one", async () => {
    const fireOne = async (name: string): Promise<void> => {
      const trigger = await world.makeTrigger(RESTOCK, { name });
      await world.fire(trigger);
      await world.call("GET", `/api/v2/triggers/${trigger.id}`);
    };
    await fireOne("first");
    await world.call("GET", "/nothing/at/all");
    const before = (await read()).length;
    for (let i = 0; i < 20; i += 1) await fireOne(`trigger ${i}`);
    for (let i = 0; i < 200; i += 1) {
      await world.call("GET", `/nothing/${i}`);
      await world.call("GET", `/api/v2/triggers/trg_${i}`);
    }
    await world.call("PURGE", "/nothing");
    const after = await read();
    const new_series = after.filter(({ labels }) => labels.status === "404" || labels.method === "other");
    // 404s of one route, and a method that is none: 11 lines each.
    expect(after.length - before).toBeLessThanOrEqual(22);
    expect(new Set(new_series.map(({ labels }) => `${labels.method} ${labels.route}`)).size).toBeLessThanOrEqual(3);
  });

  test("carry no id, name, path or secret", async () => {
    const secret = "whsec_canary_in_metrics";
    const trigger = await world.makeTrigger(RESTOCK, { name: "canary-name", webhook_secret: secret });
    await world.fire(trigger);
    await world.call("GET", `/api/v2/triggers/${secret}/runs`);
    const { body } = await world.call("GET", "/metrics");
    for (const word of [secret, "canary", trigger.id, trigger.trigger_secret, world.key, "trg_", "org_"]) {
      expect(body).not.toContain(word);
    }
  });
});

/** The exit code of promtool and what it said. */
async function promtool(words: readonly string[], input: string): Promise<{ code: number; said: string }> {
  const child = Bun.spawn([PROMTOOL!, ...words], { stdin: new Blob([input]), stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said: out + err };
}

describe.skipIf(PROMTOOL === null)("promtool (needs the package prometheus)", () => {
  test("accepts the metrics without a word", async () => {
    const { body } = await world.call("GET", "/metrics");
    expect(await promtool(["check", "metrics"], body)).toEqual({ code: 0, said: "" });
    expect((await promtool(["check", "metrics"], "jaot_odd_total{ 1\n")).code).not.toBe(0);
  });

  test("accepts the rules", async () => {
    const { code, said } = await promtool(["check", "rules", join(MONITORING, "alerts.yml")], "");
    expect([code, said.includes("SUCCESS")]).toEqual([0, true]);
  });
});

describe("dashboard and rules", () => {
  const USED_PATTERN = /\b(?:jaot|process)_[a-z0-9_]+/g;
  /** Only there once backups are set up. */
  const LATER = ["jaot_backup_last_success_timestamp_seconds", "jaot_backup_failing"];

  function usedIn(text: string): string[] {
    return [...new Set(text.match(USED_PATTERN) ?? [])];
  }

  test.each([["grafana.json"], ["alerts.yml"]])("%s asks for metrics that are there", async (file) => {
    const text = readFileSync(join(MONITORING, file), "utf8");
    const expressions = file.endsWith(".json")
      ? JSON.parse(text).panels.flatMap((panel: { targets?: { expr: string }[] }) => panel.targets ?? [])
      : [...text.matchAll(/expr: (.*)/g)].map((match) => ({ expr: match[1]! }));
    const used = usedIn(expressions.map(({ expr }: { expr: string }) => expr).join("\n"));
    const known = [...new Set((await read()).map(({ name }) => name)), ...LATER];
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });

  test("the dashboard shows every metric", async () => {
    const shown = usedIn(readFileSync(join(MONITORING, "grafana.json"), "utf8"));
    const bases = new Set((await read()).map(({ name }) => name.replace(/_(bucket|sum|count)$/, "")));
    const hidden = [...bases].filter(
      (base) => !shown.some((name) => name.replace(/_(bucket|sum|count)$/, "") === base),
    );
    expect(hidden).toEqual([]);
  });
});
