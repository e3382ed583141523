import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
/** Accepts and keeps, solves nothing: its runs stay queued. */
let idle: World;
beforeAll(async () => {
  world = await startWorld();
  idle = await startWorld({ flags: { workers: "0" } });
});
afterAll(() => Promise.all([world.stop(), idle.stop()]));

const INFEASIBLE = { variables: [{ name: "x" }], constraints: [{ expression: "x <= -1" }], objective: zero() };
const STATES = "queued running completed failed timeout cancelled validation_failed skipped_overlap".split(" ");
const SOURCES = ["api", "rerun", "cron"];
const PAGE_KEYS = ["items", "total", "page", "page_size", "total_pages", "has_next", "has_prev"];
const RUN_KEYS = [
  ..."id trigger_id organization_id status source override_data result_data error_message attempt".split(" "),
  ..."created_at started_at completed_at execution_time_ms queue_time_ms webhook_delivered webhook_attempts".split(" "),
  ..."version_id model_digest solver_version scheduled_for rerun_of".split(" "),
];

function zero(): Json {
  return { sense: "minimize", expression: "x" };
}

function runsOf(trigger: Json, rest = ""): string {
  return `/api/v2/triggers/${trigger.id}/runs${rest}`;
}

async function list(trigger: Json, query = ""): Promise<Json> {
  const answer = await world.call("GET", runsOf(trigger, `?${query}`));
  expect(answer.status).toBe(200);
  return answer.body;
}

/** Fires without waiting; the run's id. */
async function fireOff(where: World, trigger: Json, override_data?: unknown): Promise<string> {
  const body = override_data === undefined ? undefined : { override_data };
  const options = { token: trigger.trigger_secret };
  const answer = await where.call("POST", `/api/v2/triggers/${trigger.id}/fire`, body, options);
  return answer.body.run_id ?? answer.body.detail.run_id;
}

/** Asks until the run is in that state. */
async function reach(trigger: Json, run_id: string, status: string): Promise<Json> {
  for (;;) {
    const { body } = await world.call("GET", runsOf(trigger, `/${run_id}`));
    if (body.status === status) return body;
    if (body.completed_at !== null) throw new Error(`the run ended as ${body.status}`);
  }
}

describe("a run", () => {
  test("shows every documented field, its times in order", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const { id } = (await world.fire(trigger, { stock: [0, 0] })).body;
    const run = (await world.call("GET", runsOf(trigger, `/${id}`))).body;
    expect(Object.keys(run)).toEqual(expect.arrayContaining(RUN_KEYS));
    for (const field of ["created_at", "started_at", "completed_at"]) {
      expect(run[field]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(run.started_at >= run.created_at).toBe(true);
    expect(run.completed_at >= run.started_at).toBe(true);
    expect(run.queue_time_ms).toBe(Date.parse(run.started_at) - Date.parse(run.created_at));
    expect(run.execution_time_ms).toBeGreaterThan(0);
    expect(run).toMatchObject({
      trigger_id: trigger.id,
      organization_id: trigger.organization_id,
      version_id: trigger.version_id,
      override_data: { stock: [0, 0] },
      webhook_delivered: null,
      webhook_attempts: 0,
      scheduled_for: null,
      rerun_of: null,
    });
    expect(run.model_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(run.solver_version).toMatch(/HiGHS/);
    expect(run).toEqual(await world.ended(trigger, id));
  });

  test("has the digest of what was solved: equal for equal data, other for other data", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const digestOf = async (stock: number[]) => (await world.fire(trigger, { stock })).body.model_digest;
    const [one, two, same] = [await digestOf([1, 2]), await digestOf([1, 3]), await digestOf([1, 2])];
    expect(one).toBe(same);
    expect(one).not.toBe(two);
  });

  test.each([
    ["GET", ""],
    ["POST", "/rerun"],
    ["POST", "/cancel"],
  ])("of another trigger, or unknown, is not found: %s %s", async (method, rest) => {
    const [mine, other] = [await idle.makeTrigger(RESTOCK), await idle.makeTrigger(RESTOCK)];
    const foreign = await fireOff(idle, other);
    const near = foreign.slice(0, -1) + (foreign.endsWith("0") ? "1" : "0");
    for (const run_id of [foreign, near, "run_nope", "x", "%00", `run_${"z".repeat(27)}`, "0".repeat(5000)]) {
      const answer = await idle.call(method, runsOf(mine, `/${run_id}${rest}`));
      expect([answer.status, answer.body.detail, answer.body.code]).toEqual([404, "Run not found", "run_not_found"]);
    }
    const untriggered = await idle.call(method, `/api/v2/triggers/trg_nope/runs/${foreign}${rest}`);
    expect([untriggered.status, untriggered.body.detail]).toEqual([404, "Trigger not found"]);
  });
});

describe("the list of runs", () => {
  test("of a trigger that never fired is one empty page", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    for (const path of [runsOf(trigger), runsOf(trigger, "/")]) {
      const { body } = await world.call("GET", path);
      expect(body).toEqual({
        ...{ items: [], total: 0, page: 1, page_size: 20 },
        ...{ total_pages: 0, has_next: false, has_prev: false },
      });
    }
  });

  test("holds each run once, newest first, whatever the size of its pages", async () => {
    const trigger = await idle.makeTrigger(RESTOCK);
    const fired: string[] = [];
    for (let i = 0; i < 23; i += 1) fired.unshift(await fireOff(idle, trigger));
    const first = (await idle.call("GET", runsOf(trigger))).body;
    expect(Object.keys(first).sort()).toEqual([...PAGE_KEYS].sort());
    expect(first.items.map((run: Json) => run.id)).toEqual(fired.slice(0, 20));
    for (const page_size of [1, 5, 22, 23, 24, 100]) {
      const total_pages = Math.ceil(23 / page_size);
      const seen: string[] = [];
      for (let page = 1; page <= total_pages; page += 1) {
        const { body } = await idle.call("GET", runsOf(trigger, `?page=${page}&page_size=${page_size}`));
        expect(body).toMatchObject({ total: 23, page, page_size, total_pages });
        expect([body.has_next, body.has_prev]).toEqual([page < total_pages, page > 1]);
        seen.push(...body.items.map((run: Json) => run.id));
      }
      expect(seen).toEqual(fired);
      const past = await idle.call("GET", runsOf(trigger, `?page=${total_pages + 1}&page_size=${page_size}`));
      expect(past.body).toMatchObject({ items: [], total: 23, has_next: false, has_prev: true });
    }
  });

  test.each(["page", "page_size"])("refuses a %s outside its bounds, and says where", async (name) => {
    const trigger = await idle.makeTrigger(RESTOCK);
    const wrong = ["0", "-1", "1.5", "x", "", "1e3", "99999999999", "0x10", "%20"];
    if (name === "page_size") wrong.push("101");
    for (const value of wrong) {
      const answer = await idle.call("GET", runsOf(trigger, `?${name}=${value}`));
      expect([value, answer.status]).toEqual([value, 422]);
      expect(answer.body.detail).toEqual([
        { loc: ["query", name], msg: expect.any(String), type: expect.any(String) },
      ] as Json);
    }
  });

  test("is cut by status and source to exactly the runs that have them", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const { body: solved } = await world.fire(trigger);
    await world.fire(trigger, { stock: "none" });
    await world.fire(trigger, { stock: [1e9, 0] });
    const again = await world.call("POST", runsOf(trigger, `/${solved.id}/rerun`));
    await world.ended(trigger, again.body.run_id);
    const all = (await list(trigger)).items;
    expect(all).toHaveLength(4);
    for (const status of [null, ...STATES]) {
      for (const source of [null, ...SOURCES]) {
        const query = new URLSearchParams({ ...(status && { status }), ...(source && { source }) });
        const found = await list(trigger, String(query));
        const wanted = all.filter(
          (run: Json) => (status === null || run.status === status) && (source === null || run.source === source),
        );
        expect([status, source, found.items, found.total]).toEqual([status, source, wanted, wanted.length]);
      }
    }
    for (const query of ["status=done", "status=", "source=api,cron", "status=COMPLETED"]) {
      const answer = await world.call("GET", runsOf(trigger, `?${query}`));
      expect([query, answer.status, answer.body.detail[0].loc[0]]).toEqual([query, 422, "query"]);
    }
  });
});

describe("a rerun", () => {
  test("of a failed run, and of a rerun itself, takes the data along", async () => {
    const trigger = await world.makeTrigger({ ...INFEASIBLE, parameters: { unused: 1 } });
    const first = (await world.fire(trigger, { unused: 7 })).body;
    expect(first.status).toBe("failed");
    let from = first.id;
    for (let i = 0; i < 2; i += 1) {
      const answer = await world.call("POST", runsOf(trigger, `/${from}/rerun`));
      expect([answer.status, answer.body]).toEqual([202, { run_id: expect.any(String), status: "queued" } as Json]);
      const run = await world.ended(trigger, answer.body.run_id);
      expect(run).toMatchObject({
        ...{ status: "failed", source: "rerun", rerun_of: from, override_data: { unused: 7 } },
        version_id: trigger.version_id,
      });
      from = run.id;
    }
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.total_runs).toBe(3);
  });

  test("of data that was refused is validated again, kept and counted, until it fits", async () => {
    const trigger = await world.makeTrigger(RESTOCK, { override_schema: [] });
    const refused = await fireOff(world, trigger, { stock: [9, 9] });
    const again = await world.call("POST", runsOf(trigger, `/${refused}/rerun`));
    expect([again.status, again.body.detail.fields[0].name]).toEqual([422, "stock"]);
    const kept = (await world.call("GET", runsOf(trigger, `/${again.body.detail.run_id}`))).body;
    expect(kept).toMatchObject({ status: "validation_failed", source: "rerun", rerun_of: refused });
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.total_runs).toBe(2);
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { override_schema: null });
    const fitting = await world.call("POST", runsOf(trigger, `/${refused}/rerun`));
    expect(fitting.status).toBe(202);
    const run = await world.ended(trigger, fitting.body.run_id);
    // 91 of a and 71 of b are wanted where the dock takes 150: 12 of b are short at 40, 59 and 91 are ordered.
    expect(run.result_data.objective_value).toBe(2 * 91 + 3 * 59 + 40 * 12);
  });

  test("waits for the end of the first, and for a trigger that is enabled", async () => {
    const trigger = await idle.makeTrigger(RESTOCK);
    const queued = await fireOff(idle, trigger);
    const early = await idle.call("POST", runsOf(trigger, `/${queued}/rerun`));
    expect([early.status, early.body.code]).toEqual([409, "run_not_finished"]);
    await idle.call("POST", runsOf(trigger, `/${queued}/cancel`));
    await idle.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false });
    const disabled = await idle.call("POST", runsOf(trigger, `/${queued}/rerun`));
    expect([disabled.status, disabled.body.detail]).toEqual([409, "Trigger is disabled"]);
    await idle.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: true });
    expect((await idle.call("POST", runsOf(trigger, `/${queued}/rerun`))).status).toBe(202);
  });
});

describe("a cancel", () => {
  test("ends a queued run at once and gives its place in the queue back", async () => {
    const depth = async () => (await idle.call("GET", "/health")).body.queue_depth;
    const trigger = await idle.makeTrigger(RESTOCK);
    const before = await depth();
    const queued = await fireOff(idle, trigger);
    expect(await depth()).toBe(before + 1);
    const answer = await idle.call("POST", runsOf(trigger, `/${queued}/cancel`));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: queued, status: "cancelled", attempt: 0, started_at: null });
    expect(answer.body.completed_at).not.toBeNull();
    expect(await depth()).toBe(before);
    const again = await idle.call("POST", runsOf(trigger, `/${queued}/cancel`));
    expect([again.status, again.body.code]).toEqual([409, "run_already_finished"]);
  });

  test("stops a running solve, keeps its best solution and frees the solver", async () => {
    const trigger = await world.makeTrigger(hardModel("missed", 300));
    const run_id = await fireOff(world, trigger);
    await reach(trigger, run_id, "running");
    const answer = await world.call("POST", runsOf(trigger, `/${run_id}/cancel`));
    expect(answer.status).toBe(200);
    const run = await world.ended(trigger, run_id);
    expect(run).toMatchObject({ status: "cancelled", attempt: 1 });
    // Whether one was found before the cancel came is the solver's luck; what is kept is never called more than it is.
    expect(run.result_data?.status ?? "feasible").toBe("feasible");
    expect((await world.fire(await world.makeTrigger(RESTOCK))).body.status).toBe("completed");
  }, 20_000);
});

describe("a time limit", () => {
  test("that comes before any solution is a timeout, never infeasible", async () => {
    const { body } = await world.fire(await world.makeTrigger(hardModel("exact", 0.3)));
    expect(body).toMatchObject({
      status: "timeout",
      result_data: { status: "time_limit", objective_value: null, solution: {} },
    });
    expect(body.error_message).toContain("0.3 s");
    expect(body.error_message).not.toContain("infeasible");
  });

  test("that comes with a solution in hand completes with it, as feasible", async () => {
    const { body } = await world.fire(await world.makeTrigger(hardModel("missed", 0.5)));
    expect(body).toMatchObject({ status: "completed", error_message: null, result_data: { status: "feasible" } });
    expect(body.result_data.gap).toBeGreaterThan(1e-4);
  });
});

describe("what is accepted", () => {
  test("is bounded by the queue: 503 over all, 429 for one trigger, and nothing is kept", async () => {
    const flags = { workers: "0", queued_runs_max: "3", queued_runs_per_trigger_max: "2" };
    const small = await startWorld({ flags });
    try {
      const [one, two] = [await small.makeTrigger(RESTOCK), await small.makeTrigger(RESTOCK)];
      const fire = (trigger: Json) =>
        small.call("POST", `/api/v2/triggers/${trigger.id}/fire`, undefined, { token: trigger.trigger_secret });
      expect([(await fire(one)).status, (await fire(one)).status]).toEqual([202, 202]);
      const full = await fire(one);
      expect([full.status, full.body.code]).toEqual([429, "trigger_queue_full"]);
      expect((await fire(two)).status).toBe(202);
      const over = await fire(two);
      expect([over.status, over.body.code]).toEqual([503, "queue_full"]);
      for (const answer of [full, over]) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      const totals = [one, two].map(async ({ id }) => (await small.call("GET", `/api/v2/triggers/${id}`)).body);
      expect((await Promise.all(totals)).map((trigger) => trigger.total_runs)).toEqual([2, 1]);
    } finally {
      await small.stop();
    }
  });

  test("is solved by the next start when this one never came to it", async () => {
    const directory = mkdtempSync(join(tmpdir(), "jaot-restart-"));
    const first = await startWorld({ directory, flags: { workers: "0" } });
    const trigger = await first.makeTrigger(RESTOCK);
    const queued = [await fireOff(first, trigger), await fireOff(first, trigger), await fireOff(first, trigger)];
    await first.stop();
    const second = await startWorld({ directory });
    try {
      for (const run_id of queued) {
        expect(await second.ended(trigger, run_id)).toMatchObject({ status: "completed", attempt: 1 });
      }
    } finally {
      await second.stop();
      rmSync(directory, { recursive: true });
    }
  });
});
