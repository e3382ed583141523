/** The page's files. Empty here: scripts/build.ts puts the bundled page in this file's place, so that the executable carries it. */

interface PageFile {
  readonly content_type: string;
  /** Paths of the compressed forms, inside the executable. */
  readonly gzip: string;
  readonly brotli: string;
}

/** The document, with {{nonce}} where the nonce of a response goes; null in a process that runs from source. */
export const PAGE_SHELL: string | null = null;

/** Files by the path that the browser asks for. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map();
