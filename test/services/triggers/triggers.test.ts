import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const SCHEMA = [{ name: "demand_forecast", type: "array", required: true }];

describe("triggers", () => {
  test("show their secret once and pin a version, which gets a name", async () => {
    const trigger = await world.makeTrigger(RESTOCK, { override_schema: SCHEMA, description: "d" });
    expect(trigger.trigger_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(trigger.trigger_secret_prefix).toBe(trigger.trigger_secret.slice(0, 8));
    expect(trigger).toMatchObject({
      override_schema: SCHEMA,
      is_enabled: true,
      total_runs: 0,
      last_fired_at: null,
      webhook_url: null,
      has_active_schedule: false,
    });
    const again = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
    expect(again.trigger_secret).toBeUndefined();
    const version = await world.call("GET", `/api/v2/builder/${trigger.document_id}/versions/${trigger.version_id}`);
    expect(version.body).toMatchObject({ is_named: true, version_name: "Pinned for trigger: Trigger" });
  });

  test("are listed newest first, by document", async () => {
    const [one, two] = [await world.makeTrigger(RESTOCK), await world.makeTrigger(RESTOCK)];
    const all = (await world.call("GET", "/api/v2/triggers")).body;
    expect(all.slice(0, 2).map((trigger: Json) => trigger.id)).toEqual([two.id, one.id]);
    const some = (await world.call("GET", `/api/v2/triggers/?document_id=${one.document_id}`)).body;
    expect(some.map((trigger: Json) => trigger.id)).toEqual([one.id]);
  });

  test("refuse what they cannot pin, naming it", async () => {
    const broken = await world.call("POST", "/api/v2/builder", {
      model_json: { ...RESTOCK, constraints: [{ expression: "nope >= 1" }] },
    });
    const version = await world.call("POST", `/api/v2/builder/${broken.body.id}/versions`, {});
    const refused = await world.call("POST", "/api/v2/triggers", {
      name: "t",
      document_id: broken.body.id,
      version_id: version.body.id,
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: "model_invalid", diagnostics: [{ path: "constraints.0.expression" }] });
    const unknown = await world.call("POST", "/api/v2/triggers", {
      name: "t",
      document_id: broken.body.id,
      version_id: "ver_nope",
    });
    expect([unknown.status, unknown.body.detail]).toEqual([404, "Version not found"]);
  });

  test("refuse an override schema that does not fit the model", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const body = { name: "t", document_id: trigger.document_id, version_id: trigger.version_id };
    const typo = await world.call("POST", "/api/v2/triggers", {
      ...body,
      override_schema: [{ name: "demand_forcast" }],
    });
    expect(typo.status).toBe(422);
    expect(JSON.stringify(typo.body.detail)).toContain("demand_forecast");
    const dead = [{ name: "cap", model_field_path: "variables.order_z.upper_bound" }];
    expect((await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { override_schema: dead })).status).toBe(422);
  });

  test("change by PATCH, ignoring the read-only fields a client sends back, refusing typos", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const sent = {
      ...(await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body,
      name: "v2",
      version_id: "ver_other",
    };
    const changed = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, sent);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: "v2", version_id: trigger.version_id });
    const typo = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhok_url: "http://127.0.0.1/x" });
    expect(typo.status).toBe(422);
    expect(typo.body.detail).toEqual([
      {
        loc: ["body", "webhok_url"],
        msg: 'unknown field "webhok_url"; did you mean "webhook_url"?',
        type: "unknown_field",
      },
    ]);
  });

  test("make a webhook secret when a URL comes without one, and show it once", async () => {
    const trigger = await world.makeTrigger(RESTOCK, { webhook_url: "http://127.0.0.1:9/hook" });
    expect(trigger.webhook_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(trigger.webhook_secret_set).toBe(true);
    const read = (await world.call("GET", `/api/v2/triggers/${trigger.id}`)).body;
    expect(read.webhook_secret).toBeUndefined();
    const cleared = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_url: null });
    expect(cleared.body.webhook_url).toBeNull();
  });

  test("refuse a webhook destination that is never allowed", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const refused = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, {
      webhook_url: "http://169.254.169.254/latest",
    });
    expect(refused.status).toBe(422);
    expect(refused.body.detail[0].msg).toContain("169.254.169.254");
  });

  test("are off when toggled, and gone with their runs when deleted", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const run = await world.fire(trigger);
    expect(
      (await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: false })).body.is_enabled,
    ).toBe(false);
    expect(await world.fire(trigger)).toMatchObject({ status: 409, body: { detail: "Trigger is disabled" } });
    expect((await world.call("POST", `/api/v2/triggers/${trigger.id}/toggle`, { enabled: true })).body.is_enabled).toBe(
      true,
    );
    expect((await world.call("DELETE", `/api/v2/triggers/${trigger.id}`)).status).toBe(204);
    expect((await world.fire(trigger)).status).toBe(404);
    expect((await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${run.body.id}`)).body.detail).toBe(
      "Trigger not found",
    );
  });

  test("rotate their secret, with a time of grace for the old one", async () => {
    const trigger = await world.makeTrigger(RESTOCK);
    const rotated = await world.call("POST", `/api/v2/triggers/${trigger.id}/rotate-secret`, { grace_seconds: 600 });
    expect(rotated.body.trigger_secret).not.toBe(trigger.trigger_secret);
    expect((await world.fire(trigger)).status).toBe(200);
    expect((await world.fire(rotated.body)).status).toBe(200);
    const last = await world.call("POST", `/api/v2/triggers/${trigger.id}/rotate-secret`);
    expect((await world.fire(trigger)).status).toBe(401);
    expect((await world.fire(last.body)).status).toBe(200);
  });
});
