/** What the compiled program sends, before the verifiers that README gives to receivers, each in its own process and language. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { RESTOCK_FIVE, type Service, until, useScratch } from "./binary";

const PYTHON = Bun.which("python3");
const NODE = Bun.which("node");
const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
const LIBRARY = join(import.meta.dir, "../../node_modules/standardwebhooks");
const BASE64_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RAW_SECRET = "whsec_your_signing_secret";
/** Beyond the five minutes that receivers allow. */
const LATER_SECONDS = 301;
const scratch = useScratch();

/** README's line in a language, by the remark behind it. */
function lineFor(remark: string): string {
  const line = README.split("\n").find((one) => one.startsWith("    ") && one.includes(`  ${remark}`));
  if (line === undefined) throw new Error(`README has no verifier for ${remark}`);
  return line.slice(0, line.indexOf(`  ${remark}`)).trim();
}

const PYTHON_PROGRAM = `
import base64, hmac, json, sys
out = []
for case in json.load(sys.stdin):
    secret, body, headers = case["secret"], base64.b64decode(case["body"]), case["headers"]
    out.append(${lineFor("# Python")})
print(json.dumps(out))
`;
const NODE_PROGRAM = `
const { createHmac, timingSafeEqual } = require("node:crypto");
const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ secret, body: text, headers }) => {
  const body = Buffer.from(text, "base64");
  return ${lineFor("// Node")};
})));
`;
const LIBRARY_PROGRAM = `
const { Webhook } = require(${JSON.stringify(LIBRARY)});
const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const now = Date.now;
console.log(JSON.stringify(cases.map(({ secret, body: text, headers, later_seconds, is_raw }) => {
  const body = Buffer.from(text, "base64");
  Date.now = () => now() + later_seconds * 1000;
  try {
    if (is_raw) new Webhook(Buffer.from(secret), { format: "raw" }).verify(body, headers);
    else ${lineFor("// npm standardwebhooks")};
    return true;
  } catch (error) {
    return error.message;
  }
})));
`;

interface Case {
  readonly secret: string;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly later_seconds: number;
  readonly is_raw: boolean;
}

async function verify(program: string, words: readonly string[], cases: readonly Case[]): Promise<unknown[]> {
  const input = JSON.stringify(cases.map((one) => ({ ...one, body: one.body.toString("base64") })));
  const { exit_code, stdout, stderr } = await scratch.run(words, { program, input });
  if (exit_code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown[];
}

/** A delivery under each kind of secret, and one while the secret is changed, seen with the new and with the old secret. */
const good: Case[] = [];
let old_secret_case: Case;
let wrong: { readonly what: string; readonly changed: Case }[] = [];

beforeAll(async () => {
  const seen = new Map<string, { body: Buffer; headers: Record<string, string> }>();
  const receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const headers = request.headers.toJSON() as Record<string, string>;
      seen.set(headers["webhook-id"]!, { body: Buffer.from(await request.arrayBuffer()), headers });
      return new Response("ok");
    },
  });
  try {
    const service = await scratch.serve({ words: ["--workers", "1"] });
    const webhook_url = `http://127.0.0.1:${receiver.port}/`;
    for (const given of [null, BASE64_SECRET, RAW_SECRET, "ünïcode ✓"]) {
      const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url, webhook_secret: given });
      const secret: string = given ?? trigger.webhook_secret;
      const one = { ...(await deliver(service, trigger, seen)), secret, later_seconds: 0 };
      good.push({ ...one, is_raw: given !== null && given !== BASE64_SECRET });
      if (given !== BASE64_SECRET) continue;
      await service.call("PATCH", `/api/v2/triggers/${trigger.id}`, { webhook_secret: RAW_SECRET });
      const changing = { ...(await deliver(service, trigger, seen)), later_seconds: 0 };
      good.push({ ...changing, secret: RAW_SECRET, is_raw: true });
      old_secret_case = { ...changing, secret: BASE64_SECRET, is_raw: false };
    }
    wrong = good.flatMap(changesOf);
  } finally {
    await receiver.stop(true);
  }
});

async function deliver(
  service: Service,
  trigger: Json,
  seen: Map<string, { body: Buffer; headers: Record<string, string> }>,
) {
  const run = await service.fire(trigger, undefined, 30);
  const path = `/api/v2/triggers/${trigger.id}/deliveries`;
  let id = "";
  await until("the delivery", async () => {
    const { items } = (await service.call("GET", path)).body;
    id = items.find((item: Json) => item.run_id === run.body.id)?.id ?? "";
    return seen.has(id);
  });
  return seen.get(id)!;
}

function changesOf(one: Case): { what: string; changed: Case }[] {
  const body = Buffer.from(one.body);
  const at = body.indexOf('"completed"') + 1;
  body[at] = body[at]! ^ 1;
  return [
    { what: "a changed byte", changed: { ...one, body } },
    { what: "one byte more", changed: { ...one, body: Buffer.concat([one.body, Buffer.from(" ")]) } },
    {
      what: "a wrong secret",
      changed: { ...one, secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}`, is_raw: false },
    },
  ];
}

describe.skipIf(PYTHON === null)("Python's hmac (needs the package python3)", () => {
  test("takes what is sent, and nothing that was changed", async () => {
    expect(await verify(PYTHON!, ["-c", PYTHON_PROGRAM], good)).toEqual(good.map(() => true));
    const changed = wrong.map((one) => one.changed);
    expect(await verify(PYTHON!, ["-c", PYTHON_PROGRAM], changed)).toEqual(changed.map(() => false));
  });
});

describe.skipIf(NODE === null)("Node's crypto (needs the package nodejs)", () => {
  test("takes what is sent, and nothing that was changed", async () => {
    expect(await verify(NODE!, ["-e", NODE_PROGRAM], good)).toEqual(good.map(() => true));
    const changed = wrong.map((one) => one.changed);
    expect(await verify(NODE!, ["-e", NODE_PROGRAM], changed)).toEqual(changed.map(() => false));
  });
});

describe.skipIf(NODE === null)("the library standardwebhooks (needs the package nodejs)", () => {
  const run = (cases: readonly Case[]) => verify(NODE!, ["-e", LIBRARY_PROGRAM], cases);

  test("takes what is sent, also with the old secret while it is changed", async () => {
    expect(good.length).toBe(5);
    expect(await run([...good, old_secret_case])).toEqual([...good, old_secret_case].map(() => true));
  });

  test("takes nothing that was changed: bytes, secret, id or time", async () => {
    const headed = good.flatMap((one) => [
      { ...one, headers: { ...one.headers, "webhook-id": "whd_other" } },
      {
        ...one,
        headers: { ...one.headers, "webhook-timestamp": String(Number(one.headers["webhook-timestamp"]) + 1) },
      },
    ]);
    const cases = [...wrong.map((one) => one.changed), ...headed];
    expect(await run(cases)).toEqual(cases.map(() => "No matching signature found"));
  });

  test("takes nothing that is replayed five minutes later", async () => {
    const later = good.map((one) => ({ ...one, later_seconds: LATER_SECONDS }));
    expect(await run(later)).toEqual(later.map(() => "Message timestamp too old"));
  });
});
