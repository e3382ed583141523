/** Where the sources of a repository stand. */
import { posix } from "node:path";
import type { Source } from "./source";

export function inSource(sources: readonly Source[]): Source[] {
  return sources.filter(({ path }) => path.startsWith("src/"));
}

export function inTests(sources: readonly Source[]): Source[] {
  return sources.filter(({ path }) => path.startsWith("test/"));
}

/** A module's path without its ending: an import does not say whether it is .ts or .tsx. */
export function stemOf(path: string): string {
  return path.replace(/\.tsx?$/, "");
}

/** The path of an import within the repository, or null for a library. */
export function resolve(importer: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const path = posix.join(posix.dirname(importer), specifier);
  return posix.extname(path) === "" ? `${path}.ts` : path;
}
