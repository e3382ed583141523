/**
 * A real browser on a page that is not ours: on another origin, or on a name that its owner has pointed at this machine
 * (DNS rebinding). Whatever it tries, it reads nothing, changes nothing and shows nothing of the service.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { ADMIN_KEY, RESTOCK_FIVE, type Service, useScratch } from "../binary/binary";
import type { Json } from "../world";
import { CHROMIUM, FLAGS, hasChromium } from "./browser";

const scratch = useScratch();
const ALLOWED = "allowed.test";

/** Runs in the page: what each way of asking ends in. A key is at hand, as if it had leaked. */
const ATTEMPTS = `async ({ address, key, trigger }) => {
  const json = { authorization: "Bearer " + key, "content-type": "application/json" };
  const fire = address + "/api/v2/triggers/" + trigger.id + "/fire";
  const ask = (url, init) => fetch(url, init).then(async (r) => r.type + " " + r.status + " " + (await r.text()).slice(0, 80), () => "no answer");
  const load = (tag, url) => new Promise((done) => {
    const element = document.createElement(tag);
    element.onload = () => done("loaded"); element.onerror = () => done("not loaded");
    element[tag === "object" ? "data" : "src"] = url;
    document.body.append(element);
  });
  const form = (fields) => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.name = "target"; document.body.append(frame);
    const element = document.createElement("form");
    Object.assign(element, { method: "POST", action: fire, target: "target", enctype: "text/plain" });
    const input = document.createElement("input");
    input.name = fields; element.append(input); document.body.append(element);
    frame.onload = () => { let seen = "nothing"; try { seen = frame.contentDocument.body.innerText.slice(0, 80); } catch {} done(seen); };
    element.submit();
  });
  return {
    health: await ask(address + "/health"),
    document: await ask(address + "/openapi.json"),
    page: await ask(address + "/"),
    listed: await ask(address + "/api/v2/triggers", { headers: json }),
    made: await ask(address + "/api/v2/builder", { method: "POST", headers: json, body: "{}" }),
    fired: await ask(fire, { method: "POST", headers: { ...json, authorization: "Bearer " + trigger.secret }, body: "{}" }),
    simple: await ask(fire, { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify({ trigger_secret: trigger.secret }) }),
    blind: await ask(fire, { method: "POST", mode: "no-cors", body: JSON.stringify({ trigger_secret: trigger.secret }) }),
    beacon: navigator.sendBeacon(fire, JSON.stringify({ trigger_secret: trigger.secret })) ? "sent" : "not sent",
    form: await form('{"trigger_secret":"' + trigger.secret + '","override_data":{},"x":"'),
    script: await load("script", address + "/openapi.json"),
    image: await load("img", address + "/icon.svg"),
    frame: await load("iframe", address + "/").then(() => { let seen = "nothing"; try { seen = document.querySelector("iframe:last-of-type").contentDocument.body.innerText.slice(0, 80); } catch {} return seen; }),
  };
}`;

describe.skipIf(!hasChromium)("a page that is not ours (needs the package chromium)", () => {
  let service: Service;
  let elsewhere: ReturnType<typeof Bun.serve>;
  let browser: Browser;
  let trigger: Json;
  let port: string;
  beforeAll(async () => {
    // It serves its pages to whatever name leads to it, as an attacker's server does.
    elsewhere = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("<body>elsewhere</body>", { headers: { "content-type": "text/html" } }),
    });
    service = await scratch.serve({ words: ["--cors-origin", `http://${ALLOWED}:${elsewhere.port}`] });
    ({ port } = new URL(service.address));
    const made = await service.makeTrigger(RESTOCK_FIVE);
    trigger = { id: made.id, secret: made.trigger_secret };
    const args = [
      ...FLAGS,
      "--host-resolver-rules=MAP *.test 127.0.0.1",
      "--disable-features=LocalNetworkAccessChecks",
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    elsewhere?.stop(true);
  });

  async function attemptsFrom(origin: string, address: string): Promise<Record<string, string>> {
    const page: Page = await browser.newPage();
    await page.goto(origin);
    const told = { address, key: ADMIN_KEY, trigger };
    const found = (await page.evaluate(`(${ATTEMPTS})(${JSON.stringify(told)})`)) as Record<string, string>;
    await page.close();
    return found;
  }

  async function expectUntouched(): Promise<void> {
    expect((await service.call("GET", "/api/v2/builder")).body).toHaveLength(1);
    expect((await service.readRuns(trigger)).total_runs).toBe(0);
  }

  const NOTHING = {
    ...{ health: "no answer", document: "no answer", page: "no answer", listed: "no answer", made: "no answer" },
    ...{ fired: "no answer", simple: "no answer", blind: expect.stringMatching(/^opaque 0 $|^no answer$/) },
    ...{ beacon: expect.any(String), form: "nothing", script: "not loaded", image: "not loaded", frame: "nothing" },
  };

  test.each(["http://127.0.0.1", "http://localhost", "http://evil.test"])(
    "on another origin, %s, gets nothing",
    async (name) => {
      for (const address of [service.address, `http://localhost:${port}`]) {
        expect(await attemptsFrom(`${name}:${elsewhere.port}/`, address)).toEqual(NOTHING);
      }
      await expectUntouched();
    },
    60_000,
  );

  test("on a name that was rebound to this machine gets a refusal of that name, and nothing else", async () => {
    const evil = `http://evil.test:${port}`;
    const page = await browser.newPage();
    const first = await page.goto(`${evil}/`);
    expect(first?.status()).toBe(421);
    expect(await page.innerText("body")).toContain("host_not_served");
    const told = { address: evil, key: ADMIN_KEY, trigger };
    const found = (await page.evaluate(`(${ATTEMPTS})(${JSON.stringify(told)})`).catch(String)) as Json;
    // The refusal's own policy forbids it to ask for anything; from a page without one the service still refuses.
    for (const [how, what] of Object.entries<string>(found))
      expect([how, what]).toEqual([how, expect.not.stringMatching(/ 20[0-9] /)]);
    const bare = await page.request
      .fetch(`${evil}/api/v2/triggers`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })
      .catch(String);
    expect(typeof bare === "string" ? bare : bare.status()).not.toBe(200);
    await page.close();
    await expectUntouched();
  }, 60_000);

  test("that --cors-origin names may use the API with a key, and a foreign frame still shows nothing", async () => {
    const found = await attemptsFrom(`http://${ALLOWED}:${elsewhere.port}/`, service.address);
    expect(found).toMatchObject({
      listed: expect.stringMatching(/^cors 200/),
      health: expect.stringMatching(/^cors 200/),
      frame: "nothing",
    });
  }, 60_000);
});
