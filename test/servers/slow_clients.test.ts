import { expect, test } from "bun:test";
import { join } from "node:path";

test("slow and idle clients are cut off, uploads without end refused, and fires go on", async () => {
  const words = [process.execPath, join(import.meta.dir, "../../scripts/slow_clients.ts"), "--connections", "120"];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^180 slow and idle connections, the last closed after 1[0-4]\.\d s\n200 uploads/);
  expect(out).toMatch(/\n[1-9]\d+ fires meanwhile, all accepted/);
}, 60_000);
