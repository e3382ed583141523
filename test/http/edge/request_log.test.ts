/** What the log says of requests: by route and ids, never by path, and only as much as was asked for. */
import { afterEach, expect, test } from "bun:test";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

let world: World;
afterEach(() => world.stop());

function requestLines(): Json[] {
  return world.log.map((line) => JSON.parse(line)).filter(({ event }) => event === "request");
}

test("all: one line each, with request, trigger and run", async () => {
  world = await startWorld({ flags: { log_requests: "all" } });
  const trigger = await world.makeTrigger(RESTOCK);
  const path = `/api/v2/triggers/${trigger.id}`;
  const options = { token: trigger.trigger_secret, headers: { "x-request-id": "mine-1", prefer: "wait=30" } };
  const { body: run } = await world.call("POST", `${path}/fire`, {}, options);
  await world.call("GET", `${path}/runs/${run.id}?page=1`);
  await world.logged(/runs\/\{run_id\}/);
  const [fire, get] = requestLines().slice(-2);
  expect(fire).toMatchObject({
    request_id: "mine-1",
    method: "POST",
    route: "/api/v2/triggers/{trigger_id}/fire",
    status: 200,
    trigger_id: trigger.id,
    run_id: run.id,
  });
  expect(fire.duration_ms).toBeGreaterThan(0);
  expect(get).toMatchObject({ route: "/api/v2/triggers/{trigger_id}/runs/{run_id}", status: 200, run_id: run.id });
});

test("what stands where an id belongs, or in a path that is no route, is not told", async () => {
  world = await startWorld({ flags: { log_requests: "all", workers: "0" } });
  for (const path of [`/api/v2/triggers/${world.key}`, `/${world.key}`, `/api/v2/triggers?key=${world.key}`]) {
    await world.call("GET", path, undefined, { headers: { "x-request-id": "last" } });
  }
  await world.logged(/"request_id":"last".*"status":200/);
  expect(requestLines().map(({ status, route }) => [status, route])).toEqual([
    [404, "/api/v2/triggers/{trigger_id}"],
    [404, "unmatched"],
    [200, "/api/v2/triggers"],
  ]);
  expect(world.log.join("")).not.toContain(world.key);
});

test("problems: slow requests, but not those that wait by nature", async () => {
  const clock = movableClock("2026-03-01T06:00:00Z");
  let step_ms = 0;
  let monotonic = 0;
  const stepping = { ...clock, monotonic: () => (monotonic += step_ms) };
  world = await startWorld({ clock: stepping, flags: { workers: "0", slow_request_ms: "500" } });
  step_ms = 600;
  const trigger = await world.makeTrigger(RESTOCK);
  await world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
  await world.call("GET", "/api/v2/keys");
  await world.logged(/\/api\/v2\/keys/);
  const routes = requestLines().map(({ level, route }) => `${level} ${route}`);
  expect(routes).toContain("warn /api/v2/keys");
  expect(routes.filter((route) => route.includes("fire"))).toEqual([]);
  expect(routes.filter((route) => route === "warn /api/v2/triggers")).toHaveLength(1);
});

test("problems: of a flood only the first of each second, and how many more there were", async () => {
  const clock = movableClock("2026-03-01T06:00:00Z");
  let monotonic = 0;
  const still = { ...clock, monotonic: () => monotonic };
  world = await startWorld({ clock: still, flags: { workers: "0", queued_runs_max: "1" } });
  const trigger = await world.makeTrigger(RESTOCK);
  const fire = () => world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, {}, { token: trigger.trigger_secret });
  expect((await fire()).status).toBe(202);
  for (let i = 0; i < 50; i += 1) expect((await fire()).status).toBe(503);
  // A request is told of after its answer: by the next one's answer, it has been.
  await world.call("GET", "/health");
  monotonic += 1000;
  await fire();
  const told = JSON.parse(await world.logged(/requests_not_logged/));
  expect(told.requests).toBe(30);
  expect(requestLines().filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(20);
});

test("none: not a line", async () => {
  world = await startWorld({ flags: { log_requests: "none", workers: "0", slow_request_ms: "1" } });
  await world.makeTrigger(RESTOCK);
  expect(requestLines()).toEqual([]);
});
