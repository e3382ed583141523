/** Whether there is room on the disk for something new. */
import { Refusal } from "../refusals";
import type { Context } from "./context";

const DISK_RETRY_SECONDS = 10;

/** Refuses 507 while the disk is low: what is left is for the ends of running work. */
export function requireDiskSpace(context: Pick<Context, "disk">): void {
  if (!context.disk.is_low) return;
  throw new Refusal("storage_full", "The disk is nearly full and nothing new is accepted. Make room, then try again", {
    retry_after_seconds: DISK_RETRY_SECONDS,
  });
}
