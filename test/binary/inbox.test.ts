/** `jaot-triggers inbox` as a receiver of the service's own webhooks, both compiled. */
import { beforeAll, describe, expect, test } from "bun:test";
import type { Json } from "../world";
import { type Program, RESTOCK_FIVE, type Service, until, useScratch } from "./binary";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET = "a secret of any text";
const scratch = useScratch();
let service: Service;

beforeAll(async () => {
  service = await scratch.serve({
    words: ["--workers", "0", "--webhook-retry-scale", "0", "--webhook-timeout-seconds", "1"],
  });
});

interface Box {
  readonly program: Program;
  readonly trigger: Json;
}

/** An inbox, and a trigger whose webhook goes there. */
async function open(words: readonly string[], webhook_secret = SECRET, options = {}): Promise<Box> {
  const program = scratch.start(["inbox", "--port", "0", ...words], options);
  const said = words.includes("--json") ? program.stderr : program.stdout;
  const [, url] = await said.seen(/listens on (\S+) /);
  const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url: `${url}hook`, webhook_secret });
  return { program, trigger };
}

async function ping(trigger: Json): Promise<string> {
  return (await service.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`)).body.id;
}

/** The first attempt of a delivery, once it is recorded. */
async function attemptOf(trigger: Json, id: string): Promise<Json> {
  let log: Json[] = [];
  await until("an attempt", async () => {
    log = (await service.call("GET", `/api/v2/triggers/${trigger.id}/deliveries/${id}`)).body.attempt_log;
    return log.length > 0;
  });
  return log[0];
}

describe("inbox", () => {
  test("shows what arrives and that both signatures fit, and ends after the count", async () => {
    const { program, trigger } = await open(["--secret", SECRET, "--count", "1"]);
    const id = await ping(trigger);
    expect(await program.ended).toBe(0);
    const { text } = program.stdout;
    expect(text).toMatch(/trigger\.webhook\.ping {2}no run$/m);
    for (const line of [
      `webhook-id         ${id}`,
      "x-jaot-signature   fits",
      "webhook-signature  fits",
      "answer             200",
    ])
      expect(text).toContain(`  ${line}\n`);
    expect(text).toContain(`"trigger_id":"${trigger.id}"`);
    expect((await attemptOf(trigger, id)).http_status).toBe(200);
  });

  test("takes the secret from the environment, and one of any text", async () => {
    const environment = { JAOT_WEBHOOK_SECRET: OTHER_SECRET };
    const { program, trigger } = await open(["--count", "1"], OTHER_SECRET, { environment });
    await ping(trigger);
    expect(await program.ended).toBe(0);
    expect(program.stdout.text.match(/ fits$/gm)).toHaveLength(2);
  });

  test("fails the first ones on purpose and counts how often each id comes", async () => {
    const { program, trigger } = await open([
      "--secret",
      SECRET,
      "--fail",
      "500",
      "--fail-first",
      "2",
      "--count",
      "1",
      "--json",
    ]);
    const id = await ping(trigger);
    expect(await program.ended).toBe(0);
    const lines = program.stdout.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ webhook_id, times, answer }) => [webhook_id, times, answer])).toEqual([
      [id, 1, "500"],
      [id, 2, "500"],
      [id, 3, "200"],
    ]);
    expect(lines[0]).toMatchObject({
      x_jaot_signature: "fits",
      webhook_signature: "fits",
      payload: { trigger_id: trigger.id },
    });
  });

  test.each([
    ["410", 410, "410"],
    ["503", 503, "503"],
    ["redirect", 302, "not followed"],
    ["hang", null, "no answer within 1 s"],
    ["slow", null, "no answer within 1 s"],
  ])("with --fail %s the service notes %p", async (how, status, error) => {
    const { program, trigger } = await open(["--fail", how]);
    const attempt = await attemptOf(trigger, await ping(trigger));
    expect(attempt).toMatchObject({ http_status: status, error: expect.stringContaining(error) });
    program.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.stdout.text).toContain("signatures are not checked");
    expect(program.stdout.text).not.toContain("redirected");
  });

  test("refuses what does not fit, says why, and ends with 1", async () => {
    const { program, trigger } = await open(["--secret", OTHER_SECRET]);
    const attempt = await attemptOf(trigger, await ping(trigger));
    expect(attempt.http_status).toBe(401);
    program.kill("SIGTERM");
    expect(await program.ended).toBe(1);
    expect(program.stdout.text).toContain("x-jaot-signature   does not fit: another secret");
    expect(program.stdout.text).toContain("webhook-signature  does not fit: another secret");
  });

  test("with the old secret alone sees one signature fit while the secret is changed; with both secrets, both", async () => {
    const old = await open(["--secret", SECRET, "--json"]);
    const patch = (body: Json) => service.call("PATCH", `/api/v2/triggers/${old.trigger.id}`, body);
    await patch({ webhook_secret: OTHER_SECRET });
    await attemptOf(old.trigger, await ping(old.trigger));
    const [, line] = await old.program.stdout.seen(/^(.*)\n/);
    expect(JSON.parse(line!)).toMatchObject({
      webhook_signature: "fits",
      x_jaot_signature: expect.stringContaining("for a day after a change"),
    });
    const both = await open(["--secret", SECRET, "--secret", OTHER_SECRET, "--count", "1"]);
    await patch({ webhook_url: both.trigger.webhook_url });
    await ping(old.trigger);
    expect(await both.program.ended).toBe(0);
  });

  test("refuses words that it does not know", async () => {
    const { exit_code, stderr } = await scratch.run(["inbox", "--fail", "sometimes", "--port", "x"]);
    expect(exit_code).toBe(2);
    expect(stderr).toContain("--fail: one of 500, 503, 410, redirect, slow, hang is expected, found sometimes");
    expect(stderr).toContain("--port: a whole number up to 65535 is expected, found x");
    const taken = await scratch.run(["inbox", "--port", new URL(service.address).port]);
    expect([taken.exit_code, taken.stderr]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  });

  test("has an example in its help", async () => {
    const { stdout } = await scratch.run(["inbox", "--help"]);
    expect(stdout).toContain("Example:\n  jaot-triggers inbox --secret whsec_... --fail 500");
  });
});
