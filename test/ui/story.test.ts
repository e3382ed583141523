/** What an operator does, from the first start on, with the mouse and the keyboard alone. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Field } from "../../src/services/field_table";
import { TRIGGER_FIELDS } from "../../src/services/triggers/trigger_fields";
import { ADMIN_KEY, endlessModel, type Service, useScratch } from "../binary/binary";
import { aBrowser, hasChromium, type Window } from "./browser";

const scratch = useScratch();
const browser = aBrowser();

/** A receiver of webhooks that fails as long as it is told to. */
const receiver = { status: 200, events: [] as string[] };
const hooks = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const { event } = (await request.json()) as { event: string };
    if (receiver.status === 200) receiver.events.push(event);
    return new Response("noted", { status: receiver.status });
  },
});
afterAll(() => hooks.stop(true));

const BOUNDED = {
  parameters: { floor: 1 },
  variables: [{ name: "x", upper_bound: 5 }],
  objective: { sense: "minimize", expression: "x" },
  constraints: [{ name: "least", expression: "x >= floor" }],
};

let service: Service;

async function signedIn(path: string): Promise<Window> {
  const opened = await browser.open(service.address);
  await opened.page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(ADMIN_KEY)})`);
  await opened.page.goto(service.address + path);
  return opened;
}

describe.skipIf(!hasChromium)("the page (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve({ words: ["--webhook-retry-scale", "1000"] });
  });

  test("leads an empty installation to a solved run, a webhook and a schedule", async () => {
    const first = await scratch.serve({ data: "first", key: null });
    const [link = ""] = await first.program.stdout.seen(/http:\S+#link=[0-9a-f]+/);
    const { page, expectQuiet, close } = await browser.open(first.address);
    await page.goto(link);
    await page.getByRole("button", { name: "Try it: Restocking" }).click();
    await page.getByText("The trigger's secret, shown this once").waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("tab", { name: "Answer" }).waitFor();
    expect(await page.getByText("completed", { exact: true }).count()).toBe(1);

    await page.getByRole("link", { name: "Restocking" }).click();
    await page.getByRole("tab", { name: "Webhook" }).click();
    await page.getByLabel("URL").fill(hooks.url.href);
    await page.getByRole("button", { name: "Save the webhook" }).click();
    await page.getByText("The webhook's secret, shown this once").waitFor();

    await page.getByRole("tab", { name: "Schedule" }).click();
    await page.getByRole("button", { name: "New schedule" }).click();
    await page.getByLabel("Fires", { exact: true }).selectOption("pattern");
    await page.getByLabel("Pattern", { exact: true }).fill("*/2 * * * * *");
    await page.getByText("Every 2 seconds").first().waitFor();
    await page.getByRole("button", { name: "Make the schedule" }).click();
    await page.getByRole("tab", { name: "Runs" }).click();
    const ticked = page.getByRole("row").filter({ hasText: "cron" }).filter({ hasText: "delivered" });
    await ticked.first().waitFor();
    expect(receiver.events).toContain("trigger.run.completed");

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    expectQuiet();
    await close();
    await first.stop();
  });

  test("says why an infeasible run has no answer, and runs it again with other data", async () => {
    const trigger = await service.makeTrigger(BOUNDED, { name: "bounded" });
    const { page, expectQuiet, close } = await signedIn(`/triggers/${trigger.id}`);
    await page.getByLabel("Give floor").check();
    await page.getByLabel("floor", { exact: true }).fill("9");
    await page.keyboard.press("Control+Enter");
    await page.getByText("It has no answer").waitFor();
    await page.getByText("problem is infeasible").waitFor();
    await page.getByRole("button", { name: "Edit and rerun" }).click();
    await page.getByLabel("floor", { exact: true }).fill("3");
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("tab", { name: "Constraints" }).click();
    await page.getByRole("row", { name: /^least binds/ }).waitFor();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByRole("button", { name: "Solve again and compare" }).click();
    await page.getByText("The same in every bit").waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("All is well").waitFor();
    expectQuiet();
    await close();
  });

  test("tells which input does not fit, beside it", async () => {
    const override_schema = [{ name: "floor", type: "number", required: true }];
    const trigger = await service.makeTrigger(BOUNDED, { name: "strict", override_schema });
    const { page, expectQuiet, close } = await signedIn(`/triggers/${trigger.id}`);
    await page.getByText("This must be given.").or(page.getByText("Not given")).first().waitFor();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "floor" }).waitFor();
    expectQuiet();
    await close();
  });

  test("changes every field that has a control, and clears what may be empty", async () => {
    const made = await service.makeTrigger(BOUNDED, { name: "to be changed", max_concurrent_runs: 3 });
    const { page, expectQuiet, close } = await signedIn(`/triggers/${made.id}/edit`);
    const rows: readonly [string, Field][] = Object.entries(TRIGGER_FIELDS);
    const wanted: Record<string, unknown> = {};
    for (const [name, { form, shape }] of rows) {
      if (form === null) continue;
      const value = shape.type === "integer" ? (shape.min ?? 0) + 2 : shape.type === "json" ? [] : `new ${name}`;
      wanted[name] = name === "max_concurrent_runs" ? null : value;
      const control = page.getByRole("textbox", { name: new RegExp(`^${form.label}`) });
      await control.fill(wanted[name] === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
    }
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await service.call("GET", `/api/v2/triggers/${made.id}`)).body).toMatchObject(wanted);
    expectQuiet();
    await close();
  });

  test("shows a run as it goes on, and stops it", async () => {
    const trigger = await service.makeTrigger(endlessModel(120), { name: "endless" });
    const { page, expectQuiet, close } = await signedIn(`/triggers/${trigger.id}`);
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByText("The solver is at work").waitFor();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("It was stopped").waitFor();
    await page.getByRole("tab", { name: "Convergence" }).click();
    await page.getByRole("img", { name: "Best answer and bound over time" }).locator("canvas").waitFor();
    expectQuiet();
    await close();
  });

  test("fires a batch, all of it or nothing", async () => {
    const trigger = await service.makeTrigger(BOUNDED, { name: "many" });
    const { page, expectQuiet, close } = await signedIn(`/triggers/${trigger.id}`);
    await page.getByText("Batch", { exact: true }).click();
    await page.getByLabel("Sets of data").fill('[{"floor": 1}, {"flor": 2}]');
    await page.getByRole("button", { name: "Fire 2 runs" }).click();
    await page.getByRole("alert").filter({ hasText: "set 1" }).waitFor();
    await page.getByLabel("Sets of data").fill('[{"floor": 1}, {"floor": 2}, {"floor": 3}]');
    await page.getByRole("button", { name: "Fire 3 runs" }).click();
    await page.getByText("3 runs", { exact: true }).waitFor();
    await page.getByRole("row").filter({ hasText: "completed" }).nth(2).waitFor();
    expectQuiet();
    await close();
  });

  test("sends a failed webhook again", async () => {
    receiver.status = 503;
    const trigger = await service.makeTrigger(BOUNDED, { name: "told", webhook_url: hooks.url.href });
    await service.fire(trigger, undefined, 20);
    const { page, expectQuiet, close } = await signedIn(`/triggers/${trigger.id}/webhook`);
    await page.getByRole("row").filter({ hasText: "waits" }).filter({ hasText: "503" }).waitFor();
    await page.getByRole("button", { name: "Open trigger.run.completed" }).click();
    await page.getByRole("dialog").getByText("noted").waitFor();
    receiver.status = 200;
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("dialog").getByText("delivered", { exact: true }).waitFor();
    expectQuiet();
    await close();
  });

  test("marks an error in a model where it is, and sees it mended", async () => {
    const source = "var x >= 0;\nminimize total: 2 * y;\ns.t. least: x >= 1;\nend;\n";
    const model_json = { language: "mathprog", source };
    const { body } = await service.call("POST", "/api/v2/builder", { name: "broken", model_json });
    const { page, expectQuiet, close } = await signedIn(`/models/${body.id}`);
    await page.getByText("nothing is declared as y").first().waitFor();
    await page.locator(".cm-lintRange-error").first().waitFor();
    await page.getByLabel("Source of the model").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    for (const key of ["ArrowLeft", "Backspace", "x"]) await page.keyboard.press(key);
    await page.getByText("compiles", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Freeze a version" }).click();
    await page.getByText("Version 1: Initial version").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Test solve: optimal").waitFor();
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("Initial version").first().waitFor();
    const stored = await service.call("GET", `/api/v2/builder/${body.id}`);
    expect(stored.body.model_json.source).toContain("2 * x;");
    expectQuiet();
    await close();
  });

  test("makes a trigger from a form, with the inputs picked from the model", async () => {
    const document = await service.call("POST", "/api/v2/builder", { name: "picked", model_json: BOUNDED });
    const { page, expectQuiet, close } = await signedIn(`/triggers/new?model=${document.body.id}`);
    await page.getByRole("textbox", { name: "Name" }).fill("from a form");
    await page.getByText("The model as it is now").or(page.getByText("What the model holds now")).first().waitFor();
    await page.getByRole("button", { name: "Make the trigger" }).click();
    await page.getByText("The trigger's secret, shown this once").waitFor();
    await page.getByRole("tab", { name: "Use it from code" }).click();
    const code = await page.locator("pre.snippet").innerText();
    const secret = /Bearer ([0-9a-f]{64})/.exec(code)?.[1];
    const run = Bun.spawnSync(["sh", "-c", code], { stdout: "pipe", stderr: "pipe" });
    expect([secret?.length, JSON.parse(run.stdout.toString()).status]).toEqual([64, "completed"]);
    await page.getByRole("button", { name: "I have put it away" }).click();
    expect(await page.locator("pre.snippet").innerText()).not.toContain(secret!);
    expectQuiet();
    await close();
  });
});
