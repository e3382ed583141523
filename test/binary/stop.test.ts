/**
 * Stopping and being killed. The ledger of a test holds every run that the service answered 202 for: whatever happens to
 * the process then, each of them ends, and the trigger has counted each once.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../../src/clock";
import type { Answer, Json } from "../world";
import { ADMIN_KEY, endlessModel, RESTOCK_FIVE, type Service, until, useScratch } from "./binary";

const LOOPS = 8;
const AT_ONCE_MS = 5000;
const KILLS = 8;
const KILL_SEED = 20261124;

const scratch = useScratch();

interface Load {
  /** Ids of the runs that were answered with 202. */
  readonly ledger: string[];
  /** Everything else that was answered. */
  readonly refusals: Answer[];
  /** Settles once so many more runs have been accepted. */
  accepted(count: number): Promise<void>;
  /** Settles when every loop has met an end: a refusal, or no connection. */
  readonly ended: Promise<unknown>;
}

/** Fires as fast as the service answers, on several connections, until it no longer takes runs. */
function startLoad(service: Service, trigger: Json): Load {
  const ledger: string[] = [];
  const refusals: Answer[] = [];
  let awaited = Number.POSITIVE_INFINITY;
  let reach = (): void => {};
  const loop = async (): Promise<void> => {
    for (;;) {
      const answer = await service.fire(trigger, { demand_forecast: [ledger.length % 90, 85, 200, 150, 90] });
      if (answer.status !== 202) {
        refusals.push(answer);
        return;
      }
      ledger.push(answer.body.run_id);
      if (ledger.length >= awaited) reach();
    }
  };
  // No connection is what a process that is gone answers.
  const loops = Array.from({ length: LOOPS }, () => loop().catch(() => {}));
  return {
    ledger,
    refusals,
    accepted: (count) => {
      awaited = ledger.length + count;
      return new Promise((resolve) => {
        reach = resolve;
      });
    },
    ended: Promise.all(loops),
  };
}

/** Expects each run of the ledger once, completed, and the trigger's count to be that of its runs. */
async function expectAllEndedOnce(service: Service, trigger: Json, ledger: readonly string[]): Promise<void> {
  await service.drained();
  const { items, total_runs } = await service.readRuns(trigger);
  const statuses = new Map(items.map((run) => [run.id, run.status]));
  expect(statuses.size).toBe(items.length);
  expect(ledger.filter((run_id) => statuses.get(run_id) !== "completed")).toEqual([]);
  expect(new Set(statuses.values())).toEqual(new Set(["completed"]));
  expect(items.filter((run) => run.completed_at === null || run.result_data?.status !== "optimal")).toEqual([]);
  expect(total_runs).toBe(items.length);
}

/** Fires a run that only its time limit ends, and waits until a solver has it. */
async function fireEndless(service: Service, trigger: Json): Promise<string> {
  const { body } = await service.fire(trigger);
  await until("a running run", async () => (await service.readRun(trigger, body.run_id)).status === "running");
  return body.run_id;
}

/** Settles when a solver has begun the run and told how far it is. */
async function solverAtWork(service: Service, trigger: Json, run_id: string): Promise<void> {
  const url = `${service.address}/api/v2/triggers/${trigger.id}/runs/${run_id}/events`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body!) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("event: progress")) return;
  }
  throw new Error(`no progress in ${text}`);
}

describe("SIGTERM", () => {
  test("under load loses none of the runs that were accepted", async () => {
    const service = await scratch.serve({ data: "load", words: ["--drain-seconds", "1"] });
    const trigger = await service.makeTrigger(RESTOCK_FIVE);
    const load = startLoad(service, trigger);
    await load.accepted(300);
    expect(await service.stop()).toBe(0);
    await load.ended;
    for (const { status, headers } of load.refusals) {
      expect(status).toBe(503);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    }

    // Without solvers the queue shows what the stop left in it.
    const idle = await scratch.serve({ data: "load", words: ["--workers", "0"] });
    const { items } = await idle.readRuns(trigger);
    expect(items.filter((run) => run.status !== "queued" && run.status !== "completed")).toEqual([]);
    expect(items.map((run) => run.id)).toEqual(expect.arrayContaining(load.ledger));
    await idle.stop();

    const next = await scratch.serve({ data: "load" });
    await expectAllEndedOnce(next, trigger, load.ledger);
    await next.stop();
  });

  test("takes no new work while it drains: 503 with Retry-After, or no connection", async () => {
    const service = await scratch.serve({ data: "draining", words: ["--drain-seconds", "1", "--workers", "1"] });
    const trigger = await service.makeTrigger(RESTOCK_FIVE);
    const first = await service.fire(trigger, undefined, 30);
    await fireEndless(service, await service.makeTrigger(endlessModel(60)));
    service.program.kill("SIGTERM");
    await service.program.stderr.seen(/"event":"stopping"/);

    const rerun = `/api/v2/triggers/${trigger.id}/runs/${first.body.id}/rerun`;
    const requests = {
      fire: service.fire(trigger),
      rerun: service.call("POST", rerun),
      solve: service.call("POST", "/api/v2/solve", RESTOCK_FIVE),
    };
    const taken: unknown[] = [];
    for (const [name, request] of Object.entries(requests)) {
      const answer = await request.catch(() => null);
      const is_refused = answer === null || (answer.status === 503 && Number(answer.headers.get("retry-after")) > 0);
      if (!is_refused) taken.push([name, answer.status, answer.body]);
    }
    expect(taken).toEqual([]);
    expect((await service.call("GET", "/health/ready")).status).toBe(503);
    expect(await service.program.ended).toBe(0);
  });

  test.each([0, 1])(
    "interrupts a solve that outlasts %p s of drain, queues it again, and the next start ends it",
    async (drain_seconds) => {
      const data = `interrupted-${drain_seconds}`;
      const service = await scratch.serve({ data, words: ["--drain-seconds", String(drain_seconds)] });
      const trigger = await service.makeTrigger(endlessModel(drain_seconds + 2));
      const run_id = await fireEndless(service, trigger);
      expect(await service.stop()).toBe(0);

      const idle = await scratch.serve({ data, words: ["--workers", "0"] });
      expect(await idle.readRun(trigger, run_id)).toMatchObject({
        status: "queued",
        started_at: null,
        completed_at: null,
      });
      await idle.stop();

      const next = await scratch.serve({ data });
      await next.drained();
      const run = await next.readRun(trigger, run_id);
      expect(run).toMatchObject({ status: "completed", result_data: { status: "feasible" } });
      expect((await next.readRuns(trigger)).total_runs).toBe(1);
      await next.stop();
    },
  );

  test("lets a solve end that fits into the drain", async () => {
    const service = await scratch.serve({ data: "fitting", words: ["--drain-seconds", "30"] });
    const trigger = await service.makeTrigger(endlessModel(1));
    const run_id = await fireEndless(service, trigger);
    expect(await service.stop()).toBe(0);
    const idle = await scratch.serve({ data: "fitting", words: ["--workers", "0"] });
    expect(await idle.readRun(trigger, run_id)).toMatchObject({ status: "completed", attempt: 1 });
    await idle.stop();
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "and then %s ends the process at once, still losing nothing",
    async (second) => {
      const service = await scratch.serve({ data: `twice-${second}`, words: ["--drain-seconds", "600"] });
      const trigger = await service.makeTrigger(endlessModel(600));
      const run_id = await fireEndless(service, trigger);
      service.program.kill("SIGTERM");
      await service.program.stderr.seen(/"event":"stopping"/);
      const asked_at = systemClock.monotonic();
      service.program.kill(second);
      expect(await service.program.ended).toBe(1);
      expect(systemClock.monotonic() - asked_at).toBeLessThan(AT_ONCE_MS);

      const idle = await scratch.serve({ data: `twice-${second}`, words: ["--workers", "0"] });
      expect(await idle.readRun(trigger, run_id)).toMatchObject({ status: "queued" });
      await idle.stop();
    },
  );
});

describe("SIGKILL", () => {
  test("with fires in flight, again and again, loses no accepted run and ends none twice", async () => {
    // No kill of a busy service is charged to a run, however often it comes.
    const options = { data: "killed", words: ["--workers", "1"] };
    const kill_after = fc.sample(fc.integer({ min: 1, max: 60 }), { seed: KILL_SEED, numRuns: KILLS });
    const ledger: string[] = [];
    let trigger: Json = null;
    for (const count of kill_after) {
      const service = await scratch.serve(options);
      trigger ??= await service.makeTrigger(RESTOCK_FIVE);
      const load = startLoad(service, trigger);
      await load.accepted(count);
      service.program.kill("SIGKILL");
      expect(await service.program.ended).toBe(137);
      await load.ended;
      expect(load.refusals).toEqual([]);
      ledger.push(...load.ledger);
    }
    expect(ledger.length).toBeGreaterThanOrEqual(kill_after.reduce((sum, count) => sum + count, 0));
    const service = await scratch.serve(options);
    await expectAllEndedOnce(service, trigger, ledger);
    await service.stop();
  });

  test("fails a run that was in a solver's hands each time, once its attempts are used up", async () => {
    const options = { data: "poisoned", words: ["--attempts-max", "2"] };
    const service = await scratch.serve(options);
    const trigger = await service.makeTrigger(endlessModel(600));
    const run_id = await fireEndless(service, trigger);
    await solverAtWork(service, trigger, run_id);
    service.program.kill("SIGKILL");
    await service.program.ended;

    const second = await scratch.serve(options);
    await solverAtWork(second, trigger, run_id);
    second.program.kill("SIGKILL");
    await second.program.ended;

    const third = await scratch.serve(options);
    const run = await third.readRun(trigger, run_id);
    expect(run).toMatchObject({ status: "failed", attempt: 2 });
    expect(run.error_message).toContain("2 times");
    await third.stop();
  });
});
