/**
 * What is typed is kept. The walk goes over the table of all forms: each is filled, left in every way, and looked at again.
 * Two tabs that save one object: the second is refused, sees both texts, and decides. Among the long tests: it takes minutes.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { DRAFT_PLACES, type DraftPlace } from "../../src/ui/drafts/draft_places";
import { ADMIN_KEY, type Service, useScratch } from "../binary/binary";
import { aBrowser, hasChromium, type Look, SIZES } from "../ui/browser";
import type { Json } from "../world";

const scratch = useScratch();
const browser = aBrowser();
const MODEL = { language: "mathprog", source: "param floor default 1;\nvar x >= floor;\nminimize total: x;\nend;\n" };
const TYPED = "7 typed by hand";

let service: Service;
let trigger: Json;

const pathOf = (address: string): string =>
  address.replace(":trigger_id", trigger.id).replace(":document_id", trigger.document_id);

async function open(path: string, look: Look) {
  const opened = await browser.open(service.address, look);
  await opened.page.goto(service.address);
  await opened.page.getByLabel("API key").fill(ADMIN_KEY);
  await opened.page.getByRole("button", { name: "Sign in" }).click();
  await opened.page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  await opened.page.goto(service.address + path);
  return opened;
}

/** The first field of the form that takes a text, opened where it has to be. */
async function fieldOf(page: Page, kind: string, { opens }: DraftPlace) {
  const form = page.locator(`[data-draft="${kind}"]`);
  const texts =
    '[role="textbox"], textarea, input[type="text"], input[type="url"], input:not([type]), input[type="password"]';
  const field = kind.endsWith("schedule")
    ? form
        .getByRole("combobox", { name: "Time zone" })
        .or(form.getByRole("textbox", { name: "Time zone" }))
        .first()
    : form.locator(texts).and(form.locator(":not([aria-haspopup])")).first();
  if (opens !== null) {
    const opener = page
      .getByRole("button", { name: opens, exact: true })
      .or(page.getByText(opens, { exact: true }))
      .first();
    await opener.or(field).first().waitFor();
    if (!(await field.isVisible())) await opener.click();
  }
  await field.waitFor();
  return field;
}

/** As a person does: all of it is replaced. */
async function type(page: Page, field: Locator, text: string): Promise<void> {
  await field.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

const textOf = (field: Locator): Promise<string> => field.inputValue().catch(() => field.innerText());

const WALK = Object.entries(DRAFT_PLACES as Readonly<Record<string, DraftPlace>>).flatMap(([kind, place]) =>
  SIZES.map((look) => ({ kind, place, look, width: look.width })),
);

describe.skipIf(!hasChromium)("what is typed (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve();
    trigger = await service.makeTrigger(MODEL, { name: "drafts" });
    const cron = { cron_expression: "0 6 * * *", timezone: "UTC" };
    await service.call("POST", `/api/v2/triggers/${trigger.id}/schedule`, cron);
  });

  test.each(WALK.filter(({ place }) => place.is_kept))(
    "into the form $kind is there after a link, back, a reload and a new tab, at $width px",
    async ({ kind, place, look }) => {
      const { page, expectQuiet, close } = await open(pathOf(place.address), look);
      const typed = kind === "schedule" || kind === "new_schedule" ? "Europe/Madrid" : TYPED;
      await type(page, await fieldOf(page, kind, place), typed);
      if (typed !== TYPED) await page.getByRole("option", { name: typed, exact: true }).click();
      const expectThere = async (seen: Page) => expect(await textOf(await fieldOf(seen, kind, place))).toContain(typed);
      await page.keyboard.press("Escape");
      await page.evaluate("history.pushState(null, '', '/settings/system')");
      await page.goBack();
      await expectThere(page);
      await page.keyboard.press("Escape");
      await page.locator("a.brand").click();
      await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
      await page.goBack();
      await expectThere(page);
      await page.reload();
      await expectThere(page);
      const second = await page.context().newPage();
      await second.goto(service.address + pathOf(place.address));
      await expectThere(second);
      // Replacing coloured text, chromium itself tries to style what is typed, which the page's policy refuses.
      if (kind !== "model") expectQuiet();
      await close();
    },
    60_000,
  );

  test.each(WALK.filter(({ place }) => !place.is_kept))(
    "into the form $kind is a secret, and kept nowhere, at $width px",
    async ({ kind, place, look }) => {
      const { page, close } = await browser.open(service.address, look);
      await page.goto(service.address + place.address);
      await (await fieldOf(page, kind, place)).fill(TYPED);
      expect(await page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")).not.toContain(
        "typed",
      );
      await close();
    },
  );

  test.each(SIZES)("is saved with Ctrl+S, and asked about before the page is left, at $width px", async (look) => {
    const { page, expectQuiet, close } = await open(`/triggers/${trigger.id}/edit`, look);
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.getByRole("textbox", { name: /^Description/ }).fill(`saved at ${look.width}`);
    await page.reload();
    await page.getByText("it is not saved").waitFor();
    expect(asked).toEqual(["beforeunload"]);
    await page.getByRole("textbox", { name: /^Description/ }).press("End");
    await page.keyboard.type(".");
    await page.keyboard.press("Control+s");
    await page.getByText("Saved", { exact: true }).waitFor();
    const stored = await service.call("GET", `/api/v2/triggers/${trigger.id}`);
    expect(stored.body.description).toBe(`saved at ${look.width}.`);
    await page.reload();
    expect(await page.getByRole("textbox", { name: /^Description/ }).inputValue()).toBe(`saved at ${look.width}.`);
    expect([asked.length, await page.getByText("it is not saved").count()]).toEqual([1, 0]);
    expectQuiet();
    await close();
  });

  test.each(SIZES)("is refused when someone else saved first, and both texts are shown, at $width px", async (look) => {
    const { page, close } = await open(`/triggers/${trigger.id}/edit`, look);
    const field = page.getByRole("textbox", { name: /^Description/ });
    await field.waitFor();
    await page.route("**/api/v2/triggers/*", (route) =>
      route.request().method() === "GET" ? route.abort() : route.continue(),
    );
    await field.fill(`mine at ${look.width}`);
    await service.call("PATCH", `/api/v2/triggers/${trigger.id}`, { description: `theirs at ${look.width}` });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("It was changed by someone else").waitFor();
    await page.unroute("**/api/v2/triggers/*");
    await page.getByText("Someone else saved this since you began").waitFor();
    await page.locator("pre", { hasText: `mine at ${look.width}` }).waitFor();
    await page.locator("pre", { hasText: `theirs at ${look.width}` }).waitFor();
    expect((await service.call("GET", `/api/v2/triggers/${trigger.id}`)).body.description).toContain("theirs");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await service.call("GET", `/api/v2/triggers/${trigger.id}`)).body.description).toBe(
      `mine at ${look.width}`,
    );
    await close();
  });

  test.each(SIZES)("into a model is not overwritten by a second tab, nor the other way, at $width px", async (look) => {
    const { page, close } = await open(`/models/${trigger.document_id}`, look);
    await page.getByText("compiles", { exact: true }).waitFor();
    await type(page, page.getByLabel("Source of the model"), "var mine >= 2; minimize total: mine; end;");
    const source = `var theirs >= ${look.width};\nminimize total: theirs;\nend;\n`;
    const theirs = { language: "mathprog", source };
    await service.call("PUT", `/api/v2/builder/${trigger.document_id}`, { model_json: theirs });
    await page.keyboard.press("Control+s");
    await page.getByText("Someone else saved this since you began").waitFor();
    await page.locator("pre", { hasText: "var mine" }).waitFor();
    await page.locator("pre", { hasText: "var theirs" }).waitFor();
    await page.getByRole("button", { name: "Take what is saved" }).click();
    await page.getByLabel("Source of the model").getByText("theirs").first().waitFor();
    await close();
  });
});
