/** The platform that this program runs on. A further one is a file beside posix.ts and its choice here. */
import type { Platform } from "./platform";
import { posix } from "./posix";

export const platform: Platform = posix;
