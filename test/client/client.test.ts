/** The typed client against a running service. What tsc refuses is written down with @ts-expect-error: then tsc is the test. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ApiError, connect, fire, unwrap } from "../../src/client/client";
import { RESTOCK, startWorld, type World } from "../world";

let world: World;
let service: ReturnType<typeof connect>;

beforeAll(async () => {
  world = await startWorld();
  service = connect(world.address, { api_key: world.key });
});
afterAll(() => world.stop());

async function makeTrigger() {
  const document = await unwrap(service.builder.post({ name: "Restock", model_json: RESTOCK }));
  const { versions } = service.builder({ document_id: document.id });
  const version = await unwrap(versions.post({ version_name: "first" }));
  const fields = { name: "Daily", document_id: document.id, version_id: version.id };
  return unwrap(service.triggers.post({ ...fields, override_schema: [{ name: "demand_forecast", type: "array" }] }));
}

describe("the client", () => {
  test("tells the whole story: document, version, trigger, fire, run", async () => {
    const trigger = await makeTrigger();
    expect(trigger.model_name).toBe("Restock");
    const fired = await fire(service, trigger.id, trigger.trigger_secret ?? "", {
      override_data: { demand_forecast: [50, 20] },
      wait_seconds: 30,
    });
    if (!("result_data" in fired)) throw new Error(`not ended: ${fired.run_id}`);
    expect(fired.status).toBe("completed");
    expect(fired.result_data?.objective_value).toBe(2 * 20 + 3 * 10);

    const runs = await unwrap(service.triggers({ trigger_id: trigger.id }).runs.get({ query: { page_size: 5 } }));
    expect(runs.total).toBe(1);
    expect(runs.items[0]?.result_data).toEqual({ objective_value: 70, status: "optimal" });
    const { created_at } = await unwrap(service.triggers({ trigger_id: trigger.id }).get());
    expect(created_at).toMatch(/^\d{4}-.*Z$/);
  });

  test("gives the id of a run that was not waited for, and the same one for the same Idempotency-Key", async () => {
    const trigger = await makeTrigger();
    const options = { idempotency_key: "once" };
    const [first, second] = [
      await fire(service, trigger.id, trigger.trigger_secret ?? "", options),
      await fire(service, trigger.id, trigger.trigger_secret ?? "", options),
    ];
    expect(first).toEqual({ run_id: expect.stringMatching(/^run_/) as never, status: "queued" });
    expect(second).toEqual(first);
  });

  test("solves on the spot", async () => {
    const answer = await unwrap(service.solve.post(RESTOCK));
    expect(answer.status).toBe("optimal");
    expect(Object.keys(answer.solution)).toContain("order_a");
  });

  test("knows the health without a key", async () => {
    const { status, queue_depth } = await unwrap(connect(world.address, { api_key: null }).health.get());
    expect([status, queue_depth]).toEqual(["ok", 0]);
  });
});

describe("a refusal", () => {
  async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
    const error = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error instanceof ApiError) return error;
    throw new Error(`not refused: ${String(error)}`);
  }

  test("is an exception with status, code, sentence and request id", async () => {
    const error = await refusalOf(unwrap(service.triggers({ trigger_id: "trg_none" }).get()));
    expect(error).toMatchObject({ status: 404, code: "trigger_not_found", message: "Trigger not found" });
    expect(error.request_id).toMatch(/^req_/);
  });

  test("of a body and of override data says where and why", async () => {
    const body = { name: "", document_id: "d", version_id: "v" };
    expect((await refusalOf(unwrap(service.triggers.post(body)))).message).toStartWith("body,name: ");
    const trigger = await makeTrigger();
    const options = { override_data: { demand_forecast: "many" } };
    const refused = fire(service, trigger.id, trigger.trigger_secret ?? "", options);
    expect((await refusalOf(refused)).message).toContain("demand_forecast");
  });

  test("of something that is not our service is told as such", async () => {
    const stranger = connect("http://stranger", {
      api_key: null,
      fetch: (async () => new Response("<h1>Bad gateway</h1>", { status: 502 })) as unknown as typeof fetch,
    });
    const error = await refusalOf(unwrap(stranger.health.get()));
    expect(error).toMatchObject({ status: 502, code: null, message: "The service answered 502" });
  });
});

test("what does not fit a route does not compile", () => {
  const calls = () => [
    // @ts-expect-error: a trigger needs its version.
    service.triggers.post({ name: "x", document_id: "d" }),
    // @ts-expect-error: nmae is no field of a document.
    service.builder.post({ nmae: "x" }),
    // @ts-expect-error: there is no such route.
    service.triggers({ trigger_id: "t" }).launch.post(),
    // @ts-expect-error: enabled is a boolean.
    service.triggers({ trigger_id: "t" }).toggle.post({ enabled: "yes" }),
  ];
  expect(calls).toBeFunction();
});
