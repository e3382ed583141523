/** This program's version, from package.json, and the time of its build. Both are put in when it is built. */
import manifest from "../package.json" with { type: "json" };

/** Defined by scripts/build.ts; it does not exist when the program runs from source. */
declare const JAOT_BUILT_AT_MS: number;

export const PROGRAM_VERSION: string = manifest.version;

/** 2024-01-01. The program did not exist earlier, so a clock that shows an earlier time is wrong. */
export const FIRST_BUILD_MS = 1_704_067_200_000;

/** Epoch ms. A clock that shows an earlier time has not been set. */
export const BUILT_AT_MS: number = typeof JAOT_BUILT_AT_MS === "undefined" ? FIRST_BUILD_MS : JAOT_BUILT_AT_MS;
