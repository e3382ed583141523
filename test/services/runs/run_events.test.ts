import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/clock";
import { hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let quick: Json;
let hard: Json;
beforeAll(async () => {
  world = await startWorld();
  quick = await world.makeTrigger(RESTOCK);
  hard = await world.makeTrigger(hardModel("missed", 300));
});
afterAll(() => world.stop());

interface Seen {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** Reads events, in text as a browser would, until `isEnough` or until the stream ends. */
async function events(
  trigger: Json,
  run_id: string,
  isEnough: (seen: Seen[]) => boolean = () => false,
  headers: Record<string, string> = {},
): Promise<Seen[]> {
  const leaving = new AbortController();
  const response = await fetch(`${world.address}/api/v2/triggers/${trigger.id}/runs/${run_id}/events`, {
    headers: { authorization: `Bearer ${world.key}`, ...headers },
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const seen: Seen[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks.filter((one) => !one.startsWith(":"))) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
      seen.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) });
    }
    if (isEnough(seen)) break;
  }
  leaving.abort();
  return seen;
}

async function startHard(): Promise<string> {
  const path = `/api/v2/triggers/${hard.id}/fire`;
  return (await world.call("POST", path, {}, { token: hard.trigger_secret })).body.run_id;
}

const cancel = (run_id: string) => world.call("POST", `/api/v2/triggers/${hard.id}/runs/${run_id}/cancel`);
const points = (seen: Seen[]) => seen.filter(({ event }) => event === "progress");
const states = (seen: Seen[]) => seen.filter(({ event }) => event === "state").map(({ data }) => data.status);

describe("the events of a run", () => {
  test("tell each state and the solve as it goes on, end with the last state, and are kept", async () => {
    const run_id = await startHard();
    let asked = false;
    const seen = await events(hard, run_id, (so_far) => {
      if (!asked && points(so_far).length >= 3) {
        asked = true;
        void cancel(run_id);
      }
      return false;
    });
    expect(states(seen).filter((status) => status !== "queued")).toEqual(["running", "cancelled"]);
    expect(seen.at(-1)!.id).toBe("1.end");
    const told = points(seen).map(({ data }) => data);
    expect(told.length).toBeGreaterThanOrEqual(3);
    for (const [i, point] of told.entries()) {
      expect(point.elapsed_ms - (told[i - 1]?.elapsed_ms ?? 0)).toBeGreaterThanOrEqual(i === 0 ? 0 : 240);
      if (point.incumbent !== null) expect(point.bound).toBeLessThanOrEqual(point.incumbent);
      expect(point.attempt).toBe(1);
    }
    expect(told.at(-1).incumbent).not.toBeNull();
    const kept = await world.call("GET", `/api/v2/triggers/${hard.id}/runs/${run_id}/progress`);
    expect(kept.body.items).toEqual(told);
    expect(points(await events(hard, run_id)).map(({ data }) => data)).toEqual(told);
  });

  test("go on behind the last one that a client has seen", async () => {
    const run_id = await startHard();
    const first = await events(hard, run_id, (seen) => points(seen).length >= 2);
    const { id } = points(first).at(-1)!;
    const rest = await events(hard, run_id, (seen) => points(seen).length >= 1, { "last-event-id": id });
    expect(states(rest)).toEqual(["running"]);
    const ids = [...points(first), ...points(rest)].map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    await cancel(run_id);
    await world.ended(hard, run_id);
    const options = { headers: { "last-event-id": "1.end" } };
    const over = await world.call("GET", `/api/v2/triggers/${hard.id}/runs/${run_id}/events`, undefined, options);
    expect(over.status).toBe(204);
  });

  test("of a run that was over before anyone asked are its last state alone", async () => {
    const { body: run } = await world.fire(quick);
    for (const headers of [{}, { "last-event-id": "nonsense" }, { "last-event-id": "99999999999.1" }]) {
      const seen = await events(quick, run.id, undefined, headers);
      expect(seen).toMatchObject([{ id: "1.end", event: "state", data: { run_id: run.id, status: "completed" } }]);
    }
    expect((await world.call("GET", `/api/v2/triggers/${quick.id}/runs/${run.id}/progress`)).body).toEqual({
      items: [],
    });
  });

  test("of an unknown run are 404, as everywhere", async () => {
    const answer = await world.call("GET", `/api/v2/triggers/${quick.id}/runs/run_x/events`);
    expect([answer.status, answer.body.code]).toEqual([404, "run_not_found"]);
  });

  test("of a run that waits begin with queued, and follow it to its end", async () => {
    const blocking = await startHard();
    const path = `/api/v2/triggers/${quick.id}/fire`;
    const { run_id } = (await world.call("POST", path, {}, { token: quick.trigger_secret })).body;
    let asked = false;
    const seen = await events(quick, run_id, (so_far) => {
      if (!asked && so_far.length > 0) {
        asked = true;
        void cancel(blocking);
      }
      return false;
    });
    expect(states(seen)).toEqual(["queued", "running", "completed"]);
  });
});

test("a quiet stream sends a sign of life every five seconds", async () => {
  const beats: (() => void)[] = [];
  const clock = {
    ...systemClock,
    after: (delay_ms: number, callback: () => void, idle?: boolean) => {
      if (delay_ms !== 5000) return systemClock.after(delay_ms, callback, idle);
      beats.push(callback);
      return () => {};
    },
  };
  const idle = await startWorld({ clock, flags: { workers: "0" } });
  try {
    const trigger = await idle.makeTrigger(RESTOCK);
    const path = `/api/v2/triggers/${trigger.id}`;
    const { run_id } = (await idle.call("POST", `${path}/fire`, {}, { token: trigger.trigger_secret })).body;
    const headers = { authorization: `Bearer ${idle.key}` };
    const response = await fetch(`${idle.address}${path}/runs/${run_id}/events`, { headers });
    const reader = response.body!.getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await read()).toContain("event: state");
    for (let i = 0; i < 3; i += 1) {
      beats.pop()!();
      expect(await read()).toBe(":\n\n");
    }
    await reader.cancel();
  } finally {
    await idle.stop();
  }
});
