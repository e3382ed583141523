/** Getting in and out: the one-time link of the first start, a key, and what neither leaves behind. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, type Service, useScratch } from "../binary/binary";
import { aBrowser, findBarriers, hasChromium, LOOKS, picture } from "./browser";

const scratch = useScratch();
const browser = aBrowser();

describe.skipIf(!hasChromium)("signing in (needs the package chromium)", () => {
  let service: Service;
  beforeAll(async () => {
    service = await scratch.serve();
  });

  test("with the link that the first start prints, once", async () => {
    const first = await scratch.serve({ data: "first", key: null });
    const [link = ""] = await first.program.stdout.seen(/http:\S+#link=[0-9a-f]+/);
    const { page, expectQuiet, close } = await browser.open(first.address);
    await page.goto(link);
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    expect(page.url()).toBe(`${first.address}/`);
    await page.reload();
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    expectQuiet();
    await close();
    const late = await browser.open(first.address);
    await late.page.goto(link);
    await late.page.getByText("unknown, used or more than an hour old").waitFor();
    await late.close();
    await first.stop();
  });

  test("with a key, which goes with sign-out and never stands in an address", async () => {
    const { page, faults, close } = await browser.open(service.address);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${service.address}/triggers`);
    await page.getByLabel("API key").fill("ok_live_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Invalid API key").waitFor();
    await page.getByLabel("API key").fill(ADMIN_KEY);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Triggers", exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    expect(asked.filter((url) => url.includes("ok_live"))).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  test.each(LOOKS)("keeps nobody out at $width px, $scheme", async (look) => {
    const { page, expectQuiet, close } = await browser.open(service.address, look);
    await page.goto(service.address);
    await page.getByLabel("API key").waitFor();
    await picture(page, "sign-in", look);
    expect(await findBarriers(page)).toEqual([]);
    expectQuiet();
    await close();
  });

  test("comes with a policy that lets no foreign or inline script in", async () => {
    const response = await fetch(`${service.address}/triggers/trg_x/runs/run_y`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain("unsafe");
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    const nonces = [policy, html].map((text) => /nonce(?:-|" content=")([\w+/=]+)/.exec(text)?.[1]);
    expect(nonces[0]).toBe(nonces[1]!);
    const again = await fetch(service.address);
    expect(again.headers.get("content-security-policy")).not.toBe(policy);
  });

  test("is served compressed as the browser asks, and the same in each form", async () => {
    const html = await (await fetch(service.address)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)![1]!;
    const read = async (accepted: string): Promise<[string | null, string]> => {
      const response = await fetch(service.address + script, { headers: { "accept-encoding": accepted } });
      expect(response.headers.get("cache-control")).toContain("immutable");
      return [response.headers.get("content-encoding"), await response.text()];
    };
    const [br, gzip, plain] = [await read("gzip, br"), await read("gzip, br;q=0"), await read("identity")];
    expect([br[0], gzip[0], plain[0]]).toEqual(["br", "gzip", null]);
    expect(br[1] === plain[1] && gzip[1] === plain[1] && plain[1].length > 100_000).toBe(true);
    expect((await fetch(`${service.address}/assets/nothing.js`)).status).toBe(404);
  });
});
