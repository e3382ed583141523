/** `status`, as a monitor calls it: what it says, and the exit code that it goes by. */
import { expect, test } from "bun:test";
import type { Json } from "../world";
import { ADMIN_KEY, type Ended, useScratch } from "./binary";

const INFEASIBLE = {
  variables: [{ name: "x", upper_bound: 1 }],
  objective: { sense: "minimize", expression: "x" },
  constraints: [{ expression: "x >= 2" }],
};
const scratch = useScratch();

function status(url: string, key: string | null, ...words: string[]): Promise<Ended> {
  const environment = { JAOT_URL: url, ...(key === null ? {} : { JAOT_API_KEY: key }) };
  return scratch.run(["status", ...words], { environment });
}

test("tells a service that is fine, one that needs attention, and none", async () => {
  const service = await scratch.serve({ words: ["--workers", "1"] });
  const fine = await status(service.address, null);
  expect([fine.exit_code, fine.stderr]).toEqual([0, ""]);
  expect(fine.stdout).toStartWith(`${service.address}: fine\n`);
  expect(fine.stdout).toMatch(/^runs {5}0 waiting, 0 running$/m);

  const trigger = await service.makeTrigger(INFEASIBLE, { name: "North mix" });
  await service.fire(trigger, undefined, 30);
  // What failed is nobody's business without a key.
  expect((await status(service.address, null)).exit_code).toBe(0);
  const known = await status(service.address, ADMIN_KEY);
  expect([known.exit_code, known.stderr]).toEqual([1, ""]);
  expect(known.stdout).toStartWith(`${service.address}: needs attention\n`);
  expect(known.stdout).toMatch(/^trigger_failing +North mix .*infeasible/m);
  const { stdout } = await status(service.address, ADMIN_KEY, "--json");
  const told: Json = JSON.parse(stdout);
  expect([told.is_fine, told.health.status, told.attention.length]).toEqual([false, "ok", 1]);

  expect((await status(service.address, `ok_live_${"0".repeat(64)}`)).exit_code).toBe(6);
  expect((await status(service.address, null, "now")).exit_code).toBe(2);
  await service.stop();
  const gone = await status(service.address, null);
  expect([gone.exit_code, gone.stdout]).toEqual([5, ""]);
  expect(gone.stderr).toContain("is the service running");
}, 30_000);

test("tells without a key that a trigger is overdue", async () => {
  const service = await scratch.serve({ words: ["--workers", "0"], data: "overdue" });
  await service.makeTrigger(INFEASIBLE, { expect_within_seconds: 1 });
  await service.program.stderr.seen(/trigger_overdue/);
  const { exit_code, stdout } = await status(service.address, null);
  expect([exit_code, stdout]).toEqual([1, expect.stringMatching(/^triggers_overdue: 1 trigger has had/m) as never]);
  await service.stop();
}, 30_000);
