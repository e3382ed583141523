/** A short turn of scripts/fuzz.ts: random requests to every operation of the document, every answer held against it. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const SEED = process.env.FUZZ_SEED ?? "20261124";
const REQUESTS = "1000";

test(`random requests get the answers that the document names (FUZZ_SEED ${SEED})`, async () => {
  const script = join(import.meta.dir, "../../scripts/fuzz.ts");
  const words = [process.execPath, script, "--requests", REQUESTS, "--seed", SEED];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err, out.trim().split("\n").at(-1)]).toEqual([0, "", "0 findings"]);
  const [, sent, of] = /requests to (\d+) of (\d+) operations/.exec(out)!;
  expect(sent).toBe(of!);
  for (const status of ["200", "201", "202", "401", "404", "422"]) expect(out).toContain(`${status}: `);
}, 60_000);
