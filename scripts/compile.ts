/** Makes an executable: one file with Bun, the program, the page, the HiGHS WASM and the migrations inside. */
import { renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import type { BuiltPage } from "./build_page";

const ROOT = join(import.meta.dir, "..");

/** The runtime of another kind of machine; without one the executable is for this machine. */
export interface Runtime {
  readonly target: Bun.Build.CompileTarget;
  /** The runtime's executable, from its package. */
  readonly path: string;
}

/** Writes the executable under its name as soon as it is whole. Ends the process when the source does not build. */
export async function compileProgram(outfile: string, page: BuiltPage, runtime: Runtime | null = null): Promise<void> {
  const ending = runtime?.target.includes("windows") ? ".exe" : "";
  const made = `${outfile.slice(0, outfile.length - ending.length)}.new${ending}`;
  const { success, logs } = await Bun.build({
    entrypoints: [join(ROOT, "src/main.ts")],
    target: "bun",
    minify: { syntax: true, whitespace: true, identifiers: false },
    sourcemap: "none",
    bytecode: true,
    format: "esm",
    compile: {
      outfile: made,
      // Without these two a hostile .env or bunfig.toml in the working directory would be read at start.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(runtime === null ? {} : { target: runtime.target, executablePath: runtime.path }),
    },
    define: { JAOT_BUILT_AT_MS: String(builtAt()) },
    plugins: [embedded(page)],
    throw: false,
  });
  if (!success) {
    for (const log of logs) console.error(log);
    process.exit(1);
  }
  renameSync(made, outfile);
}

/** What was built, in words. */
export function sizesOf(outfile: string, page: BuiltPage): string {
  const kb = (files: BuiltPage["files"]): string =>
    `${(files.reduce((sum, { gzip_bytes }) => sum + gzip_bytes, 0) / 1000).toFixed(0)} kB`;
  const scripts = page.files.filter(({ path }) => path.endsWith(".js"));
  const first = kb(scripts.filter(({ is_first }) => is_first));
  return `${(statSync(outfile).size / 1e6).toFixed(0)} MB; page: scripts ${kb(scripts)} gzipped, ${first} of it for the first view`;
}

/** Puts the page in place of the empty list in src/http/page/page_files.ts. */
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
      builder.onLoad({ filter: /src\/http\/page\/page_files\.ts$/ }, () => ({ contents, loader: "ts" }));
    },
  };
}

/** SOURCE_DATE_EPOCH, where a packager sets it, makes two builds of one source the same. */
function builtAt(): number {
  const epoch_seconds = process.env.SOURCE_DATE_EPOCH;
  return epoch_seconds === undefined ? Date.now() : Number(epoch_seconds) * 1000;
}
