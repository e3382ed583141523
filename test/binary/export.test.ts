/** `export` writes beside what is there, and touches only what an export wrote. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADMIN_KEY, BINARY, type Ended, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const scratch = useScratch();
let service: Service;
beforeAll(async () => {
  service = await scratch.serve({ words: ["--workers", "0"] });
  await service.makeTrigger(RESTOCK_FIVE);
});
afterAll(() => service.program.kill("SIGKILL"));

const environment = () => ({ JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY });
const call = (...words: string[]): Promise<Ended> => scratch.run(words, { environment: environment() });

let number = 0;
function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = join(scratch.directory, `export-${number++}`);
  for (const [name, text] of Object.entries(files)) put(directory, name, text);
  return directory;
}

function put(directory: string, name: string, text: string): void {
  mkdirSync(join(directory, name, ".."), { recursive: true });
  writeFileSync(join(directory, name), text);
}

/** Text of every file by path. */
function contentOf(directory: string, under = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(directory, under), { withFileTypes: true })) {
    const name = join(under, entry.name);
    if (entry.isDirectory()) Object.assign(found, contentOf(directory, name));
    else found[name] = readFileSync(join(directory, name), "utf8");
  }
  return found;
}

/** Every write past that many KiB of a file fails, as on a full disk. */
function callOnFullDisk(kib: number, ...words: string[]): Promise<Ended> {
  const script = `trap '' XFSZ; ulimit -f ${kib}; exec "$@"`;
  return scratch.run(["-c", script, "bash", BINARY, ...words], { program: "/bin/bash", environment: environment() });
}

test("--replace leaves what no export wrote, and says so", async () => {
  const mine = { "models/network.pt": "precious", "documents/thesis.txt": "thesis", "notes.md": "notes" };
  const directory = directoryWith(mine);
  const first = await call("export", directory);
  expect([first.exit_code, first.stderr]).toEqual([1, expect.stringContaining("--replace")]);
  expect(contentOf(directory)).toEqual(mine);
  const { exit_code, stderr } = await call("export", directory, "--replace");
  expect(exit_code).toBe(0);
  expect(stderr).toContain("documents/thesis.txt is not of an export and was left as it is");
  expect(contentOf(directory)).toMatchObject({ ...mine, "documents/model.yaml": expect.stringContaining("Model") });
});

test("--replace removes what the last export wrote and the service no longer has", async () => {
  const directory = directoryWith({});
  const document = await service.call("POST", "/api/v2/builder", { name: "Passing", model_json: RESTOCK_FIVE });
  expect((await call("export", directory)).exit_code).toBe(0);
  expect(existsSync(join(directory, "documents/passing.yaml"))).toBe(true);
  await service.call("DELETE", `/api/v2/builder/${document.body.id}`);
  expect(await call("export", directory, "--replace")).toMatchObject({ exit_code: 0, stderr: "" });
  expect(existsSync(join(directory, "documents/passing.yaml"))).toBe(false);
  expect(existsSync(join(directory, "models/passing.json"))).toBe(false);
});

test("a file of someone's under a name that is needed is refused, with everything as it was", async () => {
  const directory = directoryWith({ "documents/model.yaml": "name: another\n" });
  const { exit_code, stderr } = await call("export", directory, "--replace");
  expect([exit_code, stderr]).toEqual([1, expect.stringContaining("documents/model.yaml: there already")]);
  expect(contentOf(directory)).toEqual({ "documents/model.yaml": "name: another\n" });
});

test("a full disk leaves the last export whole", async () => {
  const directory = directoryWith({});
  await call("export", directory);
  const before = contentOf(directory);
  const big = { ...RESTOCK_FIVE, description: "x".repeat(20_000) };
  const document = await service.call("POST", "/api/v2/builder", { name: "Big", model_json: big });
  const { exit_code, stderr } = await callOnFullDisk(8, "export", directory, "--replace");
  expect([exit_code, stderr]).toEqual([74, expect.stringContaining(`cannot write ${directory}`)]);
  expect(contentOf(directory)).toEqual(before);
  const fresh = join(scratch.directory, "fresh");
  expect((await callOnFullDisk(8, "export", fresh)).exit_code).toBe(74);
  expect(existsSync(fresh)).toBe(false);
  await service.call("DELETE", `/api/v2/builder/${document.body.id}`);
});

test("a list from a stranger removes nothing outside, and no folder may be a link", async () => {
  const directory = directoryWith({ "../outside.txt": "mine", "documents/../../victim.txt": "mine" });
  const files = ["../outside.txt", "documents/../../victim.txt", "documents/..", "/etc/hostname"];
  put(directory, ".jaot-export.json", JSON.stringify({ files }));
  expect((await call("export", directory, "--replace")).exit_code).toBe(0);
  for (const name of ["outside.txt", "victim.txt"]) expect(existsSync(join(scratch.directory, name))).toBe(true);
  const linked = directoryWith({ "README.md": "" });
  symlinkSync(scratch.directory, join(linked, "models"));
  const { exit_code, stderr } = await call("export", linked, "--replace");
  expect([exit_code, stderr]).toEqual([1, expect.stringContaining("no directory of its own")]);
});

test("places that cannot be written are named in a sentence", async () => {
  for (const place of ["/proc/x", "/dev/null/x"]) {
    const { exit_code, stderr } = await call("export", place);
    expect([exit_code, stderr]).toEqual([1, expect.stringMatching(/^jaot-triggers: cannot write \S+: .*\n$/)]);
  }
});
