/** Several tabs of one browser: one signs in for all, a key that ends says so, and leaving one leaves all. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, type Service, useScratch } from "../binary/binary";
import { aBrowser, hasChromium, SIZES } from "./browser";

const scratch = useScratch();
const browser = aBrowser();
let service: Service;

describe.skipIf(!hasChromium)("every tab (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve();
  });

  const linkFor = async (): Promise<string> => (await service.call("POST", "/api/v2/session/links")).body.link;

  test.each(SIZES)("of whoever came by a link needs no key, at $width px", async (look) => {
    const { page, expectQuiet, close } = await browser.open(service.address, look);
    await page.goto(`${service.address}/#link=${await linkFor()}`);
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    const second = await page.context().newPage();
    await second.goto(`${service.address}/models`);
    await second.getByRole("heading", { name: "Models", exact: true }).waitFor();
    expect(await second.evaluate("document.cookie + Object.keys(localStorage).join()")).not.toContain("key");
    expectQuiet();
    await close();
  });

  test.each(SIZES)("is signed out when one of them is, at $width px", async (look) => {
    const { page, close } = await browser.open(service.address, look);
    await page.goto(`${service.address}/#link=${await linkFor()}`);
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    const second = await page.context().newPage();
    await second.goto(service.address);
    await second.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    if (look.width < 600) await second.getByRole("button", { name: "Navigation" }).click();
    await second.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You signed out in another tab").waitFor();
    const third = await page.context().newPage();
    await third.goto(service.address);
    await third.getByLabel("API key").waitFor();
    await close();
  });

  test.each(SIZES)("says why it was signed out when its key is revoked, at $width px", async (look) => {
    const made = (await service.call("POST", "/api/v2/keys", { name: "short", role: "viewer" })).body;
    const { page, close } = await browser.open(service.address, look);
    await page.goto(service.address);
    await page.getByLabel("API key").fill(made.api_key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    await service.call("DELETE", `/api/v2/keys/${made.id}`);
    await page.getByRole("alert").filter({ hasText: "it was revoked, or it has expired" }).waitFor();
    await page.getByLabel("API key").fill(ADMIN_KEY);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    await close();
  });
});
