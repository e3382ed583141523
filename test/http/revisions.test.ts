/** A change that is held to what its sender has read: refused when another came between, and never for those that do not ask. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, startWorld, type World } from "../world";

const MODEL = { variables: [{ name: "x", upper_bound: 5 }], objective: { sense: "minimize", expression: "x" } };
let world: World;
let trigger: Json;
let paths: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await startWorld();
  trigger = await world.makeTrigger(MODEL);
  const path = `/api/v2/triggers/${trigger.id}`;
  const cron = { cron_expression: "0 6 * * *", timezone: "UTC" };
  await world.call("POST", `${path}/schedule`, cron);
  const named = (await world.call("POST", `${path}/schedules`, cron)).body;
  paths = {
    document: `/api/v2/builder/${trigger.document_id}`,
    trigger: path,
    "main schedule": `${path}/schedule`,
    schedule: `${path}/schedules/${named.id}`,
  };
});
afterAll(() => world.stop());

const CHANGES: Readonly<Record<string, readonly [method: string, field: string, values: readonly unknown[]]>> = {
  document: ["PUT", "name", ["one", "two", "three", "four"]],
  trigger: ["PATCH", "description", ["one", "two", "three", "four"]],
  "main schedule": ["PATCH", "jitter_seconds", [1, 2, 3, 4]],
  schedule: ["PATCH", "jitter_seconds", [1, 2, 3, 4]],
};

describe.each(Object.entries(CHANGES))("a %s", (what, [method, field, [first, second, third, fourth]]) => {
  const change = (value: unknown, if_match: string | null) =>
    world.call(
      method,
      paths[what]!,
      { [field]: value },
      { headers: if_match === null ? {} : { "if-match": if_match } },
    );
  const read = () => world.call("GET", paths[what]!);

  test("is changed by whoever has read it, and by nobody who has read what it was before", async () => {
    const before = await read();
    const tag = before.headers.get("etag")!;
    expect(tag).toBe(`"${before.body.revision}"`);
    const changed = await change(first, tag);
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, `"${changed.body.revision}"`]);
    const refused = await change(second, tag);
    expect([refused.status, refused.body.code, refused.body.revision]).toEqual([
      412,
      "changed_elsewhere",
      changed.body.revision,
    ]);
    expect((await read()).body[field]).toBe(first);
  });

  test("of two changes at one time from one revision, one is made and one is refused", async () => {
    const tag = (await read()).headers.get("etag")!;
    const both = await Promise.all([change(second, tag), change(third, tag)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const made = both.find(({ status }) => status === 200)!;
    expect((await read()).body[field]).toBe(made.body[field]);
  });

  test.each([null, "*", 'W/"%", "other"', "%"])("is changed with If-Match %s", async (header) => {
    const { revision } = (await read()).body;
    const changed = await change(fourth, header?.replace("%", revision) ?? null);
    expect([changed.status, changed.body[field]]).toEqual([200, fourth]);
  });

  test("is not deleted by who has read what it was before", async () => {
    const refused = await world.call("DELETE", paths[what]!, undefined, { headers: { "if-match": '"older"' } });
    expect([refused.status, (await read()).status]).toEqual([412, 200]);
  });
});

test("runs and switches leave a revision as it is; a new webhook secret does not", async () => {
  const read = async () => (await world.call("GET", paths.trigger!)).body.revision;
  const before = await read();
  expect((await world.fire(trigger)).status).toBe(200);
  await world.call("POST", `${paths.trigger}/toggle`, { enabled: false });
  await world.call("POST", `${paths.trigger}/toggle`, { enabled: true });
  expect(await read()).toBe(before);
  await world.call("PATCH", paths.trigger!, { webhook_secret: "plant-secret-of-24-letters" });
  expect(await read()).not.toBe(before);
});
