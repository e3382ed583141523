/**
 * Builds the executables for every kind of machine into dist/release, with SHA256SUMS and a list of their contents
 * (sbom.cdx.json). `npm run release -- linux-arm64 windows-x64` builds those alone.
 *
 * The runtimes are npm packages, each checked against its digest in package-lock.json, so nothing gets
 * into an executable that the lock file does not list.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "./build_page";
import { compileProgram, sizesOf } from "./compile";

const ROOT = join(import.meta.dir, "..");
const RELEASE = join(ROOT, "dist", "release");
const RUNTIMES = join(ROOT, "dist", "runtimes");

/** Name of the release -> what Bun calls it, and the package with its runtime. */
const KINDS: Readonly<Record<string, readonly [target: Bun.Build.CompileTarget, runtime: string]>> = {
  "linux-x64": ["bun-linux-x64-modern", "bun-linux-x64"],
  "linux-x64-baseline": ["bun-linux-x64-baseline", "bun-linux-x64-baseline"],
  "linux-x64-musl": ["bun-linux-x64-musl", "bun-linux-x64-musl"],
  "linux-arm64": ["bun-linux-arm64", "bun-linux-aarch64"],
  "linux-arm64-musl": ["bun-linux-arm64-musl", "bun-linux-aarch64-musl"],
  "macos-x64": ["bun-darwin-x64", "bun-darwin-x64"],
  "macos-arm64": ["bun-darwin-arm64", "bun-darwin-aarch64"],
  "windows-x64": ["bun-windows-x64", "bun-windows-x64"],
  "windows-x64-baseline": ["bun-windows-x64-baseline", "bun-windows-x64-baseline"],
};

/** Runtimes that no package of the lock depends on, for the version of Bun that it names: an upgrade replaces both lines. */
const UNLOCKED: Readonly<Record<string, LockedPackage>> = {
  "bun-linux-x64-baseline": {
    version: "1.4.5",
    integrity: "sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==",
  },
  "bun-windows-x64-baseline": {
    version: "1.4.5",
    integrity: "sha512-/U3Dc74uGqE6EUqef7mPtg9KwJs7iJH4JHRMfIZIn18MrJh6Xz4gVvWDXRvzCL2j8wPlTnJVyrO4n7Qq4uM7TQ==",
  },
};

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

const locked = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages as Record<
  string,
  LockedPackage
>;
const asked = process.argv.slice(2);
const unknown = asked.filter((kind) => !Object.hasOwn(KINDS, kind));
if (unknown.length > 0) {
  console.error(`unknown kind ${unknown.join(", ")}; there are ${Object.keys(KINDS).join(", ")}`);
  process.exit(2);
}
mkdirSync(RELEASE, { recursive: true });
mkdirSync(RUNTIMES, { recursive: true });
const page = await buildPage();
for (const kind of asked.length > 0 ? asked : Object.keys(KINDS)) {
  const [target, runtime] = KINDS[kind]!;
  const outfile = join(RELEASE, `jaot-triggers-${kind}${kind.startsWith("windows") ? ".exe" : ""}`);
  await compileProgram(outfile, page, { target, path: fetchRuntime(runtime) });
  console.log(`${kind}: ${sizesOf(outfile, page)}`);
}
writeBill();
writeSums();

/** Path of a runtime's executable, fetched once. */
function fetchRuntime(name: string): string {
  const { version, integrity } = lockedRuntime(name);
  const directory = join(RUNTIMES, `${name}-${version}`);
  const path = join(directory, "package", "bin", name.includes("windows") ? "bun.exe" : "bun");
  if (existsSync(path)) return path;
  const [pack = ""] = run("npm", "pack", `@oven/${name}@${version}`, "--silent", `--pack-destination=${RUNTIMES}`)
    .trim()
    .split("\n")
    .slice(-1);
  const archive = join(RUNTIMES, pack);
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== integrity) throw new Error(`@oven/${name}@${version} is not the package that package-lock.json names`);
  rmSync(`${directory}.new`, { recursive: true, force: true });
  mkdirSync(`${directory}.new`);
  run("tar", "-xzf", archive, "-C", `${directory}.new`);
  renameSync(`${directory}.new`, directory);
  rmSync(archive);
  return path;
}

function lockedRuntime(name: string): LockedPackage {
  const found = locked[`node_modules/@oven/${name}`] ?? UNLOCKED[name];
  const { version } = locked["node_modules/bun"]!;
  if (found?.version === version) return found;
  throw new Error(`no digest is known for @oven/${name}@${version}; add it to UNLOCKED in scripts/release.ts`);
}

/** CycloneDX, from package-lock.json, with the runtime that is inside as well. */
function writeBill(): void {
  const bill = JSON.parse(run("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"));
  const { version } = locked["node_modules/bun"]!;
  bill.metadata.component.name = "jaot-triggers";
  bill.metadata.component.type = "application";
  bill.components.push({
    "bom-ref": `bun@${version}`,
    type: "platform",
    name: "bun",
    version,
    purl: `pkg:npm/bun@${version}`,
    description: "the runtime inside each executable, SQLite included",
  });
  writeFileSync(join(RELEASE, "sbom.cdx.json"), `${JSON.stringify(bill, null, 2)}\n`);
}

function writeSums(): void {
  const names = readdirSync(RELEASE).filter((name) => name !== "SHA256SUMS");
  const lines = names.sort().map((name) => `${digestOf(join(RELEASE, name))}  ${name}`);
  writeFileSync(join(RELEASE, "SHA256SUMS"), `${lines.join("\n")}\n`);
  console.log(`dist/release: ${names.length} files and SHA256SUMS`);
}

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function run(...words: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(words, { cwd: ROOT });
  if (exitCode !== 0) throw new Error(`${words.slice(0, 3).join(" ")} ended with ${exitCode}: ${stderr}`);
  return stdout.toString();
}
