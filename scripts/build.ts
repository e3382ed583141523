/** Builds dist/jaot-triggers. Does nothing when the file is newer than everything it is made of; --force builds all the same. */
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "./build_page";
import { compileProgram, sizesOf } from "./compile";

const ROOT = join(import.meta.dir, "..");
const TARGET = join(ROOT, "dist", "jaot-triggers");
const SOURCES = [
  "src",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "scripts/build.ts",
  "scripts/build_page.ts",
  "scripts/compile.ts",
];

if (!process.argv.includes("--force") && isFresh()) {
  console.log("dist/jaot-triggers is up to date");
} else {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const page = await buildPage();
  await compileProgram(TARGET, page);
  console.log(`built dist/jaot-triggers, ${sizesOf(TARGET, page)}`);
}

function isFresh(): boolean {
  if (!existsSync(TARGET)) return false;
  const built_at = statSync(TARGET).mtimeMs;
  return SOURCES.every((source) => newestIn(join(ROOT, source)) < built_at);
}

function newestIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
