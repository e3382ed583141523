/** A screen whose code does not come: said so, tried again, and loaded anew once when the program is another one. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, type Service, useScratch } from "../binary/binary";
import { aBrowser, hasChromium, type Look, SIZES } from "./browser";

const scratch = useScratch();
const browser = aBrowser();
let service: Service;

async function atTriggers(look: Look) {
  const opened = await browser.open(service.address, look);
  await opened.page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(ADMIN_KEY)})`);
  await opened.page.goto(`${service.address}/triggers`);
  await opened.page.getByRole("heading", { name: "Triggers", exact: true }).waitFor();
  return opened;
}

describe.skipIf(!hasChromium)("a screen that cannot be loaded (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve();
  });

  test.each(SIZES)("says so, and is there once the service answers again, at $width px", async (look) => {
    const { page, close } = await atTriggers(look);
    await page.route("**/*", (route) => route.abort());
    await page.keyboard.press("Alt+4");
    await page.getByText("This screen could not be shown").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The service does not answer yet").waitFor();
    await page.unroute("**/*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
    await close();
  });

  test.each(SIZES)("is loaded anew, once, when the program was replaced, at $width px", async (look) => {
    const { page, close } = await atTriggers(look);
    let documents = 0;
    page.on("request", (request) => {
      if (request.isNavigationRequest()) documents += 1;
    });
    const gone = new Set<string>();
    await page.route(`${service.address}/`, (route) =>
      route.fulfill({ body: '<script src="/assets/main-of-another.js"></script>' }),
    );
    await page.route("**/assets/*.js", (route) => {
      const url = route.request().url();
      if (documents === 0) gone.add(url);
      return documents === 0 || (documents > 1 && gone.has(url)) ? route.fulfill({ status: 404 }) : route.continue();
    });
    await page.keyboard.press("Alt+4");
    await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
    expect([documents, gone.size > 0]).toEqual([1, true]);
    await page.goto(`${service.address}/settings`);
    await page.getByText("This screen could not be shown").waitFor();
    expect(documents).toBe(2);
    await close();
  });
});
