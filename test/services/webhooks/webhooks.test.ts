import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hardModel, type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";
import { fireAndSettle, type Receiver, runOf, type Seen, settled, startReceiver } from "./webhook_setup";

const START = "2026-02-19T06:00:00.000Z";
const DAY_MS = 86_400_000;
const STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RAW_SECRET = "whsec_your_signing_secret";

const clock = movableClock(START);
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { webhook_retry_scale: "0" } });
});
afterAll(() => world.stop());

const cleanups: (() => unknown)[] = [];
afterEach(() => Promise.all(cleanups.splice(0).map((cleanup) => cleanup())));

/** A receiver that is gone after the test. */
function receiver(answer?: (n: number) => Response): Receiver {
  const started = startReceiver(answer);
  cleanups.push(started.stop);
  return started;
}

/** The documented signatures, made from the document: HMAC-SHA256 keyed with the text, and Standard Webhooks. */
function jaotSignature(secret: string, bytes: Buffer): string {
  return createHmac("sha256", Buffer.from(secret, "utf8")).update(bytes).digest("hex");
}

function standardSignature(key: Buffer, seen: Seen): string {
  const head = Buffer.from(`${seen.headers["webhook-id"]}.${seen.headers["webhook-timestamp"]}.`);
  return `v1,${createHmac("sha256", key)
    .update(Buffer.concat([head, seen.bytes]))
    .digest("base64")}`;
}

describe("a delivery", () => {
  test("is one POST of the documented payload under the documented headers", async () => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: RAW_SECRET });
    const override_data = { stock: [0, 0] };
    const run = await fireAndSettle(world, trigger, override_data);
    expect(seen).toHaveLength(1);
    const [one] = seen as [Seen];
    expect([one.method, one.path]).toEqual(["POST", "/hook?from=jaot"]);
    expect(one.headers["content-type"]).toBe("application/json");
    expect(one.headers["user-agent"]).toMatch(/^jaot-triggers\/\d+\.\d+\.\d+$/);
    expect(one.headers["webhook-id"]).toMatch(/^whd_[0-9a-z]+$/);
    expect(one.headers["webhook-timestamp"]).toBe(String(Math.floor(clock.now() / 1000)));
    expect(one.body).toEqual({
      event: "trigger.run.completed",
      trigger_id: trigger.id,
      run_id: run.id,
      timestamp: run.completed_at,
      data: { status: "completed", result: run.result_data, override_data },
    });
    expect(run).toMatchObject({ webhook_delivered: true, webhook_attempts: 1 });
  });

  test.each([
    ["a Standard Webhooks secret", STANDARD_SECRET, Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64")],
    ["a secret of any other text", RAW_SECRET, Buffer.from(RAW_SECRET)],
    ["a secret that only looks like base64", "whsec_MfKQ9r8GKYqr=wjUPD8ILPZIo2LaLaSw", null],
  ])("is signed twice with %s", async (_, webhook_secret, key) => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret });
    expect(trigger.webhook_secret).toBeUndefined();
    await fireAndSettle(world, trigger);
    const [one] = seen as [Seen];
    expect(one.headers["x-jaot-signature"]).toBe(jaotSignature(webhook_secret, one.bytes));
    expect(one.headers["webhook-signature"]).toBe(standardSignature(key ?? Buffer.from(webhook_secret), one));
  });

  test("without a secret given is signed with one that is made and shown once", async () => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    await fireAndSettle(world, trigger);
    const [one] = seen as [Seen];
    const key = Buffer.from(trigger.webhook_secret.slice("whsec_".length), "base64");
    expect(key).toHaveLength(32);
    expect(one.headers["x-jaot-signature"]).toBe(jaotSignature(trigger.webhook_secret, one.bytes));
    expect(one.headers["webhook-signature"]).toBe(standardSignature(key, one));
  });

  test("of a failure names it, and still tells which one it is", async () => {
    const { url, seen } = receiver();
    const infeasible = { ...RESTOCK, constraints: [{ expression: "order_a <= -1" }] };
    const failed = await fireAndSettle(world, await world.makeTrigger(infeasible, { webhook_url: url }));
    expect(seen[0]!.body).toMatchObject({ event: "trigger.run.failed", run_id: failed.id });
    expect(seen[0]!.body.data).toEqual({
      ...{ status: "failed", error: failed.error_message, override_data: null, result: failed.result_data },
    });
    expect(seen[0]!.body.data.error).toStartWith("Solver error: problem is infeasible");
    expect(seen[0]!.body.data.result.status).toBe("infeasible");
    await fireAndSettle(world, await world.makeTrigger(hardModel("exact", 0.2), { webhook_url: url }));
    expect(seen[1]!.body).toMatchObject({ event: "trigger.run.failed", data: { status: "timeout" } });
    const divided = { ...RESTOCK, parameters: { d: 2 }, constraints: [{ expression: "order_a / d <= 4" }] };
    await fireAndSettle(world, await world.makeTrigger(divided, { webhook_url: url }), { d: 0 });
    expect(seen[2]!.body.data).toEqual({
      status: "failed",
      error: expect.any(String),
      override_data: { d: 0 },
    } as Json);
  });

  test("is not made for a run that was refused, and for no trigger without a URL", async () => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    expect((await world.fire(trigger, { nope: 1 })).status).toBe(422);
    const { body: cleared } = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: null });
    const { body: unheard } = await world.fire({ ...cleared, trigger_secret: trigger.trigger_secret });
    expect(unheard).toMatchObject({ status: "completed", webhook_delivered: null, webhook_attempts: 0 });
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: url });
    const heard = await fireAndSettle(world, trigger);
    expect(seen.map((one) => one.body.run_id)).toEqual([heard.id]);
  });

  test("over 256 KiB comes without its large parts, and says where they are", async () => {
    const count = 4000;
    const variables = Array.from({ length: count }, (_, i) => ({ name: `a_rather_long_name_${i}`, lower_bound: i }));
    const expression = variables.map(({ name }) => name).join(" + ");
    const model = { variables, objective: { sense: "minimize", expression }, constraints: [] };
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(model, { webhook_url: url });
    const run = await fireAndSettle(world, trigger);
    expect(JSON.stringify(run.result_data).length).toBeGreaterThan(262_144);
    const [one] = seen as [Seen];
    expect(one.bytes.length).toBeLessThan(262_144);
    const { data } = one.body;
    expect(data).toMatchObject({ status: "completed", truncated: true });
    expect(data.result).toMatchObject({ status: "optimal", objective_value: (count * (count - 1)) / 2 });
    for (const part of ["solution", "variables", "constraints"]) expect(data.result).not.toHaveProperty(part);
    const whole = await world.call("GET", data.result_url);
    expect(whole.body.result_data).toEqual(run.result_data);
    expect(one.headers["x-jaot-signature"]).toBe(jaotSignature(trigger.webhook_secret, one.bytes));
  });

  test("with large override data and a small result still tells the result", async () => {
    const weights = Array.from({ length: 60_000 }, (_, i) => i % 10_000);
    const model = {
      parameters: { weights },
      variables: [{ name: "x" }],
      objective: { sense: "minimize", expression: "x" },
      constraints: [{ expression: "x >= weights[7]" }],
    };
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(model, { webhook_url: url });
    await fireAndSettle(world, trigger, { weights });
    expect(seen[0]!.body.data.result).toMatchObject({ status: "optimal", objective_value: 7 });
  });
});

describe("a receiver that fails", () => {
  test("gets the same bytes under the same id again, freshly timed and signed, until it takes them", async () => {
    const answers = [500, 404, 301, 200];
    const { url, seen } = receiver((n) => {
      clock.move(7000);
      return new Response("no", { status: answers[n - 1]!, headers: { location: "/elsewhere" } });
    });
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: RAW_SECRET });
    const run = await fireAndSettle(world, trigger);
    expect(run).toMatchObject({ status: "completed", webhook_delivered: true, webhook_attempts: 4 });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map((one) => one.bytes.toString("latin1"))).size).toBe(1);
    expect(new Set(seen.map((one) => one.headers["webhook-id"])).size).toBe(1);
    expect(new Set(seen.map((one) => one.path))).toEqual(new Set(["/hook?from=jaot"]));
    const times = seen.map((one) => Number(one.headers["webhook-timestamp"]));
    expect(times.map((time) => time - times[0]!)).toEqual([0, 7, 14, 21]);
    for (const one of seen) {
      expect(one.headers["webhook-signature"]).toBe(standardSignature(Buffer.from(RAW_SECRET), one));
    }
  });

  test("for good is given up after ten attempts, and the run is none the worse", async () => {
    const { url, seen } = receiver(() => new Response("no", { status: 500 }));
    const run = await fireAndSettle(world, await world.makeTrigger(RESTOCK, { webhook_url: url }));
    expect(seen).toHaveLength(10);
    expect(run).toMatchObject({ status: "completed", webhook_delivered: false, webhook_attempts: 10 });
  });

  test("is tried again no sooner than documented", async () => {
    const own_clock = movableClock(START);
    const patient = await startWorld({ clock: own_clock });
    cleanups.push(patient.stop);
    const { url, seen } = receiver((n) => new Response("", { status: n < 3 ? 500 : 200 }));
    const trigger = await patient.makeTrigger(RESTOCK, { webhook_url: url });
    const { id } = (await patient.fire(trigger)).body;
    const failed = (attempt: number) =>
      patient.logged(new RegExp(`"webhook_failed".*${trigger.id}","attempt":${attempt},`));
    /** Goes on by that many seconds and lets the deliverer look. */
    const pass = async (seconds: number): Promise<void> => {
      own_clock.move(seconds * 1000);
      patient.app.context.wake.deliverer();
      await patient.call("GET", "/health/live");
    };
    await failed(1);
    expect(await runOf(patient, trigger, id)).toMatchObject({ webhook_delivered: null, webhook_attempts: 1 });
    // 5 s and then 5 min, each varied by a tenth: not yet at the first look, surely at the second.
    await pass(4.4);
    await pass(1.2);
    await failed(2);
    await pass(269);
    await pass(62);
    await settled(patient, trigger);
    expect(await runOf(patient, trigger, id)).toMatchObject({ webhook_delivered: true, webhook_attempts: 3 });
    const times = seen.map((one) => Number(one.headers["webhook-timestamp"]) - Date.parse(START) / 1000);
    expect(times).toEqual([0, 5, 336]);
  });

  test("with 410 wants no more: the webhook is off until a change turns it on again", async () => {
    const { url, seen } = receiver((n) => new Response("", { status: n === 1 ? 410 : 200 }));
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url });
    const { id } = (await world.fire(trigger)).body;
    while ((await runOf(world, trigger, id)).webhook_attempts === 0);
    await world.fire(trigger);
    expect(await runOf(world, trigger, id)).toMatchObject({ webhook_delivered: false, webhook_attempts: 1 });
    expect(seen).toHaveLength(1);
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: url });
    const { body: heard } = await world.fire(trigger);
    await world.logged(new RegExp(`"webhook_delivered".*${trigger.id}`));
    expect(seen[1]!.body.run_id).toBe(heard.id);
  });

  test("holds up no other", async () => {
    const { promise: release, resolve } = Promise.withResolvers<Response>();
    const hanging = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => release });
    cleanups.push(() => hanging.stop(true));
    const slow = await world.makeTrigger(RESTOCK, { webhook_url: `http://127.0.0.1:${hanging.port}/` });
    const { body: waiting } = await world.fire(slow);
    const { url, seen } = receiver();
    await fireAndSettle(world, await world.makeTrigger(RESTOCK, { webhook_url: url }));
    expect(seen).toHaveLength(1);
    expect((await runOf(world, slow, waiting.id)).webhook_delivered).toBeNull();
    resolve(new Response("at last"));
    await settled(world, slow);
    expect((await runOf(world, slow, waiting.id)).webhook_delivered).toBe(true);
  });

  test("is delivered to by the next start when this one stopped first", async () => {
    const { promise: release, resolve } = Promise.withResolvers<Response>();
    let asked = 0;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => (asked++ === 0 ? release : new Response("ok")),
    });
    cleanups.push(() => server.stop(true));
    const own = await startWorld();
    const { directory } = own;
    const trigger = await own.makeTrigger(RESTOCK, { webhook_url: `http://127.0.0.1:${server.port}/` });
    const { id } = (await own.fire(trigger)).body;
    while (asked === 0) await own.call("GET", "/health/live");
    await own.app.stop(0);
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const next = await startWorld({ directory });
    await settled(next, trigger);
    expect(await runOf(next, trigger, id)).toMatchObject({ webhook_delivered: true, webhook_attempts: 2 });
    resolve(new Response(""));
    await next.app.stop(0);
  });
});

describe("a webhook secret", () => {
  test("never comes back, and lies nowhere in the clear", async () => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: "canary_secret_text" });
    const run = await fireAndSettle(world, trigger);
    const path = `/api/v2/triggers/${trigger.id}`;
    const told = [trigger, run, seen[0]!.body, seen[0]!.headers];
    for (const one of [path, "/api/v2/triggers", `${path}/runs`]) told.push((await world.call("GET", one)).body);
    told.push((await world.call("PATCH", path, { webhook_secret: "canary_secret_text" })).body);
    expect(JSON.stringify(told) + world.log.join("")).not.toContain("canary_secret_text");
    expect(trigger).toMatchObject({ webhook_secret_set: true });
    for (const file of readdirSync(join(world.directory, "data"), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const held = readFileSync(join(file.parentPath, file.name), "latin1");
      expect([file.name, held.includes("canary_secret_text")]).toEqual([file.name, false]);
    }
  });

  test("that was changed signs beside its successor for a day, so that no delivery is refused meanwhile", async () => {
    const { url, seen } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: STANDARD_SECRET });
    await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_secret: RAW_SECRET });
    const oldKey = Buffer.from(STANDARD_SECRET.slice("whsec_".length), "base64");
    /** The signatures of one more delivery. */
    const deliver = async (): Promise<string[]> => {
      const count = seen.length;
      const { body } = await world.fire(trigger);
      while ((await runOf(world, trigger, body.id)).webhook_delivered === null);
      expect(seen).toHaveLength(count + 1);
      return seen.at(-1)!.headers["webhook-signature"]!.split(" ");
    };
    const [first, second, ...others] = await deliver();
    expect([first, second]).toEqual([
      standardSignature(Buffer.from(RAW_SECRET), seen[0]!),
      standardSignature(oldKey, seen[0]!),
    ]);
    expect(others).toEqual([]);
    expect(seen[0]!.headers["x-jaot-signature"]).toBe(jaotSignature(RAW_SECRET, seen[0]!.bytes));
    clock.move(DAY_MS - 1);
    expect(await deliver()).toHaveLength(2);
    clock.move(1);
    expect(await deliver()).toEqual([standardSignature(Buffer.from(RAW_SECRET), seen[2]!)]);
  });
});
