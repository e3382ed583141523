/** The README as a newcomer types it: its blocks of commands, line by line, in one directory and in their order. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { useScratch } from "./binary";

const ROOT = join(import.meta.dir, "../..");
const ADDRESS = "http://127.0.0.1:8421";
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const scratch = useScratch();

/** The first indented block under a heading. */
function blockUnder(heading: string): string {
  const lines = readme.slice(readme.indexOf(`\n${heading}\n`)).split("\n");
  const first = lines.findIndex((line) => line.startsWith("    "));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("    "));
  return lines
    .slice(first, first + length)
    .map((line) => line.slice(4))
    .join("\n");
}

async function type(commands: string, address: string): Promise<{ exit_code: number; said: string }> {
  const script = `set -e\n${commands.replaceAll(ADDRESS, address)}\n`;
  const program = Bun.spawn(["bash", "-c", script], {
    cwd: scratch.directory,
    env: { PATH: process.env.PATH ?? "", HOME: scratch.directory },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await new Response(program.stdout).text()) + (await new Response(program.stderr).text());
  return { exit_code: await program.exited, said };
}

test("the parts for scripts and for files work as they stand, one after the other", async () => {
  symlinkSync(join(ROOT, "dist"), join(scratch.directory, "dist"));
  const service = await scratch.serve({ data: "jaot-data" });
  const scripts = blockUnder("## From scripts");
  const first = await type(scripts, service.address);
  expect(first.said).toContain("optimal");
  expect(first.exit_code).toBe(0);
  expect(readFileSync(join(scratch.directory, "runs.csv"), "utf8").split("\r\n")[1]).toContain("completed,api");

  const exported = scripts.split("\n")[0]!;
  const second = await type(`${exported}\n${blockUnder("### From files")}`, service.address);
  expect([second.exit_code, second.said]).toEqual([0, expect.stringContaining("weekly projects")]);
  expect(existsSync(join(scratch.directory, "secrets.json"))).toBe(true);
  const again = await type(`${exported}\njaot-triggers apply plant`, service.address);
  expect(again.exit_code).toBe(0);

  const triggers = (await service.call("GET", "/api/v2/triggers")).body as { name: string }[];
  expect(triggers.map(({ name }) => name).sort()).toEqual(["restock", "weekly projects"]);
}, 120_000);

test("no name of a trigger is used by two of its parts", () => {
  const names = [
    ...readme.matchAll(/"name": "(daily [^"]+)"|--name ('[^']+'|\w+) --document|'name: (\w[^']*)' 'document/g),
  ].map((match) => match[1] ?? match[2] ?? match[3]);
  expect(names.length).toBe(3);
  expect(new Set(names).size).toBe(3);
});
