/** Runs go on whatever the clock shows, and whichever way it is set. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

/** Years that clocks without a battery, 32-bit counters and GPS receivers are known to show, then what has no four digits. */
const FORWARD = [
  "1970-01-01T00:00:00Z",
  "1985-01-01T00:00:00Z",
  "2001-09-09T01:46:40Z",
  "2038-01-19T03:14:08Z",
  "2095-01-01T00:00:00Z",
  "2106-02-07T06:28:16Z",
  "9999-12-31T23:59:59.900Z",
];
const BEYOND = [
  "-000001-06-01T00:00:00Z",
  "1969-12-31T23:59:59Z",
  "+010000-01-01T00:00:00Z",
  "+275760-09-12T00:00:00Z",
];
const RIGHT = "2026-06-01T12:00:00Z";
let visits = 0;
const WIRE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("runs go on under any clock, forward and back", async () => {
  const directory = mkdtempSync(join(tmpdir(), "jaot-clock-"));
  try {
    const order = [RIGHT, ...FORWARD, ...BEYOND, ...FORWARD.toReversed(), RIGHT];
    const fired: { id: string; at: string }[] = [];
    let trigger: Json = null;
    for (const at of order) {
      const world = await startWorld({ directory, clock: movableClock(at) });
      try {
        trigger ??= await world.makeTrigger(RESTOCK);
        fired.push({ id: await goThrough(world, trigger, at), at });
      } finally {
        await world.stop();
      }
    }
    const world = await startWorld({ directory, clock: movableClock(RIGHT) });
    try {
      await expectAllThere(world, trigger, fired);
    } finally {
      await world.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

test("a clock that is set while the service runs breaks nothing", async () => {
  const clock = movableClock(RIGHT);
  const world = await startWorld({ clock });
  try {
    const trigger = await world.makeTrigger(RESTOCK);
    let now = RIGHT;
    for (const at of [...FORWARD, ...BEYOND, RIGHT, ...FORWARD.toReversed()]) {
      clock.move(Date.parse(at) - Date.parse(now));
      now = at;
      await goThrough(world, trigger, at);
    }
  } finally {
    await world.stop();
  }
}, 120_000);

/** Everything that writes or reads a time: a fire, its replay, a schedule, a key, a link, the overviews. */
async function goThrough(world: World, trigger: Json, at: string): Promise<string> {
  const path = `/api/v2/triggers/${trigger.id}`;
  const headers = { "idempotency-key": `visit_${visits++}`, prefer: "wait=30" };
  const fire = () => world.call("POST", `${path}/fire`, {}, { headers });
  const run = await fire();
  expect([at, run.status, run.body]).toEqual([at, 200, expect.objectContaining({ status: "completed" })]);
  expect([at, (await fire()).body.id]).toEqual([at, run.body.id]);
  const schedule = { cron_expression: "0 6 * * *", timezone: "Europe/Madrid" };
  const made = await world.call("POST", `${path}/schedules`, schedule);
  expect([at, made.status < 500]).toEqual([at, true]);
  const key = await world.call("POST", "/api/v2/keys", { name: "k", role: "viewer", expires_days: 365 });
  expect([at, key.status]).toEqual([at, 201]);
  const reads = ["", "/runs", `/runs/${run.body.id}`, "/schedules"].map((end) => path + end);
  for (const read of [...reads, "/api/v2/keys", "/api/v2/overview", "/api/v2/system", "/api/v2/audit", "/health"]) {
    const answer = await world.call("GET", read);
    expect([at, read, answer.status]).toEqual([at, read, 200]);
    expectWireTimes(answer.body, `${at} ${read}`);
  }
  expect([at, (await world.call("POST", "/api/v2/session/links")).status]).toEqual([at, 201]);
  if (made.status === 201) await world.call("DELETE", `${path}/schedules/${made.body.id}`);
  return run.body.id;
}

async function expectAllThere(
  world: World,
  trigger: Json,
  fired: readonly { id: string; at: string }[],
): Promise<void> {
  const path = `/api/v2/triggers/${trigger.id}/runs`;
  const { items } = (await world.call("GET", `${path}?page_size=100`)).body;
  expect(items.map(({ id }: Json) => id)).toEqual(fired.map(({ id }) => id).toReversed());
  for (const { id } of fired) expect((await world.call("GET", `${path}/${id}`)).status).toBe(200);
}

/** Every time has the one form that clients read, RFC 3339 in UTC. */
function expectWireTimes(value: Json, where: string): void {
  if (value === null || typeof value !== "object") return;
  for (const [name, inner] of Object.entries(value)) {
    if (name.endsWith("_at") && typeof inner === "string")
      expect([where, name, inner]).toEqual([where, name, expect.stringMatching(WIRE_TIME)]);
    else expectWireTimes(inner, where);
  }
}
