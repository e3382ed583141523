import { expect, test } from "bun:test";
import { join } from "node:path";

test("receivers that fail in every way we know cost bounded time and memory, and hold up no other", async () => {
  const script = join(import.meta.dir, "../../scripts/receivers.ts");
  const words = [process.execPath, script, "--timeout-seconds", "2", "--waiting", "1000", "--hanging", "100"];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(Number(/^(\d+) receivers that fail/.exec(out)![1])).toBeGreaterThan(20);
  expect(out.match(/MB more at the peak/g)).toHaveLength(4);
  expect(out.match(/gets its own: p50/g)).toHaveLength(3);
  expect(Number(/with (\d+) deliveries waiting/.exec(out)![1])).toBe(1000);
}, 120_000);
