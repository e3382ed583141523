import { expect, test } from "bun:test";
import { join } from "node:path";

test("guesses are told 401, then 429, the owner's fires get through, and no answer's time tells how near a guess was", async () => {
  const script = join(import.meta.dir, "../../scripts/guessing.ts");
  const child = Bun.spawn([process.execPath, script, "--seconds", "1", "--tries", "1000"], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(err).toBe("");
  expect(out).toMatch(
    /^owner alone \d+ fires\/s; under [1-9]\d+ guesses\/s [1-9]\d* from another address .*, [1-9]\d* from a guesser's own/,
  );
  expect(out).toContain("\neach of 20 clients was told 401 at most 20 times a minute, else 429\n");
  expect(out.match(/: t = -?\d+\.\d\d over 1000 tries/g)).toHaveLength(2);
  // How many get through in a second is the machine's affair; what each is answered is not.
  expect(out.replace("broken: the attack slows the owner's fires down\n", "")).not.toContain("broken:");
}, 60_000);
