/** This program's own version, package.json's, and when it was built: both are taken in when it is built. */
import manifest from "../package.json" with { type: "json" };

/** Put in place by scripts/build.ts; the source run as it is has no such name. */
declare const JAOT_BUILT_AT_MS: number;

export const PROGRAM_VERSION: string = manifest.version;

/** No clock that is right shows an earlier time: there was no program then. 2024-01-01. */
export const FIRST_BUILD_MS = 1_704_067_200_000;

/** Epoch ms. A clock that shows an earlier time has not been set. */
export const BUILT_AT_MS: number = typeof JAOT_BUILT_AT_MS === "undefined" ? FIRST_BUILD_MS : JAOT_BUILT_AT_MS;
