import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { hardModel, type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const DAY_MS = 86_400_000;
const clock = movableClock("2026-02-19T06:00:00Z");
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { webhook_retry_scale: "0" } });
});
afterAll(() => world.stop());

const cleanups: (() => unknown)[] = [];
afterEach(() => Promise.all(cleanups.splice(0).map((cleanup) => cleanup())));

interface Seen {
  readonly id: string;
  readonly timestamp: string;
  readonly text: string;
}

/** A receiver whose n-th answer is the n-th status, and 200 once they are used up. */
function receiver(...statuses: number[]): { url: string; seen: Seen[]; heard(count: number): Promise<void> } {
  const seen: Seen[] = [];
  const waiting = new Set<() => void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const id = request.headers.get("webhook-id")!;
      seen.push({ id, timestamp: request.headers.get("webhook-timestamp")!, text: await request.text() });
      for (const look of waiting) look();
      return new Response("the answer", { status: statuses[seen.length - 1] ?? 200 });
    },
  });
  cleanups.push(() => server.stop(true));
  const heard = (count: number) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (seen.length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { url: `http://127.0.0.1:${server.port}/`, seen, heard };
}

const ask = (trigger: Json, method: string, path: string, body?: unknown) =>
  world.call(method, `/api/v2/triggers/${trigger.id}${path}`, body);

async function settled(trigger: Json): Promise<Json> {
  await world.logged(new RegExp(`"webhook_delivered".*${trigger.id}|${trigger.id}.*"state":"exhausted"`));
  return (await ask(trigger, "GET", "/deliveries")).body;
}

describe("the log of deliveries", () => {
  test("tells every attempt: when, how long, and what came back", async () => {
    const { url, seen } = receiver(500, 503, 200);
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    const { body: run } = await world.fire(trigger);
    const page = await settled(trigger);
    expect(page).toMatchObject({ total: 1, page: 1, has_next: false });
    const [listed] = page.items;
    expect(listed).toMatchObject({
      ...{ id: seen[0]!.id, run_id: run.id, event: "trigger.run.completed", state: "delivered" },
      ...{ attempts: 3, next_attempt_at: null, last_status: 200, last_error: null },
    });
    const { body: one } = await ask(trigger, "GET", `/deliveries/${listed.id}`);
    expect(one.payload).toEqual(JSON.parse(seen[0]!.text));
    expect(one.attempt_log.map((attempt: Json) => [attempt.http_status, attempt.answer])).toEqual([
      [500, "the answer"],
      [503, "the answer"],
      [200, "the answer"],
    ]);
    expect(one.attempt_log[0].error).toContain("500");
    expect(one.attempt_log[2]).toMatchObject({ error: null, at: expect.stringMatching(/^2026-02-19T/) });
    expect(one.attempt_log[0].duration_ms).toBeGreaterThanOrEqual(0);
  });

  test("is cut by state, and belongs to its trigger alone", async () => {
    const { url } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    const other = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    const [{ id }] = (await settled(trigger)).items;
    expect((await ask(trigger, "GET", "/deliveries?state=delivered")).body.total).toBe(1);
    expect((await ask(trigger, "GET", "/deliveries?state=pending")).body.total).toBe(0);
    expect((await ask(trigger, "GET", "/deliveries?state=lost")).status).toBe(422);
    const foreign = await ask(other, "GET", `/deliveries/${id}`);
    expect([foreign.status, foreign.body.code]).toEqual([404, "delivery_not_found"]);
    expect((await ask(other, "POST", `/deliveries/${id}/redeliver`)).status).toBe(404);
  });
});

describe("a redelivery", () => {
  test("sends the same bytes under the same id with a new time", async () => {
    const { url, seen, heard } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    const [{ id }] = (await settled(trigger)).items;
    clock.move(60_000);
    const again = await ask(trigger, "POST", `/deliveries/${id}/redeliver`);
    expect([again.status, again.body.id]).toEqual([202, id]);
    await heard(2);
    expect([seen[1]!.id, seen[1]!.text]).toEqual([seen[0]!.id, seen[0]!.text]);
    expect(Number(seen[1]!.timestamp)).toBe(Number(seen[0]!.timestamp) + 60);
  });

  test("brings what was given up after the last attempt", async () => {
    const { url, seen, heard } = receiver(...new Array(10).fill(500));
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    const [{ id, state, attempts }] = (await settled(trigger)).items;
    expect([state, attempts]).toEqual(["exhausted", 10]);
    await ask(trigger, "POST", `/deliveries/${id}/redeliver`);
    await heard(11);
    await world.logged(new RegExp(`"webhook_delivered".*${trigger.id}`));
    const { body: one } = await ask(trigger, "GET", `/deliveries/${id}`);
    expect(one).toMatchObject({ state: "delivered", attempts: 11 });
    expect(one.attempt_log).toHaveLength(11);
    expect(new Set(seen.map((request) => request.id)).size).toBe(1);
  });

  test("and a ping need a webhook", async () => {
    const { url } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    const [{ id }] = (await settled(trigger)).items;
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: null });
    for (const path of [`/deliveries/${id}/redeliver`, "/webhook/ping"]) {
      const refused = await ask(trigger, "POST", path);
      expect([refused.status, refused.body.code]).toEqual([409, "webhook_missing"]);
    }
  });
});

test("a ping is sent and logged, whatever events were chosen", async () => {
  const { url, seen } = receiver();
  const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_events: [] });
  const { status, body } = await ask(trigger, "POST", "/webhook/ping");
  expect([status, body.event, body.run_id]).toEqual([202, "trigger.webhook.ping", null]);
  await settled(trigger);
  expect(JSON.parse(seen[0]!.text)).toMatchObject({
    ...{ event: "trigger.webhook.ping", trigger_id: trigger.id, run_id: null },
    data: { message: expect.stringContaining("Trigger") },
  });
});

describe("the choice of events", () => {
  test("is completed and failed until another is made, and no other words are taken", async () => {
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: receiver().url });
    expect(trigger.webhook_events).toEqual(["trigger.run.completed", "trigger.run.failed", "trigger.overdue"]);
    const chosen = ["trigger.run.cancelled"];
    const changed = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_events: chosen });
    expect(changed.body.webhook_events).toEqual(chosen);
    const refused = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, {
      webhook_events: ["trigger.run.done"],
    });
    expect(refused.status).toBe(422);
    const reset = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_events: null });
    expect(reset.body.webhook_events).toEqual(trigger.webhook_events);
  });

  test("lets a receiver hear of runs that were cancelled, waiting or running, and of data that did not fit", async () => {
    const { url, seen, heard } = receiver();
    const webhook_events = ["trigger.run.cancelled", "trigger.run.validation_failed"];
    const trigger = await world.makeTrigger(hardModel("exact", 300), { webhook_url: url, webhook_events });
    const fire = () => world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
    const [running, waiting] = [(await fire()).body.run_id, (await fire()).body.run_id];
    await ask(trigger, "POST", `/runs/${waiting}/cancel`);
    await heard(1);
    await ask(trigger, "POST", `/runs/${running}/cancel`);
    await heard(2);
    const misfit = await world.fire(trigger, { nothing: 1 });
    await heard(3);
    expect(
      seen.map(({ text }) => JSON.parse(text)).map(({ event, run_id, data }) => [event, run_id, data.status]),
    ).toEqual([
      ["trigger.run.cancelled", waiting, "cancelled"],
      ["trigger.run.cancelled", running, "cancelled"],
      ["trigger.run.validation_failed", misfit.body.detail.run_id, "validation_failed"],
    ]);
  });
});

describe("a receiver that is gone", () => {
  test("is left alone after 410: what waits is given up, the trigger says so, a change turns it on again", async () => {
    const { url, seen } = receiver(410);
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    await world.logged(new RegExp(`"webhook_disabled".*${trigger.id}`));
    const disabled = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
    expect(disabled.webhook_disabled_at).not.toBeNull();
    expect(disabled.webhook_disabled_reason).toContain("410");
    const { body: unheard } = await world.fire(trigger);
    expect((await ask(trigger, "GET", "/deliveries")).body.total).toBe(1);
    expect((await ask(trigger, "GET", `/runs/${unheard.id}`)).body.webhook_delivered).toBeNull();
    const enabled = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: url });
    expect([enabled.body.webhook_disabled_at, enabled.body.webhook_disabled_reason]).toEqual([null, null]);
    await world.fire(trigger);
    await world.logged(new RegExp(`"webhook_delivered".*${trigger.id}`));
    expect(seen).toHaveLength(2);
  });

  test("gets nothing of what waits behind the 410, however much that is", async () => {
    const { url, seen } = receiver(200, 410);
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await world.fire(trigger);
    await world.logged(new RegExp(`"webhook_delivered".*${trigger.id}`));
    const path = `/api/v2/triggers/${trigger.id}/fire-batch`;
    const body = { override_data: new Array(200).fill(null) };
    const { run_ids } = (await world.call("POST", path, body, { token: trigger.trigger_secret })).body;
    await world.ended(trigger, run_ids.at(-1));
    await world.logged(new RegExp(`"webhook_disabled".*${trigger.id}`));
    // Those that were on their way beside it may arrive.
    expect(seen.length).toBeLessThanOrEqual(6);
    expect((await ask(trigger, "GET", "/deliveries?state=pending")).body.total).toBe(0);
  });

  test("is left alone after five days of failures, and not when one went through meanwhile", async () => {
    const { url, seen, heard } = receiver(...new Array(10).fill(500), 200, ...new Array(100).fill(500));
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    const fail = async (count: number) => {
      await world.fire(trigger);
      await heard(count);
      await world.call("GET", "/health");
    };
    await fail(10);
    clock.move(4 * DAY_MS);
    await fail(11);
    clock.move(2 * DAY_MS);
    await fail(21);
    const still = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
    expect(still.webhook_disabled_at).toBeNull();
    clock.move(6 * DAY_MS);
    await world.fire(trigger);
    await world.logged(new RegExp(`"webhook_disabled".*${trigger.id}`));
    const given_up = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
    expect(given_up.webhook_disabled_reason).toContain("every attempt has failed since");
    expect(seen.length).toBe(22);
  });
});

test("a stop waits a moment for receivers that are about to answer, so that the next start sends nothing twice", async () => {
  const { promise: release, resolve } = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  let count = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => {
      count += 1;
      asked.resolve();
      return release;
    },
  });
  cleanups.push(() => server.stop(true));
  const own = await startWorld({ flags: { workers: "0" } });
  const { directory } = own;
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const trigger = await own.makeTrigger(RESTOCK, { webhook_url: `http://127.0.0.1:${server.port}/` });
  await own.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`);
  await asked.promise;
  const stopped = own.app.stop(1);
  resolve(new Response("at last"));
  await stopped;
  const next = await startWorld({ directory, flags: { workers: "0" } });
  const { body } = await next.call("GET", `/api/v2/triggers/${trigger.id}/deliveries`);
  await next.app.stop(0);
  expect([body.items[0].state, body.items[0].attempts, count]).toEqual(["delivered", 1, 1]);
});

test("one dead receiver with a thousand deliveries holds up no other", async () => {
  const hanging = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Promise<Response>(() => {}) });
  cleanups.push(() => hanging.stop(true));
  const dead = await world.makeTrigger(RESTOCK, { webhook_url: `http://127.0.0.1:${hanging.port}/` });
  const path = `/api/v2/triggers/${dead.id}/fire-batch`;
  const body = { override_data: new Array(1000).fill(null) };
  const { run_ids } = (await world.call("POST", path, body, { token: dead.trigger_secret })).body;
  await world.ended(dead, run_ids.at(-1));
  const { url, seen } = receiver();
  const alive = await world.makeTrigger(RESTOCK, { webhook_url: url });
  await world.fire(alive);
  await settled(alive);
  expect(seen).toHaveLength(1);
  const open = (await ask(dead, "GET", "/deliveries?state=sending")).body.total;
  expect(open).toBe(1);
  await world.call("PATCH", `/api/v2/triggers/${dead.id}`, { webhook_url: null });
});
