import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const BUILD = join(ROOT, "dist/jaot-triggers");

/** Runs the comparison. */
async function compare(words: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  const script = join(ROOT, "scripts/bench.ts");
  const child = Bun.spawn([process.execPath, script, "--against", ...words], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { out, err, code };
}

test("a build held against itself gives a line a figure with what it says, and an exit code that follows", async () => {
  const { out, err, code } = await compare([BUILD, "--only", "memory", "--turns", "5", "--rounds", "1"]);
  expect(err).toBe("");
  const figures = [...out.matchAll(/^memory: (.+?) {2,}([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) % +(.+)$/gm)];
  expect(figures.map(([, cost]) => cost)).toEqual(["idle, MB", "idle, private, MB"]);
  for (const [, , ours, other, ratio] of figures) {
    for (const megabytes of [ours, other]) expect(Number(megabytes)).toBeGreaterThan(5);
    expect(Math.abs(Number(ratio) - 1)).toBeLessThan(0.2);
  }
  const verdicts = figures.map(([, , , , , , verdict]) => verdict!);
  expect(code).toBe(verdicts.includes("worse") ? 1 : verdicts.includes("cannot be told") ? 2 : 0);
}, 120_000);

test.each([
  ["a build that is not there", ["/nothing/there"], "--against /nothing/there: no such file"],
  ["a part that there is none of", [BUILD, "--only", "fires,speed"], "--only speed: the parts are fires, runs, start,"],
  ["too few turns", [BUILD, "--turns", "3"], "--turns 3: at least 5"],
])("%s is refused", async (_, words, message) => {
  const { err, code } = await compare(words);
  expect(err).toContain(message);
  expect(code).toBe(1);
});
