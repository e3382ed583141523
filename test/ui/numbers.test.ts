/** Numbers typed, pasted and loaded in the browser: what is sent is what was written, and what has two readings is asked about. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, type Service, useScratch } from "../binary/binary";
import type { Json } from "../world";
import { aBrowser, hasChromium, type Look, SIZES } from "./browser";

const scratch = useScratch();
const browser = aBrowser();
let service: Service;
let trigger: Json;

const MODEL = {
  language: "mathprog",
  source: `set P; param floor default 0; param need{P} default 0; var x{P} >= 0; minimize z: sum{p in P} x[p];
s.t. a{p in P}: x[p] >= need[p] + floor; data; set P := a b c; end;`,
};

async function open(path: string, look: Look) {
  const opened = await browser.open(service.address, look);
  await opened.page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(ADMIN_KEY)})`);
  await opened.page.goto(service.address + path);
  return opened;
}

/** What the newest run was given. */
async function sent(): Promise<Json> {
  const { items } = await service.readRuns(trigger);
  return (await service.readRun(trigger, items[0].id)).override_data;
}

describe.skipIf(!hasChromium)("a number (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve();
    trigger = await service.makeTrigger(MODEL, { name: "numbers" });
  });

  test.each(SIZES)("with two readings is asked about before it is sent, at $width px", async (look) => {
    const { page, expectQuiet, close } = await open(`/triggers/${trigger.id}`, look);
    await page.getByLabel("Give floor").check();
    await page.getByLabel("floor", { exact: true }).fill("1,200");
    await page.getByText("1,200 can be read in two ways").waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "expected" }).waitFor();
    await page.getByRole("button", { name: "1200", exact: true }).click();
    await page.getByText("= 1,200", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("tab", { name: "Answer" }).waitFor();
    expect(await sent()).toEqual({ floor: 1200 });
    expectQuiet();
    await close();
  });

  test.each(SIZES)(
    "pasted from a spreadsheet or loaded from a file is asked about once for all cells, at $width px",
    async (look) => {
      const { page, expectQuiet, close } = await open(`/triggers/${trigger.id}`, look);
      await page.getByLabel("Give need").check();
      await page.getByLabel("need a", { exact: true }).focus();
      await page.evaluate("navigator.clipboard.writeText('1.200\\n2.500,5\\n3.300')");
      await page.keyboard.press("Control+V");
      await page.getByText("1.200 can be read in two ways, and 1 more like it").waitFor();
      await page.getByText("= 2,500.5", { exact: true }).waitFor();
      await page.getByRole("button", { name: "1200", exact: true }).click();
      await page.getByRole("button", { name: "Fire", exact: true }).click();
      await page.getByRole("tab", { name: "Answer" }).waitFor();
      expect(await sent()).toEqual({ need: { a: 1200, b: 2500.5, c: 3300 } });
      await page.getByRole("link", { name: "numbers" }).click();
      await page.getByLabel("Give need").check();
      const chosen = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Load CSV or JSON of need" }).click();
      const buffer = Buffer.from('a,"1,125"\nb,2.5\nc,7\n');
      await (await chosen).setFiles({ name: "need.csv", mimeType: "text/csv", buffer });
      await page.getByRole("button", { name: "1.1250", exact: true }).click();
      await page.getByRole("button", { name: "Fire", exact: true }).click();
      await page.getByRole("tab", { name: "Answer" }).waitFor();
      expect(await sent()).toEqual({ need: { a: 1.125, b: 2.5, c: 7 } });
      expectQuiet();
      await close();
    },
  );

  test.each(SIZES)("is printed as the viewer writes numbers, and read the same, at $width px", async (look) => {
    const { page, expectQuiet, close } = await open(`/triggers/${trigger.id}`, look);
    const menu = page.getByRole("button", { name: "Navigation" });
    if (look.width < 600) await menu.click();
    await page.getByLabel("Numbers written as").selectOption("de-DE");
    if (look.width < 600) await menu.click();
    await page.getByLabel("Give floor").check();
    for (const text of ["1234,5", "1.234,5", "1,234.5", "1 234,5", "1'234.5"]) {
      await page.getByLabel("floor", { exact: true }).fill(text);
      await page.getByText("= 1.234,5", { exact: true }).waitFor();
    }
    await page.reload();
    await page.getByRole("button", { name: "Fire", exact: true }).waitFor();
    if (look.width < 600) await menu.click();
    expect(await page.getByLabel("Numbers written as").inputValue()).toBe("de-DE");
    expectQuiet();
    await close();
  });
});
