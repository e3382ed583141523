/** How a webhook's secret changes, and what becomes of it when the key that seals it is gone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const DAY_MS = 86_400_000;
const clock = movableClock("2026-02-19T06:00:00Z");
const cleanups: (() => unknown)[] = [];
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { workers: "0", webhook_retry_scale: "0" } });
});
afterAll(() => world.stop());
afterEach(() => Promise.all(cleanups.splice(0).map((cleanup) => cleanup())));

/** A receiver that tells with which secrets a ping was signed, the one of x-jaot-signature first. */
function receiver(): { url: string; next(where: World, trigger: Json): Promise<{ body: string; headers: Headers }> } {
  const seen: { body: string; headers: Headers }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      seen.push({ body: await request.text(), headers: request.headers });
      return new Response("ok");
    },
  });
  cleanups.push(() => server.stop(true));
  return {
    url: `http://127.0.0.1:${server.port}/`,
    next: async (where, trigger) => {
      const { id } = (await where.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`)).body;
      await where.logged(new RegExp(`"webhook_delivered".*${id}`));
      return seen.at(-1)!;
    },
  };
}

function isSignedWith(secret: string, { body, headers }: { body: string; headers: Headers }): [boolean, boolean] {
  const compat = createHmac("sha256", secret).update(body).digest("hex");
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : secret;
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const standard = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return [headers.get("x-jaot-signature") === compat, headers.get("webhook-signature")!.split(" ").includes(standard)];
}

const patch = (trigger: Json, body: Json, where = world) => where.call("PATCH", `/api/v2/triggers/${trigger.id}`, body);

describe("a change of the secret", () => {
  test("to the one that it is changes nothing: the one before still signs beside it", async () => {
    const { url, next } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: "the first secret" });
    await patch(trigger, { webhook_secret: "the second secret" });
    clock.move(DAY_MS / 2);
    await patch(trigger, { webhook_secret: "the second secret" });
    const one = await next(world, trigger);
    expect(isSignedWith("the second secret", one)).toEqual([true, true]);
    expect(isSignedWith("the first secret", one)).toEqual([false, true]);
    clock.move(DAY_MS / 2);
    expect(isSignedWith("the first secret", await next(world, trigger))).toEqual([false, false]);
  });

  test("to null makes one, shown this once, and the one before still signs beside it", async () => {
    const { url, next } = receiver();
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret: "the given secret" });
    const { body } = await patch(trigger, { webhook_secret: null });
    expect(body.webhook_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const one = await next(world, trigger);
    expect(isSignedWith(body.webhook_secret, one)).toEqual([true, true]);
    expect(isSignedWith("the given secret", one)).toEqual([false, true]);
    expect((await patch(trigger, { name: "other" })).body.webhook_secret).toBeUndefined();
  });

  test("is not what a new URL is: the secret goes on", async () => {
    const [first, second] = [receiver(), receiver()];
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: first.url });
    const { body } = await patch(trigger, { webhook_url: second.url });
    expect(body.webhook_secret).toBeUndefined();
    expect(isSignedWith(trigger.webhook_secret, await second.next(world, trigger))).toEqual([true, true]);
  });
});

test("a secret whose key is gone is told in the delivery's log, and a new one signs at once", async () => {
  const directory = mkdtempSync(join(tmpdir(), "jaot-seal-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const flags = { workers: "0", webhook_retry_scale: "0" };
  const { url, next } = receiver();
  const before = await startWorld({ directory, flags });
  const trigger = await before.makeTrigger(RESTOCK, { webhook_url: url });
  await before.app.stop(0);
  rmSync(join(directory, "data", "seal.key"));
  const after = await startWorld({ directory, flags });
  try {
    expect(after.log.join("")).toContain('"seal_key_missing","triggers":1');
    const { id } = (await after.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`)).body;
    await after.logged(new RegExp(`${id}.*"state":"exhausted"`));
    const { body } = await after.call("GET", `/api/v2/triggers/${trigger.id}/deliveries/${id}`);
    expect(body.last_error).toContain("does not open with this key");
    expect(body.last_error).not.toContain(trigger.webhook_secret);
    await patch(trigger, { webhook_secret: "the secret set anew" }, after);
    expect(isSignedWith("the secret set anew", await next(after, trigger))).toEqual([true, true]);
  } finally {
    await after.app.stop(0);
  }
});

describe("a secret that libraries of Standard Webhooks", () => {
  const bytes = (count: number) => Buffer.alloc(count, 251);
  const padded = bytes(32).toString("base64");

  test.each([
    [`whsec_${padded}`],
    [`whsec_${bytes(24).toString("base64")}`],
    [`whsec_${bytes(64).toString("base64")}`],
  ])("take as it is is kept without a word: %s", async (webhook_secret) => {
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: "http://127.0.0.1:1/", webhook_secret });
    expect(trigger.warnings).toBeUndefined();
    expect(() => new Webhook(webhook_secret)).not.toThrow();
  });

  test.each([
    [`whsec_${padded.replace("=", "")}`, "base64 without its padding, or URL-safe"],
    [`whsec_${bytes(32).toString("base64url")}`, "base64 without its padding, or URL-safe"],
    [`whsec_${bytes(16).toString("base64")}`, "holds 16 bytes"],
    [`whsec_${bytes(65).toString("base64")}`, "holds 65 bytes"],
    [`v1,whsec_${padded}`, "has something before whsec_"],
    ["whsec_your_signing_secret", "is not base64"],
    ["a plain secret", "does not begin with whsec_"],
  ])("do not take is told with what receivers must do: %s", async (webhook_secret, fault) => {
    const made = await world.makeTrigger(RESTOCK, { webhook_url: "http://127.0.0.1:1/", webhook_secret });
    const other = await world.makeTrigger(RESTOCK, { webhook_url: "http://127.0.0.1:1/" });
    for (const { warnings } of [made, (await patch(other, { webhook_secret })).body]) {
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(fault);
      expect(warnings[0]).toContain('format "raw"');
      expect(warnings[0]).not.toContain(webhook_secret);
    }
    // Asked again, the trigger has nothing to say.
    expect((await world.call("GET", `/api/v2/triggers/${made.id}`)).body.warnings).toBeUndefined();
  });

  test.each([` whsec_${padded}`, `whsec_${padded}\n`, `\ufeffwhsec_${padded}\r\n`, `\twhsec_${padded}\u00a0`])(
    "would not take for a blank around it is kept without: %p",
    async (webhook_secret) => {
      const { url, next } = receiver();
      const trigger = await world.makeTrigger(RESTOCK, { webhook_url: url, webhook_secret });
      expect(trigger.warnings).toBeUndefined();
      expect(isSignedWith(`whsec_${padded}`, await next(world, trigger))).toEqual([true, true]);
    },
  );

  test("are not asked about when nothing but blanks was given: 422", async () => {
    const trigger = await world.makeTrigger(RESTOCK, {});
    const answer = await patch(trigger, { webhook_url: "http://127.0.0.1:1/", webhook_secret: "     abc     " });
    expect([answer.status, answer.body.detail[0].loc]).toEqual([422, ["body", "webhook_secret"]]);
  });
});
