/**
 * Builds dist/jaot-triggers: one file with Bun, the program, the page, the HiGHS WASM and the migrations inside. Does
 * nothing when the file is newer than everything it is made of; --force builds all the same.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { type BuiltPage, buildPage } from "./build_page";

const ROOT = join(import.meta.dir, "..");
const TARGET = join(ROOT, "dist", "jaot-triggers");
const SOURCES = [
  "src",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "scripts/build.ts",
  "scripts/build_page.ts",
];

if (!process.argv.includes("--force") && isFresh()) {
  console.log("dist/jaot-triggers is up to date");
} else {
  await build();
}

async function build(): Promise<void> {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const page = await buildPage();
  const made = `${TARGET}.new`;
  const { success, logs } = await Bun.build({
    entrypoints: [join(ROOT, "src/main.ts")],
    target: "bun",
    minify: { syntax: true, whitespace: true, identifiers: false },
    sourcemap: "none",
    // Without these two a hostile .env or bunfig.toml in the working directory would be read at start.
    compile: { outfile: made, autoloadDotenv: false, autoloadBunfig: false },
    define: { JAOT_BUILT_AT_MS: String(builtAt()) },
    plugins: [embedded(page)],
    throw: false,
  });
  if (!success) {
    for (const log of logs) console.error(log);
    process.exit(1);
  }
  renameSync(made, TARGET);
  console.log(`built dist/jaot-triggers, ${(statSync(TARGET).size / 1e6).toFixed(0)} MB; ${sizesOf(page)}`);
}

/** Puts the page in place of the empty list in src/http/page_files.ts. */
function embedded(page: BuiltPage): BunPlugin {
  const forms = page.files.flatMap(({ gzip, brotli }) => [gzip, brotli]);
  const imports = forms.map((path, i) => `import f${i} from ${JSON.stringify(path)} with { type: "file" };`);
  const entries = page.files.map(({ path, content_type }, i) =>
    JSON.stringify([path, { content_type }]).replace("}]", `,"gzip":f${2 * i},"brotli":f${2 * i + 1}}]`),
  );
  const contents = `${imports.join("\n")}
export const PAGE_SHELL = ${JSON.stringify(page.shell)};
export const PAGE_FILES = new Map([${entries.join(",")}]);`;
  return {
    name: "page",
    setup: (builder) => {
      builder.onLoad({ filter: /src\/http\/page_files\.ts$/ }, () => ({ contents, loader: "ts" }));
    },
  };
}

function sizesOf(page: BuiltPage): string {
  const kb = (files: BuiltPage["files"]): string =>
    `${(files.reduce((sum, { gzip_bytes }) => sum + gzip_bytes, 0) / 1000).toFixed(0)} kB`;
  const scripts = page.files.filter(({ path }) => path.endsWith(".js"));
  return `page: scripts ${kb(scripts)} gzipped, ${kb(scripts.filter(({ is_first }) => is_first))} of it for the first view`;
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
