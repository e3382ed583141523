/** Fires with much data: they are read, checked and packed beside the HTTP thread, and mean what small ones mean. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { longestTurnDuring } from "../../longest_turn";
import { type Answer, type Json, startWorld, type World } from "../../world";

const COUNT = 300_000;
/** The optimum is the sum of the data. */
const sumModel = (count: number) => ({
  language: "mathprog",
  source: `set I := 1..${count}; param d{I} default 0; param z := sum{i in I} d[i]; var x >= z; minimize o: x; end;`,
});
const ones = (count: number) => `[${"1,".repeat(count - 1)}1]`;

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld();
  trigger = await world.makeTrigger(sumModel(COUNT));
});
afterAll(() => world.stop());

function send(
  route: string,
  body: string,
  headers: Record<string, string> = {},
  token: string | null = trigger.trigger_secret,
) {
  return world.call("POST", `/api/v2/triggers/${trigger.id}/${route}`, body, { token, headers });
}
const fire = (body: string, headers = {}) => send("fire", body, { prefer: "wait=60", ...headers });

describe("a fire with 600 KB of numbers", () => {
  const body = `{"override_data": {"d": ${ones(COUNT)}}}`;

  test("is solved with all of them, shown with all of them, and rerun with all of them", async () => {
    const { status, body: run } = await fire(body);
    expect([status, run.status, run.result_data.objective_value]).toEqual([200, "completed", COUNT]);
    const path = `/api/v2/triggers/${trigger.id}/runs/${run.id}`;
    const shown = (await world.call("GET", path)).body;
    expect(shown.override_data.d).toHaveLength(COUNT);
    expect(shown.result_data.objective_value).toBe(COUNT);
    const again = await world.call("POST", `${path}/rerun`);
    expect(again.status).toBe(202);
    expect((await world.ended(trigger, again.body.run_id)).result_data.objective_value).toBe(COUNT);
    expect((await world.call("POST", `${path}/verify`)).body.is_equal).toBe(true);
  });

  test("is refused as a small one is, in every order of faults", async () => {
    const codes = async (...answers: Promise<Answer>[]) => (await Promise.all(answers)).map(({ status }) => status);
    const misspelt = await fire(body.replace('"d"', '"dd"'));
    expect([misspelt.status, misspelt.body.detail.fields[0].name]).toEqual([422, "dd"]);
    expect(misspelt.body.detail.run_id).toMatch(/^run_/);
    const unknown = await fire(body.replace("override_data", "overide_data"));
    expect(unknown.body.detail[0].msg).toContain('did you mean "override_data"?');
    expect(await codes(fire(`${body}}`), fire(`[${ones(COUNT)}]`), send("fire", body, {}, "0".repeat(64)))).toEqual([
      400, 422, 401,
    ]);
  });

  test("is opened by the secret in its body, and not by another one there", async () => {
    const with_secret = (secret: string) => `{"trigger_secret": "${secret}", ${body.slice(1)}`;
    expect((await send("fire", with_secret(trigger.trigger_secret), {}, null)).status).toBe(202);
    expect((await send("fire", with_secret("0".repeat(64)), {}, null)).status).toBe(401);
    expect((await send("fire", with_secret("0".repeat(64)))).status).toBe(401);
  });
});

test("the same data under one Idempotency-Key are the same run, however much room the body takes", async () => {
  const key = { "idempotency-key": "padded" };
  const data = `{"override_data":{"d":${ones(3000).replace("]", ",".repeat(0))}]}}`;
  const padded = data.replace('{"d"', `{${" ".repeat(100_000)}"d"`);
  const small = await world.makeTrigger(sumModel(3000));
  const ask = (body: string) =>
    world.call("POST", `/api/v2/triggers/${small.id}/fire`, body, { token: small.trigger_secret, headers: key });
  const [first, second] = [await ask(data), await ask(padded)];
  expect([first.status, second.status, second.body.run_id]).toEqual([202, 202, first.body.run_id]);
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect((await ask(padded.replace("1,1", "1,2"))).status).toBe(422);
});

test("a large batch keeps its sets apart, and is refused by the number of its sets", async () => {
  const small = await world.makeTrigger(sumModel(2000));
  const sets = Array.from({ length: 40 }, (_, i) => `{"d":[${`${i},`.repeat(1999)}${i}]}`);
  const batch = (list: string) =>
    world.call("POST", `/api/v2/triggers/${small.id}/fire-batch`, `{"override_data":[${list}]}`, {
      token: small.trigger_secret,
    });
  const { status, body } = await batch(sets.join(","));
  expect([status, body.run_ids.length]).toEqual([202, 40]);
  const ended = await Promise.all([0, 7, 39].map((i) => world.ended(small, body.run_ids[i])));
  expect(ended.map((run) => run.result_data.objective_value)).toEqual([0, 14_000, 78_000]);
  const many = await batch(Array.from({ length: 1001 }, () => `{"d":[${"0,".repeat(99)}0]}`).join(","));
  expect([many.status, many.body.detail[0].msg]).toEqual([422, expect.stringContaining("found 1001")]);
});

test("a page of runs has room for so much data, and says where it left some out", async () => {
  const wide = await world.makeTrigger(sumModel(COUNT));
  const data = `{"override_data":{"d":${ones(COUNT)}}}`;
  for (let i = 0; i < 3; i += 1) {
    await world.call("POST", `/api/v2/triggers/${wide.id}/fire`, data, { token: wide.trigger_secret });
  }
  const { items } = (await world.call("GET", `/api/v2/triggers/${wide.id}/runs`)).body;
  expect(items.map((run: Json) => run.override_data?.d.length ?? null)).toEqual([COUNT, null, null]);
  expect(items.map((run: Json) => run.override_data_left_out)).toEqual([undefined, true, true]);
});

test("16 MB of numbers hold the HTTP thread for no turn that others would feel", async () => {
  const body = `{"override_data":{"d":${ones(7_900_000)}}}`;
  const { result, longest_ms } = await longestTurnDuring(async () => {
    const { status, body: fired } = await send("fire", body);
    if (status !== 202) throw new Error(JSON.stringify(fired));
    return { status, run: await world.ended(trigger, fired.run_id) };
  });
  // The model has 300,000 places for them: read to the end, and refused by the compile.
  expect([result.status, result.run.status]).toEqual([202, "failed"]);
  // Parsed, packed and cloned on this thread they took seconds. What is left is mostly their sending, in this process too.
  expect(longest_ms).toBeLessThan(400);
});
