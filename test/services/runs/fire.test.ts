import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld();
  const override_schema = [{ name: "demand_forecast", type: "array", required: true }];
  trigger = await world.makeTrigger(RESTOCK, { override_schema });
});
afterAll(() => world.stop());

const path = () => `/api/v2/triggers/${trigger.id}/fire`;
const DATA = { demand_forecast: [120, 85] };

describe("firing", () => {
  test("queues a run and answers 202 in the documented shape", async () => {
    const answer = await world.call("POST", path(), { override_data: DATA }, { token: trigger.trigger_secret });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ run_id: expect.stringMatching(/^run_[0-9a-z]{27}$/), status: "queued" });
  });

  test("solves with today's data, correctly", async () => {
    const { status, body } = await world.fire(trigger, DATA);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "completed",
      source: "api",
      override_data: DATA,
      error_message: null,
      attempt: 1,
    });
    // 90 of a and 60 of b fill the dock at 150; 15 of b are short at 40: 180 + 180 + 600.
    expect(body.result_data).toMatchObject({
      status: "optimal",
      objective_value: 960,
      solution: { order_a: 90, order_b: 60, short_b: 15 },
    });
    const dock = body.result_data.constraints.find((row: Json) => row.name === "dock");
    expect(dock).toMatchObject({ activity: 150, upper: 150, lower: null, slack: 0, is_binding: true });
  });

  test("takes the secret in the body, and refuses a second one that differs", async () => {
    const body = { trigger_secret: trigger.trigger_secret, override_data: DATA };
    expect((await world.call("POST", path(), body, { token: null })).status).toBe(202);
    expect((await world.call("POST", path(), body, { token: "f".repeat(64) })).status).toBe(401);
    expect(
      (
        await world.call("POST", path(), body, {
          token: null,
          headers: { authorization: `bearer ${trigger.trigger_secret}` },
        })
      ).status,
    ).toBe(202);
  });

  test("refuses in the documented order: 404, 401, 409, 422", async () => {
    const wrong = { token: "0".repeat(64) };
    expect((await world.call("POST", "/api/v2/triggers/trg_nope/fire", { nonsense: 1 }, wrong)).body.detail).toBe(
      "Trigger not found",
    );
    const unauthorised = await world.call("POST", path(), { nonsense: 1 }, wrong);
    expect([unauthorised.status, unauthorised.body.detail]).toEqual([401, "Invalid trigger secret"]);
    expect(unauthorised.headers.get("www-authenticate")).toBe("Bearer");
    const typo = await world.call("POST", path(), { overide_data: {} }, { token: trigger.trigger_secret });
    expect(typo.status).toBe(422);
    expect(typo.body.detail[0].msg).toContain('did you mean "override_data"?');
  });

  test.each([
    [{}, "demand_forecast is required and was not given"],
    [{ demand_forecast: [1, 2, 3] }, "3"],
    [{ demand_forecast: [1, "2"] }, "demand_forecast"],
    [{ demand_forecast: 5 }, "demand_forecast"],
    [{ demand_forcast: [1, 2], demand_forecast: [1, 2] }, 'did you mean "demand_forecast"?'],
  ])("keeps a refused fire as a run: %j", async (override_data, part) => {
    const before = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.total_runs;
    const answer = await world.call("POST", path(), { override_data }, { token: trigger.trigger_secret });
    expect(answer.status).toBe(422);
    expect(answer.body.detail.fields[0].name).toStartWith("demand_for");
    expect(JSON.stringify(answer.body.detail.fields)).toContain(JSON.stringify(part).slice(1, -1));
    const run = (await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${answer.body.detail.run_id}`)).body;
    expect(run).toMatchObject({ status: "validation_failed", override_data, result_data: null });
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body.total_runs).toBe(before + 1);
  });

  test("gives the same run for the same Idempotency-Key, and refuses it with other data", async () => {
    const options = { token: trigger.trigger_secret, headers: { "idempotency-key": "order-2026-02-19" } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.call("POST", path(), { override_data: DATA }, options)),
    );
    expect(new Set(answers.map((answer) => answer.body.run_id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true")).toHaveLength(19);
    const other = await world.call("POST", path(), { override_data: { demand_forecast: [1, 1] } }, options);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_conflict"]);
  });

  test("gives the same refused run for the same Idempotency-Key, also when the data fit since", async () => {
    const fields = { override_schema: [{ name: "demand_forecast", required: true, type: "array" }] };
    const strict = await world.makeTrigger(RESTOCK, fields);
    const at = `/api/v2/triggers/${strict.id}`;
    const options = { token: strict.trigger_secret, headers: { "idempotency-key": "shift-7" } };
    const fire = (override_data: unknown) => world.call("POST", `${at}/fire`, { override_data }, options);
    const answers = await Promise.all(Array.from({ length: 5 }, () => fire({})));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [422, "override_invalid"]),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.detail))).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true")).toHaveLength(4);
    const { run_id, fields: misfits } = answers[0]!.body.detail;
    expect(misfits[0].name).toBe("demand_forecast");
    expect((await world.call("GET", at)).body.total_runs).toBe(1);
    expect((await fire(DATA)).body.code).toBe("idempotency_conflict");

    expect((await world.call("PATCH", at, { override_schema: null })).status).toBe(200);
    const mended = await fire({});
    expect([mended.status, mended.body.detail]).toMatchObject([422, { run_id, fields: [] }]);
    expect(mended.body.detail.error).toEndWith("send a new Idempotency-Key to run them");
    expect((await world.call("GET", at)).body.total_runs).toBe(1);
    const renewed = { token: strict.trigger_secret, headers: { "idempotency-key": "shift-7b" } };
    expect((await world.call("POST", `${at}/fire`, { override_data: {} }, renewed)).status).toBe(202);
  });

  test("gives the accepted run for its Idempotency-Key when the data no longer fit", async () => {
    const open = await world.makeTrigger(RESTOCK);
    const at = `/api/v2/triggers/${open.id}`;
    const options = { token: open.trigger_secret, headers: { "idempotency-key": "shift-8" } };
    const first = await world.call("POST", `${at}/fire`, { override_data: DATA }, options);
    expect((await world.call("PATCH", at, { override_schema: [] })).status).toBe(200);
    const again = await world.call("POST", `${at}/fire`, { override_data: DATA }, options);
    expect([again.status, again.body.run_id]).toEqual([202, first.body.run_id]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await world.call("GET", at)).body.total_runs).toBe(1);
  });

  test("takes no data and empty data for the same under one Idempotency-Key", async () => {
    const plain = await world.makeTrigger(RESTOCK);
    const options = { token: plain.trigger_secret, headers: { "idempotency-key": "no-data" } };
    const bodies = [{}, { override_data: {} }, { override_data: null }, undefined];
    const answers = await Promise.all(
      bodies.map((body) => world.call("POST", `/api/v2/triggers/${plain.id}/fire`, body, options)),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.run_id)).size).toBe(1);
  });

  test("limits a client that guesses, and never the right secret", async () => {
    const victim = await world.makeTrigger(RESTOCK);
    const statuses: number[] = [];
    for (let i = 0; i < 25; i += 1) {
      const answer = await world.call("POST", `/api/v2/triggers/${victim.id}/fire`, {}, { token: "1".repeat(64) });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect((await world.fire(victim)).status).toBe(200);
  });

  test("takes no body at all", async () => {
    const open = await world.makeTrigger(RESTOCK);
    expect((await world.fire(open)).body).toMatchObject({ status: "completed", override_data: null });
  });
});

describe("runs", () => {
  test("say infeasible, unbounded and a model error as failed, each as what it is", async () => {
    const base = { variables: [{ name: "x" }], objective: { sense: "maximize", expression: "x" } };
    const infeasible = await world.fire(await world.makeTrigger({ ...base, constraints: [{ expression: "x <= -1" }] }));
    expect(infeasible.body).toMatchObject({
      status: "failed",
      result_data: { status: "infeasible", objective_value: null },
    });
    expect(infeasible.body.error_message).toStartWith("Solver error: problem is infeasible");
    const unbounded = await world.fire(await world.makeTrigger({ ...base, constraints: [{ expression: "x >= 1" }] }));
    expect(unbounded.body).toMatchObject({ status: "failed", result_data: { status: "unbounded" } });
    const divided = { ...base, parameters: { d: 2 }, constraints: [{ expression: "x / d <= 4" }] };
    const failed = await world.fire(await world.makeTrigger(divided), { d: 0 });
    expect(failed.body).toMatchObject({ status: "failed", result_data: null });
    expect(failed.body.error_message).toContain("constraints.0.expression");
  });

  test("are listed in pages with filters", async () => {
    const own = await world.makeTrigger(RESTOCK);
    for (let i = 0; i < 5; i += 1) await world.fire(own);
    await world.call(
      "POST",
      `/api/v2/triggers/${own.id}/fire`,
      { override_data: { nope: 1 } },
      { token: own.trigger_secret },
    );
    const runs = `/api/v2/triggers/${own.id}/runs`;
    const page = (await world.call("GET", `${runs}?page=2&page_size=2`)).body;
    expect(page).toMatchObject({ total: 6, page: 2, page_size: 2, total_pages: 3, has_next: true, has_prev: true });
    expect(page.items).toHaveLength(2);
    expect(page.items[0].result_data).toEqual({ objective_value: expect.any(Number), status: "optimal" });
    expect((await world.call("GET", `${runs}?page=9`)).body).toMatchObject({ items: [], total: 6, has_next: false });
    expect((await world.call("GET", `${runs}?status=validation_failed`)).body).toMatchObject({ total: 1 });
    expect((await world.call("GET", `${runs}?source=cron`)).body).toMatchObject({ total: 0, items: [] });
    for (const query of ["page=0", "page_size=101", "page=x", "status=done"]) {
      expect((await world.call("GET", `${runs}?${query}`)).status).toBe(422);
    }
  });

  test("run again with their stored data", async () => {
    const first = await world.fire(trigger, DATA);
    const again = await world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${first.body.id}/rerun`);
    expect(again.status).toBe(202);
    const run = await world.ended(trigger, again.body.run_id);
    expect(run).toMatchObject({ source: "rerun", rerun_of: first.body.id, override_data: DATA, status: "completed" });
    expect(run.model_digest).toBe(first.body.model_digest);
    expect(run.solution_digest).toBe(first.body.solution_digest);
  });

  test("of a finished run cannot be cancelled", async () => {
    const run = await world.fire(trigger, DATA);
    const answer = await world.call("POST", `/api/v2/triggers/${trigger.id}/runs/${run.body.id}/cancel`);
    expect([answer.status, answer.body.code]).toEqual([409, "run_already_finished"]);
  });
});
