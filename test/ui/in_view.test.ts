/** What was asked for is answered where a person looks, also on a phone; and a solve that lasts can be stopped. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, endlessModel, type Service, until, useScratch } from "../binary/binary";
import { aBrowser, hasChromium, isSeen, type Look, SIZES } from "./browser";

const scratch = useScratch();
const browser = aBrowser();
let service: Service;

const LONG = `${"# a line of its own\n".repeat(80)}var x >= 1;\nminimize total: x;\nend;\n`;
const WIDE = {
  parameters: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, i])),
  variables: [{ name: "x", upper_bound: 5 }],
  objective: { sense: "minimize", expression: "x" },
};

async function open(path: string, look: Look) {
  const opened = await browser.open(service.address, look);
  await opened.page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(ADMIN_KEY)})`);
  await opened.page.goto(service.address + path);
  return opened;
}

async function makeDocument(model_json: unknown): Promise<string> {
  return (await service.call("POST", "/api/v2/builder", { name: "long", model_json })).body.id;
}

describe.skipIf(!hasChromium)("an answer (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve();
  });

  test.each(SIZES)("of a test solve is in view, at $width px", async (look) => {
    const id = await makeDocument({ language: "mathprog", source: LONG });
    const { page, expectQuiet, close } = await open(`/models/${id}`, look);
    await page.getByText("compiles", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Test solve" }).click();
    await page.getByText("Test solve: optimal").waitFor();
    await until("the answer is in view", () => isSeen(page, "Test solve: optimal"));
    expectQuiet();
    await close();
  });

  test.each(SIZES)("that takes long can be stopped, and its solver is free again, at $width px", async (look) => {
    const id = await makeDocument(endlessModel(120));
    const { page, expectQuiet, close } = await open(`/models/${id}`, look);
    await page.getByText("compiles", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Test solve" }).click();
    await page.getByRole("button", { name: "Stop the solve" }).click();
    await page.getByText("The model is being solved").waitFor({ state: "detached" });
    expect(await page.getByText("It could not be solved").count()).toBe(0);
    const quick = await service.call("POST", "/api/v2/solve", WIDE);
    expect(quick.body.status).toBe("optimal");
    expectQuiet();
    await close();
  });

  test.each(SIZES)("that refuses a fire is in view, beside its field, at $width px", async (look) => {
    const override_schema = Object.keys(WIDE.parameters).map((name) => ({
      name,
      type: "number",
      required: name === "p29",
    }));
    const trigger = await service.makeTrigger(WIDE, { name: "wide", override_schema });
    const { page, expectQuiet, close } = await open(`/triggers/${trigger.id}`, look);
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "p29" }).waitFor();
    await until("the refusal is in view", () => isSeen(page, "p29 is required"));
    expectQuiet();
    await close();
  });
});
