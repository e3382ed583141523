/**
 * Builds dist/jaot-triggers: one file with Bun, the program, the HiGHS WASM and the migrations inside. Does nothing when
 * the file is newer than everything it is made of; --force builds all the same.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const TARGET = join(ROOT, "dist", "jaot-triggers");
const SOURCES = ["src", "package.json", "package-lock.json", "tsconfig.json", "scripts/build.ts"];

if (!process.argv.includes("--force") && isFresh()) {
  console.log("dist/jaot-triggers is up to date");
} else {
  build();
}

function build(): void {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const made = `${TARGET}.new`;
  const words = [
    "build",
    "--compile",
    "--minify-syntax",
    "--minify-whitespace",
    "--sourcemap=none",
    // Without these two a hostile .env or bunfig.toml in the working directory would be read at start.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--define",
    `JAOT_BUILT_AT_MS=${builtAt()}`,
    "--outfile",
    made,
    "src/main.ts",
  ];
  const { exitCode } = Bun.spawnSync([process.execPath, ...words], { cwd: ROOT, stdout: "ignore", stderr: "inherit" });
  if (exitCode !== 0) process.exit(1);
  renameSync(made, TARGET);
  console.log(`built dist/jaot-triggers, ${(statSync(TARGET).size / 1e6).toFixed(0)} MB`);
}

/** SOURCE_DATE_EPOCH, where a packager sets it, makes two builds of one source the same. */
function builtAt(): number {
  const epoch_seconds = process.env.SOURCE_DATE_EPOCH;
  return epoch_seconds === undefined ? Date.now() : Number(epoch_seconds) * 1000;
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
