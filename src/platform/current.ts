/** The platform that this program runs on. Another one is a new file beside posix.ts, chosen here. */
import type { Platform } from "./platform";
import { posix } from "./posix";

export const platform: Platform = posix;
