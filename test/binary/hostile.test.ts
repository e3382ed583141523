/**
 * Clients that mean harm, or do not know better. Whatever they send, the service answers in its own words, never with a
 * 5xx, goes on serving, and writes no secret into its log.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../world";
import { ADMIN_KEY, RESTOCK_FIVE, type Service, useScratch } from "./binary";
import { hostileRequest, type KnownNames } from "./hostile_requests";
import { chunkedBody, type RawAnswer, type RawRequest, requestBytes, sendRaw } from "./raw_http";

const SEED = 20261124;
const MIB = 1_048_576;
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };
const WEBHOOK_SECRET = "whsec_canary_that_must_stay_hidden";
const OVERRIDE_CANARY = 777_000_777;

const scratch = useScratch();
let service: Service;
let receiver: ReturnType<typeof Bun.serve>;
let trigger: Json;
let names: KnownNames;
/** Everything that was ever handed out as a secret. */
const secrets = new Set([ADMIN_KEY, WEBHOOK_SECRET]);

beforeAll(async () => {
  const words = ["--workers", "1", "--max-body-mb", "1", "--wait-seconds-max", "1", "--time-limit-seconds-max", "2"];
  service = await scratch.serve({ words, environment: { JAOT_FAILURES_PER_MINUTE_MAX: "100000" } });
  receiver = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("no", { status: 500 }) });
  const webhook = { webhook_url: `http://127.0.0.1:${receiver.port}/hook`, webhook_secret: WEBHOOK_SECRET };
  trigger = await service.makeTrigger(RESTOCK_FIVE, webhook);
  const spare = await service.makeTrigger(RESTOCK_FIVE);
  noteSecrets(JSON.stringify([trigger, spare]));
  const run = await service.fire(trigger, FORECAST, 1);
  names = {
    document_id: trigger.document_id,
    version_id: trigger.version_id,
    trigger_id: trigger.id,
    trigger_secret: trigger.trigger_secret,
    spare_trigger_id: spare.id,
    run_id: run.body.id,
  };
});
afterAll(() => receiver.stop(true));

function noteSecrets(text: string): void {
  for (const [, secret] of text.matchAll(/"(?:trigger_secret|api_key|webhook_secret)":"([^"]+)"/g))
    secrets.add(secret!);
}

async function send(request: Partial<RawRequest>): Promise<RawAnswer> {
  const keyed: RawRequest["headers"] = [
    ["authorization", `Bearer ${ADMIN_KEY}`],
    ["content-type", "application/json"],
  ];
  const bytes = requestBytes(service.address, {
    method: "POST",
    path: "/api/v2/solve",
    headers: keyed,
    body: "",
    ...request,
  });
  const answer = await sendRaw(service.address, bytes);
  noteSecrets(answer.body);
  return answer;
}

/** Expects the contract's error: that status and code, a sentence or a list, and the id that the header names too. */
function expectError(answer: RawAnswer, status: number, code: string): void {
  expect({ status: answer.status, head: answer.head }).toEqual({
    status,
    head: expect.stringMatching(/content-type: application\/json/),
  });
  const [, request_id] = /\r\nx-request-id: (\S+)/.exec(answer.head)!;
  expect(JSON.parse(answer.body)).toEqual({ detail: expect.any(String), code, request_id });
}

function withType(type: string | null): RawRequest["headers"] {
  const key = ["authorization", `Bearer ${ADMIN_KEY}`] as const;
  return type === null ? [key] : [key, ["content-type", type]];
}

const CHUNKED: RawRequest["headers"] = [...withType("application/json"), ["transfer-encoding", "chunked"]];

describe("the door", () => {
  test.each([1, 2, 3, 40])("refuses %p MiB and one byte with 413 by its declared length", async (mib) => {
    expectError(await send({ body: " ".repeat(mib * MIB + 1) }), 413, "body_too_large");
  });

  test("refuses a declared length with 413 before the body has come", async () => {
    const headers = [...withType("application/json"), ["content-length", String(1.5 * MIB)] as const];
    expectError(await send({ headers }), 413, "body_too_large");
  });

  test.each([1.5, 3, 40])("refuses %p MiB in chunks with 413", async (mib) => {
    expectError(await send({ headers: CHUNKED, body: chunkedBody(mib * MIB) }), 413, "body_too_large");
  });

  test("takes a body of just under the limit, in chunks too", async () => {
    const text = JSON.stringify(RESTOCK_FIVE).padEnd(MIB - 1);
    const chunked = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    expect((await send({ body: text })).status).toBe(200);
    expect((await send({ headers: CHUNKED, body: chunked })).status).toBe(200);
  });

  test.each([
    ["that is cut off", '{"a": '],
    ["with a comma too many", '{"a": 1,}'],
    ["in single quotes", "{'a': 1}"],
    ["with a number that is none", '{"a": NaN}'],
    ["of a zero byte", "\0"],
    ["that nests 65 deep", "[".repeat(65) + "]".repeat(65)],
    ["that nests half a million deep", "[".repeat(500_000)],
  ])("refuses a body %s with 400", async (_name, body) => {
    expectError(await send({ body }), 400, "malformed_json");
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["json"],
    [null],
  ])("refuses the content-type %p with 415", async (type) => {
    expectError(await send({ headers: withType(type), body: '{"a":1}' }), 415, "unsupported_media_type");
  });

  test.each(["toString", "valueOf", "__proto__", "constructor", "toJSON"])(
    "refuses an object with %p, where a text belongs, with 422",
    async (field) => {
      const { status, body } = await send({ path: "/api/v2/keys", body: `{"name":{"${field}":1}}` });
      expect({ status, body: JSON.parse(body) }).toEqual({
        status: 422,
        body: {
          detail: [
            {
              loc: ["body", "name"],
              msg: "a text of 1 to 200 characters that are not all blank is expected, found an object",
              type: "invalid_value",
            },
          ],
          code: "validation_failed",
          request_id: expect.any(String),
        },
      });
    },
  );

  test("keeps a canvas with such an object in the place of a name, and says what is wrong with it", async () => {
    const canvas = '{"nodes":[{"id":"x","type":"variable","data":{"name":{"toString":1}}}],"edges":[]}';
    const { status, body } = await send({ path: "/api/v2/builder", body: `{"canvas_json":${canvas}}` });
    expect(status).toBe(201);
    expect(JSON.parse(body).diagnostics).not.toEqual([]);
  });

  test.each([
    ["GET", "/nothing"],
    ["GET", "/api/v2/nothing"],
    ["PUT", "/api/v2/triggers"],
    ["OPTIONS", "/api/v2/solve"],
    ["GET", "/api/v2/triggers/../../../etc/passwd"],
    ["GET", "/.env"],
    ["POST", "/api/v1/triggers"],
  ])("answers %s %s, which is no route, with 404 in the shape of every error", async (method, path) => {
    expectError(await send({ method, path, body: "" }), 404, "route_not_found");
  });
});

describe("random requests", () => {
  test("to every route never get a 5xx, and always get JSON", async () => {
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(hostileRequest(names), async (request) => {
      const answer = await send(request);
      expect({ status: answer.status, is_answer: answer.status !== null && answer.status < 500 }).toEqual({
        status: answer.status,
        is_answer: true,
      });
      statuses.set(answer.status!, (statuses.get(answer.status!) ?? 0) + 1);
      if (request.method === "HEAD" || answer.status === 204) return;
      // The page has addresses of its own, which a damaged path may hit.
      if (answer.status === 200 && /\r\ncontent-type: text\/html/.test(answer.head)) return;
      const body = JSON.parse(answer.body);
      if (answer.status! >= 400) {
        expect(body).toMatchObject({
          detail: expect.anything(),
          code: expect.any(String),
          request_id: expect.any(String),
        });
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: 2000, endOnFailure: true });
    // Requests that all fail at the same place would show nothing.
    expect((await service.call("GET", `/api/v2/triggers/${names.trigger_id}`)).status).toBe(200);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 202, 400, 401, 404, 409, 415, 422]));
  });

  test("with a Host that is none never get a 500", async () => {
    for (const host of ["", "a b", "::::", "[", "localhost:99999", "%", "\xff", "a".repeat(3000)]) {
      for (const path of ["/nope", "/health", "/api/v2/triggers"]) {
        const headers = [...withType("application/json"), ["host", host] as const];
        const answer = await send({ method: "GET", path, headers });
        expect({ host, path, is_failure: answer.status !== null && answer.status >= 500 }).toEqual({
          host,
          path,
          is_failure: false,
        });
      }
    }
  });

  test("whose bytes were damaged on the way never get a 500, and the service goes on", async () => {
    const fire = { override_data: FORECAST, trigger_secret: names.trigger_secret };
    const intact = requestBytes(service.address, {
      method: "POST",
      path: `/api/v2/triggers/${names.trigger_id}/fire?x=1`,
      headers: [
        ["content-type", "application/json"],
        ["prefer", "wait=1"],
      ],
      body: JSON.stringify(fire),
    });
    const damage = fc.record({
      at: fc.nat(intact.length),
      removed: fc.nat(12),
      inserted: fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc.constantFrom("\r\n", "\r\n\r\n", "\0", " ", ":", "%").map((text) => Buffer.from(text)),
      ),
    });
    const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const bytes = damages.reduce<Uint8Array>(
        (text, { at, removed, inserted }) =>
          Buffer.concat([text.subarray(0, at), inserted, text.subarray(at + removed)]),
        intact,
      );
      const answer = await sendRaw(service.address, bytes, true);
      // 505 is the answer to a damaged version of HTTP itself.
      if (answer.status !== null && answer.status !== 505) expect(answer.status).toBeLessThan(500);
    });
    await fc.assert(property, { seed: SEED, numRuns: 500, endOnFailure: true });
    expect((await service.call("GET", "/health/ready")).status).toBe(200);
  });
});

describe("the log", () => {
  test("holds what went wrong, and no secret, no payload and no dump", async () => {
    await service.fire({ ...trigger, trigger_secret: "0".repeat(64) }, FORECAST);
    await service.call("GET", "/api/v2/triggers", undefined, { token: `${ADMIN_KEY.slice(0, -1)}0` });
    await service.fire(trigger, { demand_forecast: [OVERRIDE_CANARY, 1, 1, 1, 1] }, 1);
    await service.program.stderr.seen(/"event":"webhook_failed"/);
    expect(await service.stop()).toBe(0);

    const { stdout, stderr } = service.program;
    const lines = stderr.text.trimEnd().split("\n");
    expect(lines.filter((line) => !/^\{"time":".*\}$/.test(line))).toEqual([]);
    expect(lines.filter((line) => JSON.parse(line).event === "request_failed")).toEqual([]);
    expect(secrets.size).toBeGreaterThan(5);
    const written = stdout.text + stderr.text;
    expect([...secrets].filter((secret) => written.includes(secret))).toEqual([]);
    expect(written).not.toContain(String(OVERRIDE_CANARY));
  });
});
