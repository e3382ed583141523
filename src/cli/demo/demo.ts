/** `demo`: shows the main job from model to webhook, over HTTP as a user would do it, in a temporary directory. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "../../app";
import { readConfig } from "../../config";
import { createLog, messageOf } from "../../log";
import { platform } from "../../platform/current";
import type { Terminal } from "../terminal";
import { DemoClient, type DemoReceiver, startReceiver } from "./demo_client";
import { RESTOCK_MODEL } from "./demo_model";

const DEADLINE_MS = 40_000;

export async function demo(terminal: Terminal): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "jaot-demo-"));
  const { config } = readConfig({
    flags: { data_dir: join(directory, "data"), port: "0", workers: "1" },
    environment: {},
    file_text: null,
  });
  const log = createLog("text", terminal.clock, () => {});
  const app = await openApp({
    config: config!,
    clock: terminal.clock,
    ids: terminal.ids,
    log,
    machine_start: null,
    self: terminal.self,
    onStorageLost: () => process.exit(1),
  });
  const receiver = startReceiver(terminal.clock);
  try {
    const { address, new_admin_key } = await app.start();
    const client = new DemoClient(terminal, address, new_admin_key!);
    await tellStory(terminal, client, receiver);
    terminal.out(`\nDone. Start the real thing:\n  ${terminal.self.join(" ")} serve\n`);
    return 0;
  } catch (error) {
    terminal.err(`demo: ${messageOf(error)}\n`);
    return 1;
  } finally {
    await app.stop(0);
    await receiver.stop();
    platform.files.removeTree(directory);
  }
}

async function tellStory(terminal: Terminal, client: DemoClient, receiver: DemoReceiver): Promise<void> {
  terminal.out("A warehouse orders five parts for tomorrow; demand changes every day, the model does not.\n");
  const document = await client.post("Make the restocking document", "/api/v2/builder", {
    name: "Warehouse restock",
    model_json: RESTOCK_MODEL,
  });
  const version = await client.post("Freeze it as a version", `/api/v2/builder/${document.id}/versions`, {
    version_name: "first",
  });
  const trigger = await client.post("Put the version behind a trigger", "/api/v2/triggers", {
    name: "Daily warehouse restock",
    document_id: document.id,
    version_id: version.id,
    override_schema: [{ name: "demand_forecast", type: "array", required: true }],
    webhook_url: receiver.url,
  });
  receiver.expectSecret(String(trigger.webhook_secret));
  client.tellSecret(String(trigger.trigger_secret));
  const path = `/api/v2/triggers/${trigger.id}`;
  const data = { override_data: { demand_forecast: [120, 85, 200, 150, 90] } };
  const fired = await client.post("Fire it with today's demand", `${path}/fire`, data, String(trigger.trigger_secret));
  const deadline_ms = terminal.clock.monotonic() + DEADLINE_MS;
  const run = await client.poll(
    "Read the run",
    `${path}/runs/${fired.run_id}`,
    deadline_ms,
    (found) => found.completed_at !== null,
  );
  tellRun(terminal, run);
  const webhook = await receiver.next(deadline_ms - terminal.clock.monotonic());
  terminal.out(`\nThe signed webhook arrived at ${receiver.url}\n${webhook}\n`);
  await client.post("Give it a schedule, every second here, `0 6 * * 1-5` in life", `${path}/schedule`, {
    cron_expression: "* * * * * *",
    timezone: "Europe/Madrid",
    override_data: data.override_data,
  });
  const isTicked = (page: Record<string, unknown>) =>
    (page.items as { status: string }[]).some((item) => item.status === "completed");
  const ticked = await client.poll("See what the clock fired", `${path}/runs?source=cron`, deadline_ms, isTicked);
  const tick = (ticked.items as Record<string, unknown>[]).find((item) => item.status === "completed")!;
  terminal.out(`  run ${tick.id} was scheduled for ${tick.scheduled_for} and is ${tick.status}\n`);
}

function tellRun(terminal: Terminal, run: Record<string, unknown>): void {
  const result = run.result_data as {
    status: string;
    objective_value: number;
    solution: Record<string, number>;
  } | null;
  if (run.status !== "completed" || result === null)
    throw new Error(`the run ended ${run.status}: ${run.error_message}`);
  terminal.out(
    `  ${result.status}, total cost ${result.objective_value}, solved in ${Number(run.execution_time_ms).toFixed(1)} ms\n`,
  );
  for (const [name, value] of Object.entries(result.solution)) terminal.out(`    ${name.padEnd(14)} ${value}\n`);
}
