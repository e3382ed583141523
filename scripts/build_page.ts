/**
 * Bundles src/ui into dist/page: minified, split so that code that the first view does not need is loaded later, under names that
 * change with the content, each compressed once here. The program embeds only the compressed files.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = join(import.meta.dir, "..");
const OUT = join(ROOT, "dist", "page");
const ASSETS = "/assets/";
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export interface BuiltFile {
  /** Its address in the browser. */
  readonly path: string;
  readonly content_type: string;
  /** Paths on this disk of the two compressed forms. */
  readonly gzip: string;
  readonly brotli: string;
  readonly gzip_bytes: number;
  readonly brotli_bytes: number;
  /** True for files named in the shell, which the first view waits for. */
  readonly is_first: boolean;
}

export interface BuiltPage {
  /** The document, with NONCE where the style nonce of a response goes. */
  readonly shell: string;
  readonly files: readonly BuiltFile[];
}

/** Throws when bundling fails. */
export async function buildPage(): Promise<BuiltPage> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const result = await Bun.build({
    entrypoints: [join(ROOT, "src/ui/main.tsx")],
    target: "browser",
    format: "esm",
    splitting: true,
    minify: true,
    publicPath: ASSETS,
    naming: { entry: "page-[hash].[ext]", chunk: "part-[hash].[ext]", asset: "[name]-[hash].[ext]" },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const outputs = await Promise.all(
    result.outputs.map(async (output) => ({
      name: basename(output.path),
      kind: output.kind,
      text: await output.text(),
    })),
  );
  const entry = outputs.find(({ kind }) => kind === "entry-point")!;
  const script_names = [entry.name, ...staticImports(entry.name, outputs)];
  const styles = outputs.filter(({ name }) => name.endsWith(".css")).map(({ name }) => name);
  const icon = iconOf();
  const first = new Set([...script_names, ...styles]);
  const files = [...outputs, icon].map(({ name, text }) => compress(name, text, first.has(name)));
  return { shell: shellOf(script_names, styles, icon.name), files };
}

/** Chunks that the entry needs before it runs, so that the browser asks for all of them at once. */
function staticImports(entry: string, outputs: readonly { name: string; text: string }[]): string[] {
  const found = new Set<string>();
  const open = [entry];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const text = outputs.find((output) => output.name === name)?.text ?? "";
    for (const match of text.matchAll(/(?:from|import)\s*"\/assets\/([^"]+\.js)"/g)) {
      const chunk = match[1]!;
      if (found.has(chunk)) continue;
      found.add(chunk);
      open.push(chunk);
    }
  }
  return [...found];
}

function iconOf(): { name: string; text: string } {
  const text = readFileSync(join(ROOT, "src/ui/icon.svg"), "utf8");
  return { name: `icon-${Bun.hash(text).toString(36).slice(0, 8)}.svg`, text };
}

function shellOf(scripts: readonly string[], styles: readonly string[], icon: string): string {
  const [entry, ...chunks] = scripts;
  const links = [
    `<link rel="icon" href="${ASSETS}${icon}">`,
    ...styles.map((name) => `<link rel="stylesheet" href="${ASSETS}${name}">`),
    ...chunks.map((name) => `<link rel="modulepreload" href="${ASSETS}${name}">`),
    `<script type="module" src="${ASSETS}${entry}"></script>`,
  ];
  const shell = readFileSync(join(ROOT, "src/ui/shell.html"), "utf8");
  return shell.replace("<!-- links -->", links.join("\n    "));
}

function compress(name: string, text: string, is_first: boolean): BuiltFile {
  const gzip = gzipSync(text, { level: 9 });
  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const paths = { gzip: join(OUT, `${name}.gz`), brotli: join(OUT, `${name}.br`) };
  writeFileSync(paths.gzip, gzip);
  writeFileSync(paths.brotli, brotli);
  const content_type = CONTENT_TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (content_type === undefined) throw new Error(`${name}: give its ending a content type`);
  const sizes = { gzip_bytes: gzip.length, brotli_bytes: brotli.length };
  return { path: ASSETS + name, content_type, ...paths, ...sizes, is_first };
}
