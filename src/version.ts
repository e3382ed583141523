/** This program's own version: package.json's, taken in when it is built. */
import manifest from "../package.json" with { type: "json" };

export const PROGRAM_VERSION: string = manifest.version;
