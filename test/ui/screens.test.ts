/** Every screen as it looks: wide and narrow, light and dark; nothing keeps people out, nothing sticks out, nothing goes wrong. */
import { beforeAll, describe, expect, test } from "bun:test";
import { ADMIN_KEY, endlessModel, type Service, useScratch } from "../binary/binary";
import type { Json } from "../world";
import { aBrowser, findBarriers, fitsWidth, hasChromium, picture } from "./browser";

const scratch = useScratch();
const browser = aBrowser();

/** A screen, what it is called in pictures, and a text that is there once it is. */
type Shown = readonly [name: string, path: string, text: string];

let service: Service;
let screens: readonly Shown[] = [];

const IMPOSSIBLE = {
  variables: [{ name: "x", upper_bound: 1 }],
  objective: { sense: "minimize", expression: "x" },
  constraints: [{ name: "least", expression: "x >= 2" }],
};
const BROKEN = { language: "mathprog", source: "var x >= 0;\nminimize total: 2 * y;\nend;\n" };

/** An installation that has seen some days: answers, a failure, a webhook that is down, a schedule, versions. */
async function fill(): Promise<readonly Shown[]> {
  const { call } = service;
  const example = (await call("GET", "/api/v2/examples/transportation")).body;
  const shipping = await service.makeTrigger(example.model_json, {
    name: "Weekly shipping",
    description: "Which plant serves which warehouse next week",
    webhook_url: "http://127.0.0.1:9/nobody",
  });
  let run: Json = null;
  for (const lane_max of [130, 150, 170]) run = (await service.fire(shipping, { lane_max }, 30)).body;
  const impossible = await service.makeTrigger(IMPOSSIBLE, { name: "Cannot be" });
  const failed = (await service.fire(impossible, undefined, 30)).body;
  const endless = await service.makeTrigger(endlessModel(3), { name: "Takes long" });
  const long = (await service.fire(endless, undefined, 30)).body;
  const cron = { cron_expression: "30 2 * * *", timezone: "Europe/Berlin" };
  await call("POST", `/api/v2/triggers/${shipping.id}/schedule`, cron);
  const versions = `/api/v2/builder/${shipping.document_id}`;
  const source = example.model_json.source.replace("default 120", "default 125");
  await call("PUT", versions, { model_json: { ...example.model_json, source } });
  await call("POST", `${versions}/versions`, {});
  const broken = (await call("POST", "/api/v2/builder", { name: "Not done yet", model_json: BROKEN })).body;
  const path = `/triggers/${shipping.id}`;
  return [
    ["overview", "/", "Needs attention"],
    ["triggers", "/triggers", "Cannot be"],
    ["new-trigger", `/triggers/new?model=${shipping.document_id}`, "what a plant can send this week [t]"],
    ["trigger-fire", path, "Latest runs"],
    ["trigger-runs", `${path}/runs`, "3 runs"],
    ["trigger-schedule", `${path}/schedule`, "At 02:30"],
    ["trigger-webhook", `${path}/webhook`, "ECONNREFUSED"],
    ["trigger-use", `${path}/use`, "export JAOT_SECRET"],
    ["trigger-edit", `${path}/edit`, "Make a new secret"],
    ["run", `${path}/runs/${run.id}`, "Gdansk"],
    ["run-failed", `/triggers/${impossible.id}/runs/${failed.id}`, "It has no answer"],
    ["run-long", `/triggers/${endless.id}/runs/${long.id}`, "Solver says"],
    ["models", "/models", "Unit commitment"],
    ["model", `/models/${shipping.document_id}`, "compiles"],
    ["model-broken", `/models/${broken.id}`, "nothing is declared as y"],
    ["model-versions", `/models/${shipping.document_id}/versions`, "What changed from 1"],
    ["settings-keys", "/settings", "Sign in another browser"],
    ["settings-audit", "/settings/audit", "trigger.create"],
    ["settings-workspaces", "/settings/workspaces", "Default"],
    ["settings-system", "/settings/system", "Write-ahead log"],
    ["nowhere", "/settings/system/nothing", "There is no such page"],
  ];
}

describe.skipIf(!hasChromium)("each screen (needs the package chromium)", () => {
  beforeAll(async () => {
    service = await scratch.serve({ words: ["--webhook-retry-scale", "1000"] });
    screens = await fill();
  }, 60_000);

  test.each([1440, 390])(
    "is whole and open to everyone, light and dark, at %i px",
    async (width) => {
      const { page, expectQuiet, close } = await browser.open(service.address, { width, scheme: "light" });
      await page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(ADMIN_KEY)})`);
      const found: string[] = [];
      for (const [name, path, text] of screens) {
        await page.goto(service.address + path);
        await page.getByText(text).first().waitFor();
        for (const scheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme: scheme });
          await picture(page, name, { width, scheme });
          found.push(...(await findBarriers(page)).map((barrier) => `${name}, ${scheme}: ${barrier}`));
        }
        if (!(await fitsWidth(page))) found.push(`${name}: wider than the window`);
      }
      expect(found).toEqual([]);
      expectQuiet();
      await close();
    },
    180_000,
  );
});
