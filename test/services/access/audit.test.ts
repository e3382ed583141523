import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createPruner } from "../../../src/background/pruner";
import { systemClock } from "../../../src/clock";
import { AUDIT_ACTIONS } from "../../../src/services/access/audit";
import { createOrganization } from "../../../src/services/access/keys";
import { RefusalLog } from "../../../src/services/memory/refusal_log";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

const AUDIT = "/api/v2/audit";
const START = "2026-02-19T06:00:00.000Z";
const DAY_MS = 86_400_000;
const WRONG_KEY = `ok_live_${"9".repeat(64)}`;

/** What takes a tick or a run at the right time, and refusals (below). */
const NOT_HERE: readonly string[] = ["schedule.run_tick", "run.cancel", "authenticate", "authorize"];

const clock = movableClock(START);
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { clock_trust_hours: "0" } });
});
afterAll(() => world.stop());

/** Who is turned away is written behind the answer: once a later write is through, that is too. */
const settled = () => world.app.context.writer.write(() => {});

async function entries(query = ""): Promise<Json[]> {
  await settled();
  const { status, body } = await world.call("GET", `${AUDIT}?page_size=100${query}`);
  expect(status).toBe(200);
  return body.items;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Json>;

/** The changes to what hangs on a trigger: its schedule, its runs, its deliveries. */
async function changeRuns(call: Call, trigger: Json): Promise<Record<"schedule" | "run" | "delivery", Json>> {
  const path = `/triggers/${trigger.id}`;
  const schedule = await call("POST", `${path}/schedule`, { cron_expression: "0 6 * * *" });
  await call("PATCH", `${path}/schedule`, { cron_expression: "0 7 * * *" });
  await call("POST", `${path}/schedule/reset-cursor`);
  await call("DELETE", `${path}/schedule`);
  const run = (await world.fire(trigger)).body;
  const again = await call("POST", `${path}/runs/${run.id}/rerun`);
  await world.ended(trigger, again.run_id);
  const delivery = await call("POST", `${path}/webhook/ping`);
  // While its first attempt is under way it cannot be sent again.
  const redeliver = () => world.call("POST", `/api/v2${path}/deliveries/${delivery.id}/redeliver`);
  while ((await redeliver()).status === 409);
  return { schedule, run, delivery };
}

/** Makes one change of every kind, in that order; the ids that the log must name. */
async function changeEverything(): Promise<readonly (readonly [action: string, object_id: string])[]> {
  const call: Call = async (method, path, body) => {
    const answer = await world.call(method, `/api/v2${path}`, body);
    expect([path, answer.status < 300]).toEqual([path, true]);
    return answer.body;
  };
  const workspace = await call("POST", "/workspaces", { name: "North" });
  const key = await call("POST", "/keys", { name: "k", role: "viewer" });
  await call("DELETE", `/keys/${key.id}`);
  const { user_id } = await call("GET", "/session");
  await call("POST", "/session/links");
  const document = await call("POST", "/builder", { model_json: RESTOCK });
  await call("PUT", `/builder/${document.id}`, { name: "other" });
  const version = await call("POST", `/builder/${document.id}/versions`, {});
  await call("PATCH", `/builder/${document.id}/versions/${version.id}`, { version_name: "v" });
  await call("POST", `/builder/${document.id}/versions/${version.id}/restore`, {});
  const pins = { document_id: document.id, version_id: version.id };
  const hook = { webhook_url: "http://127.0.0.1:9/canary-path", webhook_secret: "whsec_canary_audit" };
  const trigger = await call("POST", "/triggers", { name: "t", ...pins, ...hook });
  const path = `/triggers/${trigger.id}`;
  await call("PATCH", path, { name: "u", webhook_secret: "whsec_canary_changed" });
  const { schedule, run, delivery } = await changeRuns(call, trigger);
  await call("POST", `${path}/rotate-secret`, {});
  await call("POST", `${path}/toggle`, { enabled: false });
  await call("DELETE", path);
  await call("DELETE", `/builder/${document.id}`);
  const { revision } = await call("GET", "/applied");
  await call("PUT", "/applied", { revision, items: [] });
  const other = await createOrganization(world.app.context, "Other");
  return [
    ["workspace.create", workspace.id],
    ["key.create", key.id],
    ["key.revoke", key.id],
    ["session.share", user_id],
    ["document.create", document.id],
    ["document.update", document.id],
    ["version.create", version.id],
    ["version.name", version.id],
    ["document.restore", document.id],
    ["trigger.create", trigger.id],
    ["trigger.update", trigger.id],
    ["schedule.create", schedule.id],
    ["schedule.update", schedule.id],
    ["schedule.reset_cursor", schedule.id],
    ["schedule.delete", schedule.id],
    ["run.rerun", run.id],
    ["webhook.ping", trigger.id],
    ["delivery.redeliver", delivery.id],
    ["trigger.rotate_secret", trigger.id],
    ["trigger.toggle", trigger.id],
    ["trigger.delete", trigger.id],
    ["document.delete", document.id],
    ["apply", document.organization_id],
    ["organization.create", other.id],
  ];
}

describe("the audit log", () => {
  test("holds every kind of change: who, what, when, from where, on what; and no secret", async () => {
    const changes = await changeEverything();
    const log = await entries();
    const found = log.filter(({ outcome }) => outcome === "done").map(({ action, object_id }) => [action, object_id]);
    // The other organization's creation is in its own log.
    expect(found.reverse()).toEqual(changes.slice(0, -1).map((change) => [...change]));
    for (const entry of log) {
      expect(Object.keys(entry).sort()).toEqual(
        ["at", "action", "outcome", "object_id", "key_id", "user_id", "client", "request_id", "detail"].sort(),
      );
      expect(entry).toMatchObject({
        at: START,
        client: "127.0.0.1",
        key_id: expect.stringMatching(/^key_/),
        user_id: expect.stringMatching(/^usr_/),
        request_id: expect.stringMatching(/^req_/),
      });
    }
    expect(JSON.stringify(log)).not.toMatch(/canary|[0-9a-f]{64}/);
    const shown = log.find(({ action }) => action === "trigger.update");
    expect(shown.detail).toBe("name, webhook_secret");
    const known = new Set<string>(changes.map(([action]) => action));
    expect(AUDIT_ACTIONS.filter((action) => !known.has(action) && !NOT_HERE.includes(action))).toEqual([]);
  });

  test("says nothing about a change that was refused", async () => {
    const before = (await entries()).length;
    expect((await world.call("POST", "/api/v2/builder", { nmae: 1 })).status).toBe(422);
    expect((await world.call("DELETE", "/api/v2/triggers/trg_nope")).status).toBe(404);
    expect((await world.call("POST", "/api/v2/workspaces", { name: "North" })).status).toBe(409);
    expect((await entries()).length).toBe(before);
  });

  test("is read in pages and through filters", async () => {
    const first = (await world.call("GET", `${AUDIT}?page_size=2`)).body;
    expect(first).toMatchObject({ page: 1, page_size: 2, has_next: true, has_prev: false });
    const [entry] = await entries("&action=trigger.toggle");
    expect(await entries(`&object_id=${entry.object_id}&action=trigger.toggle`)).toEqual([entry]);
    expect(await entries(`&from=${START}&until=2026-02-19T06:00:00.001Z`)).toEqual(await entries());
    expect(await entries(`&until=${START}`)).toEqual([]);
    expect(await entries("&key_id=key_nope")).toEqual([]);
    expect(await entries("&outcome=done")).toEqual(await entries(`&key_id=${entry.key_id}&outcome=done`));
    for (const query of ["action=made", "outcome=well", "from=yesterday", "until=2026-99-01", "page=0"]) {
      expect([query, (await world.call("GET", `${AUDIT}?${query}`)).status]).toEqual([query, 422]);
    }
  });
});

describe("who is turned away", () => {
  test("is in it: a wrong key, a revoked one, a wrong secret, a role too low", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const viewer = (await world.call("POST", "/api/v2/keys", { name: "v", role: "viewer" })).body;
    const revoked = (await world.call("POST", "/api/v2/keys", { name: "r" })).body;
    await world.call("DELETE", `/api/v2/keys/${revoked.id}`);
    const attempt = (method: string, path: string, token: string) => world.call(method, path, undefined, { token });
    await attempt("GET", "/api/v2/triggers", WRONG_KEY);
    await attempt("GET", "/api/v2/triggers", revoked.api_key);
    await attempt("POST", `/api/v2/triggers/${trigger.id}/fire`, "8".repeat(64));
    await attempt("DELETE", `/api/v2/triggers/${trigger.id}`, viewer.api_key);
    const found = (await entries("&outcome=refused")).map(({ action, key_id, object_id, detail }) => [
      action,
      key_id,
      object_id,
      detail,
    ]);
    expect(found.reverse()).toEqual([
      ["authenticate", null, null, "unknown API key"],
      ["authenticate", revoked.id, null, "revoked API key"],
      ["authenticate", null, trigger.id, "wrong trigger secret"],
      ["authorize", viewer.id, null, `DELETE /api/v2/triggers/${trigger.id} with role viewer`],
    ]);
    expect(JSON.stringify(await entries())).not.toContain("9999");
  });

  test("is in the log of the tenant that it concerns, and in no other", async () => {
    const other = (await createOrganization(world.app.context, "Third")).api_key;
    const theirs = async (): Promise<Json[]> =>
      (await world.call("GET", AUDIT, undefined, { token: other })).body.items;
    expect((await theirs()).map(({ action, client }) => [action, client])).toEqual([
      ["key.create", "command line"],
      ["organization.create", "command line"],
    ]);
    const made = (await world.call("POST", "/api/v2/keys", { name: "v", role: "viewer" }, { token: other })).body;
    await world.call("GET", "/api/v2/keys", undefined, { token: made.api_key });
    expect((await theirs())[0]).toMatchObject({ action: "authorize", key_id: made.id });
    expect(JSON.stringify(await entries())).not.toContain(made.id);
  });

  test("cannot fill the disk: so many rows a minute, and the next one tells how many were left out", () => {
    let monotonic = 0;
    const rows: Json[] = [];
    const writer = {
      write: (operation: Json) => {
        const insert = { values: (row: Json) => ({ run: () => rows.push(row) }) };
        return Promise.resolve(operation({ db: { insert: () => insert } }));
      },
    };
    const log = new RefusalLog({ ...systemClock, monotonic: () => monotonic }, writer as Json);
    const visit = {
      ...{ organization_id: "org_1", key_id: null, user_id: null, client: "10.0.0.1", request_id: null },
      ...{ action: "authenticate" as const, object_id: null, detail: "unknown API key" },
    };
    for (let i = 0; i < 5000; i += 1) log.record(visit);
    expect(rows).toHaveLength(100);
    monotonic += 60_000;
    log.record(visit);
    expect(rows.at(-1)!.detail).toBe("unknown API key; 4900 more before it are not in this log");
    log.record(visit);
    expect(rows.at(-1)!.detail).toBe("unknown API key");
  });
});

test("entries go when their time is over, refusals also when there are too many", async () => {
  const pruner = createPruner(world.app.context);
  const prune = async (): Promise<void> => {
    for (let rest: number | null = 0; rest !== null && rest < 1000; ) rest = await pruner.runOnce(clock.now());
  };
  await world.app.context.writer.write(({ client }) =>
    client.run(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
       INSERT INTO audit (organization_id, at, client, action, outcome)
       SELECT (SELECT id FROM organizations WHERE name = 'Default'), ?1, 'x', 'authenticate', 'refused' FROM n`,
      [clock.now()],
    ),
  );
  const changes = (await world.call("GET", `${AUDIT}?outcome=done`)).body.total;
  await prune();
  expect((await world.call("GET", `${AUDIT}?outcome=refused`)).body.total).toBe(10_000);
  expect((await world.call("GET", `${AUDIT}?outcome=done`)).body.total).toBe(changes);
  clock.move(364 * DAY_MS);
  await prune();
  expect((await world.call("GET", `${AUDIT}?outcome=done`)).body.total).toBe(changes);
  clock.move(2 * DAY_MS);
  await prune();
  expect((await world.call("GET", AUDIT)).body.total).toBe(0);
});
