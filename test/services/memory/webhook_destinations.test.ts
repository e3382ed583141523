/** Where a webhook may go: refused when a trigger is made or changed, or at the attempt that finds the address. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { movableClock, RESTOCK, startWorld, type World } from "../../world";
import { fireAndSettle, settled, startReceiver } from "../webhooks/webhook_setup";

let world: World;
beforeAll(async () => {
  world = await startWorld({ clock: movableClock("2026-02-19T06:00:00.000Z"), flags: { webhook_retry_scale: "0" } });
});
afterAll(() => world.stop());

const cleanups: (() => unknown)[] = [];
afterEach(() => Promise.all(cleanups.splice(0).map((cleanup) => cleanup())));

describe("a destination", () => {
  const createWith = async (where: World, webhook_url: string) => {
    const made = await where.makeTrigger(RESTOCK);
    const { document_id, version_id } = made;
    const body = { name: "hooked", document_id, version_id, webhook_url };
    return [
      await where.call("POST", "/api/v2/triggers", body),
      await where.call("PATCH", `/api/v2/triggers/${made.id}`, { webhook_url }),
    ];
  };

  test.each([
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://169.254.1.1/",
    "http://[fe80::1]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://2852039166/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://user:password@127.0.0.1/",
    "not a url",
    "//127.0.0.1/",
  ])("is refused under every policy: %s", async (webhook_url) => {
    for (const answer of await createWith(world, webhook_url)) {
      expect([answer.status, answer.body.code]).toEqual([422, "webhook_destination_refused"]);
      expect(answer.body.detail[0].loc).toEqual(["body", "webhook_url"]);
      expect(answer.body.detail[0].msg).not.toContain("password@");
    }
  });

  test("is never this service itself", async () => {
    const { port } = new URL(world.address);
    for (const url of [
      `${world.address}/api/v2/triggers`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `http://127.1:${port}/`,
    ]) {
      for (const answer of await createWith(world, url)) expect(answer.status).toBe(422);
    }
    const named = await world.makeTrigger(RESTOCK, { webhook_url: `http://localhost:${port}/` });
    const run = await fireAndSettle(world, named);
    expect(run).toMatchObject({ status: "completed", webhook_delivered: false });
  });

  test.each(["http://127.0.0.1:9/", "http://10.1.2.3/", "http://192.168.0.9/", "http://[::1]:9/", "http://[fd12::1]/"])(
    "on this machine or network is allowed by default, refused by the public policy with the way out: %s",
    async (webhook_url) => {
      const strict = await startWorld({ flags: { workers: "0", webhook_targets: "public" } });
      cleanups.push(strict.stop);
      for (const answer of await createWith(strict, webhook_url)) {
        expect([answer.status, answer.body.code]).toEqual([422, "webhook_destination_refused"]);
        expect(answer.body.detail[0].msg).toContain(new URL(webhook_url).hostname.replace(/[[\]]/g, ""));
        expect(answer.body.detail[0].msg).toContain("--webhook-targets");
      }
      expect((await createWith(world, webhook_url)).map((answer) => answer.status)).toEqual([201, 200]);
    },
  );

  test("of a list takes what is in the list alone", async () => {
    const flags = { workers: "0", webhook_targets: "10.0.0.0/8,hooks.plant" };
    const listed = await startWorld({ flags });
    cleanups.push(listed.stop);
    for (const [url, statuses] of [
      ["http://10.9.9.9/", [201, 200]],
      ["http://hooks.plant/", [201, 200]],
      ["http://127.0.0.1:9/", [422, 422]],
      ["http://8.8.8.8/", [422, 422]],
    ] as const) {
      expect((await createWith(listed, url)).map((answer) => answer.status)).toEqual([...statuses]);
    }
  });

  test("behind a name is judged by its address when it is connected to", async () => {
    const strict = await startWorld({ flags: { webhook_targets: "public", webhook_retry_scale: "0" } });
    cleanups.push(strict.stop);
    const { url, seen, stop } = startReceiver();
    cleanups.push(stop);
    const trigger = await strict.makeTrigger(RESTOCK, { webhook_url: url.replace("127.0.0.1", "localhost") });
    const run = await fireAndSettle(strict, trigger);
    expect(run).toMatchObject({ status: "completed", webhook_delivered: false });
    expect(seen).toEqual([]);
    expect(await settled(strict, trigger)).toContain("--webhook-targets");
  });
});
