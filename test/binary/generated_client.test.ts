/**
 * A client that a public generator (oazapfts) makes from /openapi.json alone goes through the calls of the documented
 * Triggers API against the compiled program, in their order.
 */
import { beforeAll, expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { ADMIN_KEY, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const ROOT = join(import.meta.dir, "../..");
const scratch = useScratch();
let service: Service;
let client: Json;

beforeAll(async () => {
  service = await scratch.serve({ words: ["--workers", "1"] });
  symlinkSync(join(ROOT, "node_modules"), join(scratch.directory, "node_modules"));
  const document = join(scratch.directory, "openapi.json");
  writeFileSync(document, await (await fetch(`${service.address}/openapi.json`)).text());
  const words = [join(ROOT, "node_modules/.bin/oazapfts"), document, join(scratch.directory, "client.ts")];
  await run([process.execPath, ...words]);
  client = await import(join(scratch.directory, "client.ts"));
  client.defaults.baseUrl = service.address;
  client.defaults.headers = { authorization: `Bearer ${ADMIN_KEY}` };
}, 60_000);

async function run(words: readonly string[]): Promise<void> {
  const child = Bun.spawn([...words], { cwd: scratch.directory, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${out}${err}`);
}

/** The data of an answer that must have this status. */
async function expectStatus(status: number, call: Promise<Json>): Promise<Json> {
  const answer = await call;
  expect([answer.status, answer.data?.detail]).toEqual([status, answer.data?.detail]);
  return answer.data;
}

test("the generated client is sound TypeScript", async () => {
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    // What the generator writes does not know these three.
    compilerOptions: {
      exactOptionalPropertyTypes: false,
      noUnusedLocals: false,
      verbatimModuleSyntax: false,
      types: [],
    },
    include: ["client.ts"],
  };
  writeFileSync(join(scratch.directory, "tsconfig.json"), JSON.stringify(config));
  await run([join(ROOT, "node_modules/.bin/tsc"), "-p", scratch.directory]);
}, 60_000);

test("the generated client makes the calls of the documented API", async () => {
  const document = await expectStatus(201, client.createDocument({ name: "restock", model_json: RESTOCK_FIVE }));
  const version = await expectStatus(201, client.createVersion(document.id, {}));
  const created = await expectStatus(
    201,
    client.createTrigger({
      name: "Daily warehouse restock",
      description: "Runs every morning to optimize warehouse restocking",
      document_id: document.id,
      version_id: version.id,
      override_schema: [{ name: "demand_forecast", type: "array", required: true }],
      webhook_url: "http://127.0.0.1:9/webhooks/jaot",
      webhook_secret: "whsec_your_signing_secret",
    }),
  );
  expect(created.trigger_secret).toStartWith(created.trigger_secret_prefix);

  const listed = await expectStatus(200, client.listTriggers({ documentId: document.id }));
  expect(listed.map(({ id }: Json) => id)).toEqual([created.id]);
  expect((await expectStatus(200, client.getTrigger(created.id))).total_runs).toBe(0);
  const changes = { name: "Warehouse restock v2", webhook_url: null };
  expect((await expectStatus(200, client.updateTrigger(created.id, changes))).name).toBe("Warehouse restock v2");

  const secret = { headers: { authorization: `Bearer ${created.trigger_secret}` } };
  const data = { override_data: { demand_forecast: [120, 85, 200, 150, 90] } };
  await expectStatus(200, client.toggleTrigger(created.id, { enabled: false }));
  await expectStatus(409, client.fireTrigger(created.id, data, {}, secret));
  await expectStatus(200, client.toggleTrigger(created.id, { enabled: true }));
  await expectStatus(401, client.fireTrigger(created.id, data, {}, { headers: { authorization: "Bearer wrong" } }));
  await expectStatus(422, client.fireTrigger(created.id, { override_data: {} }, {}, secret));
  await expectStatus(404, client.fireTrigger("trg_none", data, {}, secret));
  const fired = await expectStatus(202, client.fireTrigger(created.id, data, {}, secret));
  expect(fired.status).toBe("queued");
  const finished = await expectStatus(200, client.fireTrigger(created.id, data, { prefer: "wait=30" }, secret));
  expect(finished.result_data.status).toBe("optimal");

  const page = await expectStatus(200, client.listRuns(created.id, { page: 1, pageSize: 10 }));
  expect([page.total, page.page_size]).toEqual([3, 10]);
  const run_again = await expectStatus(202, client.rerunRun(created.id, finished.id));
  await service.drained();
  const rerun = await expectStatus(200, client.getRun(created.id, run_again.run_id));
  expect([rerun.status, rerun.rerun_of, rerun.override_data]).toEqual(["completed", finished.id, data.override_data]);
  expect(rerun.result_data.objective_value).toBe(finished.result_data.objective_value);
  await expectStatus(204, client.deleteTrigger(created.id));
  await expectStatus(404, client.getTrigger(created.id));
}, 60_000);
